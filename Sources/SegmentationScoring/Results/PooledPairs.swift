import SegmentationMetrics

/// Every pair of labels of a run, from which numbers over all cases follow.
public struct PooledPairs: Sendable {
  /// Of the cases that were compared.
  public var compared = JointHistogram()
  /// The reference's voxels in scored cases without a usable prediction, all of them without a predicted label.
  public var unread = JointHistogram()
  /// Pairs whose reference label is ignored, of the cases that were compared; none where all labels are ids of one class.
  public var ignored = JointHistogram()
  /// Of the reference's objects, where labels are ids of classes.
  package var coverage = ReferenceCoverage()

  public init() {}
}
