/// Which neighbours belong to one object.
public enum Connectivity: String, Sendable, Hashable, CaseIterable {
  /// Over faces: 4 neighbours in an image, 6 in a volume.
  case faces
  /// Over faces and edges: 18 neighbours in a volume (8 in an image).
  case edges
  /// Over faces, edges and corners: 8 neighbours in an image, 26 in a volume.
  case corners

  /// From a number of neighbours: 4 or 6, 18, 8 or 26; nil for any other.
  public init?(neighbours: Int) {
    switch neighbours {
    case 4, 6: self = .faces
    case 18: self = .edges
    case 8, 26: self = .corners
    default: return nil
    }
  }

  /// The number of neighbours in an image and in a volume: `8/26`.
  public var title: String {
    switch self {
    case .faces: "4/6"
    case .edges: "8/18"
    case .corners: "8/26"
    }
  }
}
