/// How the files were read, in lines for people.
struct DecodingReport {
  let settings: ScoreSettings
  let formats: [Side: Set<SideFormat>]

  /// The sides whose rule nobody gave.
  let inferred: Set<Side>

  /// One line for both sides if they are read alike, else one for each.
  var readings: [Diagnosis] {
    let lines = Side.allCases.map { (side: $0, text: describe($0)) }
    if lines[0].text == lines[1].text {
      return [Diagnosis(kind(.prediction), "both sides: \(lines[0].text)")]
    }
    return lines.map { Diagnosis(kind($0.side), "\($0.side.rawValue): \($0.text)") }
  }

  /// Reading grey values and indices as they stand is no inference worth a line of its own.
  private func kind(_ side: Side) -> Diagnosis.Kind {
    let isPlain =
      settings[decoding: side] == .labels && (formats[side] ?? []).allSatisfy { $0.kind != .colour }
    return inferred.contains(side) && !isPlain ? .decision : .reading
  }

  private func describe(_ side: Side) -> String {
    let names = Set((formats[side] ?? []).map(\.description)).sorted().joined(separator: ", ")
    let source = names.isEmpty ? "nothing read" : names
    let relabelling = settings.relabelling(of: side)
    let meaning =
      switch settings[decoding: side] ?? .labels {
      case .labels:
        if settings.palette == .colour && side == .prediction && names.contains("palette") {
          "looked up by colour in the reference's palette"
        } else if names.contains("RGB colours") {
          "with R = G = B everywhere, read as grey values"
        } else {
          "as labels"
        }
      case .white: "0/255 against 0/1, read as one binary label: 255 is 1"
      case .otherPalette: "looked up in the \(side.other.rawValue)'s palette"
      case .colourMap: "through the colour map"
      case .rgbIDs: "as ids, colours as r + 256 g + 65536 b"
      case .nonzero: "1 where above 0"
      case .zero: "1 where 0 (a black object)"
      case .above(let value): "1 where above \(value)"
      }
    let changes = relabelling.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(
      separator: ",")
    return "\(source) \(meaning)" + (changes.isEmpty ? "" : ", relabelled \(changes)")
  }

  /// What may surprise about these readings.
  var notes: [Diagnosis] { binarizedPalettes + indicesAgainstValues }

  /// Binarizing goes by index, which surprises where the palette's first colour is not black.
  private var binarizedPalettes: [Diagnosis] {
    Side.allCases.compactMap { side in
      guard settings[decoding: side]?.isBinarization == true else { return nil }
      let odd = (formats[side] ?? []).first { $0.kind == .palette && $0.palette.first?.packed != 0 }
      return odd.map {
        Diagnosis(
          .warning,
          "\(side.rawValue): palette files are binarized by index, and index 0 is \($0.palette[0]), not black"
        )
      }
    }
  }

  /// Right more often than not, but two ways of writing labels are compared.
  private var indicesAgainstValues: [Diagnosis] {
    guard Side.allCases.allSatisfy({ settings[decoding: $0] == .labels }) else { return [] }
    let kinds = Side.allCases.map { side in Set((formats[side] ?? []).map(\.kind)) }
    guard kinds == [[.palette], [.grey]] || kinds == [[.grey], [.palette]] else { return [] }
    return [Diagnosis(.note, "palette indices on one side are compared with grey values on the other")]
  }
}
