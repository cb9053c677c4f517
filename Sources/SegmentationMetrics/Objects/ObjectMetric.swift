/// A number about whole objects: whether they were found, and how well.
public enum ObjectMetric: String, Sendable, Hashable, CaseIterable {
  /// RQ · SQ (Kirillov et al. 2019).
  case panopticQuality = "pq"
  /// TP / (TP + FP/2 + FN/2), the F1 of objects.
  case recognitionQuality = "rq"
  /// The mean IoU of the pairs.
  case segmentationQuality = "sq"
  /// TP / (TP + FP/2 + FN/2), as lesion studies call it.
  case lesionF1 = "lesion-f1"
  /// TP / (TP + FP).
  case lesionPrecision = "lesion-precision"
  /// TP / (TP + FN).
  case lesionRecall = "lesion-recall"
  /// The mean Dice of all objects of either side, paired one to one, 0 for one without partner.
  case lesionDice = "lesion-dice"
  /// The mean Dice of the pairs.
  case matchedDice = "matched-dice"
  case truePositives = "objects-tp"
  case falsePositives = "objects-fp"
  case falseNegatives = "objects-fn"
  case predicted = "objects-pred"
  case referenced = "objects-ref"

  /// Its formula.
  public var formula: String {
    switch self {
    case .panopticQuality: "panoptic quality: sum of the pairs' IoU / (TP + FP/2 + FN/2), over objects"
    case .recognitionQuality: "recognition quality: TP/(TP + FP/2 + FN/2), over objects"
    case .segmentationQuality: "segmentation quality: mean IoU of the pairs"
    case .lesionF1: "F1 of objects: 2TP/(2TP + FP + FN)"
    case .lesionPrecision: "TP/(TP + FP), over objects"
    case .lesionRecall: "TP/(TP + FN), over objects"
    case .lesionDice: "mean Dice over all objects of either side, 0 for one without partner"
    case .matchedDice: "mean Dice of the pairs"
    case .truePositives: "objects paired"
    case .falsePositives: "predicted objects without partner"
    case .falseNegatives: "reference objects without partner"
    case .predicted: "objects in the prediction"
    case .referenced: "objects in the reference"
    }
  }

  /// The value; 0/0 is NaN.
  public func value(_ objects: ObjectTally) -> Double {
    let tp = Double(objects.truePositives)
    let (fp, fn) = (Double(objects.falsePositives), Double(objects.falseNegatives))
    switch self {
    case .panopticQuality: return objects.iouSum / (tp + fp / 2 + fn / 2)
    case .recognitionQuality, .lesionF1: return tp / (tp + fp / 2 + fn / 2)
    case .segmentationQuality:
      // Where objects were missed or invented, none paired is no "no data".
      return tp == 0 ? (fp + fn > 0 ? 0 : .nan) : objects.iouSum / tp
    case .lesionPrecision: return tp / (tp + fp)
    case .lesionRecall: return tp / (tp + fn)
    case .lesionDice: return objects.diceSum / (tp + fp + fn)
    case .matchedDice: return tp == 0 ? (fp + fn > 0 ? 0 : .nan) : objects.diceSum / tp
    case .truePositives: return tp
    case .falsePositives: return fp
    case .falseNegatives: return fn
    case .predicted: return tp + fp
    case .referenced: return tp + fn
    }
  }

  /// Whether it counts objects: then there is no worst value but what an empty prediction gives.
  public var isCount: Bool {
    switch self {
    case .truePositives, .falsePositives, .falseNegatives, .predicted, .referenced: true
    default: false
    }
  }
}
