import MaskIO

/// Finds where in the files of a mask a number stands that could not become a label.
///
/// Counting forgets places; this reads the files again, which only a faulty case costs.
enum FaultLocator {
  /// What is wrong, with file, row and column, and the remedy.
  static func error(_ fault: SideDecoder.Fault, number: UInt32, in source: MaskSource) -> MaskFileError {
    let (path, place) = find(number, in: source)
    let at = place.map { " at row \($0.row), column \($0.column)" } ?? ""
    let reason =
      switch fault {
      case .unnamedColour(let colour):
        "colour \(colour)\(at) is not in the colour map; add it to its labels "
          + "(black as \"0\": [0,0,0]) or to its ignore list"
      case .colourWithoutRule(let colour):
        "colour \(colour)\(at), and nothing says which label it is; say --colour-map FILE or --rgb-ids"
      case .colourNotInPalette(let colour):
        "colour \(colour)\(at) is not in the other side's palette; say --colour-map FILE"
      case .colourTwiceInPalette(let colour):
        "colour \(colour)\(at) has several indices in the other side's palette; say --colour-map FILE"
      case .fractional:
        "numbers with fractions\(fraction(in: source).map { ", such as \($0)," } ?? "") are no labels; say --binarize nonzero or "
          + "above:V, or save whole numbers"
      case .deepColour: "16-bit colours are no labels; say --binarize nonzero, or convert the file"
      case .greyBeyondColours(let value):
        "grey value \(value)\(at) is no colour of 8 bits; the colour map cannot name it"
      }
    return MaskFileError(path: path, reason)
  }

  private static func fraction(in source: MaskSource) -> Double? {
    var reader = SliceReader()
    guard (try? reader.open(source, soft: nil)) != nil, (try? reader.read(0)) != nil else { return nil }
    return reader.plane.fraction
  }

  private static func find(_ number: UInt32, in source: MaskSource) -> (String, (row: Int, column: Int)?) {
    var reader = SliceReader()
    guard (try? reader.open(source, soft: nil)) != nil else { return (source.path, nil) }
    for slice in 0..<reader.count {
      guard (try? reader.read(slice)) != nil else { continue }
      let plane = reader.plane
      for index in 0..<plane.count where plane[index] == number {
        return (reader.path(slice), (index / plane.header.width, index % plane.header.width))
      }
    }
    return (source.path, nil)
  }
}
