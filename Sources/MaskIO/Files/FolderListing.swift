/// The files below a folder, in natural order.
public struct FolderListing: Sendable {
  /// Paths relative to the folder, with `/` between folders.
  public var masks: [String] = []
  /// Files of other kinds, so that nothing is passed over in silence.
  public var others: [String] = []

  /// Lists a folder and what lies below it. Hidden masks (`._name.png`) count as other files; other hidden
  /// files and folders (`.name`, `__MACOSX`) are left out.
  ///
  /// - Throws: `MaskFileError` for a folder that cannot be listed.
  public init(_ folder: String) throws(MaskFileError) {
    try list(folder, prefix: "", inside: [])
    masks.sort(by: NaturalOrder.precedes)
    others.sort(by: NaturalOrder.precedes)
  }

  /// Whether a file is hidden by its name.
  public static func isHidden(_ path: String) -> Bool {
    path.split(separator: "/").last?.hasPrefix(".") ?? false
  }

  /// Whether a name is that of a mask file this module reads.
  public static func isMask(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".png") || name.hasSuffix(".npy") || VolumeFile.isVolume(name)
  }

  /// A mask's name without its extension: `case.nii.gz` is `case`.
  public static func stem(_ name: String) -> String {
    if let end = VolumeFile.extensions.filter({ name.lowercased().hasSuffix($0) }).max(by: {
      $0.count < $1.count
    }) {
      return String(name.dropLast(end.count))
    }
    guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return name }
    return String(name[..<dot])
  }

  /// Whether a file holds the voxels of a volume whose header is among the others.
  private static func isCompanion(_ name: String, of names: Set<String>) -> Bool {
    VolumeFile.companions.contains { end, headers in
      name.lowercased().hasSuffix(end) && headers.contains { names.contains(name.dropLast(end.count) + $0) }
    }
  }

  /// - Parameter ancestors: the folders on the way here; a link back to one of them has no end.
  private mutating func list(
    _ folder: String, prefix: String, inside ancestors: Set<FolderIdentity>
  ) throws(MaskFileError) {
    guard let identity = FolderIdentity(folder) else { throw MaskFileError(path: folder, code: errno) }
    guard !ancestors.contains(identity) else { return }
    var folders: [String] = []
    let entries = try Self.entries(folder)
    let names = Set(entries.map { $0.name })
    for (name, isFolder) in entries {
      if isFolder {
        folders.append(name)
      } else if Self.isMask(name), !Self.isHidden(name) {
        masks.append(prefix + name)
      } else if !SpacingSidecar.isSidecar(name), !Self.isCompanion(name, of: names) {
        others.append(prefix + name)
      }
    }
    for name in folders {
      try list(folder + "/" + name, prefix: prefix + name + "/", inside: ancestors.union([identity]))
    }
  }

  private static func entries(_ folder: String) throws(MaskFileError) -> [(name: String, isFolder: Bool)] {
    guard let directory = opendir(folder) else { throw MaskFileError(path: folder, code: errno) }
    defer { closedir(directory) }
    var entries: [(String, Bool)] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name == "__MACOSX" || Self.isHidden(name) && !Self.isMask(name) { continue }
      var isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      if entry.pointee.d_type == UInt8(DT_LNK) || entry.pointee.d_type == UInt8(DT_UNKNOWN) {
        isFolder = FileKind(folder + "/" + name) == .folder
      }
      entries.append((name, isFolder))
    }
    return entries
  }
}

/// A folder whatever path leads to it.
private struct FolderIdentity: Hashable {
  private let device: dev_t
  private let node: ino_t

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, node) = (status.st_dev, status.st_ino)
  }
}

/// What stands at a path; links are followed.
public enum FileKind: Sendable {
  case file
  case folder
  case nothing

  public init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .nothing
      return
    }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}
