/// What an object is.
public enum ObjectRule: Sendable, Hashable {
  /// Connected voxels of one label, which is the class.
  case components
  /// All voxels of one label, whether connected or not, all objects being of class 1.
  case ids
  /// The same, the class being the label divided by a number, as Cityscapes' 26001 is the second car (26) under 1000. Labels
  /// below the number are classes that do not tell their objects apart: one object each.
  case idsOfClasses(divisor: UInt32)

  /// Reads `components`, `ids`, or `ids:1000`; nil for anything else.
  public init?(named text: String) {
    switch text.lowercased() {
    case "components": self = .components
    case "ids": self = .ids
    case let text where text.hasPrefix("ids:"):
      guard let divisor = UInt32(text.dropFirst(4)), divisor > 1 else { return nil }
      self = .idsOfClasses(divisor: divisor)
    default: return nil
    }
  }

  /// As it is read.
  public var name: String {
    switch self {
    case .components: "components"
    case .ids: "ids"
    case .idsOfClasses(let divisor): "ids:\(divisor)"
    }
  }

  /// The class of a label that is not background.
  public func objectClass(of label: UInt32) -> UInt32 {
    switch self {
    case .components: label
    case .ids: 1
    // A divisor of 0 divides nothing.
    case .idsOfClasses(let divisor): label < divisor || divisor == 0 ? label : label / divisor
    }
  }
}
