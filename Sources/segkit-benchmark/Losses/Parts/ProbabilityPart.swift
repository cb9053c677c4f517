import Autodiff

/// Region losses of probabilities at several sizes, beside a C loop and other tools.
struct ProbabilityPart {
  let session: LossSession
  let sizes: [Int]

  private static let extents: [(name: String, want: Wanted, floor: LossFloor.Extent)] = [
    ("value", .value, .value), ("value+gradient", .gradient, .gradient),
    ("value+gradient+diagonal", .all, .all),
  ]

  /// One table for each loss.
  func measure() throws -> [LossTable] {
    var tables = RegionLoss.all.map { region in
      LossTable(
        part: .probabilities, title: region.name, unit: .nanosecondsPerVoxel, threads: session.threads,
        isWall: session.threads > 1, quotients: quotients(LossPeer.gradients(of: region.name)))
    }
    for count in sizes {
      let arrays = ProbabilityArrays(count: count)
      let files = try session.peers.map { _ in
        try PeerFiles(arrays.prediction, arrays.target, shape: [count])
      }
      for (index, region) in RegionLoss.all.enumerated() {
        tables[index].columns.append(try measure(region, arrays, files))
      }
    }
    return tables
  }

  private func quotients(_ peers: [LossPeer]) -> [LossTable.Quotient] {
    Self.extents.map { LossTable.Quotient(above: "segkit \($0.name)", below: "C \($0.name)") }
      + peers.map { LossTable.Quotient(above: $0.title, below: "segkit value+gradient") }
      + [LossTable.Quotient(above: "segkit value+gradient+diagonal", below: "segkit value+gradient")]
  }

  private func measure(
    _ region: RegionLoss, _ arrays: ProbabilityArrays, _ files: PeerFiles?
  ) throws -> LossMeasurement {
    let isSquared = region.name == RegionLoss.squaredDice.name
    let floor = LossFloor(arrays, isSquared: isSquared, threads: session.threads)
    var contenders: [Contender] = []
    for (name, want, extent) in Self.extents {
      let evaluate = try region.evaluation(arrays, want, threads: session.threads)
      contenders.append(Contender("segkit \(name)") { _ = try evaluate() })
      contenders.append(Contender("C \(name)") { _ = floor.evaluate(extent) })
    }
    let gradient = try region.evaluation(arrays, .gradient, threads: session.threads)
    var measurement = try session.measure(
      "\(region.name), n = \(arrays.count)", voxels: arrays.count, contenders,
      peers: LossPeer.gradients(of: region.name), files: files,
      expected: { (try gradient(), arrays.gradient) })
    // The C loop does dice alone; what it does in Tversky's place is no number to compare.
    if isSquared || region.name == RegionLoss.dice.name {
      let all = try region.evaluation(arrays, .all, threads: session.threads)
      let value = try all()
      let own = (Array(arrays.gradient.elements), Array(arrays.diagonal.elements))
      let found = floor.evaluate(.all)
      measurement.agreements.append(
        Agreement("C value+gradient", value: found, array: arrays.gradient.elements, from: value, own.0))
      measurement.agreements.append(
        Agreement(
          "C value+gradient+diagonal", value: found, array: arrays.diagonal.elements, from: value, own.1))
    }
    return measurement
  }
}
