import Foundation

/// Where the files that tests read stand.
public enum TestFiles {
  /// The package's folder.
  public static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path()

  /// A file or folder below `fixtures/`.
  public static func fixture(_ name: String) -> String { package + "fixtures/" + name }

  /// A file or folder of the real images that stand beside a checkout on some machines; nil where they do not.
  public static func realData(_ name: String) -> String? {
    let path = package + "../shared/data/" + name
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
