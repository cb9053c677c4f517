import Foundation
import MaskIO

// Tiny masks.
extension TemporaryFolder {
  /// Writes an 8-bit grey image of one row.
  @discardableResult
  public func grey(_ name: String, _ row: [UInt8]) throws -> String {
    try image(name, .uint8(row), PNGHeader(width: row.count, height: 1))
  }

  /// Writes a 16-bit grey image of one row.
  @discardableResult
  public func deepGrey(_ name: String, _ row: [UInt16]) throws -> String {
    try image(name, .uint16(row), PNGHeader(width: row.count, height: 1, bitDepth: 16))
  }

  /// Writes an image of one row of palette indices.
  @discardableResult
  package func palette(_ name: String, _ row: [UInt8], _ palette: [RGB]) throws -> String {
    try image(
      name, .uint8(row), PNGHeader(width: row.count, height: 1, colourType: .palette, palette: palette))
  }

  /// Writes an RGB image of one row.
  @discardableResult
  package func rgb(_ name: String, _ row: [RGB]) throws -> String {
    try image(
      name, .uint8(row.flatMap { [$0.red, $0.green, $0.blue] }),
      PNGHeader(width: row.count, height: 1, colourType: .rgb))
  }

  private func image(_ name: String, _ samples: PNGReader.Samples, _ header: PNGHeader) throws -> String {
    try bytes(name, PNGWriter.encode(samples, header, compression: 1))
  }
}
