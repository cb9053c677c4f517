/// Why the bytes of a file are not read as a PNG image, or an image not written as one.
package enum PNGError: Error, Equatable, CustomStringConvertible {
  case empty
  case notPNG(looksLike: String?)
  case truncatedHeader
  /// The header asks for more than the file could hold or this reader allows.
  case tooLarge(String)
  /// What libpng said.
  case invalid(String)
  case indexBeyondPalette(index: Int, paletteCount: Int)

  package var description: String {
    switch self {
    case .empty: "the file is empty; write it again"
    case .notPNG(let kind?): "not a PNG but \(kind); save the mask as PNG, or name the right file"
    case .notPNG(nil): "not a PNG file (it does not begin with the PNG signature)"
    case .truncatedHeader: "the file ends inside the PNG header; copy or write it again"
    case .tooLarge(let why): why
    case .invalid(let reason): "damaged or invalid PNG: \(reason); write or copy the file again"
    case .indexBeyondPalette(let index, let count):
      "damaged PNG: it uses palette index \(index), but its palette ends at \(count - 1); write the file again"
    }
  }
}
