import CDecodeLoops
import MaskIO

/// Masks of two folders, paired by relative path and held in memory as they stand in the files.
struct MaskPairs {
  /// One file: its path, its bytes, and its compressed pixels alone.
  struct File {
    let path: String
    let bytes: [UInt8]
    let idat: [UInt8]
    let voxels: Int
    /// Bytes that `idat` inflates to: the rows, each with the number of its filter.
    let inflated: Int
  }

  /// Prediction, reference, prediction, reference…
  let files: [File]
  /// One more than the largest value of any mask.
  let labels: Int
  /// For each pair, the voxels where both masks agree: what every other tool must find too.
  let agreeing: [Int]

  var count: Int { files.count / 2 }
  var voxels: Int { stride(from: 0, to: files.count, by: 2).reduce(0) { $0 + files[$1].voxels } }

  init(predictions: String, references: String) throws {
    let names = try FolderListing(references).masks
    let given = Set(try FolderListing(predictions).masks)
    guard !names.isEmpty else { throw MaskFileError(path: references, "no masks (*.png) in this folder") }
    var (files, agreeing, largest) = ([File](), [Int](), 0)
    var (prediction, reference) = ([UInt8](), [UInt8]())
    for name in names {
      guard given.contains(name) else { throw MaskFileError(path: predictions, "no prediction for \(name)") }
      let pair = [try File(predictions + "/" + name), try File(references + "/" + name)]
      guard pair[0].voxels == pair[1].voxels else {
        throw MaskFileError(path: pair[0].path, "not of the size of its reference")
      }
      try pair[0].decode(into: &prediction)
      try pair[1].decode(into: &reference)
      largest = max(largest, Int(prediction.max() ?? 0), Int(reference.max() ?? 0))
      agreeing.append(zip(prediction, reference).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) })
      files += pair
    }
    (self.files, self.agreeing, labels) = (files, agreeing, largest + 1)
  }
}

extension MaskPairs.File {
  init(_ path: String) throws(MaskFileError) {
    var loaded = FileBytes()
    try loaded.load(path)
    let bytes = loaded.withBytes { Array($0) }
    guard let header = try? bytes.withUnsafeBytes({ try PNGReader.header(of: $0) }) else {
      throw MaskFileError(path: path, "not a PNG file")
    }
    let isIndexed = header.colourType == .grey || header.colourType == .palette
    guard header.bitDepth == 8, isIndexed, !header.isInterlaced else {
      throw MaskFileError(path: path, "the benchmark takes grey or palette masks of 8 bits, not interlaced")
    }
    let idat = [UInt8](unsafeUninitializedCapacity: bytes.count) { room, count in
      count = loops_collect(bytes, bytes.count, room.baseAddress)
    }
    self.init(
      path: path, bytes: bytes, idat: idat, voxels: header.width * header.height,
      inflated: (header.width + 1) * header.height)
  }

  /// The pixels, into memory that grows as needed and holds exactly them.
  fileprivate func decode(into pixels: inout [UInt8]) throws(MaskFileError) {
    if pixels.count != voxels { pixels = [UInt8](repeating: 0, count: voxels) }
    guard loops_decode(bytes, bytes.count, &pixels, pixels.count) == voxels else {
      throw MaskFileError(path: path, "libpng cannot decode it")
    }
  }
}
