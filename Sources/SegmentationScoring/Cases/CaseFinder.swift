import MaskIO
import _StringProcessing

/// How files become cases.
public struct CasePattern: Sendable, Hashable {
  /// Each sub-folder that holds slices is a case.
  public var volumes = false
  /// A pattern with two groups, case and slice, for slices lying flat in one folder.
  public var stack: String?
  /// A pattern whose first group is the case's name.
  public var match: String?
  /// A pattern with two groups, case and class, or three, case, class and slice, for predictions that have a file of
  /// probabilities for each class.
  public var classFiles: String?
  /// Ends of names that only one side has, before the extension.
  public var predictionSuffix = ""
  public var referenceSuffix = ""

  public init() {}
}

/// One side of the folders to score.
public enum Side: String, Sendable, CaseIterable {
  case prediction
  case reference

  /// The other side.
  public var other: Side { self == .prediction ? .reference : .prediction }
}

/// The cases of one folder, by name.
struct CaseFinder {
  private let folder: String
  private let side: Side
  private let pattern: CasePattern

  /// The cases found, and files that are none.
  struct Found {
    var sources: [String: MaskSource] = [:]
    var others: [String] = []
    /// Names that could not be used, with the reason.
    var faults: [MaskFileError] = []
  }

  /// The name of the case that a folder of slices alone is.
  static let folderItself = "."

  init(_ folder: String, side: Side, pattern: CasePattern) {
    self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.side = side
    self.pattern = pattern
  }

  func find() throws -> Found {
    let listing = try FolderListing(folder)
    var found = Found()
    found.others = listing.others.map { folder + "/" + $0 }
    if let classFiles = pattern.classFiles, side == .prediction {
      try findClassFiles(listing.masks, regex(classFiles, groups: 2, flag: "--class-files"), &found)
    } else if let stack = pattern.stack {
      try findFlatStacks(listing.masks, regex(stack, groups: 2, flag: "--stack"), &found)
    } else if pattern.volumes {
      try findVolumes(listing.masks, &found)
    } else {
      for name in listing.masks { try add(stem(name), .image(folder + "/" + name), &found) }
    }
    return found
  }

  private func findVolumes(_ names: [String], _ found: inout Found) throws {
    var slices: [String: [String]] = [:]
    // An array or a volume file is a volume by itself.
    for name in names where isWhole(name) { try add(stem(name), .image(folder + "/" + name), &found) }
    for name in names where !isWhole(name) {
      slices[folderPart(of: name), default: []].append(name)
    }
    for (caseFolder, names) in slices {
      // Slices beside folders of slices are strays; slices alone are one volume, the folder itself.
      guard !caseFolder.isEmpty || slices.count == 1 else {
        found.others += names.map { folder + "/" + $0 }
        continue
      }
      let path = caseFolder.isEmpty ? folder : folder + "/" + caseFolder
      do {
        try add(
          caseFolder.isEmpty ? Self.folderItself : caseFolder,
          .volume(path, slices: names.map { folder + "/" + $0 }),
          &found)
      } catch let error as MaskFileError {
        found.faults.append(error)
      }
    }
  }

  private func findFlatStacks(_ names: [String], _ regex: Regex<AnyRegexOutput>, _ found: inout Found) throws
  {
    var slices: [String: [(number: Int, file: String)]] = [:]
    for name in names {
      guard let match = try? regex.firstMatch(in: name), match.output.count > 2,
        let id = match.output[1].substring, let slice = match.output[2].substring
      else {
        found.others.append(folder + "/" + name)
        continue
      }
      guard let number = Int(slice) else {
        found.faults.append(
          MaskFileError(
            path: folder + "/" + name, "--stack: the slice group matches '\(slice)', which is no number"))
        continue
      }
      slices[String(id), default: []].append((number, folder + "/" + name))
    }
    for (id, slices) in slices {
      let ordered = slices.sorted { $0.number < $1.number }
      do {
        let source = try MaskSource.volume(
          folder + "/" + id, slices: ordered.map(\.file), numbers: ordered.map(\.number))
        try add(id, source, &found)
      } catch let error as MaskFileError {
        found.faults.append(error)
      }
    }
  }

