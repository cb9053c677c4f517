/// Bands and lines along borders by the plainest means: whole images, every voxel looked at with every other.
struct BoundaryTwin {
  let extents: [Int]

  /// Every place of the image.
  private var places: [[Int]] {
    extents.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
  }

  private func value(_ mask: [Bool], _ place: [Int]) -> Bool {
    var index = 0
    for (axis, extent) in extents.enumerated() {
      guard place[axis] >= 0, place[axis] < extent else { return false }
      index = index * extent + place[axis]
    }
    return mask[index]
  }

  /// All steps of −1, 0 and 1, or of 0 and 1.
  private func steps(_ range: ClosedRange<Int>) -> [[Int]] {
    extents.reduce([[]]) { steps, _ in steps.flatMap { step in range.map { step + [$0] } } }
  }

  private static func squared(_ one: [Int], _ other: [Int]) -> Int {
    zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// What `times` erosions by a box of three take off; outside is background (boundary-iou-api).
  func bandOfErosion(_ mask: [Bool], times: Int) -> [Bool] {
    var eroded = mask
    for _ in 0..<times {
      let before = eroded
      eroded = places.map { place in
        steps(-1...1).allSatisfy { step in value(before, zip(place, step).map { $0 + $1 }) }
      }
    }
    return zip(mask, eroded).map { $0 && !$1 }
  }

  /// The mask's voxels nearer than `distance` to one of them that has background across a face (MetricsReloaded).
  func bandNearBorder(_ mask: [Bool], _ distance: Double) -> [Bool] {
    let faces = steps(-1...1).filter { $0.count { $0 != 0 } == 1 }
    let inside = places.filter { value(mask, $0) }
    let border = inside.filter { place in
      faces.contains { step in !value(mask, zip(place, step).map { $0 + $1 }) }
    }
    return places.map { place in
      value(mask, place) && border.contains { Double(Self.squared($0, place)).squareRoot() < distance }
    }
  }

  /// grand-challenge-metrics' mean contour distance: ITK's contours, the image's last voxels repeated beyond it, and Python's
  /// `max`, which keeps a first NaN and passes over a second.
  func meanContourDistance(_ prediction: [Bool], _ reference: [Bool], spacing: [Double]) -> Double {
    func mean(_ mask: [Bool], to other: [Bool]) -> Double {
      let set = places.filter { value(other, $0) }
      let distances = places.filter { place in
        value(mask, place)
          && steps(-1...1).contains { step in
            !value(mask, zip(zip(place, step), extents).map { min(max($0.0 + $0.1, 0), $1 - 1) })
          }
      }.map { place in
        set.map { site in
          zip(zip(site, place), spacing).reduce(0.0) { sum, axis in
            let length = Double(axis.0.0 - axis.0.1) * axis.1
            return sum + length * length
          }.squareRoot()
        }.min() ?? .infinity
      }
      return distances.reduce(0, +) / Double(distances.count)
    }
    let (first, second) = (mean(reference, to: prediction), mean(prediction, to: reference))
    return second > first ? second : first
  }

  static func iou(_ one: [Bool], _ other: [Bool]) -> Double {
    let both = zip(one, other).count { $0 && $1 }
    return Double(both) / Double(zip(one, other).count { $0 || $1 })
  }

  /// Voxels that differ from one of their neighbours further along the axes (DAVIS' `seg2bmap`); beyond the end there is
  /// nothing to differ from.
  func line(_ mask: [Bool]) -> [[Int]] {
    places.filter { place in
      steps(0...1).contains { step in
        let next = zip(zip(place, step), extents).map { min($0.0 + $0.1, $1 - 1) }
        return value(mask, next) != value(mask, place)
      }
    }
  }

  /// DAVIS' F-measure of two lines.
  static func f(_ one: [[Int]], _ other: [[Int]], radius: Double) -> Double {
    if one.isEmpty, other.isEmpty { return 1 }
    func share(_ points: [[Int]], _ others: [[Int]]) -> Double {
      let near = points.count { point in
        others.contains { Double(squared($0, point)) <= radius * radius }
      }
      return points.isEmpty ? 1 : Double(near) / Double(points.count)
    }
    if one.isEmpty || other.isEmpty { return 0 }
    let (precision, recall) = (share(one, other), share(other, one))
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
  }
}
