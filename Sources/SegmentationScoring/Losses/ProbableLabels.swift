import LabelMaps
import MaskIO
internal import Platform
import SegmentationLosses

/// The label of each voxel of a soft prediction: the most probable class, the lowest of several; of one class, 1 where it is
/// more probable than the threshold, else 0.
struct ProbableLabels {
  let slices, rows, columns: Int
  let isVolume: Bool
  private let labels: [UInt8]

  /// A number that is none of those a prediction may hold.
  private struct Fault {
    let value: Float
    let place: Int
  }

  /// - Throws: `MaskFileError` for numbers that are no probabilities (or no logits), or more than 255 classes.
  init(_ source: MaskSource, _ soft: SoftReading) throws(MaskFileError) {
    let field = try ScalarField<Float>(contentsOf: source, axes: soft.axes)
    guard field["c"] < 256 else {
      throw MaskFileError(
        path: source.path, "\(field["c"]) classes, and a soft prediction may have 255; check --axes")
    }
    guard field["c"] > 1 || soft.activation != .softmax else {
      throw MaskFileError(path: source.path, "softmax of one class is 1 everywhere; say --activation sigmoid")
    }
    (slices, rows, columns) = (field["z"], field["y"], field["x"])
    isVolume = field.isVolume
    let (labels, fault) = Self.labels(field, soft)
    if let fault { throw MaskFileError(path: source.path, Self.reason(fault, field, soft)) }
    self.labels = labels
  }

  private static func labels(
    _ field: ScalarField<Float>, _ soft: SoftReading
  ) -> (labels: [UInt8], fault: Fault?) {
    let range =
      soft.activation == .none
      ? Float(-Float.probabilityTolerance)...Float(1 + Float.probabilityTolerance)
      : -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    let (classes, threshold) = (field["c"], threshold(soft))
    let steps = "zyxc".map { field.step(along: $0) }
    let (rows, columns) = (field["y"], field["x"])
    var labels = [UInt8](repeating: 0, count: field["z"] * rows * columns)
    var fault: Fault?
    field.values.withUnsafeBufferPointer { values in
      for line in 0..<field["z"] * rows {
        var place = line / rows * steps[0] + line % rows * steps[1]
        for index in line * columns..<(line + 1) * columns {
          var (best, label) = (-Float.infinity, 0)
          for number in 0..<classes {
            let value = values[place + number * steps[3]]
            if !range.contains(value), fault == nil {
              fault = Fault(value: value, place: place + number * steps[3])
            }
            if value > best { (best, label) = (value, number) }
          }
          labels[index] = classes == 1 ? (best > threshold ? 1 : 0) : UInt8(label)
          place += steps[2]
        }
      }
    }
    return (labels, fault)
  }

  /// The largest number that is not above the threshold, before the activation.
  private static func threshold(_ soft: SoftReading) -> Float {
    guard soft.activation == .sigmoid else { return Float(soft.threshold) }
    return soft.threshold >= 1 ? .infinity : Float(log(soft.threshold / (1 - soft.threshold)))
  }

  private static func reason(_ fault: Fault, _ field: ScalarField<Float>, _ soft: SoftReading) -> String {
    let place = zip(field.axes, field.extents).map { axis, extent in
      "\(axis) \(fault.place / field.step(along: axis) % extent)"
    }
    let needed =
      soft.activation == .none
      ? "a probability from 0 to 1; if these are logits, say --activation softmax or sigmoid; labels are "
        + "saved as whole numbers" : "a finite number; mend the file"
    return "\(fault.value) at \(place.joined(separator: ", ")) is not \(needed)"
  }

  /// Puts a slice into a plane.
  func load(_ slice: Int, into plane: inout MaskPlane) {
    plane.load(
      labels[slice * rows * columns..<(slice + 1) * rows * columns], rows: rows, columns: columns)
  }
}
