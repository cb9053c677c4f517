/// Some work that is over too soon for one call to be timed, called as often as makes a run.
final class Repeated {
  /// How long a run shall last, in seconds.
  private let target: Double
  private static let most = 100_000

  private let call: () throws -> Void
  private var calls = 0

  init(lasting target: Double = 0.03, _ call: @escaping () throws -> Void) {
    (self.target, self.call) = (target, call)
  }

  /// The time of one call.
  func run() throws -> Elapsed {
    if calls == 0 {
      // The first calls pay for memory that has not been touched.
      try call()
      try call()
      let watch = Stopwatch()
      try call()
      calls = max(1, min(Self.most, Int(target / max(watch.elapsed.wall, 1e-7))))
    }
    let watch = Stopwatch()
    for _ in 0..<calls { try call() }
    return watch.elapsed / calls
  }
}

extension Contender {
  /// One pair of arrays, again and again.
  ///
  /// - Parameter target: how long a run shall last, in seconds.
  init(_ name: String, lasting target: Double = 0.03, _ call: @escaping () throws -> Void) {
    let repeated = Repeated(lasting: target, call)
    self.init(name: name, pairs: 1, run: repeated.run)
  }
}
