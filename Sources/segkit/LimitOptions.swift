import ArgumentParser
import SegmentationKit

/// How large the files may be that are read.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most voxels a mask may have, whatever its file claims. Default: \(ReadingLimits.standardVoxels). Free memory is a limit, too.",
      valueName: "n"))
  var maxVoxels: Int?

  @Option(
    help: ArgumentHelp(
      "The most that packed data may unpack to, as a multiple of its size. Default: \(ReadingLimits.standardExpansion), more than gzip, ZIP and PNG can.",
      valueName: "n"))
  var maxExpansion: Int?

  /// Sets the limits of the process.
  ///
  /// - Throws: `ScoreError` of kind usage.
  func apply() throws(ScoreError) {
    if let maxVoxels {
      guard (1...1 << 40).contains(maxVoxels) else {
        throw ScoreError(.usage, "--max-voxels: \(maxVoxels) is not from 1 to \(1 << 40)")
      }
      ReadingLimits.voxels = maxVoxels
    }
    if let maxExpansion {
      guard (1...1 << 30).contains(maxExpansion) else {
        throw ScoreError(.usage, "--max-expansion: \(maxExpansion) is not from 1 to \(1 << 30)")
      }
      ReadingLimits.expansion = maxExpansion
    }
  }
}
