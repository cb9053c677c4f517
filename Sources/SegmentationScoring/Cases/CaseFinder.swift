import MaskIO

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
    self.folder = FileName.withoutSlash(folder)
    self.side = side
    self.pattern = pattern
  }

  func find() throws -> Found {
    let listing = try FolderListing(folder)
    var found = Found()
    found.others = listing.others.map { folder + "/" + $0 }
    if let classFiles = pattern.classFiles, side == .prediction {
      let parts = try NamePattern(classFiles, groups: 2, flag: "--class-files").groups(of: listing.masks)
      try findClassFiles(listing.masks, parts, &found)
    } else if let stack = pattern.stack {
      let parts = try NamePattern(stack, groups: 2, flag: "--stack").groups(of: listing.masks)
      try findFlatStacks(listing.masks, parts, &found)
    } else if pattern.volumes {
      try findVolumes(listing.masks, &found)
    } else {
      try add(listing.masks.map { (FolderListing.stem($0), .image(folder + "/" + $0)) }, &found)
    }
    return found
  }

  private func findVolumes(_ names: [String], _ found: inout Found) throws {
    var slices: [String: [String]] = [:]
    // An array or a volume file is a volume by itself.
    var cases = names.filter(isWhole).map { name in
      (name: FolderListing.stem(name), source: MaskSource.image(folder + "/" + name))
    }
    for name in names where !isWhole(name) {
      slices[FileName.folder(of: name) ?? "", default: []].append(name)
    }
    for (caseFolder, names) in slices {
      // Slices beside folders of slices are strays; slices alone are one volume, the folder itself.
      guard !caseFolder.isEmpty || slices.count == 1 else {
        found.others += names.map { folder + "/" + $0 }
        continue
      }
      let path = caseFolder.isEmpty ? folder : folder + "/" + caseFolder
      do throws(MaskFileError) {
        cases.append(
          (
            caseFolder.isEmpty ? Self.folderItself : caseFolder,
            try .volume(path, slices: names.map { folder + "/" + $0 })
          ))
      } catch {
        found.faults.append(error)
      }
    }
    try add(cases, &found)
  }

  private func findFlatStacks(
    _ names: [String], _ parts: [NamePattern.Groups?], _ found: inout Found
  ) throws {
    var slices: [String: [(number: Int, file: String)]] = [:]
    for (name, parts) in zip(names, parts) {
      guard let parts, let id = parts[0], let slice = parts[1] else {
        found.others.append(folder + "/" + name)
        continue
      }
      guard let number = Int(slice) else {
        found.faults.append(
          MaskFileError(
            path: folder + "/" + name, "--stack: the slice group matches '\(slice)', which is no number"))
        continue
      }
      slices[id, default: []].append((number, folder + "/" + name))
    }
    var cases: [(name: String, source: MaskSource)] = []
    for (id, slices) in slices {
      let ordered = slices.sorted { $0.number < $1.number }
      do throws(MaskFileError) {
        let source = try MaskSource.volume(
          folder + "/" + id, slices: ordered.map(\.file), numbers: ordered.map(\.number))
        cases.append((id, source))
      } catch {
        found.faults.append(error)
      }
    }
    try add(cases, &found)
  }

  private func findClassFiles(
    _ names: [String], _ parts: [NamePattern.Groups?], _ found: inout Found
  ) throws {
    /// By case and class: the slices, numbered where the pattern has a third group.
    var channels: [String: [Int: [(number: Int, file: String)]]] = [:]
    var hasSlices = false
    for (name, parts) in zip(names, parts) {
      let path = folder + "/" + name
      guard let parts, let id = parts[0], let label = parts[1] else {
        found.others.append(path)
        continue
      }
      hasSlices = parts.count > 2
      let slice = hasSlices ? parts[2] ?? "" : "0"
      guard let number = Int(label), number >= 0, let slice = Int(slice) else {
        found.faults.append(
          MaskFileError(path: path, "--class-files: the groups after the case must match numbers"))
        continue
      }
      channels[id, default: [:]][number, default: []].append((slice, path))
    }
    var cases: [(name: String, source: MaskSource)] = []
    for (id, channels) in channels {
      let path = folder + "/" + id
      do throws(MaskFileError) {
        let sources = try channels.sorted { $0.key < $1.key }.map { (number, files) throws(MaskFileError) in
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
        cases.append((id, labels == [1] ? sources[0] : .classes(path, channels: sources)))
      } catch {
        found.faults.append(error)
      }
    }
    try add(cases, &found)
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

  /// Adds cases under the names that suffix and pattern leave of theirs.
  private func add(_ cases: [(name: String, source: MaskSource)], _ found: inout Found) throws {
    let suffix = side == .prediction ? pattern.predictionSuffix : pattern.referenceSuffix
    var named: [(id: String, source: MaskSource)] = []
    for (name, source) in cases {
      guard let id = Self.stem(of: name, without: suffix) else {
        found.others.append(source.path)
        continue
      }
      named.append((id, source))
    }
    if let match = pattern.match {
      let parts = try NamePattern(match, groups: 1, flag: "--match").groups(of: named.map(\.id))
      for (place, parts) in parts.enumerated() {
        if let id = parts?[0] {
          add(id, named[place].source, &found)
        } else {
          found.others.append(named[place].source.path)
        }
      }
      return
    }
    for (id, source) in named { add(id, source, &found) }
  }

  private func add(_ id: String, _ source: MaskSource, _ found: inout Found) {
    if let other = found.sources[id] {
      found.faults.append(
        MaskFileError(
          path: source.path, "\(other.path) is the \(side.rawValue) of case '\(id)' too; rename or remove one"
        ))
      return
    }
    found.sources[id] = source
  }

  /// A name without the end that only one side has; nil if it does not have it.
  private static func stem(of name: String, without suffix: String) -> String? {
    guard !suffix.isEmpty else { return name }
    return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
  }

  private func isWhole(_ name: String) -> Bool { NPYFile.isArray(name) || VolumeFile.isVolume(name) }
}
