import MaskIO

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where peers find the arrays that segkit works on, and leave theirs; gone with this object.
final class PeerFiles {
  let prediction: String
  let target: String
  let result: String
  let shape: [Int]
  private let folder: String

  init<Target>(
    _ predictions: AlignedNumbers<Float>, _ targets: AlignedNumbers<Target>, shape: [Int]
  ) throws {
    folder = FileManager.default.temporaryDirectory.path + "/segkit-benchmark-\(getpid())"
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw MaskFileError(path: folder, code: errno) }
    (prediction, target, result) = (folder + "/prediction", folder + "/target", folder + "/result")
    self.shape = shape
    try predictions.save(to: prediction)
    try targets.save(to: target)
  }

  deinit {
    for file in [prediction, target, result] { unlink(file) }
    rmdir(folder)
  }
}
