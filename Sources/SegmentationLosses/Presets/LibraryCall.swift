// The arrays of one call of a library's loss, put into the order that ours take.
import Autodiff
import SystemLimits

/// How a library's loss is evaluated, as in `Loss.evaluate`.
struct LibrarySettings {
  let spacing: [Double]?
  let want: Wanted
  let curvature: Curvature
  let productLimit: Int
  let probes: Int?
  let threads: Int
}

struct LibraryCall<Scalar: LossScalar> {
  let arrangement: LibraryArrangement
  let prediction: Logits<Scalar>
  private let target: Target
  private let mask: SiteMask?
  private let weights: SiteWeights<Scalar>?

  private enum Target {
    case labels(Labels)
    case soft(SoftTargets<Scalar>)
  }

  init(
    _ library: LibraryLoss, _ prediction: ShapedArray<Scalar>, _ target: ShapedArray<Scalar>,
    mask: ShapedArray<Scalar>?, sampleWeight: ShapedArray<Scalar>?
  ) throws(LossError) {
    let name = library.specification.text
    let arrangement = try library.arrangement(prediction: prediction.shape, target: target.shape)
    self.arrangement = arrangement
    let layout = arrangement.layout
    if let classes = arrangement.predictionClasses {
      self.prediction = try Logits(
        Self.oneHot(
          prediction.values, classes: classes, sites: layout.siteCount, batch: layout.batchCount, name),
        layout)
    } else {
      self.prediction = try Logits(arrangement.arranged(prediction.values), layout)
    }
    let sites = layout.withoutClasses
    var mask = try mask.map { (array) throws(LossError) -> [UInt8] in
      try arrangement.broadcast(array.shape, array.values, name).map { $0 == 0 ? 0 : 1 }
    }
    if arrangement.targetIsLabels {
      guard target.values.count == layout.siteCount else {
        throw .badSpecification(
          name,
          reason: "labels of shape \(target.shape) for a prediction of shape \(prediction.shape)")
      }
      let (labels, ignored) = try Self.labels(target.values, arrangement, name)
      self.target = .labels(try Labels(labels, sites, ignoring: ignored))
    } else {
      let values = try Self.soft(target, arrangement, name)
      if let ignored = arrangement.ignored, values.contains(Scalar(ignored)) {
        guard layout.classCount == 1 else {
          throw .badSpecification(
            name, reason: "elements of a target with several channels cannot be ignored one by one")
        }
        mask = values.indices.map { values[$0] == Scalar(ignored) ? 0 : mask?[$0] ?? 1 }
      }
      self.target = .soft(
        try SoftTargets(
          arrangement.ignored.map { ignored in values.map { $0 == Scalar(ignored) ? 0 : $0 } } ?? values,
          layout))
    }
    self.mask = try mask.map { (values) throws(LossError) in try SiteMask(values, sites) }
    weights = try sampleWeight.map { (array) throws(LossError) in
      try SiteWeights(try arrangement.broadcast(array.shape, array.values, name), sites)
    }
  }

  func evaluate(
    _ loss: any Loss, _ settings: LibrarySettings
  ) throws(LossError) -> LossResult<Scalar> {
    switch target {
    case .labels(let labels):
      try loss.evaluate(
        prediction, labels, mask: mask, weights: weights, spacing: settings.spacing, want: settings.want,
        curvature: settings.curvature, productLimit: settings.productLimit, probes: settings.probes,
        threads: settings.threads)
    case .soft(let soft):
      try loss.evaluate(
        prediction, soft, mask: mask, weights: weights, spacing: settings.spacing, want: settings.want,
        curvature: settings.curvature, productLimit: settings.productLimit, probes: settings.probes,
        threads: settings.threads)
    }
  }

  /// The loss without reduction, in the library's shape.
  func values(_ loss: any Loss, _ spacing: [Double]?) throws(LossError) -> ShapedArray<Double> {
    let found =
      switch target {
      case .labels(let labels):
        try loss.values(prediction, labels, mask: mask, weights: weights, spacing: spacing)
      case .soft(let soft): try loss.values(prediction, soft, mask: mask, weights: weights, spacing: spacing)
      }
    return try arrangement.unreduced(found)
  }

  /// In the caller's order.
  func restored(_ values: [Scalar]?) throws(LossError) -> ShapedArray<Scalar>? {
    try values.map { (values) throws(LossError) in
      try ShapedArray(arrangement.restored(values), shape: arrangement.shape)
    }
  }

