import TextFormats

/// What one lesion of the reference is, and which lesions count (BraTS from 2023 on).
public struct LesionRule: Sendable, Hashable {
  /// How many times the reference is dilated, by the voxels that share a face or an edge, before its connected components
  /// (over corners) are told apart: what grows together is one lesion, and a prediction that reaches into it belongs to it.
  /// Below 0 it counts as 0.
  public var dilation: Int
  /// Lesions of the reference of this volume or less are left out; in the spacing's unit to the power of three (of two for
  /// images), voxels where there is none.
  public var ignoredVolume: Double

  /// - Parameters:
  ///   - dilation: from 0 to 100.
  ///   - ignoredVolume: 0 or more.
  public init(dilation: Int, ignoredVolume: Double) {
    (self.dilation, self.ignoredVolume) = (dilation, ignoredVolume)
  }

  /// As for gliomas: dilated three times, lesions of 50 mm³ or less left out.
  public static let standard = LesionRule(dilation: 3, ignoredVolume: 50)

  /// Reads `dilation=3,above=50`; what is not named stays standard; nil for anything else.
  public init?(named text: String) {
    self = .standard
    for part in text.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else { return nil }
      switch sides[0].filter({ $0 != " " }) {
      case "dilation":
        guard let times = Int(sides[1]), 0...100 ~= times else { return nil }
        dilation = times
      case "above":
        guard let volume = Double(decimal: sides[1]), volume >= 0, volume.isFinite else { return nil }
        ignoredVolume = volume
      default: return nil
      }
    }
  }

  /// As it is read.
  public var name: String { "dilation=\(dilation),above=\(Decimals.plain(ignoredVolume))" }
}
