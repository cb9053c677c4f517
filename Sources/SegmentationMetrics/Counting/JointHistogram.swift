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

  /// Voxels whose prediction has no label (a colour that a map ignores, a prediction that cannot be read), by reference label.
  public private(set) var unlabelled: [UInt32: UInt64]

  /// From entries in any order; those with the same pair are added up.
  ///
  /// - Parameter unlabelled: voxels whose prediction has no label, by reference label.
  public init(_ entries: [Entry] = [], unlabelled: [UInt32: UInt64] = [:]) {
    self.unlabelled = unlabelled.filter { $0.value > 0 }
    self.entries = entries.filter { $0.count > 0 }
    if !zip(self.entries, self.entries.dropFirst()).allSatisfy({ $0.key < $1.key }) { sortAndJoin() }
  }

  /// The number of voxels.
  public var total: UInt64 {
    .saturatingSum([UInt64.saturatingSum(entries.lazy.map(\.count)), .saturatingSum(unlabelled.values)])
  }

  /// The number of voxels with each predicted label; those that have none are left out.
  public var predictions: [UInt32: UInt64] { marginal(\.prediction) }

  /// The number of voxels with each reference label.
  public var references: [UInt32: UInt64] {
    marginal(\.reference).merging(unlabelled) { $0.saturatingAdd($1) }
  }

  /// The labels that occur on either side, in ascending order.
  public var labels: [UInt32] {
    Set(entries.lazy.map(\.prediction)).union(entries.lazy.map(\.reference)).union(unlabelled.keys).sorted()
  }

  /// Adds another histogram, of another image or slice.
  public mutating func add(_ other: JointHistogram) {
    if !other.unlabelled.isEmpty { unlabelled.merge(other.unlabelled) { $0.saturatingAdd($1) } }
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
  ///
  /// - Parameters:
  ///   - prediction: nil for a label that becomes none.
  ///   - reference: nil for a label whose voxels count nowhere.
  public func mapped<Failure: Error>(
    prediction: (UInt32) throws(Failure) -> UInt32?, reference: (UInt32) throws(Failure) -> UInt32?
  ) throws(Failure) -> JointHistogram {
    var result: [Entry] = []
    result.reserveCapacity(entries.count)
    var without: [UInt32: UInt64] = [:]
    for entry in entries {
      let label = try prediction(entry.prediction)
      guard let own = try reference(entry.reference) else { continue }
      if let label {
        result.append(Entry(prediction: label, reference: own, count: entry.count))
      } else {
        without[own] = entry.count.saturatingAdd(without[own] ?? 0)
      }
    }
    for (label, count) in unlabelled {
      if let own = try reference(label) { without[own] = count.saturatingAdd(without[own] ?? 0) }
    }
    return JointHistogram(result, unlabelled: without)
  }

  /// The histogram without the voxels of some reference labels: they count nowhere, whatever is predicted there.
  public func ignoring(reference ignored: Set<UInt32>) -> JointHistogram {
    entries.contains { ignored.contains($0.reference) } || unlabelled.keys.contains(where: ignored.contains)
      ? JointHistogram(
        entries.filter { !ignored.contains($0.reference) },
        unlabelled: unlabelled.filter { !ignored.contains($0.key) }) : self
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
