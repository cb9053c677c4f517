import ArgumentParser

/// What the loss benchmark is made of.
enum LossPart: String, CaseIterable, ExpressibleByArgument {
  /// Region losses of probabilities, beside C and other tools.
  case probabilities
  /// What a call costs before there is anything to do.
  case call
  /// Dice over the classes of logits.
  case classes
  /// Dice and cross-entropy of logits, beside what compilers make of it.
  case compound
  /// Every loss by name, beside JAX.
  case every
  /// The same with two threads.
  case threads
  /// The exact Hessian diagonal.
  case diagonal
  /// Hessian-vector products.
  case products
}
