import MaskIO
import SegmentationLosses
import TextFormats

/// How predictions are read that are no masks: a probability or a logit for each class and voxel.
public struct SoftReading: Sendable, Hashable {
  /// Whether every prediction is read so; else only arrays of floating-point numbers and files for each class.
  public var isDeclared = false
  /// The axes of arrays, as NumPy counts them: of c, z, y, x. "yx" for two if nil.
  public var axes: String?
  /// What makes probabilities of the numbers.
  public var activation = Activation.none
  /// With one class: a voxel is the object's above this probability.
  public var threshold = 0.5

  public init() {}

  /// Whether predictions can be read so, by the first that is an array: its axes have to be known.
  ///
  /// - Throws: `ScoreError` of kind usage, before anything is scored.
  public func check(_ pairing: Pairing) throws(ScoreError) {
    guard axes == nil, let array = pairing.cases.lazy.compactMap(\.prediction).first(where: \.isArray),
      let header = try? NPYFile(array.files[0]).header, header.shape.count != 2,
      isDeclared || header.type.isFloatingPoint
    else { return }
    throw ScoreError(
      .usage,
      "\(array.path) has \(header.shape.count) axes, \(header.shape); say what they are: --axes cyx, zyx or the like"
    )
  }

  /// Whether a prediction holds no labels.
  func applies(to source: MaskSource) throws(MaskFileError) -> Bool {
    if isDeclared || !source.channels.isEmpty { return true }
    return source.isArray ? try NPYFile(source.files[0]).header.type.isFloatingPoint : false
  }
}

extension SoftReading {
  /// As it stands in the settings of a result.
  var json: JSONValue {
    .members([
      "probabilities": .bool(isDeclared), "axes": axes.map { .string($0) },
      "activation": .string(activation.rawValue), "threshold": .number(threshold),
    ])
  }

  init(_ json: JSONValue) throws(ScoreError) {
    isDeclared = json["probabilities"]?.truth ?? false
    axes = json["axes"]?.text
    if let name = json["activation"]?.text {
      guard let activation = Activation(rawValue: name) else {
        throw ScoreError(.usage, "settings: soft.activation cannot be '\(name)'")
      }
      self.activation = activation
    }
    if let threshold = json["threshold"] {
      guard let threshold = threshold.double, threshold >= 0, threshold < 1 else {
        throw ScoreError(.usage, "settings: soft.threshold must be a probability below 1")
      }
      self.threshold = threshold
    }
  }
}
