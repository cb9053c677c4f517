import SegmentationMetrics

/// One of several things measured in turn.
struct Contender {
  let name: String
  /// How many pairs of masks one run works through; of arrays, for a loss.
  let pairs: Int
  /// Does the work once and says how long the part that counts took.
  let run: () throws -> Elapsed
}

/// Thrown by a contender that this machine does not have; the others go on.
struct Unavailable: Error {
  let reason: String
}

/// The times of one contender over all rounds.
struct Series {
  let name: String
  let pairs: Int
  private(set) var runs: [Elapsed] = []
  private(set) var unavailable: String?

  var cpuMedian: Double { Self.median(runs.map(\.cpu)) }
  var cpuLeast: Double { runs.map(\.cpu).min() ?? .nan }
  var wallMedian: Double { Self.median(runs.map(\.wall)) }
  var wallLeast: Double { runs.map(\.wall).min() ?? .nan }

  /// Lets the contenders run one after the other, again and again, so that a slow moment of the
  /// machine falls on all of them.
  static func inTurn(_ contenders: [Contender], runs: Int, isQuiet: Bool = false) throws -> [Series] {
    var all = contenders.map { Series(name: $0.name, pairs: $0.pairs) }
    for round in 1...max(1, runs) {
      if !isQuiet { note("round \(round) of \(runs)") }
      for (index, contender) in contenders.enumerated() where all[index].unavailable == nil {
        do {
          all[index].runs.append(try contender.run())
        } catch let absence as Unavailable {
          all[index].unavailable = absence.reason
        }
      }
    }
    return all
  }

  private static func median(_ values: [Double]) -> Double { QuantileRule.middle.percentile(50, of: values) }
}
