// Distances from some voxels to the nearest of others, without a map of the whole box where that is quicker.
import CDistanceKernels

/// A sparse set of voxels in a box, to be asked for the one nearest to a point of the box.
///
/// The set is kept as a bit a voxel. A point looks at the rows around it in the order of their distance, which is quick
/// where the set is near. Points that are far from it are looked for outward row by row, and where that would take
/// longer than a distance transform of the box, the transform is made. All three find the same distance to the last bit.
package struct NearestVoxels: Sendable {
  private let box: VoxelBox
  private let spacing: (z: Double, y: Double, x: Double)
  private let rows: NearbyRows
  private let bits: [UInt64]
  private let occupied: [UInt8]
  private let words: Int
  private let isEmpty: Bool

  /// - Parameters:
  ///   - voxels: of the set, in `box`.
  ///   - rows: the order in which rows are looked at; has the spacing.
  /// - Precondition: every voxel lies in the box, no extent of which is above 2³¹ − 1.
  package init(_ voxels: [VoxelPoint], in box: VoxelBox, rows: NearbyRows) {
    let (depth, height, width) = box.extents
    precondition(max(depth, height, width) <= Int(Int32.max), "a box with an axis above 2³¹ − 1")
    self.box = box
    self.rows = rows
    spacing = rows.spacing
    words = (width + 63) / 64 + 2
    isEmpty = voxels.isEmpty
    var bits = [UInt64](repeating: 0, count: depth * height * words)
    var occupied = [UInt8](repeating: 0, count: depth * height)
    for voxel in voxels {
      let (z, y, x) = Self.place(of: voxel, in: box)
      precondition(
        z >= 0 && z < depth && y >= 0 && y < height && x >= 0 && x < width, "a voxel outside the box")
      let row = z * height + y
      occupied[row] = 1
      bits[row * words + 1 + x / 64] |= 1 << UInt64(x % 64)
    }
    (self.bits, self.occupied) = (bits, occupied)
  }

  /// The squared distance of each point to the nearest voxel of the set, in the order of the points; infinite if
  /// the set is empty.
  ///
  /// - Precondition: every point lies in the box.
  package func squaredDistances(of points: [VoxelPoint], threads: Int = 1) -> [Double] {
    var squared = [Double](repeating: .infinity, count: points.count)
    guard !isEmpty, !points.isEmpty else { return squared }
    // The kernels count points in 32 bits.
    let most = Int(Int32.max)
    if points.count > most {
      return stride(from: 0, to: points.count, by: most).flatMap {
        squaredDistances(of: Array(points[$0..<min($0 + most, points.count)]), threads: threads)
      }
    }
    let extents = box.extents
    let places = points.map { point in
      let (z, y, x) = Self.place(of: point, in: box)
      precondition(
        z >= 0 && z < extents.z && y >= 0 && y < extents.y && x >= 0 && x < extents.x,
        "a point outside the box")
      return nearest_point(z: Int32(z), y: Int32(y), x: Int32(x))
    }
    let columns = Self.squares(64 * words, spacing.x)
    var open = [UInt32](repeating: 0, count: points.count)
    // How many of each part's points are still open; their indices stand at the part's beginning in `open`.
    var left = [Int](repeating: 0, count: points.count)
    withGrid { grid in
      squared.withUnsafeMutableBufferPointer { squared in
        open.withUnsafeMutableBufferPointer { open in
          left.withUnsafeMutableBufferPointer { left in
            nonisolated(unsafe) let (squared, open, left, grid) = (squared, open, left, grid)
            Slabs.run(points.count, threads: threads, atLeast: 2048) { part in
              left[part.lowerBound] = search(grid, places, part, columns, squared, open)
            }
          }
        }
      }
      let remaining = Self.gather(open, left)
      if !remaining.isEmpty { finish(grid, places, columns, remaining, &squared, threads) }
    }
    return squared
  }

  /// The same of a set that is asked once: few points and few voxels are compared one by one, which is less work than to lay
  /// out their box.
  ///
  /// - Precondition: every point and every voxel lies in the box.
  package static func squaredDistances(
    of points: [VoxelPoint], to voxels: [VoxelPoint], in box: VoxelBox, rows: NearbyRows, threads: Int = 1
  ) -> [Double] {
    let (depth, height, width) = box.extents
    let (pairs, overflow) = points.count.multipliedReportingOverflow(by: voxels.count)
    guard !overflow, pairs <= depth * height * ((width + 63) / 64 + 2) else {
      return NearestVoxels(voxels, in: box, rows: rows).squaredDistances(of: points, threads: threads)
    }
    func square(_ one: Int32, _ other: Int32, _ spacing: Double) -> Double {
      let distance = Double(abs(Int(one) - Int(other))) * spacing
      return distance * distance
    }
    let spacing = rows.spacing
    return points.map { point in
      voxels.reduce(Double.infinity) { best, voxel in
        let apart = square(point.z, voxel.z, spacing.z) + square(point.y, voxel.y, spacing.y)
        let squared = apart + square(point.x, voxel.x, spacing.x)
        return squared < best ? squared : best
      }
    }
  }

  /// The rows near each point of a part; returns how many points are left open.
  private func search(
    _ grid: nearest_grid, _ places: [nearest_point], _ part: Range<Int>, _ columns: [Double],
    _ squared: UnsafeMutableBufferPointer<Double>, _ open: UnsafeMutableBufferPointer<UInt32>
  ) -> Int {
    places.withUnsafeBufferPointer { places in
      guard let place = places.baseAddress, let square = squared.baseAddress, let index = open.baseAddress
      else {
        return 0
      }
      return withUnsafePointer(to: grid) { grid in
        rows.withRows { rows, count in
          nearest_in_rows(
            grid, rows, count, columns, place + part.lowerBound, part.count, square + part.lowerBound,
            index + part.lowerBound)
        }
      }
    }
  }

  private static func gather(_ open: [UInt32], _ left: [Int]) -> [UInt32] {
    var gathered: [UInt32] = []
    for (start, count) in left.enumerated() where count > 0 {
      for index in start..<start + count { gathered.append(open[index] + UInt32(start)) }
    }
    return gathered
  }

  /// Points whose nearest voxel is further than the near rows.
  private func finish(
    _ grid: nearest_grid, _ places: [nearest_point], _ columns: [Double], _ open: [UInt32],
    _ squared: inout [Double], _ threads: Int
  ) {
    let (depth, height, width) = box.extents
    let (depths, heights) = (Self.squares(depth, spacing.z), Self.squares(height, spacing.y))
    let block = Int(nearest_block)
    var blocks = [UInt64](
      repeating: 0, count: (depth + block - 1) / block * ((height + block - 1) / block) * words)
    withUnsafePointer(to: grid) { nearest_blocks($0, &blocks) }
    // A row costs about as much as a third of what a voxel costs a transform.
    let budget = UInt64(box.count) * 3
    let done = withUnsafePointer(to: grid) {
      nearest_in_grid($0, blocks, depths, heights, columns, places, open, open.count, &squared, budget)
    }
    guard done < open.count else { return }
    var sites = [UInt8](repeating: 0, count: box.count)
    for row in 0..<depth * height where occupied[row] != 0 {
      for x in 0..<width where bits[row * words + 1 + x / 64] >> UInt64(x % 64) & 1 != 0 {
        sites[row * width + x] = 1
      }
    }
    let transform = SquaredDistanceTransform(
      extents: [depth, height, width], spacing: [spacing.z, spacing.y, spacing.x], threads: threads)
    let field = transform.withoutLastPass(sites)
    let rest = Array(open[done...])
    nearest_by_passes_f64(field, height, width, columns, places, rest, rest.count, &squared)
  }

  private func withGrid<Result>(_ body: (nearest_grid) -> Result) -> Result {
    let (depth, height, _) = box.extents
    return bits.withUnsafeBufferPointer { bits in
      occupied.withUnsafeBufferPointer { occupied in
        body(
          nearest_grid(
            bits: bits.baseAddress, occupied: occupied.baseAddress, depth: Int32(depth),
            height: Int32(height),
            words: Int32(words)))
      }
    }
  }

  private static func place(of point: VoxelPoint, in box: VoxelBox) -> (z: Int, y: Int, x: Int) {
    (Int(point.z) - Int(box.lower.z), Int(point.y) - Int(box.lower.y), Int(point.x) - Int(box.lower.x))
  }

  static func squares(_ most: Int, _ spacing: Double) -> [Double] {
    (0...most).map { (Double($0) * spacing) * (Double($0) * spacing) }
  }
}

