// Registers, memory, constants, and the calls on them.
import CVectorMath

extension PassCompiler {
  /// Where a node's vector goes: straight to the caller's array where it can, else to a register.
  mutating func result(_ node: Node, _ width: Int) -> Address {
    if let output = outputs[node.identity], !output.streams {
      let target = memory(.output(output.number), output.layout, elementSize, shape: node.shape)
      if target.inner == 1 { return target.address }
    }
    return register(width)
  }

  mutating func register(_ width: Int) -> Address {
    let register: Int
    if let reused = free[width]?.popLast() {
      register = reused
    } else {
      register = program.scratchElements
      program.scratchElements += width * block
    }
    return Address(
      base: Base.scratch, offset: register * elementSize, laneStride: width > 1 ? block * elementSize : 0)
  }

  /// One use of a node is done; its register is free after the last.
  mutating func release(_ node: Node) {
    guard let left = uses[node.identity] else { return }
    uses[node.identity] = left - 1
    guard left == 1, case .vector(let address, let width)? = places[node.identity],
      address.base == Base.scratch
    else { return }
    // What stands for another node's vector does not own it.
    switch node.operation {
    case .stopGradient, .broadcast: return
    default: break
    }
    free[width, default: []].append(address.offset / elementSize)
  }

  mutating func emit(
    _ kernel: KernelPair, _ out: Address, _ a: Address, _ b: Address, _ c: Address = .none, lanes: Int
  ) {
    program.instructions.append(
      Instruction(
        kernel: context.precision == .single ? kernel.single : kernel.double, out: out, a: a, b: b, c: c,
        lanes: lanes))
  }

  mutating func emitLanes(
    _ kernel: KernelPair, _ out: Address, _ a: Address, _ b: Address = .none, in inStride: Int,
    out outStride: Int, site: Int = 1
  ) {
    let description = poolBytes(
      vm_lanes(
        lanes: lanes, in_stride: inStride / elementSize, out_stride: outStride / elementSize, in_site: site))
    emit(kernel, out, a, b, description, lanes: 1)
  }

  func pair(_ single: @escaping Kernel, _ double: @escaping Kernel) -> KernelPair {
    KernelPair(single, double)
  }

  func accumulator(_ slot: Int, _ width: Int) -> Address {
    Address(base: Base.accumulators, offset: slot * 8, laneStride: width > 1 ? 8 : 0)
  }

  func laneStride(_ strides: [Int]) -> Int { context.schedule.laneAxis.map { strides[$0] } ?? 0 }

  func outerStrides(_ strides: [Int]) -> [Int] { outerAxes.map { strides[$0] } }

  mutating func memory(
    _ source: Program.Memory.Source, _ layout: ArrayLayout, _ size: Int, shape: TensorShape
  ) -> (address: Address, inner: Int) {
    let strides = layout.strides
    let key = "\(source) \(strides) \(size)"
    let base: Int32
    if let known = memoryBases[key] {
      base = known
    } else {
      base = Base.memory + Int32(program.memory.count)
      program.memory.append(
        Program.Memory(
          source: source, elementSize: size, innerStride: strides[innerAxis],
          outerStrides: outerStrides(strides), laneStride: laneStride(strides),
          lanes: laneStride(strides) == 0 ? 1 : lanes))
      memoryBases[key] = base
    }
    return (Address(base: base, offset: 0, laneStride: laneStride(strides) * size), strides[innerAxis])
  }

  mutating func labelAddress(_ input: Input) -> Address {
    let (number, layout) = context.input(input)
    if let known = labelPlaces[number] { return known }
    let source = memory(.input(number), layout, 1, shape: context.schedule.domain)
    var address = source.address
    if source.inner != 1 {
      // Set side by side first; kept for the whole block.
      address = Address(base: Base.scratch, offset: program.scratchElements * elementSize, laneStride: 0)
      program.scratchElements += block
      program.instructions.append(
        Instruction(
          kernel: vm_strided_load_u8, out: address, a: source.address, b: poolInteger(source.inner), lanes: 1)
      )
    }
    labelPlaces[number] = address
    return address
  }

  mutating func pool(_ bytes: [UInt8], alignment: Int) -> Address {
    while program.pool.count % alignment != 0 { program.pool.append(0) }
    let offset = program.pool.count
    program.pool += bytes
    return Address(base: Base.pool, offset: offset, laneStride: 0)
  }

  mutating func poolBytes<T>(_ value: T) -> Address {
    pool(withUnsafeBytes(of: value) { Array($0) }, alignment: MemoryLayout<T>.alignment)
  }

  mutating func poolInteger(_ value: Int) -> Address { poolBytes(Int64(value)) }

  mutating func poolNumbers(_ values: [Double]) -> Address {
    switch context.precision {
    case .single:
      pool(values.flatMap { value in withUnsafeBytes(of: Float(value)) { Array($0) } }, alignment: 4)
    case .double: pool(values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }, alignment: 8)
    }
  }
}
