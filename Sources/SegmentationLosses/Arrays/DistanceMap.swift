// The distances that some losses weigh sites with: given, or made from prediction and target.
import DistanceTransform

/// A distance for each site and class, in the prediction's layout.
public struct DistanceMap<Scalar: LossScalar>: Sendable {
  public let values: [Scalar]
  public let layout: Layout

  /// - Throws: `LossError.wrongCount`. The values are checked when a loss reads them.
  public init(_ values: [Scalar], _ layout: Layout) throws(LossError) {
    guard values.count == layout.count else {
      throw .wrongCount(
        array: "distance", layout: layout.description, expected: layout.count, actual: values.count)
    }
    (self.values, self.layout) = (values, layout)
  }

  /// The map of a kind, exact, of each class of each sample.
  ///
  /// - Parameters:
  ///   - target: 1 where a class is, for each place of the layout's memory.
  ///   - prediction: the class's probability there; read by `.hausdorff` alone.
  ///   - spacing: from a voxel to the next along z, y and x, as many as the layout has; voxels if not given.
  /// - Precondition: the layout's elements, and 32 bytes more for each of its sites, fit into memory.
  /// - Throws: `LossError.badParameter` for a spacing that is not one.
  public init(
    _ kind: DistanceMapKind, _ layout: Layout, spacing: [Double]? = nil, target: (Int) -> Double,
    prediction: (Int) -> Double
  ) throws(LossError) {
    let names = layout.axes.filter { "zyx".contains($0) }
    if let spacing, spacing.count != names.count || !spacing.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw .badParameter(
        loss: "distances", reason: "spacing \(spacing) must be \(names.count) numbers above 0, along \(names)"
      )
    }
    self.layout = layout
    var values = [Scalar](repeating: 0, count: layout.count)
    // The first site of each sample and class, and each site from there.
    let groups = layout.places(along: layout.axes.filter { !names.contains($0) })
    let sites = layout.places(along: names)
    let transform = SquaredDistanceTransform(extents: names.map { layout[$0] }, spacing: spacing)
    for group in groups {
      let objects = sites.map { target(group + $0) > 0.5 }
      let map: [Double]
      switch kind {
      case .signed: map = Self.signed(objects, transform)
      case .inverse: map = Self.inverse(objects, transform)
      case .hausdorff(let exponent):
        let found = sites.map { prediction(group + $0) > 0.5 }
        map = zip(Self.field(objects, transform), Self.field(found, transform)).map {
          raised($0, exponent) + raised($1, exponent)
        }
      }
      for (site, value) in zip(sites, map) { values[group + site] = Scalar(value) }
    }
    self.values = values
  }

  /// The distance to the object outside it; inside, that to the background less 1, negative.
  private static func signed(_ object: [Bool], _ transform: SquaredDistanceTransform) -> [Double] {
    guard object.contains(true), object.contains(false) else { return object.map { _ in 0 } }
    let outside = transform { object[$0] }
    let inside = transform { !object[$0] }
    return object.indices.map { object[$0] ? 1 - inside[$0].squareRoot() : outside[$0].squareRoot() }
  }

  /// The distance to the other side.
  private static func field(_ object: [Bool], _ transform: SquaredDistanceTransform) -> [Double] {
    guard object.contains(true), object.contains(false) else { return object.map { _ in 0 } }
    let outside = transform { object[$0] }
    let inside = transform { !object[$0] }
    return object.indices.map { (object[$0] ? inside[$0] : outside[$0]).squareRoot() }
  }

  private static func inverse(_ object: [Bool], _ transform: SquaredDistanceTransform) -> [Double] {
    let distances = field(object, transform)
    let most = distances.max() ?? 0
    return most > 0 ? distances.map { (most - $0) / most } : distances
  }
}

private func raised(_ x: Double, _ exponent: Double) -> Double {
  if exponent == 2 { return x * x }
  return exponent == 1 ? x : power(x, exponent)
}
