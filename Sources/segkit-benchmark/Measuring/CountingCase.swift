import CLabelKernels

/// Pairs of maps of one kind to count, in both widths of number.
///
/// Several, because a processor learns by heart where a single map changes and counts it twice as fast
/// as any map it has not seen.
struct CountedMaps {
  let name: String
  /// The least speed aimed at, in voxels a nanosecond.
  let aim: Double
  let labels: Int
  let narrow: [(prediction: [UInt8], reference: [UInt8])]
  let wide: [(prediction: [UInt16], reference: [UInt16])]

  init(regions style: RegionStyle) {
    self.init("regions", style, aim: 8) { random in
      let reference = RegionMap(style, random: &random)
      return (reference.perturbed(random: &random).labels, reference.labels)
    }
  }

  init(noise style: RegionStyle) {
    self.init("noise", style, aim: 0.5) { random in
      (RegionMap.noise(style, random: &random), RegionMap.noise(style, random: &random))
    }
  }

  private init(
    _ name: String, _ style: RegionStyle, aim: Double, make: (inout RandomNumbers) -> ([UInt8], [UInt8])
  ) {
    self.name = "\(name) \(style.width)×\(style.height)"
    self.aim = aim
    labels = style.labels
    // A million voxels stay in the second cache, where a pair of maps is when it has just been decoded.
    narrow = (0..<max(1, (1 << 20) / style.voxels)).map { index in
      var random = RandomNumbers(seed: 7, index: index)
      return make(&random)
    }
    wide = narrow.map { ($0.prediction.map(UInt16.init), $0.reference.map(UInt16.init)) }
  }
}

/// Counting all pairs of maps over and over, long enough to be timed.
struct CountingCase {
  private let maps: CountedMaps
  private let isWide: Bool
  private let repeats: Int

  init(_ maps: CountedMaps, isWide: Bool) {
    self.maps = maps
    self.isWide = isWide
    // Some 30 ms at the speed aimed at.
    repeats = max(1, Int(maps.aim * 3e7) / Self.voxels(of: maps))
  }

  var name: String { "\(maps.name), \(isWide ? 16 : 8) bits" }
  var aim: Double { maps.aim }
  /// Counted in one run.
  var voxels: Double { Double(repeats * Self.voxels(of: maps)) }

  var contender: Contender {
    Contender(name: name, pairs: repeats * maps.narrow.count) {
      var table = [UInt64](repeating: 0, count: maps.labels * maps.labels)
      let width = UInt32(maps.labels)
      let watch = Stopwatch()
      for _ in 0..<repeats {
        if isWide {
          for pair in maps.wide {
            labels_joint_u16(pair.prediction, pair.reference, pair.reference.count, width, &table)
          }
        } else {
          for pair in maps.narrow {
            labels_joint_u8(pair.prediction, pair.reference, pair.reference.count, width, &table)
          }
        }
      }
      let elapsed = watch.elapsed
      guard table.reduce(0, +) == UInt64(voxels) else { throw Unavailable(reason: "it loses voxels") }
      return elapsed
    }
  }

  private static func voxels(of maps: CountedMaps) -> Int {
    maps.narrow.reduce(0) { $0 + $1.reference.count }
  }
}
