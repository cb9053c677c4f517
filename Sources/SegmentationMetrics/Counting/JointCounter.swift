import CLabelKernels
import LabelMaps

/// Counts pairs of labels over many pairs of planes, using its tables again for each.
///
/// Small labels are counted in a dense table, large or sparse ones (instance ids, packed colours) run by
/// run in a hash table. Both are exact for up to 2⁶⁴ voxels.
package struct JointCounter: Sendable {
  private var table: [UInt64] = []
  private var runs: [labels_run] = []
  private var widened16: [UInt16] = []
  private var widened32: [UInt32] = []

  /// The largest table worth clearing and scanning for each plane.
  private static let largestTable = 1 << 16

  package init() {}

  /// Adds the pairs of two planes of equal size, each in the integer width its labels need.
  ///
  /// - Precondition: as many predictions as references.
  package mutating func add(_ prediction: Plane, _ reference: Plane, to histogram: inout JointHistogram) {
    precondition(prediction.count == reference.count, "planes of different sizes")
    switch (prediction, reference) {
    case (.uint8(let prediction), .uint8(let reference)): count(prediction, reference, &histogram)
    case (.uint16(let prediction), .uint16(let reference)): count(prediction, reference, &histogram)
    case (.uint32(let prediction), .uint32(let reference)): count(prediction, reference, &histogram)
    case (.uint8(let prediction), .uint16(let reference)):
      let wide = widen16(prediction)
      count(wide[...], reference, &histogram)
      widened16 = wide
    case (.uint16(let prediction), .uint8(let reference)):
      let wide = widen16(reference)
      count(prediction, wide[...], &histogram)
      widened16 = wide
    case (_, .uint32(let reference)):
      let wide = widen32(prediction)
      count(wide[...], reference, &histogram)
      widened32 = wide
    case (.uint32(let prediction), _):
      let wide = widen32(reference)
      count(prediction, wide[...], &histogram)
      widened32 = wide
    }
  }

  /// The labels of a plane, as narrow as they are stored.
  package enum Plane: Sendable {
    case uint8(ArraySlice<UInt8>)
    case uint16(ArraySlice<UInt16>)
    case uint32(ArraySlice<UInt32>)

    /// The number of voxels.
    package var count: Int {
      switch self {
      case .uint8(let labels): labels.count
      case .uint16(let labels): labels.count
      case .uint32(let labels): labels.count
      }
    }

    /// The plane without the voxels whose `mask` is 0.
    package func masked(by mask: Plane) -> Plane {
      precondition(mask.count == count, "a mask of another size")
      switch self {
      case .uint8(let labels): return .uint8(Self.kept(labels, mask))
      case .uint16(let labels): return .uint16(Self.kept(labels, mask))
      case .uint32(let labels): return .uint32(Self.kept(labels, mask))
      }
    }

    private static func kept<Label>(_ labels: ArraySlice<Label>, _ mask: Plane) -> ArraySlice<Label> {
      switch mask {
      case .uint8(let mask): zip(labels, mask).filter { $0.1 != 0 }.map(\.0)[...]
      case .uint16(let mask): zip(labels, mask).filter { $0.1 != 0 }.map(\.0)[...]
      case .uint32(let mask): zip(labels, mask).filter { $0.1 != 0 }.map(\.0)[...]
      }
    }
  }
}

extension JointCounter {
  private mutating func count(
    _ prediction: ArraySlice<UInt8>, _ reference: ArraySlice<UInt8>, _ histogram: inout JointHistogram
  ) {
    prediction.withUnsafeBufferPointer { prediction in
      reference.withUnsafeBufferPointer { reference in
        let columns = Int(labels_largest_u8(prediction.baseAddress, prediction.count)) + 1
        let rows = Int(labels_largest_u8(reference.baseAddress, reference.count)) + 1
        withTable(rows: rows, columns: columns, &histogram) { table in
          labels_joint_u8(
            prediction.baseAddress, reference.baseAddress, prediction.count, UInt32(columns), table)
        }
      }
    }
  }

