// What presets of several libraries share.
import Autodiff

extension LossInput {
  /// The axes of these positions in the caller's array, negative ones from its end; everything if none are given.
  func axes(_ positions: [Double]?) -> Axes {
    guard let positions else { return .all }
    let axes = positions.compactMap { position -> Axes? in
      guard let index = Int(exactly: position) else { return nil }
      let own = index < 0 ? index + callerAxes.count : index
      return callerAxes.indices.contains(own) ? .at(callerAxes[own]) : nil
    }
    guard axes.count == positions.count, let first = axes.first else {
      return .at(-1 - prediction.shape.rank)
    }
    return axes.dropFirst().reduce(first, +)
  }

  /// Probabilities over their sum, clipped away from 0 and 1.
  func renormalized(clippedBy epsilon: Double) -> Expression {
    clip(prediction / sum(prediction, .classes), Expression(epsilon), Expression(1 - epsilon))
  }

  /// −log σ(x) of positives and −log(1 − σ(x)) of negatives.
  var logisticEntropy: Expression { softplus(-raw) + raw * (1 - target) }

  /// A factor for each class of the prediction, or one for all.
  func factors(_ values: [Double], _ loss: String) -> Expression {
    if values.count == 1 { return Expression(values[0]) }
    return classWeights(values, loss: loss) ?? 1
  }
}

extension LibraryArrays {
  /// The last axis is the class; what is left of each site has none.
  static func channelsLast(_ target: Target) -> LibraryArrays {
    LibraryArrays(classes: .last, target: target, keepsClasses: false)
  }
  /// Axis 1 is the class.
  static func channelsFirst(_ target: Target) -> LibraryArrays {
    LibraryArrays(classes: .first, target: target)
  }
  /// All elements are alike.
  static let elements = LibraryArrays(classes: .none, target: .same)
}
