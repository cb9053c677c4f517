import MaskIO
import TextFormats

/// Predictions and references put together, and whatever has no partner.
public struct Pairing: Sendable {
  /// In natural order of their names.
  public var cases: [ScoreCase] = []
  /// References without prediction.
  public var missing: [String] = []
  /// Predictions without reference.
  public var extra: [String] = []
  /// Files that are no masks, or that a pattern does not match, with their side.
  public var passedOver: [String] = []
  /// Names that cannot be used.
  public var faults: [MaskFileError] = []

  public init() {}

  /// Pairs the masks below two folders by name.
  ///
  /// - Throws: `ScoreError` for a faulty pattern, `MaskFileError` for a folder that cannot be listed.
  public init(predictions: String, references: String, pattern: CasePattern) throws {
    let predicted = try CaseFinder(predictions, side: .prediction, pattern: pattern).find()
    let referenced = try CaseFinder(references, side: .reference, pattern: pattern).find()
    for (id, reference) in referenced.sources {
      if let prediction = predicted.sources[id] {
        cases.append(ScoreCase(id: id, prediction: prediction, reference: reference))
      } else {
        cases.append(ScoreCase(id: id, prediction: nil, reference: reference))
        missing.append(id)
      }
    }
    extra = predicted.sources.keys.filter { referenced.sources[$0] == nil }
    passedOver = predicted.others + referenced.others
    faults = predicted.faults + referenced.faults
    sort()
  }

  /// Pairs two files, or two folders of slices.
  public init(prediction: String, reference: String) throws(MaskFileError) {
    let id = FolderListing.stem(FileName.last(of: FileName.withoutSlash(reference)))
    cases = [ScoreCase(id: id, prediction: try .at(prediction), reference: try .at(reference))]
  }

  /// The same pairs in natural order.
  mutating func sort() {
    cases.sort { NaturalOrder.precedes($0.id, $1.id) }
    missing.sort(by: NaturalOrder.precedes)
    extra.sort(by: NaturalOrder.precedes)
  }

  /// What is not scored, so that nothing is passed over in silence. Masks among it are a warning.
  public var diagnoses: [Diagnosis] {
    var found: [Diagnosis] = []
    if !extra.isEmpty {
      found.append(
        Diagnosis(.note, "predictions without reference ignored (--extra ignore): \(Self.some(extra))"))
    }
    let masks = passedOver.filter { FolderListing.isMask($0) && !FolderListing.isHidden($0) }
    let others = passedOver.filter { !FolderListing.isMask($0) || FolderListing.isHidden($0) }
    if !masks.isEmpty {
      found.append(Diagnosis(.warning, "masks that are no part of a case: \(Self.some(masks))"))
    }
    if !others.isEmpty {
      found.append(Diagnosis(.note, "files that are no part of a case: \(Self.some(others))"))
    }
    if let only = cases.first, cases.count == 1, only.id == CaseFinder.folderItself {
      found.append(Diagnosis(.decision, "the two folders hold slices and no folders: each is one volume"))
    }
    return found
  }

  private static func some(_ names: [String]) -> String {
    names.prefix(3).map(ShownText.line).joined(separator: ", ")
      + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }

  /// Why the run cannot go on, nil if it can: unpaired names with the nearest on the other side, doubled names.
  public func refusal(missing policy: MissingPolicy, extra extraPolicy: ExtraPolicy) -> ScoreError? {
    // A stack that cannot be used has no partner either; its fault is the one to mend.
    guard faults.isEmpty else {
      return ScoreError(.pairing, faults.map(\.description).joined(separator: "\n"))
    }
    var lines: [String] = []
    if policy == .refuse, !missing.isEmpty {
      lines.append("\(missing.count) reference\(missing.count == 1 ? "" : "s") without prediction:")
      lines += Self.listed(missing, nearestAmong: extra, else: "go on with --missing skip or --missing worst")
    }
    if extraPolicy == .refuse, !extra.isEmpty {
      lines.append("\(extra.count) prediction\(extra.count == 1 ? "" : "s") without reference:")
      lines += Self.listed(extra, nearestAmong: missing, else: "go on with --extra ignore")
    }
    if !lines.isEmpty, (cases.map(\.id) + extra).allSatisfy({ $0.contains("/") }) {
      lines.append(
        "all files lie in sub-folders: if those are volumes, a folder of slices each, say --volumes")
    }
    if lines.isEmpty, cases.isEmpty {
      let others = passedOver.first.map { " (\(passedOver.count) other files, such as \($0))" } ?? ""
      var text =
        "no masks (.png, .npy, .nii, .nii.gz, .mha, .mhd) to pair\(others); name the folders that hold them"
      if let first = passedOver.first(where: FolderListing.isMask) {
        text =
          "none of \(passedOver.count) files is part of a case, \(first) for one; check --volumes, --stack, --match "
          + "and the suffixes (they stand before .png)"
      }
      lines.append(text)
    }
    return lines.isEmpty ? nil : ScoreError(.pairing, lines.joined(separator: "\n"))
  }

  private static func listed(_ names: [String], nearestAmong others: [String], else remedy: String)
    -> [String]
  {
    let shown = 10
    var lines = names.prefix(shown).map { name in
      let shown = ShownText.line(name)
      guard let nearest = NearestName.of(name, among: others) else { return "  \(shown)" }
      return "  \(shown)   nearest: \(ShownText.line(nearest))"
    }
    if names.count > shown { lines.append("  … and \(names.count - shown) more") }
    if let (left, right) = NearestName.suffixes(names, others) {
      lines.append(
        "  the names differ by an ending: '\(left)' here, '\(right)' there (--prediction-suffix, --reference-suffix)"
      )
    }
    lines.append("  rename the files, or \(remedy)")
    return lines
  }
}

/// What to do about a reference without prediction.
public enum MissingPolicy: String, Sendable, CaseIterable {
  /// Stop before scoring.
  case refuse
  /// Leave the case out, and say so.
  case skip
  /// Give it each metric's worst value.
  case worst
}

/// What to do about a prediction without reference.
public enum ExtraPolicy: String, Sendable, CaseIterable {
  /// Stop before scoring.
  case refuse
  /// Leave it out, and say so.
  case ignore
}