  private mutating func count(
    _ prediction: ArraySlice<UInt16>, _ reference: ArraySlice<UInt16>, _ histogram: inout JointHistogram
  ) {
    prediction.withUnsafeBufferPointer { prediction in
      reference.withUnsafeBufferPointer { reference in
        let columns = Int(labels_largest_u16(prediction.baseAddress, prediction.count)) + 1
        let rows = Int(labels_largest_u16(reference.baseAddress, reference.count)) + 1
        guard rows * columns > Self.largestTable else {
          return withTable(rows: rows, columns: columns, &histogram) { table in
            labels_joint_u16(
              prediction.baseAddress, reference.baseAddress, prediction.count, UInt32(columns), table)
          }
        }
        addRuns(count: prediction.count, &histogram) { start, runs, capacity, next in
          labels_runs_u16(
            prediction.baseAddress, reference.baseAddress, start, prediction.count, runs, capacity, next)
        }
      }
    }
  }

  private mutating func count(
    _ prediction: ArraySlice<UInt32>, _ reference: ArraySlice<UInt32>, _ histogram: inout JointHistogram
  ) {
    prediction.withUnsafeBufferPointer { prediction in
      reference.withUnsafeBufferPointer { reference in
        addRuns(count: prediction.count, &histogram) { start, runs, capacity, next in
          labels_runs_u32(
            prediction.baseAddress, reference.baseAddress, start, prediction.count, runs, capacity, next)
        }
      }
    }
  }

  /// Lets `fill` count into a cleared table of `rows` × `columns` and adds what it found.
  private mutating func withTable(
    rows: Int, columns: Int, _ histogram: inout JointHistogram,
    _ fill: (UnsafeMutablePointer<UInt64>?) -> Void
  ) {
    let size = rows * columns
    if table.count < size { table = [UInt64](repeating: 0, count: max(size, 1024)) }
    table.withUnsafeMutableBufferPointer { table in
      fill(table.baseAddress)
      var found: [JointHistogram.Entry] = []
      for row in 0..<rows {
        for column in 0..<columns where table[row * columns + column] > 0 {
          let cell = row * columns + column
          found.append(.init(prediction: UInt32(column), reference: UInt32(row), count: table[cell]))
          table[cell] = 0
        }
      }
      histogram.add(JointHistogram(found))
    }
  }

  private typealias RunFinder = (Int, UnsafeMutablePointer<labels_run>?, Int, UnsafeMutablePointer<Int>) ->
    Int

  private mutating func addRuns(count: Int, _ histogram: inout JointHistogram, _ find: RunFinder) {
    if runs.isEmpty { runs = [labels_run](repeating: labels_run(), count: 4096) }
    var pairs = PairTable()
    var next = 0
    while next < count {
      runs.withUnsafeMutableBufferPointer { runs in
        let start = next
        let found = find(start, runs.baseAddress, runs.count, &next)
        for run in runs[..<found] {
          pairs.add(UInt64(run.reference) << 32 | UInt64(run.prediction), run.length)
        }
      }
    }
    histogram.add(JointHistogram(pairs.entries))
  }

  private mutating func widen16(_ labels: ArraySlice<UInt8>) -> [UInt16] {
    var wide: [UInt16] = []
    swap(&wide, &widened16)
    if wide.count != labels.count { wide = [UInt16](repeating: 0, count: labels.count) }
    labels.withUnsafeBufferPointer { from in
      wide.withUnsafeMutableBufferPointer {
        labels_widen_u8_u16(from.baseAddress, $0.baseAddress, from.count)
      }
    }
    return wide
  }

  private mutating func widen32(_ plane: Plane) -> [UInt32] {
    var wide: [UInt32] = []
    swap(&wide, &widened32)
    if wide.count != plane.count { wide = [UInt32](repeating: 0, count: plane.count) }
    wide.withUnsafeMutableBufferPointer { wide in
      switch plane {
      case .uint8(let labels):
        labels.withUnsafeBufferPointer { labels_widen_u8_u32($0.baseAddress, wide.baseAddress, $0.count) }
      case .uint16(let labels):
        labels.withUnsafeBufferPointer { labels_widen_u16_u32($0.baseAddress, wide.baseAddress, $0.count) }
      case .uint32(let labels):
        _ = wide.update(fromContentsOf: labels)
      }
    }
    return wide
  }
}
