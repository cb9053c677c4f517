// The exact Euclidean distance transform: the squared distance of every voxel to the nearest one of a set.
import CDistanceKernels

/// Squared distances to the nearest voxel of a set, anisotropic spacing included; infinite where the set is empty.
///
/// One axis after another, each the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012), found for many lines
/// at once. Exact for
/// whole-numbered spacing, else the rounded sum (d₀² + d₁²) + d₂² of the nearest voxel's steps times the spacing.
package struct SquaredDistanceTransform: Sendable {
  package let extents: [Int]
  private let spacing: [Double]
  private let threads: Int

  /// - Parameters:
  ///   - extents: of the axes in the order of memory, the last one varying fastest.
  ///   - spacing: from a voxel to the next along each axis: lengths from 1e-30 to 1e30, one for each axis. Of others the
  ///     squares may have no room in a Double; distances are then infinite, 0 or NaN.
  ///   - threads: the result is the same for any number.
  /// - Precondition: at most three axes of 0 or more places, and as many lengths.
  package init(extents: [Int], spacing: [Double]? = nil, threads: Int = 1) {
    precondition(extents.count <= 3 && extents.allSatisfy { $0 >= 0 }, "one, two or three axes")
    precondition(spacing.map { $0.count == extents.count } ?? true, "a length for each axis")
    self.extents = extents
    self.spacing = spacing ?? [Double](repeating: 1, count: extents.count)
    self.threads = max(threads, 1)
  }

  /// - Parameter isMember: whether the voxel at a place in memory is one of the set.
  package func callAsFunction(_ isMember: (Int) -> Bool) -> [Double] {
    squared((0..<extents.reduce(1, *)).map { isMember($0) ? 1 : 0 })
  }

  /// Squared distances to the nearest voxel that is not 0.
  ///
  /// - Precondition: a byte for every voxel.
  package func squared(_ sites: [UInt8]) -> [Double] {
    fitsFloat
      ? run(sites, isRoot: false, Float.self).map(Double.init) : run(sites, isRoot: false, Double.self)
  }

  /// Distances to the nearest voxel that is not 0, in single precision: each the root of an exact or, with a spacing
  /// that is not whole, a correctly rounded square.
  ///
  /// - Precondition: a byte for every voxel.
  package func distances(_ sites: [UInt8]) -> [Float] {
    fitsFloat ? run(sites, isRoot: true, Float.self) : run(sites, isRoot: true, Double.self).map(Float.init)
  }

  /// The field before the pass along the last axis: for callers that need that one at few places.
  func withoutLastPass(_ sites: [UInt8]) -> [Double] {
    run(sites, isRoot: false, skipsLast: true, Double.self)
  }

  /// Whether every squared distance is a whole number that Float holds exactly.
  private var fitsFloat: Bool {
    let longest = zip(extents, spacing).map { (Double($0) * $1) * (Double($0) * $1) }.reduce(0, +)
    return spacing.allSatisfy { $0 == $0.rounded() } && longest < 16_777_216
  }

  private func run<Number: TransformNumber>(
    _ sites: [UInt8], isRoot: Bool, skipsLast: Bool = false, _ type: Number.Type
  ) -> [Number] {
    let count = extents.reduce(1, *)
    precondition(sites.count == count, "a byte for every voxel")
    guard count > 0 else { return [] }
    return [Number](unsafeUninitializedCapacity: count) { field, initialized in
      if let base = field.baseAddress {
        sites.withUnsafeBufferPointer { bytes in
          if let set = bytes.baseAddress { passes(set, base, skipsLast: skipsLast) }
        }
        if isRoot { parallel(count, atLeast: 1 << 16) { Number.roots(base + $0.lowerBound, $0.count) } }
      }
      initialized = count
    }
  }

  /// One pass along each axis; an image is a volume of one slice.
  private func passes<Number: TransformNumber>(
    _ sites: UnsafePointer<UInt8>, _ field: UnsafeMutablePointer<Number>, skipsLast: Bool
  ) {
    let padded = [Int](repeating: 1, count: max(0, 3 - extents.count)) + extents
    let steps = [Double](repeating: 1, count: max(0, 3 - extents.count)) + spacing
    precondition(padded.count == 3, "one, two or three axes")
    let (n0, n1, n2) = (padded[0], padded[1], padded[2])
    let scratch = distance_scratch(n1, n2)
    func squares(_ axis: Int) -> [Number] {
      (0...padded[axis]).map {
        let distance = Number(Double($0)) * Number(steps[axis])
        return distance * distance
      }
    }
    let (middle, last) = (squares(1), squares(2))
    parallel(n1) { rows in
      Self.withScratch(scratch) {
        Number.first(sites, field, n0, n1, n2, rows, Number(steps[0]), $0)
      }
    }
    parallel(n0) { planes in
      Self.withScratch(scratch) { Number.middle(field, n1, n2, planes, Number(steps[1]), middle, $0) }
    }
    if skipsLast { return }
    parallel(n0 * n1) { rows in
      Self.withScratch(scratch) { Number.last(field, n2, rows, Number(steps[2]), last, $0) }
    }
  }

  private static func withScratch<Number: TransformNumber>(
    _ count: Int, _ body: (UnsafeMutablePointer<Number>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Number.self, capacity: count) { scratch in
      if let base = scratch.baseAddress { body(base) }
    }
  }

  private func parallel(_ count: Int, atLeast least: Int = 1, _ body: (Range<Int>) -> Void) {
    Slabs.run(count, threads: threads, atLeast: least, body)
  }
}