  private func findClassFiles(_ names: [String], _ regex: Regex<AnyRegexOutput>, _ found: inout Found) throws
  {
    /// By case and class: the slices, numbered where the pattern has a third group.
    var channels: [String: [Int: [(number: Int, file: String)]]] = [:]
    let hasSlices = Self.groupCount(of: pattern.classFiles ?? "") > 2
    for name in names {
      let path = folder + "/" + name
      guard let match = try? regex.firstMatch(in: name), match.output.count > 2,
        let id = match.output[1].substring, let label = match.output[2].substring
      else {
        found.others.append(path)
        continue
      }
      let slice = hasSlices ? match.output[3].substring ?? "" : "0"
      guard let number = Int(label), number >= 0, let slice = Int(slice) else {
        found.faults.append(
          MaskFileError(path: path, "--class-files: the groups after the case must match numbers"))
        continue
      }
      channels[String(id), default: [:]][number, default: []].append((slice, path))
    }
    for (id, channels) in channels {
      let path = folder + "/" + id
      do {
        let sources = try channels.sorted { $0.key < $1.key }.map { number, files in
          try Self.channel(path, number, files.sorted { $0.number < $1.number }, isVolume: hasSlices)
        }
        let labels = channels.keys.sorted()
        // The object alone is one class.
        guard labels == [1] || labels.count > 1 && labels == Array(0..<labels.count) else {
          throw MaskFileError(
            path: path,
            "files for the classes \(labels.map(String.init).joined(separator: ", ")); give every class from 0 "
              + "(the background) on, or class 1 alone")
        }
        try add(id, labels == [1] ? sources[0] : .classes(path, channels: sources), &found)
      } catch let error as MaskFileError {
        found.faults.append(error)
      }
    }
  }

  private static func channel(
    _ path: String, _ number: Int, _ files: [(number: Int, file: String)], isVolume: Bool
  ) throws(MaskFileError) -> MaskSource {
    if isVolume {
      return try .volume("\(path), class \(number)", slices: files.map(\.file), numbers: files.map(\.number))
    }
    guard files.count == 1 else {
      throw MaskFileError(
        path: files[1].file,
        "\(files[0].file) is class \(number) of the same case; a third group of the pattern is the slice")
    }
    return .image(files[0].file)
  }

  private func add(_ name: String, _ source: MaskSource, _ found: inout Found) throws {
    var id = name
    let suffix = side == .prediction ? pattern.predictionSuffix : pattern.referenceSuffix
    if !suffix.isEmpty {
      guard name.hasSuffix(suffix) else {
        found.others.append(source.path)
        return
      }
      id = String(name.dropLast(suffix.count))
    }
    if let match = pattern.match {
      guard let output = try regex(match, groups: 1, flag: "--match").firstMatch(in: id)?.output,
        output.count > 1, let group = output[1].substring
      else {
        found.others.append(source.path)
        return
      }
      id = String(group)
    }
    if let other = found.sources[id] {
      found.faults.append(
        MaskFileError(
          path: source.path, "\(other.path) is the \(side.rawValue) of case '\(id)' too; rename or remove one"
        ))
      return
    }
    found.sources[id] = source
  }

  private func regex(_ pattern: String, groups: Int, flag: String) throws -> Regex<AnyRegexOutput> {
    let regex: Regex<AnyRegexOutput>
    do { regex = try Regex(pattern) } catch {
      throw ScoreError(.usage, "\(flag): '\(pattern)' is no regular expression: \(error)")
    }
    let found = Self.groupCount(of: pattern)
    guard found >= groups else {
      let needed =
        groups == 1 ? "a group ( ) for the case" : "two groups: ( ) for the case and ( ) for the slice"
      throw ScoreError(.usage, "\(flag): '\(pattern)' needs \(needed); it has \(found)")
    }
    return regex
  }

  /// Capturing groups of a pattern that compiles: an alternative to nothing matches everything, and a match
  /// has all groups, found or not.
  private static func groupCount(of pattern: String) -> Int {
    // On a line of its own, so that a comment at the pattern's end does not swallow the parenthesis.
    let optional = try? Regex("(?:" + pattern + "\n)|") as Regex<AnyRegexOutput>
    guard
      let match = try? optional?.firstMatch(in: "")
        ?? (try? Regex("(?:" + pattern + ")|"))?.firstMatch(in: "")
    else { return 0 }
    return match.output.count - 1
  }

  private func isWhole(_ name: String) -> Bool { NPYFile.isArray(name) || VolumeFile.isVolume(name) }

  private func stem(_ name: String) -> String { FolderListing.stem(name) }

  /// The folder part of a relative path, empty for a file at the top.
  private func folderPart(of name: String) -> String {
    name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
  }
}
