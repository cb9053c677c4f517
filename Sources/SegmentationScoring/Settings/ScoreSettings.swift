import LabelMaps
import MaskIO
import SegmentationMetrics

/// Every choice that a score depends on.
public struct ScoreSettings: Sendable, Hashable {
  /// A metric under the name it was asked by.
  public struct Metric: Sendable, Hashable {
    public var name: String
    public var metric: SegmentationMetric

    /// - Parameter convention: whose meaning the name has; nil for this project's own.
    /// - Throws: `MetricNameError`.
    public init(named name: String, _ convention: Convention? = nil) throws(MetricNameError) {
      self.name = name.lowercased()
      if let convention {
        metric = try convention.metric(named: name)
      } else {
        metric = try SegmentationMetric(named: name)
      }
    }

    /// The metric, if it is one of counts.
    public var overlap: OverlapMetric? { if case .overlap(let metric) = metric { metric } else { nil } }

    /// Its key in results: nnU-Net's for the two it has, else the name it was asked by.
    public var key: String {
      switch name {
      case "dice": "Dice"
      case "iou": "IoU"
      default: name
      }
    }

    init(_ name: String, _ metric: OverlapMetric) {
      self.name = name
      self.metric = .overlap(metric)
    }

    package static let dice = Metric("dice", .dice)
    package static let iou = Metric("iou", .iou)
    static let precision = Metric("precision", .precision)
    static let recall = Metric("recall", .recall)
  }

  public var pattern = CasePattern()
  public var missing = MissingPolicy.refuse
  public var extra = ExtraPolicy.refuse

  /// What to score; nil for the labels found.
  public var labels: LabelScheme?
  /// The label that is not scored unless it is named; nil to score label 0 as any other.
  public var background: UInt32? = 0
  /// Reference labels whose voxels count nowhere.
  public var ignored: [UInt32] = []

  /// How each side is read; nil where it is to be inferred.
  public var predictionDecoding: DecodingRule?
  public var referenceDecoding: DecodingRule?
  public var palette: PaletteChoice?
  public var colourMap: ColourMap?
  public var relabelPrediction: [UInt32: UInt32] = [:]
  public var relabelReference: [UInt32: UInt32] = [:]

  /// In the order they were asked for.
  public var metrics: [Metric] = [.dice, .iou, .precision, .recall]
  public var empty = EmptyPolicy.strict
  /// Whose names and rules these settings began with; nil for this project's own.
  public var convention: Convention?
  /// What metrics of shapes leave open.
  public var shapes = ShapeOptions()
  /// For every case that says nothing else; nil for pixels.
  public var spacing: Spacing?

  /// Losses, as they were asked for: `tversky:alpha=0.3,beta=0.7`.
  public var losses: [String] = []
  /// How predictions are read that hold probabilities or logits.
  public var soft = SoftReading()

  public init() {}

  /// How a side is read; nil where it is to be inferred.
  public subscript(decoding side: Side) -> DecodingRule? {
    get { side == .prediction ? predictionDecoding : referenceDecoding }
    set { if side == .prediction { predictionDecoding = newValue } else { referenceDecoding = newValue } }
  }

  /// Labels whose voxels count nowhere. What a binarized reference ignores are its files' own values, void by its decoder
  /// already; its labels are 0 and 1.
  public var ignoredLabels: [UInt32] { referenceDecoding?.isBinarization == true ? [] : ignored }

  /// The labels to change on a side.
  public func relabelling(of side: Side) -> [UInt32: UInt32] {
    side == .prediction ? relabelPrediction : relabelReference
  }

  /// The metrics every result has, nnU-Net's two first, then those asked for.
  public var reportedMetrics: [Metric] {
    [.dice, .iou] + metrics.filter { $0.name != "dice" && $0.name != "iou" }
  }
}
