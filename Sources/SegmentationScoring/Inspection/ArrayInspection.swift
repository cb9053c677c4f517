import MaskIO
import TextFormats

/// What a NumPy array holds, and how it would be read.
package struct ArrayInspection: Sendable {
  package let path: String
  /// nil if the file cannot be read; `error` then says why.
  package let header: NPYHeader?
  package let error: String?
  package let least, most: Double
  /// How often each number occurs, if all are labels and there are not too many; else empty.
  package let values: [UInt32: UInt64]

  /// Reads a file.
  package init(_ path: String) {
    self.path = path
    do {
      let file = try NPYFile(path)
      let numbers = try file.numbers(as: Double.self)
      header = file.header
      error = nil
      (least, most) = (
        numbers.reduce(.infinity) { $1 < $0 ? $1 : $0 }, numbers.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
      )
      values = Self.counted(numbers)
    } catch {
      (header, self.error, least, most, values) = (nil, error.reason, .nan, .nan, [:])
    }
  }

  private static func counted(_ numbers: [Double]) -> [UInt32: UInt64] {
    var counts: [UInt32: UInt64] = [:]
    for number in numbers {
      guard let label = UInt32(exactly: number) else { return [:] }
      counts[label, default: 0] += 1
      if counts.count > MaskInspection.listedValues { return [:] }
    }
    return counts
  }

  /// How `segkit score` would read the file, in a line.
  package var reading: String {
    guard let header else { return "not at all" }
    if header.type.isFloatingPoint {
      return header.shape.count == 2
        ? "probabilities of one class, as a prediction"
        : "probabilities or logits, as a prediction, with --axes"
    }
    switch header.shape.count {
    case 2: return "labels"
    case 3: return "labels of a volume"
    default: return "not at all: a mask has two or three axes"
    }
  }

  /// What is probably wrong, with what mends it; nil if nothing is.
  package var hint: String? {
    guard let header else { return nil }
    if header.count == 0 { return "there is nothing in it" }
    if header.type.isFloatingPoint, !values.isEmpty, most > 1 {
      return
        "whole numbers saved as \(header.type.rawValue): labels are read from integers; save with astype('uint8')"
    }
    if header.type.isFloatingPoint, least < 0 || most > 1 {
      return "numbers outside [0, 1]: logits? --activation softmax or sigmoid"
    }
    return nil
  }

  private var type: String { (header?.isBigEndian == true ? ">" : "<") + (header?.type.rawValue ?? "") }

  /// The form of `inspect --json`.
  package var json: JSONValue {
    guard let header else {
      return .members(["path": .string(path), "format": .string("npy"), "error": .string(error ?? "")])
    }
    return .members([
      "path": .string(path), "format": .string("npy"),
      "shape": .array(header.shape.map { .integer(Int64($0)) }), "type": .string(type),
      "fortran_order": .bool(header.isFortranOrder), "min": .number(least), "max": .number(most),
      "values": values.isEmpty ? nil : MaskInspection.json(of: values),
      "read_as": .string(reading), "hint": hint.map { .string($0) },
    ])
  }

  /// Some lines for people.
  package var text: String {
    guard let header else { return "\(ShownText.line(path))\n  error      \(error ?? "")\n" }
    var lines = [
      ShownText.line(path), "  shape      \(header.shape)", "  numbers    \(type), from \(least) to \(most)",
      "  read as    \(reading)",
    ]
    lines += MaskInspection.lines(values, of: header.count)
    if let hint { lines.append("  hint       \(hint)") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One line, for a file among others.
  package func line(name: String) -> String {
    guard let header else { return "\(name)  error: \(error ?? "")" }
    let shown =
      values.isEmpty ? "from \(least) to \(most)" : "labels \(MaskInspection.list(values.keys.sorted()))"
    return "\(name)  \(header.shape)  \(type)  \(shown)"
  }
}
