import Autodiff
import SegmentationLosses

/// Dice over the classes of logits, in both layouts and both precisions.
struct ClassPart {
  let session: LossSession

  private static let peers = [
    LossPeer(name: "torch", title: "torch eager, Dice", loss: "softmax-dice"),
    LossPeer(name: "jax", title: "JAX jit, Dice", loss: "softmax-dice"),
    LossPeer(name: "torch", title: "torch eager, Dice + CE", loss: "softmax-dice+ce", isComparable: false),
  ]

  func measure() throws -> [LossTable] {
    let single = LogitArrays<Float>()
    let contenders = try own(single, "Float") + own(LogitArrays<Double>(), "Double")
    let gradient = try SoftmaxDice(arrays: single).evaluation(.gradient, threads: session.threads)
    let files = try session.peers.map { _ in
      try PeerFiles(
        single.logits, single.labels, shape: LogitArrays<Float>.layout(channelsFirst: true).extents)
    }
    let measurement = try session.measure(
      "4 classes, 128×128×64", voxels: LogitArrays<Float>.sites, contenders, peers: Self.peers,
      smoothing: SoftmaxDice<Float>.smoothing, files: files,
      expected: { (try gradient(), single.gradient) })
    var quotients: [LossTable.Quotient] = []
    for type in ["Float", "Double"] {
      for layout in ["first", "last"] {
        quotients.append(
          .init(
            above: name(type, layout, "value+gradient+diagonal"), below: name(type, layout, "value+gradient"))
        )
      }
    }
    quotients += Self.peers.map {
      .init(above: $0.title, below: name("Float", "first", "value+gradient"))
    }
    return [
      LossTable(
        part: .classes, title: "softmax dice from logits and byte labels", unit: .milliseconds,
        threads: session.threads, isWall: session.threads > 1, columns: [measurement], quotients: quotients)
    ]
  }

  private func name(_ type: String, _ layout: String, _ extent: String) -> String {
    "segkit \(type), channels \(layout), \(extent)"
  }

  private func own<Scalar: LossScalar & ExpressibleByIntegerLiteral>(
    _ arrays: LogitArrays<Scalar>, _ type: String
  ) throws -> [Contender] {
    let dice = SoftmaxDice(arrays: arrays)
    var contenders: [Contender] = []
    for (layout, channelsFirst) in [("first", true), ("last", false)] {
      for (extent, want) in [("value+gradient", Wanted.gradient), ("value+gradient+diagonal", .all)] {
        let evaluate = try dice.evaluation(want, channelsFirst: channelsFirst, threads: session.threads)
        contenders.append(Contender(name(type, layout, extent)) { _ = try evaluate() })
      }
    }
    return contenders
  }
}
