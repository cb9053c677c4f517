internal import Platform

/// Where a mask comes from: one image, or the slices of a volume in order.
package struct MaskSource: Sendable, Hashable {
  /// The file or folder as the user knows it.
  package let path: String
  /// The image files, outermost axis first.
  package let files: [String]
  package let isVolume: Bool
  /// What the numbers of the slices leave open, for a volume.
  package let missingSlices: String?
  /// The numbers in the slices' names, in order; nil if they have none.
  package let sliceNumbers: [Int]?
  /// The probabilities of each class, from class 0 on, where every class has files of its own; else empty.
  package var channels: [MaskSource] = []

  /// Whether it is a NumPy array, whose shape stands in its file.
  package var isArray: Bool { channels.isEmpty && files.count == 1 && NPYFile.isArray(files[0]) }

  /// Whether it is a volume file, whose shape and geometry stand in its header.
  package var isVolumeFile: Bool { channels.isEmpty && files.count == 1 && VolumeFile.isVolume(files[0]) }

  /// Every file that is read for the mask: its own, the one that holds a header's voxels, and the one that tells the spacing.
  ///
  /// Headers are read; where one cannot be, the file it names is left out, since it will not be read either.
  package var inputFiles: [String] {
    var inputs = files.map { NPYFile.file(of: $0) }
    for path in files where VolumeFile.isVolume(path) {
      if let data = try? VolumeFile.dataPath(contentsOf: path) { inputs.append(data) }
    }
    if let sidecar = SpacingSidecar.path(of: self) { inputs.append(sidecar) }
    return inputs
  }

  /// A 2D image, an array, or a volume file.
  package static func image(_ path: String) -> MaskSource {
    MaskSource(path: path, files: [path], isVolume: false, missingSlices: nil, sliceNumbers: nil)
  }

  /// The probabilities of each class, from class 0 on.
  package static func classes(_ path: String, channels: [MaskSource]) -> MaskSource {
    MaskSource(
      path: path, files: channels.flatMap(\.files), isVolume: channels.contains(where: \.isVolume),
      missingSlices: channels.lazy.compactMap(\.missingSlices).first,
      sliceNumbers: channels.first?.sliceNumbers, channels: channels)
  }

  /// A volume of the slices given.
  ///
  /// - Parameters:
  ///   - slices: the files, in order.
  ///   - numbers: their numbers where a pattern found them; else the last number in each name counts.
  /// - Throws: `MaskFileError` if two slices have the same number, or there are not as many numbers as slices.
  package static func volume(_ path: String, slices: [String], numbers: [Int]? = nil) throws(MaskFileError)
    -> MaskSource
  {
    if let numbers, numbers.count != slices.count {
      throw MaskFileError(
        path: path, "\(numbers.count) numbers for \(slices.count) slices; give one for each")
    }
    let numbers = numbers ?? SliceOrder.numbers(of: slices)
    let finding =
      numbers.map { SliceOrder.finding(numbers: $0, names: slices) } ?? SliceOrder.finding(in: slices)
    var missing: String?
    switch finding {
    case .doubled(let fault): throw MaskFileError(path: path, fault)
    case .missing(let fault): missing = fault
    case nil: break
    }
    return MaskSource(
      path: path, files: slices, isVolume: true, missingSlices: missing, sliceNumbers: numbers)
  }

  /// A folder whose PNG files are the slices of a volume, put into natural order.
  ///
  /// - Throws: `MaskFileError` if it holds no slices, or two with the same number.
  package static func stack(_ folder: String) throws(MaskFileError) -> MaskSource {
    let names = try FolderListing(folder).masks.filter {
      !$0.contains("/") && !NPYFile.isArray($0) && !VolumeFile.isVolume($0)
    }
    guard !names.isEmpty else {
      throw MaskFileError(path: folder, "no PNG slices in this folder; name the folder that holds them")
    }
    let trimmed = FileName.withoutSlash(folder)
    return try volume(folder, slices: names.map { trimmed + "/" + $0 })
  }

  /// What stands at `path`: an image, or a folder of slices.
  package static func at(_ path: String) throws(MaskFileError) -> MaskSource {
    switch FileKind(path) {
    case .file: return .image(VolumeFile.header(ofVoxels: path) ?? path)
    case .folder: return try stack(path)
    case .nothing: throw MaskFileError(path: path, code: ENOENT)
    }
  }
}
