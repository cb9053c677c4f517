import Foundation

/// A folder that is removed with the value's last owner.
public final class TemporaryFolder: Sendable {
  /// Its path, without a slash at the end.
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "segkit-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file or folder in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Copies a fixture set (or part of one) into the folder, under its last name.
  public func copy(_ fixture: String) throws -> String {
    let target = file(String(fixture.split(separator: "/").last ?? "copy"))
    try FileManager.default.copyItem(atPath: TestFiles.fixture(fixture), toPath: target)
    return target
  }

  /// Writes any bytes, making the folders above the file.
  @discardableResult
  public func bytes(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let path = file(name)
    try write(bytes, to: path)
    return path
  }

  /// Writes text, making the folders above the file.
  @discardableResult
  public func text(_ name: String, _ text: String) throws -> String { try bytes(name, text.utf8) }
}

/// Runs `body` with the path of a fresh folder, without a slash at its end, and removes the folder after.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try withExtendedLifetime(folder) { try body(folder.path) }
}

/// Writes bytes to `path`, making the folders above it.
public func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  let url = URL(filePath: path)
  try FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(bytes).write(to: url)
}

/// Writes text to `path`, making the folders above it.
public func write(_ text: String, to path: String) throws { try write(text.utf8, to: path) }

/// The bytes of a file, read without the package.
public func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

/// The names in a folder, hidden ones too.
public func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
