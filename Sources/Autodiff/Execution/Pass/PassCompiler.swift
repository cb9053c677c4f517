// Code generation for one pass over the sites: vector registers, fused kernels, addresses.
import CVectorMath

/// What a pass has to know of the plan around it.
protocol PassContext {
  var schedule: Schedule { get }
  var precision: Precision { get }
  /// Where a whole tensor lies in the arena.
  func arenaOffset(_ node: Node) -> Int
  /// Whether a node with an element for every site is there as a whole tensor. It is then read and not computed again,
  /// perhaps with another rounding: what is compared must be the same everywhere.
  func isWhole(_ node: Node) -> Bool
  func input(_ input: Input) -> (number: Int, layout: ArrayLayout)
}

struct PassCompiler {
  /// A vector in memory or in a register, or a number that is the same for a whole row of sites.
  enum Operand {
    case vector(Address, lanes: Int)
    case scalar(Address)
  }

  /// An input whose values are to be within bounds.
  struct Check {
    let node: Node
    let source: Int
    let bounds: DomainBounds
  }

  struct Output {
    let node: Node
    let number: Int
    let layout: ArrayLayout
    let streams: Bool
  }

  let context: any PassContext
  let block: Int
  let elementSize: Int
  let lanes: Int
  /// Graph axes that are loops around a row, and those that the row runs over.
  let outerAxes: [Int]
  let innerAxis: Int
  var program = Program()
  var places: [ObjectIdentifier: Operand] = [:]
  var uses: [ObjectIdentifier: Int] = [:]
  var free: [Int: [Int]] = [:]
  var outputs: [ObjectIdentifier: Output] = [:]
  var memoryBases: [String: Int32] = [:]
  var scalarPlaces: [String: Address] = [:]
  var labelPlaces: [Int: Address] = [:]
  /// Checks that are still to be emitted.
  var pendingChecks: [ObjectIdentifier: Int] = [:]
  /// Registers, by their distance, that hold classes side by side.
  var interleavedRegisters: Set<Int> = []
  /// Nodes that share a kernel with another one: log p and p of a softmax, a sigmoid and its slope.
  var companions: [ObjectIdentifier: Node] = [:]

  init(_ context: any PassContext, loop: SiteLoop, outerAxes: [Int], innerAxis: Int) {
    self.context = context
    block = loop.block
    lanes = loop.lanes
    elementSize = context.precision.elementSize
    self.outerAxes = outerAxes
    self.innerAxis = innerAxis
  }

  /// A node whose least and largest element go to the arena.
  struct Extremes {
    let node: Node
    let arena: Int
  }

  /// The program that takes these sums and extremes, checks these inputs and writes these outputs.
  mutating func compile(
    sums: [Node], extremes: [Extremes] = [], outputs: [Output], checks: [Check]
  ) -> Program {
    let operands = sums.map { $0.operands[0] } + extremes.map(\.node)
    let needed = siteNodes(operands + outputs.map(\.node) + checks.map(\.node))
    for node in needed {
      for operand in node.operands { uses[operand.identity, default: 0] += 1 }
    }
    for node in operands + outputs.map(\.node) + checks.map(\.node) { uses[node.identity, default: 0] += 1 }
    // What is read whole is never taken apart.
    for node in needed.flatMap(\.operands) + operands + outputs.map(\.node) where context.isWhole(node) {
      uses[node.identity, default: 0] += 1_000_000
    }
    for check in checks { pendingChecks[check.node.identity, default: 0] += 1 }
    for output in outputs { self.outputs[output.node.identity] = output }
    findCompanions(needed)
    for node in stations(needed) {
      uses[node.identity, default: 0] += 1_000_000
      _ = operand(node)
    }

    let (rest, unchecked) = emitMoments(sums, checks)
    for check in unchecked { emitCheck(check) }
    for sum in rest { emitSum(sum) }
    for one in extremes { emitExtremes(one) }
    for output in outputs { emitOutput(output) }
    program.registers = program.scratchElements / block
    program.scratchElements = max(program.scratchElements, block)
    return program
  }

  /// The nodes computed for each block that `roots` need, operands first.
  func siteNodes(_ roots: [Node]) -> [Node] {
    var schedule = context.schedule
    var order: [Node] = []
    var seen: Set<ObjectIdentifier> = []
    func isNew(_ node: Node) -> Bool {
      schedule.siteLevel(node) != nil && !context.isWhole(node) && seen.insert(node.identity).inserted
    }
    var waiting: [(node: Node, next: Int)] = []
    for root in roots where isNew(root) {
      waiting.append((root, 0))
      while let (node, next) = waiting.last {
        if next < node.operands.count {
          waiting[waiting.count - 1].next += 1
          if isNew(node.operands[next]) { waiting.append((node.operands[next], 0)) }
        } else {
          order.append(node)
          waiting.removeLast()
        }
      }
    }
    return order
  }

  /// Nodes of a deep expression that are computed first, so that the recursion from one to the next is short; few
  /// expressions have any.
  private func stations(_ nodes: [Node]) -> [Node] {
    var depths: [ObjectIdentifier: Int] = [:]
    var stations: [Node] = []
    for node in nodes {
      var depth = 1 + (node.operands.map { depths[$0.identity] ?? 0 }.max() ?? 0)
      if depth >= Self.stationDistance, case .elementwise = node.operation {
        stations.append(node)
        depth = 0
      }
      depths[node.identity] = depth
    }
    return stations
  }
  private static var stationDistance: Int { 64 }

  mutating func findCompanions(_ nodes: [Node]) {
    var sigmoids: [ObjectIdentifier: Node] = [:]
    for node in nodes {
      guard case .elementwise(let operation) = node.operation else { continue }
      if operation.name == Elementwise.sigmoid.name { sigmoids[node.operands[0].identity] = node }
      if operation.name == Elementwise.exponential.name, case .logSoftmax = node.operands[0].operation {
        companions[node.operands[0].identity] = node
      }
    }
    for node in nodes {
      guard case .elementwise(let operation) = node.operation,
        operation.name == Elementwise.sigmoidSlope.name,
        let sigmoid = sigmoids[node.operands[0].identity]
      else { continue }
      companions[node.identity] = sigmoid
      companions[sigmoid.identity] = node
    }
  }
}

extension Node {
  /// The operands of an element-wise operation with two, if this is that.
  func operands(of operation: Elementwise) -> (Node, Node)? {
    guard case .elementwise(let own) = self.operation, own.name == operation.name else { return nil }
    return (operands[0], operands[1])
  }
}

extension Address {
  func moved(_ lanes: Int) -> Address {
    Address(base: base, offset: offset + lanes * laneStride, laneStride: laneStride)
  }
}

/// The values an input may have.
enum DomainBounds: Sendable {
  case range(Double, Double)
  case labels(classes: Int, ignored: UInt8?)
}
