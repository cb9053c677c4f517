import MaskIO

/// The whole of a case, kept for what needs neighbours.
struct KeptVolumes {
  var prediction = NumberVolume()
  var reference = NumberVolume()
  /// Where a mask is 0; empty where there is no mask.
  var excluded: [Bool] = []

  /// Whether a case may be kept whole: in the numbers of its files, and once more in those of its labels.
  static func check(
    _ prediction: MaskPlane, _ reference: MaskPlane, slices: Int, _ path: String
  ) throws(MaskFileError) {
    let count = try ReadingLimits.count(
      [slices, reference.header.height, reference.header.width], path: path)
    try FileMemory.check(count, of: 2 * (prediction.width.size + reference.width.size), for: path)
  }

  mutating func add(_ prediction: MaskPlane, _ reference: MaskPlane, _ mask: MaskPlane?, slices: Int) {
    if self.reference.count == 0 {
      self.prediction.reserve(slices * prediction.count, prediction.width)
      self.reference.reserve(slices * reference.count, reference.width)
    }
    self.prediction.append(prediction)
    self.reference.append(reference)
    if let mask { excluded += (0..<mask.count).map { mask[$0] == 0 } }
  }
}
