/// What all parts of the loss benchmark share.
struct LossSession {
  let threads: Int
  let runs: Int
  /// `nil`: no other tools.
  let peers: PeerProcess?

  /// Lets contenders and peers take turns, then compares the peers' numbers with those of `expected`.
  ///
  /// - Parameter files: what peers read; made only if there are any.
  func measure(
    _ subject: String, voxels: Int, _ contenders: [Contender], peers tools: [LossPeer] = [],
    smoothing: Double = RegionLoss.smoothing, files: PeerFiles? = nil,
    expected: (() throws -> (value: Double, array: AlignedNumbers<Float>))? = nil
  ) throws -> LossMeasurement {
    note(subject)
    var all = contenders
    if let peers, let files {
      all += tools.map { tool in
        let contender = tool.contender(peers, files, smoothing: smoothing)
        return Contender(name: contender.name, pairs: 1) {
          do { return try contender.run() } catch let absence as Unavailable { throw absence } catch {
            // One tool that fails must not cost the times of the others.
            throw Unavailable(reason: "\(error)")
          }
        }
      }
    }
    let series = try Series.inTurn(all, runs: runs, isQuiet: true)
    var agreements: [Agreement] = []
    if let peers, let files {
      if let (value, array) = try expected?() {
        for tool in tools
        where tool.isComparable && series.contains(where: { $0.name == tool.title && !$0.runs.isEmpty }) {
          do {
            agreements.append(try tool.agreement(peers, files, value: value, array: array.elements))
          } catch let absence as Unavailable {
            note("\(tool.title): not compared: \(absence.reason)")
          }
        }
      }
      _ = try peers.ask(LossPeer.Request(do: "forget"))
    }
    return LossMeasurement(subject: subject, voxels: voxels, series: series, agreements: agreements)
  }
}

/// One piece of work done in several ways.
struct LossMeasurement {
  let subject: String
  let voxels: Int
  let series: [Series]
  var agreements: [Agreement] = []

  func named(_ name: String) -> Series? { series.first { $0.name == name && !$0.runs.isEmpty } }
}
