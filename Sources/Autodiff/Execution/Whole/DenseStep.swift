// Numbers that are few, whole tensors in Double: what a loss does with its sums.
import CVectorMath

/// One operation on tensors in the arena; offsets are positions there.
struct DenseStep {
  enum Kind {
    /// A kernel on `count` elements.
    case kernel
    /// out[i] = in[map[i]].
    case gather
    /// out[map[i]] += in[i].
    case accumulate
    /// out[i] = input[map[i]], from the caller's array.
    case load
    /// As `load`, from labels: 1 where the label is the position along the class axis.
    case loadOneHot
    /// As `load`, from labels: 0 where the label is the one in `parameter`.
    case loadMask
    /// A `TensorOperation`.
    case tensor
  }
  let kind: Kind
  var kernel: Kernel = vm_copy_f64
  var out: Int
  var a = 0
  var b = 0
  var c = 0
  var count: Int
  var map = 0
  /// An input's number, an operation's number, or a label.
  var parameter = 0
}

/// Operations of dense steps that are not kernels.
struct DenseTensorStep {
  let operation: any TensorOperation
  let operands: [(offset: Int, shape: TensorShape)]
  let shape: TensorShape
}

extension DenseStep {
  /// Runs the step. `inputs` are the caller's arrays.
  func run(
    _ arena: UnsafeMutablePointer<Double>, maps: [ElementMap],
    inputs: UnsafePointer<UnsafeRawPointer?>,
    precision: Precision, tensors: [DenseTensorStep]
  ) {
    switch kind {
    case .kernel: kernel(arena + out, arena + a, arena + b, arena + c, count)
    case .gather:
      maps[map].visit { arena[out + $0] = arena[a + $1] }
    case .accumulate:
      for i in 0..<c { arena[out + i] = 0 }
      maps[map].visit { arena[out + $1] += arena[a + $0] }
    case .load:
      guard let input = inputs[parameter] else { return }
      switch precision {
      case .single:
        let values = input.assumingMemoryBound(to: Float.self)
        maps[map].visit { arena[out + $0] = Double(values[$1]) }
      case .double:
        let values = input.assumingMemoryBound(to: Double.self)
        maps[map].visit { arena[out + $0] = values[$1] }
      }
    case .loadOneHot:
      guard let labels = inputs[parameter]?.assumingMemoryBound(to: UInt8.self) else { return }
      // `b` is the stride of the class axis within the result, `c` its extent.
      maps[map].visit { arena[out + $0] = Int(labels[$1]) == ($0 / b) % c ? 1 : 0 }
    case .loadMask:
      guard let labels = inputs[parameter]?.assumingMemoryBound(to: UInt8.self) else { return }
      maps[map].visit { arena[out + $0] = Int(labels[$1]) == b ? 0 : 1 }
    case .tensor:
      let step = tensors[parameter]
      let operands = step.operands.map { operand in
        Tensor(
          Array(UnsafeBufferPointer(start: arena + operand.offset, count: operand.shape.count)),
          shape: operand.shape)
      }
      let result = step.operation.evaluate(operands, shape: step.shape)
      for (i, element) in result.elements.enumerated() { arena[out + i] = element }
    }
  }
}
