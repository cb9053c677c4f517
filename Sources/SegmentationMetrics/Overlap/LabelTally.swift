/// The counts of every label that occurs in a joint histogram, in ascending order of the labels.
///
/// Made for each case of a run, so it does without hashing where labels are small numbers.
package struct LabelTally: Sendable {
  /// The labels that occur on either side.
  package let labels: [UInt32]
  /// The counts of each, in the same order.
  package let counts: [OverlapCounts]

  /// One pass over a histogram.
  package init(_ histogram: JointHistogram) {
    let places = Places(histogram)
    var counts = [OverlapCounts](repeating: OverlapCounts(), count: places.labels.count)
    var total: UInt64 = 0
    for entry in histogram.entries {
      total = total.saturatingAdd(entry.count)
      let reference = places[entry.reference]
      if entry.prediction == entry.reference {
        counts[reference].truePositives = counts[reference].truePositives.saturatingAdd(entry.count)
      } else {
        let prediction = places[entry.prediction]
        counts[reference].falseNegatives = counts[reference].falseNegatives.saturatingAdd(entry.count)
        counts[prediction].falsePositives = counts[prediction].falsePositives.saturatingAdd(entry.count)
      }
    }
    for (label, count) in histogram.unlabelled {
      total = total.saturatingAdd(count)
      let place = places[label]
      counts[place].falseNegatives = counts[place].falseNegatives.saturatingAdd(count)
    }
    for index in counts.indices {
      counts[index].trueNegatives =
        total.saturatingSubtract(counts[index].predicted).saturatingSubtract(counts[index].falseNegatives)
    }
    labels = places.labels
    self.counts = counts
  }

  /// The counts of a label; nil if it does not occur.
  package subscript(label: UInt32) -> OverlapCounts? {
    var (low, high) = (0, labels.count)
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] < label { low = middle + 1 } else { high = middle }
    }
    return low < labels.count && labels[low] == label ? counts[low] : nil
  }

  /// Where each label stands in ascending order.
  private struct Places {
    let labels: [UInt32]
    /// By label, for small labels.
    private let table: [Int32]
    private let others: [UInt32: Int]

    /// Labels below this are looked up in a table, the rest (ids, voxels without label) by hashing.
    private static let small: UInt32 = 1024

    init(_ histogram: JointHistogram) {
      var table = [Int32](repeating: -1, count: Int(Self.small))
      var large: Set<UInt32> = []
      func take(_ label: UInt32) {
        if label < Self.small { table[Int(label)] = 0 } else { large.insert(label) }
      }
      for entry in histogram.entries {
        take(entry.prediction)
        take(entry.reference)
      }
      for label in histogram.unlabelled.keys { take(label) }
      var labels = table.indices.filter { table[$0] == 0 }.map { UInt32($0) }
      for (place, label) in labels.enumerated() { table[Int(label)] = Int32(place) }
      let sorted = large.sorted()
      others = Dictionary(
        uniqueKeysWithValues: sorted.enumerated().map { ($1, labels.count + $0) })
      labels += sorted
      self.labels = labels
      self.table = table
    }

    subscript(label: UInt32) -> Int { label < Self.small ? Int(table[Int(label)]) : others[label] ?? 0 }
  }
}
