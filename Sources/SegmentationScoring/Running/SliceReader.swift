import LabelMaps
import MaskIO

/// Reads the slices of one side of a case one after another, whatever holds them: PNG files, an array of labels, or
/// probabilities, whose labels are those of the most probable classes.
struct SliceReader {
  private var file = FileBytes()
  private(set) var plane = MaskPlane()
  private var source = MaskSource.image("")
  private var contents = Contents.files
  private(set) var count = 0
  private(set) var isVolume = false

  private enum Contents {
    case files
    case array(LabelArray)
    case volume(VolumeFile)
    case labels(ProbableLabels)
  }

  /// Makes a mask ready to be read; of an array or of probabilities all is read at once.
  ///
  /// - Parameter soft: how probabilities are read; nil where there can be none.
  mutating func open(_ source: MaskSource, soft: SoftReading?) throws(MaskFileError) {
    self.source = source
    if let soft, try soft.applies(to: source) {
      let labels = try ProbableLabels(source, soft)
      (contents, count, isVolume) = (.labels(labels), labels.slices, labels.isVolume)
    } else if source.isArray {
      let array = try LabelArray(NPYFile(source.files[0]))
      (contents, count, isVolume) = (.array(array), array.slices, array.isVolume)
    } else if source.isVolumeFile {
      take(try VolumeFile(contentsOf: source.files[0]))
    } else {
      (contents, count, isVolume) = (.files, source.files.count, source.isVolume)
    }
  }

  private mutating func take(_ volume: VolumeFile) {
    (contents, count, isVolume) = (.volume(volume), volume.slices, volume.isVolume)
  }

  /// Where the voxels lie, if the file says so.
  var geometry: VolumeGeometry? { if case .volume(let volume) = contents { volume.geometry } else { nil } }

  /// The extents of a volume file: slices, rows, columns.
  var volumeShape: [Int]? {
    if case .volume(let volume) = contents { [volume.slices, volume.rows, volume.columns] } else { nil }
  }

  /// Turns the axes of a volume to those of another; whether they run along each other.
  mutating func reorient(to geometry: VolumeGeometry) -> Bool {
    guard case .volume(let volume) = contents, let turned = volume.reoriented(to: geometry) else {
      return false
    }
    take(turned)
    return true
  }

  /// Whether the labels are made of probabilities.
  var isSoft: Bool { if case .labels = contents { true } else { false } }

  /// Reads a slice into `plane`.
  mutating func read(_ slice: Int) throws(MaskFileError) {
    switch contents {
    case .array(let array): array.load(slice, into: &plane)
    case .volume(let volume): volume.load(slice, into: &plane)
    case .labels(let labels): labels.load(slice, into: &plane)
    case .files:
      let path = source.files[slice]
      if NPYFile.isArray(path) {
        let array = try LabelArray(NPYFile(path))
        guard array.slices == 1 else {
          throw MaskFileError(path: path, "a volume where a slice belongs; save rows and columns")
        }
        return array.load(0, into: &plane)
      }
      try plane.read(path, through: &file)
    }
  }

  /// The file that a slice is in.
  func path(_ slice: Int) -> String {
    if case .files = contents { source.files[slice] } else { source.path }
  }

  /// Lets go of what was read at once.
  mutating func close() { contents = .files }
}
