import TextFormats

extension SegmentationMetric {
  /// The metric's full name: every form and surface spelled out, as `hd95.pooled.erosion6`, whatever it was called.
  public func meaning(_ chosen: SurfaceKind) -> String {
    switch self {
    case .overlap(let metric):
      if case .fBeta(let beta) = metric { return "fbeta@\(beta)" }
      return OverlapMetric.catalogue.first { $0.metric == metric }?.name ?? ""
    case .surface(let metric): return metric.name(chosen)
    case .boundary(.boundaryIoU(let width, let form)):
      return (form == .box ? "boundary-iou" : "boundary-iou.border") + "@\(width.number)"
    case .boundary(.boundaryF(let width)): return "boundary-f@\(width.number)"
    case .boundary(.centrelineDice): return "cldice"
    case .boundary(.meanContourDistance): return "mean-contour-distance"
    case .object(let metric, let rule):
      return metric.rawValue + (rule.map { "@\(Decimals.plain($0.threshold))" } ?? "")
    case .lesion(let metric): return metric.name(chosen)
    }
  }

}

extension SurfaceMetric {
  fileprivate func name(_ chosen: SurfaceKind) -> String {
    let kind = "." + (surface ?? chosen).rawValue
    func at(_ tolerance: Double?) -> String { tolerance.map { "@" + Decimals.plain($0) } ?? "" }
    switch quantity {
    case .hausdorff(let percent, let form):
      let suffix = form == .largerDirected ? "" : "." + form.rawValue
      let isDirected = form == .fromPrediction || form == .fromReference
      if percent == 100 { return "hd" + (isDirected ? suffix : "") + kind }
      return percent == 95
        ? "hd95" + suffix + kind : "hd" + suffix + kind + "@" + Decimals.plain(percent)
    case .averagePooled: return "assd" + kind
    case .averageOfMeans: return "masd" + kind
    case .largerMean: return "mhd" + kind
    case .averageFromPrediction: return "asd.pred" + kind
    case .averageFromReference: return "asd.ref" + kind
    case .normalizedSurfaceDice(let tolerance, let form):
      return "nsd" + (form == .pooled ? "" : ".meanfraction") + kind + at(tolerance)
    case .overlapOfPrediction(let tolerance): return "surface-overlap.pred" + kind + at(tolerance)
    case .overlapOfReference(let tolerance): return "surface-overlap.ref" + kind + at(tolerance)
    }
  }
}

extension BoundaryMetric.BandWidth {
  fileprivate var number: String {
    switch self {
    case .voxels(let width): Decimals.plain(width)
    case .ratio(let ratio): "\(ratio)"
    }
  }
}
