/// What a model gets wrong of a phantom: borders beside their place, structures missed or made up.
struct PredictionErrors {
  /// By how many pixels borders wander.
  var shift = 1.5
  /// Over how many pixels a wandering border comes back.
  var cell = 14.0
  /// For each label (0: all others) how far its borders lie too far outside.
  var margins: [UInt16: Double] = [:]
  /// The names of structures that are not found.
  var missed: Set<String> = []
  /// Structures that are not there.
  var madeUp: [Structure] = []

  /// The label map that a model with these errors would give.
  func prediction(of phantom: Phantom, _ size: GridSize, _ random: inout SeededRandom) -> LabelGrid {
    var seen = phantom
    seen.structures = phantom.structures.filter { !missed.contains($0.name) } + madeUp
    let wander = SmoothDisplacement(size, amplitude: shift, cell: cell, &random)
    return seen.drawn(size, shift: wander, margins: margins)
  }
}
