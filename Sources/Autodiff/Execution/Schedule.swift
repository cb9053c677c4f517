// Which nodes run inside a pass over the sites, which as whole tensors between the passes, and in what order.

/// An array along which a plan is laid out: where its elements lie, by the axes of its variable's shape.
public struct ArrayLayout: Sendable, Equatable {
  /// Elements from a position to the next, one an axis; 0 where the extent is 1.
  public let strides: [Int]
  public init(strides: [Int]) { self.strides = strides }
  /// Row-major order.
  public init(rowMajor shape: TensorShape) { strides = shape.strides }
}

struct Schedule {
  let domain: TensorShape
  let laneAxis: Int?
  let innerAxis: Int?
  private var siteLevels: [ObjectIdentifier: Int?] = [:]
  private var denseLevels: [ObjectIdentifier: Int] = [:]
  private let late: Set<ObjectIdentifier>

  /// - Parameters:
  ///   - nodes: all that is needed, operands first.
  ///   - lateInputs: what depends on these runs after all that does not.
  ///   - classesLieApart: whether each class's sites lie together in memory; where nothing couples classes they are then
  ///     rows like any others.
  init(_ nodes: [Node], classAxis: Int?, lateInputs: Set<Int>, classesLieApart: Bool = false) {
    let domain = nodes.map(\.shape).max { $0.count < $1.count } ?? .scalar
    self.domain = domain
    var lane = classAxis
    if lane == nil {
      for node in nodes {
        if case .logSoftmax(let axis) = node.operation, node.shape == domain { lane = axis }
      }
    }
    if let axis = lane, axis >= domain.rank || domain[axis] == 1 { lane = nil }
    if let axis = lane, classesLieApart, !nodes.contains(where: { $0.couples(axis, of: domain) }) {
      lane = nil
    }
    laneAxis = lane
    innerAxis = domain.extents.indices.last { $0 != lane && domain[$0] > 1 }
    late = Node.dependents(
      on: nodes.filter { node in
        if case .input(let input) = node.operation { lateInputs.contains(input.identifier) } else { false }
      }, in: nodes)
    // Operands come first, so that no search goes deeper than one node.
    for node in nodes {
      _ = siteLevel(node)
      _ = denseLevel(node)
    }
  }

  func isLate(_ node: Node) -> Bool { late.contains(node.identity) }

  /// Whether the node has an element for every site.
  func spansSites(_ node: Node) -> Bool {
    guard let innerAxis, node.shape.rank == domain.rank else { return false }
    return node.shape[innerAxis] == domain[innerAxis]
      && node.shape.extents.indices.allSatisfy { node.shape[$0] == domain[$0] || node.shape[$0] == 1 }
  }

  /// Whether the node, stretched to the domain, is the same for all sites of a row.
  func isSameAlongRow(_ node: Node) -> Bool {
    guard let innerAxis, node.shape.broadcasts(to: domain) else { return false }
    return node.shape.extent(innerAxis, of: domain.rank) == 1
  }

  /// Whether a sum takes many sites to few numbers, inside a pass.
  func isSiteSum(_ node: Node) -> Bool {
    guard case .sum(let axes) = node.operation, let innerAxis, axes.contains(innerAxis) else { return false }
    // A pass visits every position of the domain: what is stretched along an axis would be added once for each.
    let summand = node.operands[0]
    return siteCandidate(summand)
      && summand.shape.extents.indices.allSatisfy { $0 == laneAxis || summand.shape[$0] == domain[$0] }
  }

  private func siteCandidate(_ node: Node) -> Bool {
    guard spansSites(node) else { return false }
    return switch node.operation {
    case .input, .elementwise, .broadcast, .stopGradient, .labelMask, .polynomial: true
    case .logSoftmax(let axis), .oneHot(let axis): axis == laneAxis
    case .sum(let axes): axes == [laneAxis]
    case .constant, .data, .tensor, .failure: false
    }
  }

  /// The pass in which a node can be computed for each block of sites; `nil` if it has to be a whole tensor.
  mutating func siteLevel(_ node: Node) -> Int? {
    if let known = siteLevels[node.identity] { return known }
    var level: Int? = siteCandidate(node) ? 0 : nil
    if level != nil, case .input = node.operation {
    } else if level != nil {
      for operand in node.operands where operand.uniformValue == nil {
        let own = spansSites(operand) ? siteLevel(operand) : nil
        let reached = own ?? denseLevel(operand)
        level = max(level ?? 0, isLate(node) && !isLate(operand) ? 0 : reached)
      }
    }
    siteLevels[node.identity] = .some(level)
    return level
  }

  /// After how many passes a node is known as a whole tensor.
  mutating func denseLevel(_ node: Node) -> Int {
    if let known = denseLevels[node.identity] { return known }
    var level = 0
    if isSiteSum(node), let site = siteLevel(node.operands[0]) {
      level = site + 1
    } else {
      for operand in node.operands {
        let own = denseLevel(operand)
        level = max(level, isLate(node) && !isLate(operand) ? 0 : own)
      }
    }
    denseLevels[node.identity] = level
    return level
  }
}

extension Node {
  /// Whether the operation takes elements together, or the same element for several, along an axis of the sites' shape.
  fileprivate func couples(_ axis: Int, of domain: TensorShape) -> Bool {
    switch operation {
    case .logSoftmax(axis), .oneHot(axis), .labelMask: return true
    case .sum(let axes):
      let summand = operands[0].shape
      guard summand.rank == domain.rank else { return false }
      let others = domain.extents.indices.filter { $0 != axis && domain[$0] > 1 }
      return axes.contains(axis) && !others.allSatisfy(axes.contains)
    default:
      // One for all classes of a site.
      return shape.rank == domain.rank && shape[axis] < domain[axis]
        && domain.extents.indices.contains { $0 != axis && shape[$0] > 1 }
    }
  }
}
