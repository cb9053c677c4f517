import MaskIO

/// What the files of one side of a case are.
package struct SideFormat: Sendable, Hashable {
  package var kind: MaskPlane.Kind
  package var colourType: PNGHeader.ColourType
  package var bitDepth: Int
  /// The colours of the indices, for palette files.
  package var palette: [RGB]
  /// Whether the labels are those of the most probable classes, the files holding probabilities or logits.
  package var isSoft = false

  package init(_ plane: MaskPlane) {
    kind = plane.kind
    colourType = plane.header.colourType
    bitDepth = plane.header.bitDepth
    palette = plane.header.palette
  }

  /// For messages: "8-bit grey values", "palette indices", "RGB colours".
  package var description: String {
    if isSoft { return "probabilities, the most probable class" }
    return switch kind {
    case .grey:
      "\(bitDepth)-bit \(colourType == .grey || colourType == .greyWithAlpha ? "grey" : "RGB (R = G = B)") values"
    case .palette: "palette indices"
    case .colour: "RGB colours"
    case .deepColour: "16-bit RGB colours"
    case .fractional: "numbers with fractions"
    }
  }
}
