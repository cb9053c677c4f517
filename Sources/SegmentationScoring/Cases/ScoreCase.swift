import LabelMaps
import MaskIO

/// A prediction and the reference it is scored against.
public struct ScoreCase: Sendable {
  /// Its name: the path below the folder without extension, or what a pattern or the manifest says.
  public var id: String
  /// nil where there is none and the run goes on without (`--missing`).
  package var prediction: MaskSource?
  package var reference: MaskSource
  /// Voxels where this mask is 0 count nowhere.
  package var mask: MaskSource?
  public var spacing: Spacing?
  /// Columns of a manifest to group by.
  public var groups: [String: String]

  package init(
    id: String, prediction: MaskSource?, reference: MaskSource, mask: MaskSource? = nil,
    spacing: Spacing? = nil,
    groups: [String: String] = [:]
  ) {
    self.id = id
    self.prediction = prediction
    self.reference = reference
    self.mask = mask
    self.spacing = spacing
    self.groups = groups
  }
}

/// What stops a run before or after scoring, with the exit code that belongs to it.
public struct ScoreError: Error, Sendable, CustomStringConvertible {
  /// Why, in the order of precedence.
  public enum Kind: Sendable {
    /// Wrong usage: 2.
    case usage
    /// Files missing, unpaired or ambiguous: 3.
    case pairing
  }

  public let kind: Kind
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
