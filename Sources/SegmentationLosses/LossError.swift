import Autodiff

/// What can be wrong with a loss, its arrays, or the values in them.
public enum LossError: Error, Equatable, Sendable, CustomStringConvertible {
  case badLayout(axes: String, extents: [Int], reason: String)
  case wrongCount(array: String, layout: String, expected: Int, actual: Int)
  case layoutsDiffer(array: String, layout: String, expected: String)
  /// A value that the array may not hold. `place` names its position along each axis.
  case valueOutside(array: String, value: Double, place: String, allowed: String)
  /// The value is not a number for this input: 0/0, where nothing is smoothed.
  case undefinedValue(loss: String)
  case badParameter(loss: String, reason: String)
  /// A loss by name that cannot be read.
  case badSpecification(String, reason: String)
  /// A formula that cannot be read, and the number of letters before the place.
  case badFormula(String, position: Int, reason: String)
  case expression(loss: String, AutodiffError)
  /// The loss needs more memory than the process may take: how much, and whose limit it is.
  case insufficientMemory(loss: String, reason: String)

  public var description: String {
    switch self {
    case .badLayout(let axes, let extents, let reason): "layout \"\(axes)\" \(extents): \(reason)"
    case .wrongCount(let array, let layout, let expected, let actual):
      "\(array): layout \(layout) needs \(expected) elements, and there are \(actual)"
    case .layoutsDiffer(let array, let layout, let expected):
      "\(array): layout \(layout) where \(expected) is needed"
    case .valueOutside(let array, let value, let place, let allowed):
      "\(array): \(value) at \(place) is not \(allowed)"
    case .undefinedValue(let loss):
      "\(loss): the value is not a number for this input; a smoothing above 0 gives empty masks a value"
    case .badParameter(let loss, let reason): "\(loss): \(reason)"
    case .badSpecification(let text, let reason): "loss \(text.shortened): \(reason.shortened)"
    case .badFormula(let text, let position, let reason):
      "expression: \(reason.shortened)\n\(Self.pointing(at: position, in: text))"
    case .expression(let loss, let error): "\(loss): \(error)"
    case .insufficientMemory(let loss, let reason): "\(loss.shortened): \(reason)"
    }
  }
}

extension LossError {
  /// The text, or what stands around the place in a long one, with a mark below.
  private static func pointing(at position: Int, in text: String) -> String {
    let letters = Array(text)
    let (before, after) = (max(0, position - 60), min(letters.count, position + 60))
    guard letters.count > 160, before <= after else {
      return "  \(text)\n  \(String(repeating: " ", count: position))^"
    }
    let start = before > 0 ? "…" : ""
    let part = start + String(letters[before..<after]) + (after < letters.count ? "…" : "")
    let space = String(repeating: " ", count: position - before + start.count)
    return "  \(part)\n  \(space)^ letter \(position + 1)"
  }
}

extension String {
  /// As it is, or the beginning of a long one.
  fileprivate var shortened: String {
    count <= 2_000 ? self : "\(prefix(200))… (\(count) letters)"
  }
}
