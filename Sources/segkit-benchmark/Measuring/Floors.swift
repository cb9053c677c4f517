import CDecodeLoops
import CLabelKernels
import MaskIO
internal import Platform

/// The least that each part of scoring can cost: plain loops over the files, their memory used again.
final class Floors {
  private let pairs: MaskPairs
  private let labels: Int
  private var prediction: [UInt8]
  private var reference: [UInt8]
  private var table: [UInt64]
  private let noise: (prediction: [UInt8], reference: [UInt8])

  init(_ pairs: MaskPairs, labels: Int) {
    self.pairs = pairs
    self.labels = labels
    let room = pairs.files.reduce(1) { max($0, $1.inflated, $1.bytes.count) }
    prediction = [UInt8](repeating: 0, count: room)
    reference = [UInt8](repeating: 0, count: room)
    table = [UInt64](repeating: 0, count: labels * labels)
    var random = RandomNumbers(seed: 1, index: 0)
    let style = RegionStyle(
      width: pairs.files.reduce(1) { max($0, $1.voxels) }, height: 1, labels: min(labels, 255), blobs: 0,
      sigma: 0)
    noise = (RegionMap.noise(style, random: &random), RegionMap.noise(style, random: &random))
  }

  /// Every file decoded by libpng, from memory into memory.
  func decode() throws -> Elapsed {
    let watch = Stopwatch()
    for file in pairs.files {
      guard loops_decode(file.bytes, file.bytes.count, &prediction, prediction.count) == file.voxels else {
        throw MaskFileError(path: file.path, "libpng cannot decode it")
      }
    }
    return watch.elapsed
  }

  /// The compressed pixels of every file inflated, their filters left in place.
  func inflate() throws -> Elapsed {
    let watch = Stopwatch()
    for file in pairs.files {
      guard loops_inflate(file.idat, file.idat.count, &prediction, prediction.count) == file.inflated else {
        throw MaskFileError(path: file.path, "zlib cannot inflate it")
      }
    }
    return watch.elapsed
  }

  /// Every file opened, read and closed.
  func readFiles() throws -> Elapsed {
    let watch = Stopwatch()
    for file in pairs.files {
      let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw MaskFileError(path: file.path, code: errno) }
      defer { close(descriptor) }
      guard read(descriptor, &prediction, prediction.count) == file.bytes.count else {
        throw MaskFileError(path: file.path, "changed while it was measured")
      }
    }
    return watch.elapsed
  }

  /// The pairs of values of every pair of masks counted, each right after it was decoded.
  func count() -> Elapsed {
    var sum = Elapsed()
    for index in stride(from: 0, to: pairs.files.count, by: 2) {
      let files = (pairs.files[index], pairs.files[index + 1])
      _ = loops_decode(files.0.bytes, files.0.bytes.count, &prediction, prediction.count)
      _ = loops_decode(files.1.bytes, files.1.bytes.count, &reference, reference.count)
      let watch = Stopwatch()
      labels_joint_u8(prediction, reference, files.0.voxels, UInt32(labels), &table)
      sum += watch.elapsed
    }
    return sum
  }

  /// As `count()`, on noise: the worst that masks can be.
  func countNoise() -> Elapsed {
    let watch = Stopwatch()
    for index in stride(from: 0, to: pairs.files.count, by: 2) {
      let voxels = pairs.files[index].voxels
      labels_joint_u8(noise.prediction, noise.reference, voxels, UInt32(labels), &table)
    }
    return watch.elapsed
  }
}
