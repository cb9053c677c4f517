import Autodiff
import CLossLoops
import SegmentationLosses

/// Two threads against one, and against a C loop with as many.
struct ThreadPart {
  let session: LossSession
  let count: Int

  func measure() throws -> [LossTable] {
    loops_unpin()
    defer { if session.threads == 1 { loops_pin() } }
    var regions = table("value+gradient on two threads", .nanosecondsPerVoxel)
    regions.quotients = [
      .init(above: "segkit, 2 threads", below: "C, 2 threads"),
      .init(above: "segkit, 1 thread", below: "C, 1 thread"),
      .init(above: "segkit, 1 thread", below: "segkit, 2 threads"),
      .init(above: "C, 1 thread", below: "C, 2 threads"),
    ]
    let arrays = ProbabilityArrays(count: count)
    for region in [RegionLoss.dice, .tversky] {
      var contenders: [Contender] = []
      for threads in [1, 2] {
        let evaluate = try region.evaluation(arrays, .gradient, threads: threads)
        let floor = LossFloor(arrays, threads: threads)
        contenders.append(Contender("segkit, \(text(threads))") { _ = try evaluate() })
        contenders.append(Contender("C, \(text(threads))") { _ = floor.evaluate(.gradient) })
      }
      regions.columns.append(
        try session.measure("\(region.name), n = \(count)", voxels: count, contenders))
    }
    var classes = table("softmax dice of 4 classes, 128×128×64, on two threads", .milliseconds)
    classes.quotients = [.init(above: "1 thread", below: "2 threads")]
    classes.columns = [
      try measure(LogitArrays<Float>(), "Float"), try measure(LogitArrays<Double>(), "Double"),
    ]
    return [regions, classes]
  }

  private func text(_ threads: Int) -> String { threads == 1 ? "1 thread" : "\(threads) threads" }

  private func table(_ title: String, _ unit: LossTable.Unit) -> LossTable {
    LossTable(part: .threads, title: title, unit: unit, threads: 2, isWall: true)
  }

  private func measure<Scalar: LossScalar & ExpressibleByIntegerLiteral>(
    _ arrays: LogitArrays<Scalar>, _ type: String
  ) throws -> LossMeasurement {
    let contenders = try [1, 2].map { threads in
      let evaluate = try SoftmaxDice(arrays: arrays).evaluation(.gradient, threads: threads)
      return Contender(text(threads)) { _ = try evaluate() }
    }
    return try session.measure(
      "\(type), value+gradient", voxels: LogitArrays<Scalar>.sites, contenders)
  }
}
