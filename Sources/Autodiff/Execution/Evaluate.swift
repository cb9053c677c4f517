// Expressions evaluated once, for whoever wants a number now.

extension Expression {
  /// The value for these inputs, in Double.
  ///
  /// - Throws: `AutodiffError.missingInput`, `.wrongCount`, and what went wrong in recording the expression.
  public func evaluate(_ inputs: [Variable: Tensor] = [:]) throws(AutodiffError) -> Tensor {
    try Autodiff.evaluate([self], inputs)[0]
  }
}

/// The values of several expressions, with what they share computed once.
///
/// - Throws: as `Expression.evaluate(_:)`; `AutodiffError.invalid` for labels that are no whole numbers from 0 to 255.
public func evaluate(
  _ expressions: [Expression], _ inputs: [Variable: Tensor] = [:]
) throws(AutodiffError) -> [Tensor] {
  let given = inputs.sorted { $0.key.input.identifier < $1.key.input.identifier }
  for (variable, tensor) in given where tensor.elements.count != variable.shape.count {
    throw .wrongCount(input: variable.name, expected: variable.shape.count, actual: tensor.elements.count)
  }
  for (variable, tensor) in given where variable.input.elements == .labels {
    if let wrong = tensor.elements.first(where: { UInt8(exactly: $0) == nil }) {
      throw .invalid(
        operation: "evaluate",
        reason: "input \(variable.name) holds \(wrong); labels are whole numbers up to 255")
    }
  }
  let plan = try Plan(
    expressions.map { .array($0) }, sources: given.map { Plan.Source($0.key) }, precision: .double)
  let work = plan.makeWorkspace()
  // Labels are bytes.
  let bytes = given.map { variable, tensor -> [UInt8] in
    switch variable.input.elements {
    case .labels: tensor.elements.map { UInt8(exactly: $0) ?? 0 }
    case .real: tensor.elements.withUnsafeBytes(Array.init)
    }
  }
  var results = expressions.map { [Double](repeating: 0, count: $0.shape.count) }
  let inputPointers = bytes.map { array -> UnsafeMutableRawPointer in
    let copy = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(array.count, 8), alignment: 64)
    array.withUnsafeBytes {
      if let base = $0.baseAddress { copy.copyMemory(from: base, byteCount: array.count) }
    }
    return copy
  }
  let outputPointers = results.map { UnsafeMutablePointer<Double>.allocate(capacity: Swift.max($0.count, 1)) }
  defer {
    for pointer in inputPointers { pointer.deallocate() }
    for pointer in outputPointers { pointer.deallocate() }
  }
  let inputAddresses = inputPointers.map { Optional(UnsafeRawPointer($0)) } + [nil]
  let outputAddresses = outputPointers.map { Optional(UnsafeMutableRawPointer($0)) } + [nil]
  do throws(Plan.OutsideDomain) {
    try plan.run(inputs: inputAddresses, outputs: outputAddresses, work)
  } catch {
    // Sources without bounds have no domain.
  }
  for index in results.indices {
    for element in results[index].indices { results[index][element] = outputPointers[index][element] }
  }
  return zip(results, expressions).map { Tensor($0, shape: $1.shape) }
}
