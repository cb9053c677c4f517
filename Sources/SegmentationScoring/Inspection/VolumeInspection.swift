import MaskIO
import TextFormats

/// What a volume file holds, and how it would be read.
package struct VolumeInspection: Sendable {
  package let path: String
  /// nil if the file cannot be read; `error` then says why.
  package let volume: VolumeFile?
  package let error: String?
  /// How often each label occurs, if there are not too many; else empty.
  package let values: [UInt32: UInt64]
  private let isFractional: Bool

  /// Reads a file.
  package init(_ path: String) {
    self.path = path
    do throws(MaskFileError) {
      let volume = try VolumeFile(contentsOf: path)
      var plane = MaskPlane()
      var counts: [UInt32: UInt64] = [:]
      for slice in 0..<volume.slices where counts.count <= MaskInspection.listedValues {
        volume.load(slice, into: &plane)
        for index in 0..<plane.count { counts[plane[index], default: 0] += 1 }
      }
      isFractional = plane.kind == .fractional
      values = isFractional || counts.count > MaskInspection.listedValues ? [:] : counts
      self.volume = volume
      error = nil
    } catch {
      (volume, self.error, values, isFractional) = (nil, error.reason, [:], false)
    }
  }

  /// How `segkit score` would read the file, in a line.
  package var reading: String {
    guard let volume else { return "not at all" }
    if isFractional { return "not without --binarize: numbers with fractions" }
    return volume.isVolume ? "labels of a volume" : "labels"
  }

  /// nil if the file does not say.
  private var orientation: String? {
    volume.flatMap { $0.geometry.isOriented ? $0.geometry.letters : nil }
  }

  private var shape: [Int] {
    guard let volume else { return [] }
    return (volume.isVolume ? [volume.slices] : []) + [volume.rows, volume.columns]
  }

  var size: String? { volume.map { _ in shape.map(String.init).joined(separator: "×") } }

  /// The form of `inspect --json`.
  package var json: JSONValue {
    guard let volume else {
      return .members(["path": .string(path), "format": .string("volume"), "error": .string(error ?? "")])
    }
    return .members([
      "path": .string(path), "format": .string(volume.format),
      "shape": .array(shape.map { .integer(Int64($0)) }), "type": .string(volume.element),
      "spacing": .array(volume.geometry.spacing.map { .number($0) }),
      "orientation": orientation.map { .string($0) } ?? .null,
      "origin": .array(volume.geometry.origin.map { .number($0) }),
      "values": values.isEmpty ? nil : MaskInspection.json(of: values),
      "read_as": .string(reading),
    ])
  }

  /// Some lines for people.
  package var text: String {
    guard let volume else { return "\(ShownText.line(path))\n  error      \(error ?? "")\n" }
    let spacing = volume.geometry.spacing.map { Decimals.fixed($0, digits: 4) }.joined(separator: "×")
    var lines = [
      ShownText.line(path), "  format     \(volume.format), \(volume.element)",
      "  shape      \(shape.map(String.init).joined(separator: "×"))",
      "  spacing    \(spacing) mm", "  axes x,y,z \(orientation ?? "not said")",
      "  read as    \(reading)",
    ]
    lines += MaskInspection.lines(values, of: shape.reduce(1, *))
    return lines.map { $0 + "\n" }.joined()
  }

  /// One line, for a file among others.
  package func line(name: String) -> String {
    guard let volume else { return "\(name)  error: \(error ?? "")" }
    return "\(name)  \(size ?? "")  \(volume.element)  labels \(MaskInspection.list(values.keys.sorted()))"
  }
}