/// The rows around a row, nearest first: the order in which `NearestVoxels` looks. Made once for a spacing.
package struct NearbyRows: Sendable {
  package let spacing: (z: Double, y: Double, x: Double)
  private let rows: [nearest_row]

  /// Rows enough for distances of some 18 voxels of equal sides.
  private static let count = 1024

  /// - Parameter spacing: of three axes, or of y and x: lengths from 1e-30 to 1e30. Of others the squares may have no room in
  ///   a Double; distances are then infinite, 0 or NaN.
  /// - Precondition: two or three axes.
  package init(spacing: [Double]) {
    precondition(spacing.count == 2 || spacing.count == 3, "a spacing of two or three axes")
    let isFlat = spacing.count == 2
    let (sz, sy) = (isFlat ? 1 : spacing[0], spacing[spacing.count - 2])
    self.spacing = (sz, sy, spacing[spacing.count - 1])
    // All rows within a circle that holds about as many as are wanted.
    let wanted =
      isFlat
      ? 64 * sy : min((Double(Self.count) * sz * sy / .pi).squareRoot(), Double(Self.count) * min(sz, sy))
    // Of what is no length only the own row is looked at first.
    let radius = sz > 0 && sy > 0 && (wanted * wanted).isFinite ? wanted : 0
    let most = (z: isFlat ? 0 : Self.steps(radius / sz), y: Self.steps(radius / sy))
    var rows: [nearest_row] = []
    for z in -most.z...most.z {
      for y in -most.y...most.y {
        let (dz, dy) = (Double(z.magnitude) * sz, Double(y.magnitude) * sy)
        let squared = dz * dz + dy * dy
        // The corners of the square would leave rows out that are nearer than they.
        if squared <= radius * radius, squared.isFinite {
          rows.append(nearest_row(z: Int32(z), y: Int32(y), squared: squared))
        }
      }
    }
    self.rows = rows.sorted { ($0.squared, $0.z, $0.y) < ($1.squared, $1.z, $1.y) }
  }

  /// A whole number of steps, no more than there are wanted rows; 0 for NaN.
  private static func steps(_ quotient: Double) -> Int {
    quotient > 0 ? Int(min(quotient, Double(count))) : 0
  }

  package func withRows<Result>(_ body: (UnsafePointer<nearest_row>?, Int) -> Result) -> Result {
    rows.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
  }
}
