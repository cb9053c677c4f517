import Autodiff
import SegmentationLosses

/// Dice and cross-entropy of logits with byte labels, the loss that most segmentation models are trained with.
struct CompoundPart {
  let session: LossSession

  private static let peers = [
    LossPeer(name: "torch-compile", title: "torch.compile", loss: "softmax-dice+ce"),
    LossPeer(name: "monai", title: "MONAI DiceCELoss", loss: "softmax-dice+ce"),
    LossPeer(name: "jax", title: "JAX jit", loss: "softmax-dice+ce"),
    LossPeer(name: "torch", title: "torch eager", loss: "softmax-dice+ce"),
  ]

  func measure() throws -> [LossTable] {
    let arrays = LogitArrays<Float>()
    let layout = try LogitArrays<Float>.layout(channelsFirst: true)
    let loss =
      1 * Dice(smoothing: Smoothing(SoftmaxDice<Float>.smoothing)) + 1 * CrossEntropy()
    let gradient = try loss.evaluation(arrays, layout, .gradient, threads: session.threads)
    let all = try loss.evaluation(arrays, layout, .all, threads: session.threads)
    let files = try session.peers.map { _ in
      try PeerFiles(arrays.logits, arrays.labels, shape: layout.extents)
    }
    let (own, ownAll) = ("segkit value+gradient", "segkit value+gradient+diagonal")
    let measurement = try session.measure(
      "4 classes, 128×128×64", voxels: LogitArrays<Float>.sites,
      [Contender(own) { _ = try gradient() }, Contender(ownAll) { _ = try all() }], peers: Self.peers,
      smoothing: SoftmaxDice<Float>.smoothing, files: files,
      expected: { (try gradient(), arrays.gradient) })
    return [
      LossTable(
        part: .compound, title: "dice + cross-entropy from logits and byte labels", unit: .milliseconds,
        threads: session.threads, isWall: session.threads > 1, columns: [measurement],
        quotients: [.init(above: ownAll, below: own)]
          + Self.peers.map { .init(above: $0.title, below: own) })
    ]
  }
}

extension Loss {
  /// A call of this loss of logits with everything it needs at hand.
  func evaluation(
    _ arrays: LogitArrays<Float>, _ layout: Layout, _ want: Wanted, threads: Int
  ) throws -> () throws -> Double {
    try compile(for: Logits<Float>.self, layout, activation: .softmax, want: want).evaluation(
      arrays.logits, arrays.labels, gradient: arrays.gradient, diagonal: arrays.diagonal, want,
      threads: threads)
  }
}
