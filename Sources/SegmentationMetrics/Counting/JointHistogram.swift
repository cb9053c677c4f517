/// How often each pair of a predicted and a reference label occurs: all that overlap metrics need.
///
/// Sums that no `UInt64` holds are its largest number; no image has as many voxels.
public struct JointHistogram: Sendable, Hashable {
  /// A pair of labels, and how many voxels have it.
  public struct Entry: Sendable, Hashable {
    public var prediction: UInt32
    public var reference: UInt32
    public var count: UInt64

    public init(prediction: UInt32, reference: UInt32, count: UInt64) {
      self.prediction = prediction
      self.reference = reference
      self.count = count
    }

    fileprivate var key: UInt64 { UInt64(reference) << 32 | UInt64(prediction) }
  }

  /// The pairs that occur, each once, in ascending order of reference and then prediction. A sorted
  /// array: there are few pairs, and it is walked far more often than searched.
  public private(set) var entries: [Entry]

  /// From entries in any order; those with the same pair are added up.
  public init(_ entries: [Entry] = []) {
    self.entries = entries.filter { $0.count > 0 }
    if !zip(self.entries, self.entries.dropFirst()).allSatisfy({ $0.key < $1.key }) { sortAndJoin() }
  }

  /// The number of voxels.
  public var total: UInt64 { .saturatingSum(entries.lazy.map(\.count)) }

  /// The number of voxels with each predicted label.
  public var predictions: [UInt32: UInt64] { marginal(\.prediction) }

  /// The number of voxels with each reference label.
  public var references: [UInt32: UInt64] { marginal(\.reference) }

  /// The labels that occur on either side, in ascending order.
  public var labels: [UInt32] {
    Set(entries.lazy.map(\.prediction)).union(entries.lazy.map(\.reference)).sorted()
  }

  /// Adds another histogram, of another image or slice.
  public mutating func add(_ other: JointHistogram) {
    guard !entries.isEmpty else {
      entries = other.entries
      return
    }
    var merged: [Entry] = []
    merged.reserveCapacity(max(entries.count, other.entries.count))
    var (i, j) = (0, 0)
    while i < entries.count, j < other.entries.count {
      let (left, right) = (entries[i], other.entries[j])
      if left.key == right.key {
        merged.append(
          Entry(
            prediction: left.prediction, reference: left.reference,
            count: left.count.saturatingAdd(right.count)))
        i += 1
        j += 1
      } else if left.key < right.key {
        merged.append(left)
        i += 1
      } else {
        merged.append(right)
        j += 1
      }
    }
    merged += entries[i...]
    merged += other.entries[j...]
    entries = merged
  }

  /// The histogram after each side's labels are replaced; pairs that become equal are added up.
  public func mapped<Failure: Error>(
    prediction: (UInt32) throws(Failure) -> UInt32, reference: (UInt32) throws(Failure) -> UInt32
  ) throws(Failure) -> JointHistogram {
    var result: [Entry] = []
    result.reserveCapacity(entries.count)
    for entry in entries {
      result.append(
        Entry(
          prediction: try prediction(entry.prediction), reference: try reference(entry.reference),
          count: entry.count))
    }
    return JointHistogram(result)
  }

  /// The histogram without the voxels of some reference labels: they count nowhere, whatever is predicted there.
  public func ignoring(reference ignored: Set<UInt32>) -> JointHistogram {
    entries.contains { ignored.contains($0.reference) }
      ? JointHistogram(entries.filter { !ignored.contains($0.reference) }) : self
  }

  private mutating func sortAndJoin() {
    entries.sort { $0.key < $1.key }
    var joined: [Entry] = []
    for entry in entries {
      if let last = joined.last, last.key == entry.key {
        joined[joined.count - 1].count = last.count.saturatingAdd(entry.count)
      } else {
        joined.append(entry)
      }
    }
    entries = joined
  }

  private func marginal(_ side: KeyPath<Entry, UInt32>) -> [UInt32: UInt64] {
    var sums: [UInt32: UInt64] = [:]
    for entry in entries {
      let label = entry[keyPath: side]
      sums[label] = (sums[label] ?? 0).saturatingAdd(entry.count)
    }
    return sums
  }
}

extension JointHistogram {
  /// The number of voxels with a pair of labels.
  public func count(prediction: UInt32, reference: UInt32) -> UInt64 {
    let key = UInt64(reference) << 32 | UInt64(prediction)
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].key == key ? entries[low].count : 0
  }
}
