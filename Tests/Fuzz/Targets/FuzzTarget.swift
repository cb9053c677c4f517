// What hostile bytes are thrown at: one target for each reader and parser of the package.
import Foundation
import SegmentationKit

/// A reader or parser, as something that takes bytes and must neither end the process nor contradict itself.
///
/// The fuzzer calls `run` with bytes of its own, the tests with every file under `fixtures/fuzz/` that once was a finding, and with
/// the seeds.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case png
  case pngMask = "png-mask"
  case npy
  case npz
  case nifti
  case niftiGzip = "nifti-gzip"
  case metaImage = "meta-image"
  case labels
  case labelsFile = "labels-file"
  case manifest
  case colourMap = "colour-map"
  case expression
  case lossName = "loss-name"
  case metricName = "metric-name"
  case settings
  case records
  case table
  case fileName = "file-name"

  /// Reads the bytes as the target does.
  ///
  /// - Returns: whether they were accepted.
  @discardableResult
  public func run(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .png, .pngMask, .npy, .npz, .nifti, .niftiGzip, .metaImage: readVoxels(bytes)
    case .labels, .labelsFile, .manifest, .colourMap, .settings, .records, .table, .fileName: readText(bytes)
    case .expression, .lossName, .metricName: readNames(bytes)
    }
  }

  /// A property that does not hold.
  static func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
  }

  /// Puts bytes into a file of that name, and calls `body` with its path.
  static func withFile<Result>(_ name: String, _ bytes: [UInt8], _ body: (String) -> Result) -> Result {
    let path = folder + "/" + name
    if !FileManager.default.createFile(atPath: path, contents: Data(bytes)) {
      // The folder is made with the first file, and again after `removeFiles`.
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      require(
        FileManager.default.createFile(atPath: path, contents: Data(bytes)), "cannot write \(path)")
    }
    return body(path)
  }

  /// In memory where there is such a folder: the disk would be the slowest part.
  private static let folder: String = {
    let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    return "\(base)/segkit-fuzz-\(getpid())"
  }()

  /// Removes the files of this process.
  public static func removeFiles() { try? FileManager.default.removeItem(atPath: folder) }
}
