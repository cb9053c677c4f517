// A library in one version: its losses by its own names, with its own defaults.

/// The losses of another library, in one version, as it computes them.
public struct LibraryPreset: Sendable {
  /// As it is asked for: `monai-1.6`.
  public let name: String
  /// The library and its version.
  public let title: String
  /// Its classes and functions, by its own names.
  public let entries: [LossEntry]

  init(_ name: String, _ title: String, _ entries: [LossEntry]) {
    (self.name, self.title, self.entries) = (name, title, entries)
  }

  /// Every library there is.
  public static let all: [LibraryPreset] = [
    monai15, monai16, keras315, kerasHead, smp06, kornia09, optax, nnunet2, torchmetrics, junqiangchen,
  ]

  /// The preset of a name, `nil` if there is none.
  public static func named(_ name: String) -> LibraryPreset? {
    all.first { $0.name == name.lowercased() }
  }

  /// The loss of a class's name, or of the name that we have for what it is like.
  public func entry(_ name: String) -> LossEntry? {
    let wanted = Self.plain(name)
    return entries.first { Self.plain($0.name) == wanted } ?? entries.first { Self.plain($0.like) == wanted }
  }

  /// Without regard to case, hyphens and underscores.
  static func plain(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != "-" }
  }
}
