// What another library's loss becomes here: an expression of that library's raw input, with its activation inside.
import Autodiff

/// A loss of another library, with all of that library's choices.
///
/// It takes any numbers, as that library does: nothing is checked to be a probability.
struct PresetLoss: Loss {
  let name: String
  let domain = LossDomain.reals
  let ownActivation: Activation?
  let distanceMap: DistanceMapKind?
  let takesWeights: Bool
  private let fault: String?
  private let formula: @Sendable (LossInput) -> Expression

  /// - Parameters:
  ///   - fault: why the arguments make no loss, if they do not.
  ///   - formula: the loss, given the prediction after `activation`.
  init(
    _ name: String, activation: Activation = .none, distanceMap: DistanceMapKind? = nil,
    takesWeights: Bool = false, fault: String? = nil, _ formula: @escaping @Sendable (LossInput) -> Expression
  ) {
    (self.name, ownActivation, self.distanceMap) = (name, activation, distanceMap)
    (self.takesWeights, self.fault, self.formula) = (takesWeights, fault, formula)
  }

  /// One of our losses, after an activation.
  init(_ name: String, activation: Activation, fault: String? = nil, _ loss: any Loss) {
    self.init(
      name, activation: activation, distanceMap: loss.distanceMap, takesWeights: loss.takesWeights,
      fault: fault ?? Self.fault(of: loss)
    ) { loss.expression($0) }
  }

  func expression(_ input: LossInput) -> Expression {
    formula(input.activated(by: ownActivation ?? .none))
  }

  func checkParameters() throws(LossError) {
    if let fault { throw .badParameter(loss: name, reason: fault) }
  }

  private static func fault(of loss: any Loss) -> String? {
    do throws(LossError) { try loss.checkParameters() } catch {
      if case .badParameter(_, let reason) = error { return reason }
      return error.description
    }
    return nil
  }
}

extension LossEntry {
  /// An entry for a class or function of another library, under that library's names.
  ///
  /// - Parameters:
  ///   - like: the name of our loss that is nearest.
  ///   - levelWeighting: of the heads of a network, for a loss that is a sum over these.
  static func preset(
    _ name: String, like: String, _ arrays: LibraryArrays, _ parameters: [LossParameter] = [],
    note: String = "", derivatives: DerivativeStatus = .exact,
    make: @escaping @Sendable (LossParameters) -> any Loss,
    levelWeighting: (@Sendable (LossParameters) -> LevelWeighting)? = nil
  ) -> LossEntry {
    LossEntry(
      name, .library, note.isEmpty ? "as \(like)" : note, parameters, source: "", derivatives: derivatives,
      arrays: arrays, like: like, levelWeighting: levelWeighting, make: make)
  }
}
