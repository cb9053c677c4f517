import LabelMaps

/// Pairs of volumes for measuring surfaces, the same on every machine.
struct SurfaceVolumes {
  let name: String
  let shape: VoxelShape
  let spacing: [Double]
  let prediction: [UInt8]
  let reference: [UInt8]

  /// Two blobs with wavy surfaces, the prediction with a stray piece; spacing 3×1×1.
  static func blobs() -> SurfaceVolumes {
    make("blobs 128×256×256", [128, 256, 256], [3, 1, 1]) { z, y, x in
      let reference = blob(z, y, x, centre: (64, 128, 128), radii: (35, 80, 90), phase: 0)
      let isStray = (81..<83).contains(z) && (128..<131).contains(x) && (238..<241).contains(y)
      let prediction = blob(z, y, x, centre: (65, 130, 127), radii: (36, 82.4, 92.7), phase: 1.7)
      return (prediction || isStray, reference)
    }
  }

  /// Two balls of 60 and 62 voxels' radius.
  static func balls() -> SurfaceVolumes {
    make("balls 256×256×160", [256, 256, 160], [1, 1, 1]) { z, y, x in
      let squared = (z - 128) * (z - 128) + (y - 128) * (y - 128) + (x - 80) * (x - 80)
      return (squared <= 62 * 62, squared <= 60 * 60)
    }
  }

  /// A small organ in a large volume.
  static func organ() -> SurfaceVolumes {
    make("organ 100×512×512", [100, 512, 512], [3, 1, 1]) { z, y, x in
      (
        blob(z, y, x, centre: (41, 302, 179), radii: (5.2, 15.5, 12.4), phase: 1.7),
        blob(z, y, x, centre: (40, 300, 180), radii: (5, 15, 12), phase: 0)
      )
    }
  }

  private static func blob(
    _ z: Int, _ y: Int, _ x: Int, centre: (Double, Double, Double), radii: (Double, Double, Double),
    phase: Double
  ) -> Bool {
    let (a, b, c) = (
      (Double(z) - centre.0) / radii.0, (Double(y) - centre.1) / radii.1, (Double(x) - centre.2) / radii.2
    )
    let squared = a * a + b * b + c * c
    // Waves are worked out where they can matter.
    guard squared > 0.6, squared < 1.5 else { return squared <= 0.6 }
    let wave = sine(5 * a + phase) + sine(7 * b - phase) + sine(6 * c + 2 * phase)
    return squared + 0.06 * wave < 1
  }

  /// A sine of twelve digits, the same everywhere: its series after folding.
  private static func sine(_ angle: Double) -> Double {
    let turns = (angle / (2 * Double.pi)).rounded()
    let x = angle - 2 * Double.pi * turns
    var (term, sum) = (x, x)
    for n in 1..<14 {
      term *= -x * x / Double((2 * n) * (2 * n + 1))
      sum += term
    }
    return sum
  }

  private static func make(
    _ name: String, _ extents: [Int], _ spacing: [Double], _ voxel: (Int, Int, Int) -> (Bool, Bool)
  ) -> SurfaceVolumes {
    let count = extents.reduce(1, *)
    var (prediction, reference) = ([UInt8](repeating: 0, count: count), [UInt8](repeating: 0, count: count))
    var index = 0
    for z in 0..<extents[0] {
      for y in 0..<extents[1] {
        for x in 0..<extents[2] {
          let (isPredicted, isReference) = voxel(z, y, x)
          if isPredicted { prediction[index] = 1 }
          if isReference { reference[index] = 1 }
          index += 1
        }
      }
    }
    return SurfaceVolumes(
      name: name, shape: VoxelShape(slices: extents[0], rows: extents[1], columns: extents[2]),
      spacing: spacing, prediction: prediction, reference: reference)
  }
}
