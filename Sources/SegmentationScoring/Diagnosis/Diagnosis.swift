/// Something a user should know about a run. None of it changes a score.
public struct Diagnosis: Sendable, Hashable {
  /// How much it weighs.
  public enum Kind: String, Sendable {
    /// How files were read, as they say themselves or the user did.
    case reading
    /// How files were read, where it had to be inferred.
    case decision
    /// Something that may be as intended.
    case note
    /// Something that is probably wrong, with the flag that mends it; `--strict` fails on these.
    case hint
    /// Something that is wrong and was worked around; `--strict` fails on these.
    case warning
  }

  public var kind: Kind
  public var text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Whether it tells how files were read.
  public var isReading: Bool { kind == .reading || kind == .decision }

  /// Whether `--strict` fails on it.
  public var isStrict: Bool { kind == .hint || kind == .warning }
}
