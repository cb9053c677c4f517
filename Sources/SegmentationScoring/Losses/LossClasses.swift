import LabelMaps
import SegmentationLosses

/// Which class of a loss each label is.
struct LossClasses: Sendable {
  /// Of the arrays: 1 where there is one object and all else, whose probability is 1 less the object's.
  let count: Int
  private let numbers: [UInt32: UInt8]
  /// The class of labels that are none of these; nil where there may be no others.
  private let others: UInt8?

  /// The byte of a voxel that does not count.
  static let ignored: UInt8 = 255

  /// Of masks: each foreground label is a class, after class 0, which is everything else. One label is the only class.
  ///
  /// - Throws: `ScoreError` for regions that overlap, or too many labels.
  init(masksOf scheme: LabelScheme, background: UInt32?) throws(ScoreError) {
    let labels = scheme.items.filter { !$0.isRegion && $0.labels != [background ?? 0] }
    let items = labels.isEmpty ? scheme.items.filter(\.isRegion) : labels
    var numbers: [UInt32: UInt8] = [:]
    guard items.count < 255 else {
      throw ScoreError(
        .usage,
        "--loss: \(items.count) labels, and a loss takes up to 254; name those that count with --labels")
    }
    for (index, item) in items.enumerated() {
      for label in item.labels {
        guard numbers.updateValue(UInt8(index + 1), forKey: label) == nil else {
          throw ScoreError(
            .usage, "--loss: label \(label) is in two of the regions; a loss takes each voxel for one class")
        }
      }
    }
    self.numbers = numbers
    (count, others) = (items.count < 2 ? 1 : items.count + 1, 0)
  }

  /// Of soft predictions: label k is the class k. With one, label 1 is the object.
  ///
  /// - Throws: `ScoreError` for more than a byte tells apart.
  init(channels: Int) throws(ScoreError) {
    guard channels <= 256 else {
      throw ScoreError(.usage, "--loss: \(channels) classes; a loss takes at most 256")
    }
    count = channels
    numbers = Dictionary(
      uniqueKeysWithValues: (0..<max(channels, 2)).map { (UInt32($0), UInt8($0)) })
    others = nil
  }

  /// The class of a label; nil if it has none.
  subscript(label: UInt32) -> UInt8? { numbers[label] ?? others }
}