/// The passes for one type of number.
protocol TransformNumber: BinaryFloatingPoint {
  typealias Field = UnsafeMutablePointer<Self>
  static func first(
    _ sites: UnsafePointer<UInt8>, _ field: Field, _ n0: Int, _ n1: Int, _ n2: Int, _ rows: Range<Int>,
    _ spacing: Self, _ scratch: Field)
  static func middle(
    _ field: Field, _ n1: Int, _ n2: Int, _ planes: Range<Int>, _ spacing: Self, _ squares: [Self],
    _ scratch: Field)
  static func last(
    _ field: Field, _ n2: Int, _ rows: Range<Int>, _ spacing: Self, _ squares: [Self], _ scratch: Field)
  static func roots(_ field: Field, _ count: Int)
}

extension Float: TransformNumber {
  static func first(
    _ sites: UnsafePointer<UInt8>, _ field: Field, _ n0: Int, _ n1: Int, _ n2: Int, _ rows: Range<Int>,
    _ spacing: Float, _ scratch: Field
  ) { distance_first_f32(sites, field, n0, n1, n2, rows.lowerBound, rows.upperBound, spacing, scratch) }
  static func middle(
    _ field: Field, _ n1: Int, _ n2: Int, _ planes: Range<Int>, _ spacing: Float, _ squares: [Float],
    _ scratch: Field
  ) { distance_middle_f32(field, n1, n2, planes.lowerBound, planes.upperBound, spacing, squares, scratch) }
  static func last(
    _ field: Field, _ n2: Int, _ rows: Range<Int>, _ spacing: Float, _ squares: [Float], _ scratch: Field
  ) {
    distance_last_f32(field, n2, rows.lowerBound, rows.upperBound, spacing, squares, scratch)
  }
  static func roots(_ field: Field, _ count: Int) { distance_roots_f32(field, count) }
}

extension Double: TransformNumber {
  static func first(
    _ sites: UnsafePointer<UInt8>, _ field: Field, _ n0: Int, _ n1: Int, _ n2: Int, _ rows: Range<Int>,
    _ spacing: Double, _ scratch: Field
  ) { distance_first_f64(sites, field, n0, n1, n2, rows.lowerBound, rows.upperBound, spacing, scratch) }
  static func middle(
    _ field: Field, _ n1: Int, _ n2: Int, _ planes: Range<Int>, _ spacing: Double, _ squares: [Double],
    _ scratch: Field
  ) { distance_middle_f64(field, n1, n2, planes.lowerBound, planes.upperBound, spacing, squares, scratch) }
  static func last(
    _ field: Field, _ n2: Int, _ rows: Range<Int>, _ spacing: Double, _ squares: [Double], _ scratch: Field
  ) {
    distance_last_f64(field, n2, rows.lowerBound, rows.upperBound, spacing, squares, scratch)
  }
  static func roots(_ field: Field, _ count: Int) { distance_roots_f64(field, count) }
}
