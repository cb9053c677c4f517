import Foundation
import MaskIO

/// A temporary folder of tiny masks, removed with the value that owns it.
public final class MetricsMaskFolder: Sendable {
  /// Its path, without a slash at the end.
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "/segkit-metrics-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file or folder in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes an 8-bit grey image of one row.
  @discardableResult
  public func grey(_ name: String, _ row: [UInt8]) throws -> String {
    try write(name, .uint8(row), PNGHeader(width: row.count, height: 1))
  }

  /// Writes a 16-bit grey image of one row.
  @discardableResult
  public func deepGrey(_ name: String, _ row: [UInt16]) throws -> String {
    try write(name, .uint16(row), PNGHeader(width: row.count, height: 1, bitDepth: 16))
  }

  /// Writes an image of one row of palette indices.
  @discardableResult
  public func palette(_ name: String, _ row: [UInt8], _ palette: [RGB]) throws -> String {
    try write(
      name, .uint8(row), PNGHeader(width: row.count, height: 1, colourType: .palette, palette: palette))
  }

  /// Writes an RGB image of one row.
  @discardableResult
  public func rgb(_ name: String, _ row: [RGB]) throws -> String {
    try write(
      name, .uint8(row.flatMap { [$0.red, $0.green, $0.blue] }),
      PNGHeader(width: row.count, height: 1, colourType: .rgb))
  }

  /// Writes any bytes.
  @discardableResult
  public func bytes(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let path = file(name)
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// Writes text.
  @discardableResult
  public func text(_ name: String, _ text: String) throws -> String { try bytes(name, text.utf8) }

  private func write(_ name: String, _ samples: PNGReader.Samples, _ header: PNGHeader) throws -> String {
    try bytes(name, PNGWriter.encode(samples, header, compression: 1))
  }
}
