import MaskIO
import TextFormats

/// What one file of a mask holds, whatever its format.
package enum FileInspection: Sendable {
  case image(MaskInspection)
  case array(ArrayInspection)
  case volume(VolumeInspection)

  package init(_ path: String) {
    if NPYFile.isArray(path) {
      self = .array(ArrayInspection(path))
    } else {
      self = VolumeFile.isVolume(path) ? .volume(VolumeInspection(path)) : .image(MaskInspection(path))
    }
  }

  package var path: String {
    switch self {
    case .image(let image): image.path
    case .array(let array): array.path
    case .volume(let volume): volume.path
    }
  }
  package var error: String? {
    switch self {
    case .image(let image): image.error
    case .array(let array): array.error
    case .volume(let volume): volume.error
    }
  }
  package var hint: String? {
    switch self {
    case .image(let image): image.hint
    case .array(let array): array.hint
    case .volume: nil
    }
  }
  package var labelCounts: [UInt32: UInt64] {
    switch self {
    case .image(let image): image.labelCounts
    case .array(let array): array.values
    case .volume(let volume): volume.values
    }
  }
  /// Its extents, for comparing files; nil if it cannot be read.
  var size: String? {
    switch self {
    case .image(let image): image.header.map { "\($0.height)×\($0.width)" }
    case .array(let array): array.header.map { $0.shape.map(String.init).joined(separator: "×") }
    case .volume(let volume): volume.size
    }
  }
  package var json: JSONValue {
    switch self {
    case .image(let image): image.json
    case .array(let array): array.json
    case .volume(let volume): volume.json
    }
  }
  package var text: String {
    switch self {
    case .image(let image): image.text
    case .array(let array): array.text
    case .volume(let volume): volume.text
    }
  }
  func line(name: String) -> String {
    switch self {
    case .image(let image): image.line(name: name)
    case .array(let array): array.line(name: name)
    case .volume(let volume): volume.line(name: name)
    }
  }
}
