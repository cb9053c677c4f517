/// The numbers of the whole confusion matrix that semantic segmentation of images is ranked by.
public struct ConfusionSummary: Sendable, Equatable {
  /// Voxels with the right label, of all counted.
  public let pixelAccuracy: Double
  /// Mean recall over the labels that occur in the reference, background included.
  public let meanAccuracy: Double
  /// As `meanAccuracy`, over the labels other than background.
  public let meanAccuracyForeground: Double
  /// Mean IoU over labels that occur on either side, background left out.
  public let meanIoU: Double
  /// As `meanIoU`, background included.
  public let meanIoUWithBackground: Double
  /// IoU weighted by how often each label occurs in the reference, background included.
  public let frequencyWeightedIoU: Double

  /// - Parameters:
  ///   - counts: pooled counts of every label, background included.
  ///   - background: the label of the background, if there is one.
  ///   - total: all counted voxels.
  public init(_ counts: [UInt32: OverlapCounts], background: UInt32?, total: UInt64) {
    let all = counts.sorted { $0.key < $1.key }
    let foreground = all.filter { $0.key != background }
    let correct = UInt64.saturatingSum(all.lazy.map(\.value.truePositives))
    pixelAccuracy = Double(correct) / Double(total)
    meanAccuracy = all.map { OverlapMetric.recall.value($0.value) }.meanOfDefined
    meanAccuracyForeground = foreground.map { OverlapMetric.recall.value($0.value) }.meanOfDefined
    meanIoU = foreground.map { OverlapMetric.iou.value($0.value) }.meanOfDefined
    meanIoUWithBackground = all.map { OverlapMetric.iou.value($0.value) }.meanOfDefined
    var weighted = 0.0
    for (_, counts) in all where counts.referenced > 0 {
      weighted += Double(counts.referenced) * OverlapMetric.iou.value(counts)
    }
    frequencyWeightedIoU = weighted / Double(UInt64.saturatingSum(all.lazy.map(\.value.referenced)))
  }
}
