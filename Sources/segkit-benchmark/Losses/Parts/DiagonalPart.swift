import Autodiff

/// The exact Hessian diagonal: beside the diagonal of a whole Hessian, and at sizes that has none.
struct DiagonalPart {
  let session: LossSession
  let sizes: [Int]

  /// The whole Hessian of more voxels does not fit into memory.
  private static let wholeCount = 10_000
  private static let regions = [RegionLoss.dice, .tversky, .focalTversky]

  func measure() throws -> [LossTable] { [try besideWhole(), try atSizes()] }

  private func besideWhole() throws -> LossTable {
    let title = "jax.hessian, its diagonal"
    var table = LossTable(
      part: .diagonal, title: "Hessian diagonal, n = \(Self.wholeCount)", unit: .milliseconds,
      threads: session.threads, isWall: session.threads > 1,
      quotients: [.init(above: title, below: "segkit")])
    let arrays = ProbabilityArrays(count: Self.wholeCount)
    let files = try session.peers.map { _ in
      try PeerFiles(arrays.prediction, arrays.target, shape: [arrays.count])
    }
    for region in Self.regions {
      let evaluate = try region.evaluation(arrays, .hessianDiagonal, threads: session.threads)
      table.columns.append(
        try session.measure(
          region.name, voxels: arrays.count, [Contender("segkit") { _ = try evaluate() }],
          peers: [LossPeer(name: "jax-hessian", title: title, loss: region.name)], files: files,
          expected: { (try evaluate(), arrays.diagonal) }))
    }
    return table
  }

  private func atSizes() throws -> LossTable {
    var table = LossTable(
      part: .diagonal, title: "value and Hessian diagonal by size", unit: .nanosecondsPerVoxel,
      threads: session.threads, isWall: session.threads > 1)
    for count in sizes {
      let arrays = ProbabilityArrays(count: count, hasGradient: false)
      let contenders = try Self.regions.map { region in
        let evaluate = try region.evaluation(arrays, .hessianDiagonal, threads: session.threads)
        return Contender(region.name) { _ = try evaluate() }
      }
      table.columns.append(try session.measure("n = \(count)", voxels: count, contenders))
    }
    return table
  }
}