  private static func oneHot(
    _ labels: [Scalar], classes: Int, sites: Int, batch: Int, _ name: String
  ) throws(LossError) -> [Scalar] {
    // The classes are a parameter: nothing of their number stands in memory yet.
    let reservation: MemoryReservation
    do throws(InsufficientMemory) {
      reservation = try MemoryReservation(sites, of: classes * MemoryLayout<Scalar>.stride)
    } catch {
      throw .insufficientMemory(loss: name, reason: "\(error) for \(classes) classes; name fewer")
    }
    var values = [Scalar](repeating: 0, count: sites * classes)
    reservation.end()
    let each = sites / batch
    for (site, value) in labels.enumerated() {
      guard let label = Int(exactly: value), (0..<classes).contains(label) else {
        throw .badSpecification(name, reason: "the prediction's label \(value) is not below \(classes)")
      }
      let (sample, place) = site.quotientAndRemainder(dividingBy: each)
      values[(sample * classes + label) * each + place] = 1
    }
    return values
  }

  /// Labels as bytes, and the byte that stands for the ignored one.
  private static func labels(
    _ values: [Scalar], _ arrangement: LibraryArrangement, _ name: String
  ) throws(LossError) -> ([UInt8], ignored: UInt8?) {
    let classes = arrangement.layout.classCount
    var labels: [UInt8] = []
    labels.reserveCapacity(values.count)
    for value in values {
      if let ignored = arrangement.ignored, value == Scalar(ignored) {
        labels.append(255)
        continue
      }
      guard let label = UInt8(exactly: value), label < max(classes, 2) else {
        throw .badSpecification(name, reason: "the target's label \(value) is not below \(max(classes, 2))")
      }
      labels.append(label)
    }
    return (labels, arrangement.ignored == nil ? nil : 255)
  }

  private static func soft(
    _ target: ShapedArray<Scalar>, _ arrangement: LibraryArrangement, _ name: String
  ) throws(LossError) -> [Scalar] {
    let count = arrangement.layout.count
    if target.values.count == count { return arrangement.arranged(target.values) }
    if target.values.count == 1 { return [Scalar](repeating: target.values[0], count: count) }
    throw .badSpecification(
      name, reason: "a target of shape \(target.shape) for a prediction of shape \(arrangement.shape)")
  }
}

extension LibraryArrangement {
  private var isInOrder: Bool { order == Array(order.indices) }

  /// For each place in our order, the place in the caller's.
  private var places: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return order.reduce([0]) { places, axis in
      places.flatMap { place in (0..<shape[axis]).map { place + $0 * strides[axis] } }
    }
  }

  func arranged<Element>(_ values: [Element]) -> [Element] {
    isInOrder ? values : places.map { values[$0] }
  }
  func restored<Element>(_ values: [Element]) -> [Element] {
    if isInOrder { return values }
    var result = values
    for (own, place) in places.enumerated() { result[place] = values[own] }
    return result
  }

  /// The extents of the caller's array without its classes.
  private var siteShape: [Int] { shape.indices.filter { !classAxes.contains($0) }.map { shape[$0] } }

  /// An array for the sites made of a smaller one: axes of extent 1 and those missing at its end are stretched.
  func broadcast<Element>(_ own: [Int], _ values: [Element], _ name: String) throws(LossError) -> [Element] {
    var own = own
    let sites = siteShape
    // A class axis of one is none.
    if own.count == shape.count, let axis = classAxes.first, own[axis] == 1 { own.remove(at: axis) }
    while own.count > sites.count, own.last == 1 { own.removeLast() }
    own += [Int](repeating: 1, count: max(0, sites.count - own.count))
    guard own.count == sites.count, zip(own, sites).allSatisfy({ $0 == $1 || $0 == 1 }) else {
      throw .badSpecification(name, reason: "an array of shape \(own) for sites of shape \(sites)")
    }
    var strides = [Int](repeating: 0, count: own.count)
    var step = 1
    for axis in own.indices.reversed() {
      strides[axis] = own[axis] == 1 ? 0 : step
      step *= own[axis]
    }
    let places = sites.indices.reduce([0]) { places, axis in
      places.flatMap { place in (0..<sites[axis]).map { place + $0 * strides[axis] } }
    }
    return places.map { values[$0] }
  }

  /// What is left without reduction, in the library's shape.
  func unreduced(_ found: LossValues) throws(LossError) -> ShapedArray<Double> {
    if found.values.count == layout.count, keepsClasses || classAxes.isEmpty {
      // Ours are batch, class, space; the layout's order may be another.
      var values = found.values
      for (own, place) in layout.places(along: String(layout.names)).enumerated() {
        values[place] = found.values[own]
      }
      return try ShapedArray(restored(values), shape: shape)
    }
    if found.values.count == layout.siteCount, !keepsClasses {
      return try ShapedArray(found.values, shape: siteShape)
    }
    if found.values.count == 1 { return try ShapedArray(found.values, shape: []) }
    // Sums have extent 1 where they have summed.
    var extents = found.extents
    if !keepsClasses { extents.removeAll { $0 == 1 } }
    while extents.count > shape.count, extents.last == 1 { extents.removeLast() }
    return try ShapedArray(found.values, shape: extents)
  }
}
