/// Another tool's way to evaluate a loss, run by the Python script in `Peers/`.
struct LossPeer {
  /// As the script knows it.
  let name: String
  let title: String
  /// As the script knows it.
  let loss: String
  /// Whether it is to find the same numbers.
  var isComparable = true

  /// Tools that give a value with its gradient.
  static func gradients(of loss: String) -> [LossPeer] {
    [
      LossPeer(name: "jax", title: "JAX jit", loss: loss),
      LossPeer(name: "numpy", title: "NumPy, reused memory", loss: loss),
      LossPeer(name: "torch", title: "torch eager", loss: loss),
      LossPeer(name: "torch-compile", title: "torch.compile", loss: loss),
      LossPeer(name: "monai", title: "MONAI", loss: loss),
    ]
  }

  /// What is asked of the script.
  struct Request: Encodable {
    let `do`: String
    var peer: String?
    var loss: String?
    var smoothing: Double?
    var prediction: String?
    var target: String?
    var distance: String?
    var shape: [Int]?
    var result: String?
  }

  /// Made ready in its first run, outside of what is timed.
  func contender(_ process: PeerProcess, _ files: PeerFiles, smoothing: Double) -> Contender {
    var isReady = false
    return Contender(name: title, pairs: 1) {
      if !isReady {
        _ = try process.ask(
          Request(
            do: "prepare", peer: name, loss: loss, smoothing: smoothing, prediction: files.prediction,
            target: files.target, distance: files.distance, shape: files.shape))
        isReady = true
      }
      let answer = try process.ask(Request(do: "run", peer: name, loss: loss))
      guard let cpu = answer.cpu, let wall = answer.wall else { throw Unavailable(reason: "no times") }
      return Elapsed(cpu: cpu, wall: wall)
    }
  }

  /// How far the peer is from the value and the array that are expected.
  func agreement(
    _ process: PeerProcess, _ files: PeerFiles, value: Double, array: some Collection<Float>
  ) throws -> Agreement {
    let answer = try process.ask(Request(do: "check", peer: name, loss: loss, result: files.result))
    let found = AlignedNumbers<Float>(count: array.count)
    try found.load(from: files.result)
    return Agreement(title, value: answer.value ?? .nan, array: found.elements, from: value, array)
  }
}

/// How far a contender's numbers are from segkit's.
struct Agreement {
  let name: String
  /// Of the value, relative to it; no number if the contender gives none.
  let value: Double
  /// The largest of the gradient or the diagonal, relative to its largest element.
  let array: Double

  /// Sums of single precision over millions of voxels differ this much by their order alone.
  private static let tolerance = 1e-3
  /// A contender that computes something else is no measure.
  var isClose: Bool { (value.isNaN || value < Self.tolerance) && array < Self.tolerance }

  init(
    _ name: String, value: Double, array: some Collection<Float>,
    from expected: Double, _ expectedArray: some Collection<Float>
  ) {
    self.name = name
    self.value = abs(value - expected) / abs(expected)
    var (largest, difference): (Float, Float) = (0, 0)
    for (one, other) in zip(array, expectedArray) {
      largest = max(largest, abs(other))
      // A number that is none must not be lost in a comparison.
      difference = one.isNaN ? .infinity : max(difference, abs(one - other))
    }
    self.array = Double(difference) / Double(largest)
  }
}
