import SegmentationMetrics
import TextFormats

/// What the joint histogram of all cases tells about labels that do not mean the same on both sides.
///
/// Nothing here changes a score; each hint names the flag that would.
package struct LabelHints {
  private let counts: [UInt32: OverlapCounts]
  private let joint: JointHistogram
  private let predictions: [UInt32: UInt64]
  private let references: [UInt32: UInt64]
  private let settings: ScoreSettings

  /// An IoU below this says a label's match is none, one above `good` that it is.
  private static let bad = 0.1
  private static let good = 0.5

  package init(_ joint: JointHistogram, _ settings: ScoreSettings) {
    self.joint = joint
    self.settings = settings
    counts = OverlapCounts.byLabel(joint)
    predictions = joint.predictions
    references = joint.references
  }

  /// Every hint, the most telling first.
  package func hints() -> [Diagnosis] {
    if let inverted = inverted() { return [inverted] }
    if let many = tooMany() { return [many] }
    if let probabilities = probabilities() { return [probabilities] }
    var found = foregroundAgainstClasses()
    if found.isEmpty { found = exchanged() }
    if found.isEmpty { found = whiteLikeIgnore() }
    if found.isEmpty { found += valueSets() }
    return found + blackObject() + minusOne()
  }

  /// Two labels on each side, and each lies on the other.
  private func inverted() -> Diagnosis? {
    guard Set(predictions.keys).union(references.keys).count == 2,
      predictions.count == 2 || references.count == 2,
      let low = joint.labels.first, let high = joint.labels.last,
      isExchange(low, for: high), isExchange(high, for: low)
    else { return nil }
    // Undoing an inversion that was asked for comes before a second one.
    let binarization = settings.predictionDecoding == .zero ? "nonzero" : "zero"
    let flag =
      high == 1
      ? "--prediction-binarize \(binarization)" : "--relabel-prediction \(low)=\(high),\(high)=\(low)"
    return Diagnosis(
      .hint,
      "the prediction looks inverted: its \(low) lies on the reference's \(high) (IoU \(Self.text(iou(low, high)))): \(flag)"
    )
  }

  /// Thousands of labels are no classes.
  private func tooMany() -> Diagnosis? {
    let number = Set(predictions.keys).union(references.keys).count
    guard number > 1000 else { return nil }
    return Diagnosis(
      .hint,
      "\(number) different labels: are these images instead of masks, or ids of single objects? "
        + "--binarize nonzero scores one foreground, --probabilities reads grey values as probabilities, "
        + "segkit inspect shows what a file holds")
  }

  /// Many grey values on the one side and few labels on the other are hardly classes.
  private func probabilities() -> Diagnosis? {
    let unknown = Set(predictions.keys).subtracting(references.keys)
    guard unknown.count > 16, references.count * 4 < predictions.count, !settings.soft.isDeclared else {
      return nil
    }
    return Diagnosis(
      .hint,
      "\(unknown.count) predicted labels that no reference has: if the predictions are probabilities, "
        + "--probabilities; if they are images of one object, --prediction-binarize above:V")
  }

  /// One foreground on one side, several classes on the other: 0/255 against 0/1/2.
  private func foregroundAgainstClasses() -> [Diagnosis] {
    let skipped = Set([settings.background ?? 0] + settings.ignored)
    let sides = [predictions, references].map { Set($0.keys).subtracting(skipped) }
    for (one, several) in [(sides[0], sides[1]), (sides[1], sides[0])]
    where one.count == 1 && several.count > 1 && one.isDisjoint(with: several) {
      return [
        Diagnosis(
          .hint,
          "the value sets differ (prediction \(Self.list(predictions.keys.sorted())), reference "
            + "\(Self.list(references.keys.sorted()))): --binarize nonzero compares foreground with foreground"
        )
      ]
    }
    // One side that writes the same thing in two ways, or a reference's void.
    if sides[1] == [1], sides[0] == [1, 255] {
      return [
        Diagnosis(
          .hint,
          "the predictions hold 255 beside 1: if it is another way to write 1, --prediction-binarize nonzero; "
            + "if it marks voxels that do not count, are the two folders swapped?")
      ]
    }
    return []
  }

  private func exchanged() -> [Diagnosis] {
    let pairs = joint.entries.filter { isExchange($0.prediction, for: $0.reference) }
      .map { (prediction: $0.prediction, reference: $0.reference) }
    guard let first = pairs.first else { return [] }
    let offsets = Set(pairs.map { Int64($0.prediction) - Int64($0.reference) })
    if pairs.count > 2, offsets.count == 1, let offset = offsets.first {
      let flag = Self.relabelling(pairs)
      return [
        Diagnosis(
          .hint,
          "the predicted ids are those of the reference \(offset > 0 ? "+" : "−") \(offset.magnitude) "
            + "for \(pairs.count) labels (such as \(first.prediction) on \(first.reference)): --relabel-prediction \(flag)"
        )
      ]
    }
    if pairs.count > 8 {
      return [
        Diagnosis(
          .hint,
          "\(pairs.count) predicted labels lie on other labels of the reference: these look like ids of single "
            + "objects, numbered differently; --binarize nonzero scores them as one foreground")
      ]
    }
    let places = pairs.map { prediction, reference in
      "prediction \(prediction) lies on reference \(reference) (IoU \(Self.text(iou(prediction, reference))))"
    }
    // One flag for all: each alone would merge two labels.
    return [
      Diagnosis(.hint, places.joined(separator: ", ") + ": --relabel-prediction \(Self.relabelling(pairs))")
    ]
  }

  /// 255 above a row of small labels, never predicted, is usually "do not count".
  private func whiteLikeIgnore() -> [Diagnosis] {
    guard !settings.ignored.contains(255) else { return [] }
    let small = joint.labels.filter { $0 != 255 && $0 != 0 }
    guard let largest = small.max(), largest < 200, counts[255] != nil else { return [] }
    if predictions[255] == nil, references[255] != nil, settings.labels?.item(named: "255") == nil {
      return [
        Diagnosis(
          .hint,
          "the reference's 255 is never predicted and looks like voxels that do not count: --ignore-label 255"
        )
      ]
    }
    if references[255] == nil, predictions[255] != nil {
      return [
        Diagnosis(
          .hint,
          "the predictions hold 255 beside small labels, as references do for voxels that do not count: "
            + "are the two folders swapped? (-p names the predictions, -r the references)")
      ]
    }
    return []
  }

  /// A foreground that fills most of both sides: the object may be the black part. It may as well not be.
  private func blackObject() -> [Diagnosis] {
    let ignored = Set(settings.ignored)
    let labels = joint.labels.filter { !ignored.contains($0) }
    guard labels.count == 2, labels[0] == 0, settings.background == 0 else { return [] }
    let share = { (counts: [UInt32: UInt64]) in Double(counts[labels[1]] ?? 0) / Double(joint.total) }
    guard share(predictions) > 0.5, share(references) > 0.5 else { return [] }
    return [
      Diagnosis(
        .note,
        "label \(labels[1]) fills \(Decimals.fixed(100 * share(references), digits: 0)) % of the references; "
          + "if the objects are black, say --binarize zero")
    ]
  }

  /// −1, which marks voxels that do not count in many tools, turned into a number without a sign.
  private func minusOne() -> [Diagnosis] {
    guard references[.max] != nil || predictions[.max] != nil, !settings.ignored.contains(.max) else {
      return []
    }
    return [
      Diagnosis(
        .hint,
        "label \(UInt32.max) is −1 written without its sign: if it marks voxels that do not count, "
          + "--ignore-label \(UInt32.max)")
    ]
  }

  /// Predicted labels that no reference has.
  private func valueSets() -> [Diagnosis] {
    let skipped = Set([settings.background].compactMap { $0 } + settings.ignored)
    let predicted = Set(predictions.keys).subtracting(skipped)
    let referenced = Set(references.keys).subtracting(skipped)
    let strange = predicted.subtracting(referenced).sorted()
    guard !strange.isEmpty, !referenced.isEmpty else { return [] }
    let isDisjoint = predicted.isDisjoint(with: referenced)
    let remedy =
      strange.count == 1 && isDisjoint && referenced.count == 1
      ? ": --relabel-prediction \(strange[0])=\(referenced.sorted()[0])"
      : "; check that both sides number their labels alike"
    let sets =
      "prediction \(Self.list(predictions.keys.sorted())), reference \(Self.list(references.keys.sorted()))"
    return [
      Diagnosis(
        .hint,
        (isDisjoint
          ? "no label but background is on both sides"
          : "predicted labels \(Self.list(strange)) are in no reference")
          + " (\(sets))" + remedy)
    ]
  }

  /// Whether a predicted label lies on a reference label that nothing else lies on.
  private func isExchange(_ prediction: UInt32, for reference: UInt32) -> Bool {
    prediction != reference && iou(prediction, reference) > Self.good && iou(reference, reference) < Self.bad
      && !(iou(prediction, prediction) >= Self.bad)
  }

  private func iou(_ prediction: UInt32, _ reference: UInt32) -> Double {
    let both = joint.count(prediction: prediction, reference: reference)
    let union = (predictions[prediction] ?? 0).saturatingAdd(references[reference] ?? 0).saturatingSubtract(
      both)
    return union == 0 ? 0 : Double(both) / Double(union)
  }

  private static func relabelling(_ pairs: [(prediction: UInt32, reference: UInt32)]) -> String {
    pairs.map { "\($0.prediction)=\($0.reference)" }.joined(separator: ",")
  }

  private static func list(_ labels: [UInt32]) -> String {
    "{" + labels.prefix(8).map(String.init).joined(separator: ", ") + (labels.count > 8 ? ", …" : "") + "}"
  }

  private static func text(_ value: Double) -> String { Decimals.fixed(value, digits: 2) }
}
