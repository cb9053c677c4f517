import MaskIO
internal import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where peers find the arrays that segkit works on, and leave theirs; gone with this object.
final class PeerFiles {
  let prediction: String
  let target: String
  let distance: String
  let result: String
  let shape: [Int]
  private let folder: String

  init<Target>(
    _ predictions: AlignedNumbers<Float>, _ targets: AlignedNumbers<Target>,
    distances: AlignedNumbers<Float>? = nil, shape: [Int]
  ) throws {
    folder = FileManager.default.temporaryDirectory.path + "/segkit-benchmark-\(getpid())"
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw MaskFileError(path: folder, code: errno) }
    (prediction, target, result) = (folder + "/prediction", folder + "/target", folder + "/result")
    distance = folder + "/distance"
    self.shape = shape
    try predictions.save(to: prediction)
    try targets.save(to: target)
    try distances?.save(to: distance)
  }

  deinit {
    for file in [prediction, target, distance, result] { unlink(file) }
    rmdir(folder)
  }
}
