import MaskIO
import TextFormats

/// Whether two volumes lie in the same place, so that their voxels may be compared one by one.
enum GeometryCheck {
  /// Makes a volume lie as the reference does, or says why it cannot.
  ///
  /// - Parameters:
  ///   - name: what the volume is, for messages.
  /// - Returns: what a user should know: that axes were turned, that origins differ.
  /// - Throws: `MaskFileError` naming both files, both values and the remedy.
  static func align(
    _ reader: inout SliceReader, _ path: String, to reference: SliceReader, _ referencePath: String,
    name: String
  ) throws(MaskFileError) -> [Diagnosis] {
    guard let own = reader.geometry, let other = reference.geometry,
      own.directions.count == other.directions.count
    else { return [] }
    var notes: [Diagnosis] = []
    if own.isOriented != other.isOriented {
      notes.append(
        Diagnosis(
          .warning,
          "\(own.isOriented ? referencePath : path) does not say how it is oriented, the other side does: voxels of \(name) "
            + "are compared as they are stored"))
    }
    guard let axes = own.axes(along: other) else {
      throw MaskFileError(
        path: path,
        "its axes run along \(text(own.directions)), those of \(referencePath) along \(text(other.directions)) (z, y, x "
          + "in left, posterior, superior); resample one to the other's grid")
    }
    let isTurned = axes.enumerated().contains { $0.offset != $0.element.axis || $0.element.isReversed }
    if isTurned {
      guard reader.reorient(to: other) else {
        throw MaskFileError(
          path: path,
          "oriented \(own.letters), and \(referencePath) \(other.letters); save both with one orientation"
        )
      }
      notes.append(
        Diagnosis(
          .decision,
          "\(name) reoriented from \(own.letters) to the reference's \(other.letters)"))
    }
    guard let turned = reader.geometry else { return notes }
    guard VolumeGeometry.areClose(turned.spacing, other.spacing) else {
      throw MaskFileError(
        path: path,
        "voxels of \(text(turned.spacing)) mm, those of \(referencePath) \(text(other.spacing)) mm; resample one to the "
          + "other's grid")
    }
    guard own.isOriented, other.isOriented else { return notes }
    let shift = zip(turned.origin, other.origin).map { $0 - $1 }
    let distance = shift.map { $0 * $0 }.reduce(0, +).squareRoot()
    if distance > 0.5 * (other.spacing.min() ?? 1) {
      notes.append(
        Diagnosis(
          .warning,
          "\(name) begins \(Decimals.fixed(distance, digits: 2)) mm from where the reference does (\(path)): voxels are "
            + "compared by their number all the same"))
    }
    return notes
  }

  private static func text(_ numbers: [Double]) -> String {
    numbers.map { Decimals.fixed($0, digits: 4) }.joined(separator: "×")
  }

  private static func text(_ vectors: [[Double]]) -> String {
    vectors.map { "(" + $0.map { Decimals.fixed($0, digits: 3) }.joined(separator: ", ") + ")" }
      .joined(separator: " ")
  }
}
