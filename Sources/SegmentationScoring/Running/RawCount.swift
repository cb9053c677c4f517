import LabelMaps
import MaskIO
import SegmentationMetrics

/// A case counted as its files have it: before anyone decided which number is which label.
struct RawCount: Sendable {
  var histogram = JointHistogram()
  var formats: [Side: SideFormat] = [:]
  var shape: VoxelShape
  /// Voxels a mask left out.
  var masked: UInt64 = 0
  /// What the files or a file beside them say about the size of voxels.
  var ownSpacing: Spacing?
  /// What a user should know about where the volumes lie.
  var notes: [Diagnosis] = []
  /// What was measured of shapes, read as this case alone lets foresee.
  var shapes: CaseShapes?

  /// The numbers that occur in a side's files.
  func numbers(of side: Side) -> Set<UInt32> {
    Set(side == .prediction ? histogram.entries.map(\.prediction) : histogram.entries.map(\.reference))
  }
}

/// What became of a case.
enum CaseOutcome: Sendable {
  case counted(RawCount)
  /// The prediction is missing or cannot be used: only the reference counted, against itself.
  case referenceOnly(RawCount, MaskFileError?)
  /// The reference or the mask cannot be used.
  case failed(MaskFileError)
  /// Left out on request.
  case skipped
}

extension RawCount {
  /// The same case with the reference in both places.
  var referenceAlone: RawCount {
    var alone = self
    alone.histogram = JointHistogram(
      histogram.references.map { .init(prediction: $0.key, reference: $0.key, count: $0.value) })
    return alone
  }
}
