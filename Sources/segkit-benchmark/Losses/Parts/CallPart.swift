import Autodiff

/// What a call of a compiled loss costs before there is anything to do.
struct CallPart {
  let session: LossSession

  func measure() throws -> [LossTable] {
    var table = LossTable(
      part: .call, title: "a call with 4 voxels", unit: .microseconds, threads: 1, isWall: false)
    let arrays = ProbabilityArrays(count: 4)
    for region in RegionLoss.all {
      let contenders = try [("value", Wanted.value), ("value+gradient", .gradient), ("all", .all)].map {
        name, want in
        let evaluate = try region.evaluation(arrays, want, threads: 1)
        return Contender("segkit \(name)") { _ = try evaluate() }
      }
      table.columns.append(try session.measure(region.name, voxels: arrays.count, contenders))
    }
    return [table]
  }
}
