internal import Platform

/// The files below a folder, in natural order.
package struct FolderListing: Sendable {
  /// Paths relative to the folder, with `/` between folders.
  package var masks: [String] = []
  /// Files of other kinds, so that nothing is passed over in silence.
  package var others: [String] = []

  /// Lists a folder and what lies below it. Hidden masks (`._name.png`) count as other files; other hidden
  /// files and folders (`.name`, `__MACOSX`) are left out. A folder that several links lead to is visited once, by its own
  /// name if it lies below, else by the first in natural order.
  ///
  /// - Throws: `MaskFileError` for a folder that cannot be listed.
  package init(_ folder: String) throws(MaskFileError) {
    var visited: Set<FileIdentity> = []
    var links: [(folder: String, prefix: String)] = [(folder, "")]
    // Links wait until all else has been listed: what lies below goes by its own name.
    while !links.isEmpty {
      let next = links.removeFirst()
      try list(next.folder, prefix: next.prefix, &visited, &links)
    }
    masks.sort(by: NaturalOrder.precedes)
    others.sort(by: NaturalOrder.precedes)
  }

  /// Whether a file is hidden by its name.
  package static func isHidden(_ path: String) -> Bool {
    FileName.last(of: FileName.withoutSlash(path)).utf8.first == UInt8(ascii: ".")
  }

  /// Whether a name is that of a mask file this module reads.
  package static func isMask(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".png") || name.hasSuffix(".npy") || VolumeFile.isVolume(name)
  }

  /// A mask's name without its extension: `case.nii.gz` is `case`.
  package static func stem(_ name: String) -> String {
    if let end = VolumeFile.extensions.filter({ name.lowercased().hasSuffix($0) }).max(by: {
      $0.count < $1.count
    }) {
      return String(name.dropLast(end.count))
    }
    let last = FileName.last(of: name)
    guard let dot = last.utf8.lastIndex(of: UInt8(ascii: ".")) else { return name }
    return String(decoding: name.utf8.dropLast(last[dot...].utf8.count), as: UTF8.self)
  }

  /// Whether a file holds the voxels of a volume whose header is among the others.
  private static func isCompanion(_ name: String, of names: Set<String>) -> Bool {
    VolumeFile.companions.contains { end, headers in
      name.lowercased().hasSuffix(end) && headers.contains { names.contains(name.dropLast(end.count) + $0) }
    }
  }

  private mutating func list(
    _ folder: String, prefix: String, _ visited: inout Set<FileIdentity>,
    _ links: inout [(folder: String, prefix: String)]
  ) throws(MaskFileError) {
    guard let identity = FileIdentity(folder) else { throw MaskFileError(path: folder, code: errno) }
    guard visited.insert(identity).inserted else { return }
    guard let listed = FileSystem.entries(folder) else { throw MaskFileError(path: folder, code: errno) }
    let entries = listed.filter {
      $0.name != "__MACOSX" && (!Self.isHidden($0.name) || Self.isMask($0.name))
    }.sorted { NaturalOrder.precedes($0.name, $1.name) }
    let names = Set(entries.map(\.name))
    var folders: [String] = []
    for (name, kind) in entries {
      let isLink = kind == UInt8(DT_LNK)
      let isFolder =
        isLink || kind == UInt8(DT_UNKNOWN) ? FileKind(folder + "/" + name) == .folder : kind == UInt8(DT_DIR)
      if isFolder {
        if isLink { links.append((folder + "/" + name, prefix + name + "/")) } else { folders.append(name) }
      } else if Self.isMask(name), !Self.isHidden(name) {
        masks.append(prefix + name)
      } else if !SpacingSidecar.isSidecar(name), !Self.isCompanion(name, of: names) {
        others.append(prefix + name)
      }
    }
    for name in folders {
      try list(folder + "/" + name, prefix: prefix + name + "/", &visited, &links)
    }
  }
}
