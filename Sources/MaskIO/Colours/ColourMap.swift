import LabelMaps
import TextFormats

/// Which colour stands for which label, for colour-coded masks.
public struct ColourMap: Sendable, Hashable {
  /// The label of each colour, by r + 256 g + 65536 b.
  public let labels: [UInt32: UInt32]
  /// Colours of voxels that count nowhere.
  public let ignored: Set<UInt32>
  /// Names the file gives the labels, if it does.
  public let names: [UInt32: String]

  public init(labels: [UInt32: UInt32], ignored: Set<UInt32> = [], names: [UInt32: String] = [:]) {
    self.labels = labels
    self.ignored = ignored
    self.names = names
  }

  /// Reads `{"labels": {"1": [128,0,0], …}, "ignore": [[224,224,192]]}` or CVAT's `labelmap.txt`.
  ///
  /// - Throws: `MaskFileError` naming the place and the remedy.
  public init(contentsOf path: String) throws(MaskFileError) {
    let text = try FileBytes.text(contentsOf: path)
    do {
      if text.first(where: { !$0.isWhitespace }) == "{" {
        self = try Self.json(text)
      } else {
        self = try Self.labelmap(text)
      }
    } catch { throw MaskFileError(path: path, error) }
  }

  /// Reads the JSON form.
  public static func json(_ text: String) throws(ColourMapError) -> ColourMap {
    guard let document = try? JSONValue(parsing: text) else { throw unexpected }
    return try ColourMap(json: document)
  }

  /// Reads the JSON form out of a document that holds it.
  package init(json document: JSONValue) throws(ColourMapError) {
    guard let entries = document["labels"]?.members else { throw Self.unexpected }
    var labels: [UInt32: UInt32] = [:]
    guard !entries.isEmpty else { throw .malformed("no label in this file; name at least one") }
    // Sorted by key as they were read, so that an error is the same each time.
    for entry in entries {
      let channels = try Self.channels(entry.value)
      guard let label = UInt32(entry.key) else {
        throw .malformed("label '\(entry.key)' is no whole number of 0 or more")
      }
      try Self.add(label, for: try Self.colour(channels), to: &labels)
    }
    var ignored: Set<UInt32> = []
    if let listed = document["ignore"] {
      guard let colours = listed.elements else { throw Self.unexpected }
      for colour in colours { ignored.insert(try Self.colour(try Self.channels(colour))) }
    }
    if let both = ignored.first(where: { labels[$0] != nil }) {
      throw .malformed("colour \(RGB(packed: both)) is a label and ignored; leave it out of one")
    }
    var names: [UInt32: String] = [:]
    if let listed = document["names"] {
      guard let members = listed.members else { throw Self.unexpected }
      for member in members {
        guard let label = UInt32(member.key) else { throw .malformed("names: '\(member.key)' is no label") }
        guard let name = member.value.text else { throw Self.unexpected }
        names[label] = name
      }
    }
    self.init(labels: labels, ignored: ignored, names: names)
  }

  private static let unexpected = ColourMapError.malformed(
    "not the JSON expected: {\"labels\": {\"1\": [128,0,0]}, \"ignore\": [[224,224,192]]}")

  private static func channels(_ value: JSONValue) throws(ColourMapError) -> [Int] {
    guard let elements = value.elements else { throw unexpected }
    return try elements.map { (element) throws(ColourMapError) -> Int in
      guard case .integer(let channel) = element else { throw unexpected }
      return Int(channel)
    }
  }

  /// Reads CVAT's text form, `name:r,g,b:parts:actions` a line; `background` is label 0, the other names
  /// are numbered from 1 in their order.
  public static func labelmap(_ text: String) throws(ColourMapError) -> ColourMap {
    var labels: [UInt32: UInt32] = [:]
    var names: [UInt32: String] = [:]
    var next: UInt32 = 1
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 1, !fields[0].isEmpty, let colour = packed(numbers(fields[1])) else {
        throw .malformed(
          "line \(number + 1): cannot read '\(line)'; expected name:r,g,b:parts:actions with r, g, b from 0 to 255"
        )
      }
      let isBackground = fields[0] == "background"
      let label = isBackground ? 0 : next
      if !isBackground { next += 1 }
      names[label] = String(fields[0])
      try add(label, for: colour, to: &labels)
    }
    guard !labels.isEmpty else {
      throw .malformed("no label in this file; expected name:r,g,b:parts:actions a line")
    }
    return ColourMap(labels: labels, names: names)
  }

  private static func add(_ label: UInt32, for colour: UInt32, to labels: inout [UInt32: UInt32])
    throws(ColourMapError)
  {
    if let other = labels[colour] {
      throw .malformed(
        "colour \(RGB(packed: colour)) stands for label \(other) and label \(label); leave one")
    }
    labels[colour] = label
  }

  /// Numbers divided by commas, nil in the place of anything that is none.
  private static func numbers(_ text: Substring) -> [Int?] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.trimmed) }
  }

  /// The colour of three channels from 0 to 255; nil for anything else.
  private static func packed(_ channels: [Int?]) -> UInt32? {
    let bytes = channels.compactMap { $0.flatMap { UInt8(exactly: $0) } }
    return bytes.count == 3 && channels.count == 3 ? RGB(bytes[0], bytes[1], bytes[2]).packed : nil
  }

  private static func colour(_ channels: [Int]) throws(ColourMapError) -> UInt32 {
    guard let colour = packed(channels) else {
      throw .malformed("\(channels) is no colour; write three numbers from 0 to 255")
    }
    return colour
  }
}

/// What is wrong with a colour map.
public enum ColourMapError: Error, Equatable, CustomStringConvertible {
  case malformed(String)

  public var description: String {
    switch self {
    case .malformed(let reason): "colour map: \(reason)"
    }
  }
}
