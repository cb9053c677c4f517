// TorchMetrics' segmentation scores: the larger the better, not a number where nothing is to be scored.
import Autodiff

extension LibraryPreset {
  static let torchmetrics = LibraryPreset(
    "torchmetrics", "TorchMetrics 1.9", LossEntry.torchmetrics)
}

extension LossEntry {
  private static let shared: [LossParameter] = [
    .number("num_classes", nil, "how many classes labels have"),
    .flag("include_background", true, "count class 0"),
    .word("input_format", "one-hot", ["one-hot", "index", "mixed"], "what the arrays hold"),
  ]

  private static func score(
    _ name: String, like: String, _ parameters: [LossParameter],
    _ formula: @escaping @Sendable (LossInput, LossParameters) -> Expression
  ) -> LossEntry {
    preset(
      name, like: like, .channelsFirst(.either).unreduced, shared + parameters,
      note: "a score: the larger the better"
    ) { p in PresetLoss(name) { formula($0, p) } }
  }

  /// The classes that count, of sums with a place for each.
  private static func counted(_ x: Expression, _ p: LossParameters) -> Expression {
    if x.failure != nil || p.flag("include_background") || x.shape[1] == 1 { return x }
    return x.gathered(Array(1..<x.shape[1]), axis: 1)
  }

  /// The mean of what is defined along some axes, 0/0 where nothing is.
  private static func meanOfDefined(_ x: Expression, _ isDefined: Expression, _ axes: Axes) -> Expression {
    sum(select(isDefined, x, 0), axes) / sum(isDefined, axes)
  }

  static let torchmetrics: [LossEntry] = [
    score(
      "DiceScore", like: "dice",
      [
        .word("average", "macro", ["micro", "macro", "weighted", "none"], "over the classes"),
        .word("aggregation_level", "samplewise", ["samplewise", "global"], "each sample, or all together"),
      ]
    ) { input, p in
      let region = RegionOptions(over: p.word("aggregation_level") == "global" ? .batch : .sample)
      let sums = region.sums(input)
      var (product, volume) = (counted(sums.product, p), counted(sums.prediction + sums.target, p))
      let support = counted(sums.target, p)
      if p.word("average") == "micro" { (product, volume) = (sum(product, .classes), sum(volume, .classes)) }
      let isDefined = less(0, volume)
      let score = 2 * product / select(isDefined, volume, 1)
      switch p.word("average") {
      case "macro":
        let perSample = meanOfDefined(score, isDefined, .classes)
        return meanOfDefined(perSample, less(0, sum(isDefined, .classes)), .batch)
      case "weighted":
        let total = sum(support, .classes)
        let perSample = sum(select(isDefined, score * support, 0), .classes) / select(total, total, 1)
        return meanOfDefined(perSample, less(0, sum(isDefined, .classes)), .batch)
      default: return meanOfDefined(score, isDefined, .batch)
      }
    },
    score("MeanIoU", like: "jaccard", [.flag("per_class", false, "one number a class, -1 if absent")]) {
      input, p in
      let sums = RegionOptions().sums(input)
      let product = counted(sums.product, p)
      let union = counted(sums.prediction + sums.target - sums.product, p)
      let isDefined = less(0, union)
      let score = product / select(isDefined, union, 1)
      guard p.flag("per_class") else { return meanOfDefined(score, isDefined, .all) }
      let count = sum(isDefined, .batch)
      return select(count, sum(select(isDefined, score, 0), .batch) / select(count, count, 1), -1)
    },
    score(
      "GeneralizedDiceScore", like: "generalized-dice",
      [
        .flag("per_class", false, "one number a class"),
        .word("weight_type", "square", ["square", "simple", "linear"], "1/V², 1/V or 1"),
      ]
    ) { input, p in
      let sums = RegionOptions().sums(input)
      let weights = torchmetricsWeights(counted(sums.target, p).withoutGradient, p.word("weight_type"))
      var numerator = 2 * weights * counted(sums.product, p)
      var denominator = weights * counted(sums.prediction + sums.target, p)
      if !p.flag("per_class") {
        (numerator, denominator) = (sum(numerator, .classes), sum(denominator, .classes))
      }
      let isDefined = less(0, denominator)
      return mean(select(isDefined, numerator / select(isDefined, denominator, 1), 0), .batch)
    },
  ]

  /// 1/V² of each class; of an absent one the largest over the batch, of the class that stands where the flattened arrays
  /// put it: they are (class, sample) there and (sample, class) here.
  private static func torchmetricsWeights(_ volume: Expression, _ type: String) -> Expression {
    if volume.failure != nil { return volume }
    if type == "linear" { return lessOrEqual(0, volume) }
    let present = less(0, volume)
    let safe = select(present, volume, 1)
    let weights = select(present, type == "square" ? 1 / square(safe) : 1 / safe, 0)
    let (batch, classes) = (volume.shape[0], volume.shape[1])
    let samples = (0..<batch).map { weights.gathered([$0], axis: 0) }
    let largest = samples.dropFirst().reduce(samples[0]) { max($0, $1) }
    let rows = (0..<batch).map { sample in
      largest.gathered((0..<classes).map { (sample * classes + $0) / batch }, axis: 1)
    }
    return select(present, weights, concatenated(rows, axis: 0))
  }
}
