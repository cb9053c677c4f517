// Choosing classes keeps the structure: a gather along the class axis that all sites share is one more linear map of
// classes.
//
// A gather is an operation on whole tensors, through which second derivatives do not go down. But it commutes with all
// that treats each class by itself, so it is moved up, past element-wise operations and sums over sites, to where classes
// meet; there a sum over the chosen classes is a sum over all with the others left out. What is computed on the way for a
// class that is left out is not looked at, and gets no derivative.

extension Expression {
  /// `roots` in a form without gathers along the class axis, where there is one; their values are the same.
  ///
  /// - Parameters:
  ///   - variable: what will be differentiated by.
  ///   - classAxis: of the variable; nothing is done if there is none.
  static func choosingClassesLate(
    _ roots: [Expression], variable: Variable, classAxis: Int?
  ) -> [Expression] {
    guard let classAxis else { return roots }
    let order = Node.ordered(roots.map(\.node))
    let rank = variable.shape.rank
    let isNeeded = order.contains { node in
      guard node.shape.rank == rank, case .tensor(let operation) = node.operation else { return false }
      return (operation as? Rearrangement)?.choice?.axis == classAxis
        || (operation as? Concatenation)?.axis == classAxis
    }
    guard isNeeded else { return roots }
    var classes = ClassChoices(variable, classAxis, order, roots)
    for node in order { classes.visit(node) }
    return Expression.sharing(roots.map { classes.plain($0.node) })
  }
}

/// The rewritten form of each node: as it is, or all classes with the choice still to be made.
private struct ClassChoices {
  /// A gather that is not done yet.
  struct Late {
    /// With all classes.
    let all: Expression
    let positions: [Int]
  }
  /// What stands for a class that is left out, where numbers of sites are chosen: neither 0 nor 1, so that no ratio or
  /// logarithm of it is undefined.
  static let harmless: Expression = 0.5

  let axis, rank, siteLevel: Int
  let active: Set<ObjectIdentifier>
  private var plain: [ObjectIdentifier: Expression] = [:]
  private var late: [ObjectIdentifier: Late] = [:]

  init(_ variable: Variable, _ classAxis: Int, _ order: [Node], _ roots: [Expression]) {
    (axis, rank, siteLevel) = (classAxis, variable.shape.rank, variable.shape.count)
    let sources = roots.isEmpty ? [] : order.filter { $0.isInput(variable.input) }
    active = Node.dependents(on: sources, in: order)
  }

  /// The node with its choice made.
  mutating func plain(_ node: Node) -> Expression {
    if let done = plain[node.identity] { return done }
    let made = late[node.identity].map { $0.all.gathered($0.positions, axis: axis) } ?? Expression(node)
    plain[node.identity] = made
    return made
  }

  mutating func visit(_ node: Node) {
    if node.shape.rank == rank || node.operands.contains(where: { late[$0.identity] != nil }) {
      switch node.operation {
      case .tensor(let operation as Rearrangement):
        if let choice = operation.choice, choice.axis == axis, node.shape.rank == rank {
          return choose(node, choice.positions)
        }
      case .elementwise(let operation):
        if let whole = wholeOperands(node) {
          return postpone(node, operation.record(whole.operands), whole.positions)
        }
      case .broadcast:
        if let operand = late[node.operands[0].identity], node.operands[0].shape.rank == node.shape.rank {
          var extents = node.shape.extents
          extents[axis] = operand.all.shape[axis]
          return postpone(node, operand.all.stretched(to: TensorShape(extents)), operand.positions)
        }
      case .sum(let axes):
        if let sum = sum(node, axes) { return sum }
      case .stopGradient:
        if let operand = late[node.operands[0].identity] {
          return postpone(node, operand.all.withoutGradient, operand.positions)
        }
      default: break
      }
    }
    rebuild(node)
  }

  private mutating func choose(_ node: Node, _ positions: [Int]) {
    let operand = node.operands[0]
    let chosen = late[operand.identity]
    let all = chosen?.all ?? plain(operand)
    let places = chosen.map { chosen in positions.map { chosen.positions[$0] } } ?? positions
    if places.count == 1 {
      let here = Expression.indicator(places[0], along: axis, of: all.shape)
      plain[node.identity] = select(here, all, 0).summed(over: [axis])
    } else if chosen == nil, operand.shape.count >= siteLevel {
      postpone(node, select(Self.counts(places, all.shape, axis), all, Self.harmless), places)
    } else {
      postpone(node, all, places)
    }
  }

  private mutating func postpone(_ node: Node, _ all: Expression, _ positions: [Int]) {
    late[node.identity] = Late(all: all, positions: positions)
  }

  /// The operands with all classes, where their choices are one; `nil` where nothing is chosen, or different classes.
  private mutating func wholeOperands(_ node: Node) -> (operands: [Expression], positions: [Int])? {
    guard let chosen = node.operands.first(where: { late[$0.identity] != nil }),
      let first = late[chosen.identity]
    else { return nil }
    let classes = first.all.shape[axis]
    var operands: [Expression] = []
    for operand in node.operands {
      if let chosen = late[operand.identity] {
        guard chosen.positions == first.positions, chosen.all.shape[axis] == classes else { return nil }
        operands.append(chosen.all)
        continue
      }
      let own = plain(operand).narrowest
      if own.shape.extent(axis, of: rank) == 1 {
        operands.append(own)
      } else if !active.contains(operand.identity), own.shape.rank == rank,
        Set(first.positions).count == first.positions.count
      {
        // Each class, chosen once, has its own number; what stands for the others does not matter.
        let places = (0..<classes).map { first.positions.firstIndex(of: $0) ?? 0 }
        operands.append(own.gatheredNow(places, axis: axis))
      } else {
        return nil
      }
    }
    return (operands, first.positions)
  }

  /// A sum over sites, which leaves the choice to be made, or over classes, which makes it.
  ///
  /// - Returns: `nil` if there is no choice below.
  private mutating func sum(_ node: Node, _ axes: [Int]) -> Void? {
    let operand = node.operands[0]
    guard operand.shape.rank == rank else { return nil }
    if let chosen = late[operand.identity] {
      guard axes.contains(axis) else {
        return postpone(node, chosen.all.summed(over: axes), chosen.positions)
      }
      plain[node.identity] = total(chosen, axes)
      return ()
    }
    if case .tensor(let operation as Concatenation) = operand.operation, operation.axis == axis,
      axes.contains(axis)
    {
      var sum: Expression = 0
      for part in operand.operands {
        sum += late[part.identity].map { total($0, axes) } ?? plain(part).summed(over: axes)
      }
      plain[node.identity] = sum.stretched(to: node.shape)
      return ()
    }
    return nil
  }

  /// The sum over axes with the classes among them: each class as often as it is chosen.
  private func total(_ chosen: Late, _ axes: [Int]) -> Expression {
    let counts = Self.counts(chosen.positions, chosen.all.shape, axis)
    let isOnce = Set(chosen.positions).count == chosen.positions.count
    return select(counts, isOnce ? chosen.all : counts * chosen.all, 0).summed(over: axes)
  }

  private mutating func rebuild(_ node: Node) {
    let operands = node.operands.map { plain($0).node }
    let isChanged = zip(operands, node.operands).contains { $0 !== $1 }
    plain[node.identity] = Expression(isChanged ? Node(node.operation, operands, node.shape) : node)
  }

  /// How often each class is chosen, with extent 1 along the other axes.
  private static func counts(_ positions: [Int], _ shape: TensorShape, _ axis: Int) -> Expression {
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[axis] = shape[axis]
    var counts = [Double](repeating: 0, count: shape[axis])
    for position in positions { counts[position] += 1 }
    return Expression(Tensor(counts, shape: TensorShape(extents)))
  }
}

extension Expression {
  /// As `gathered`, of a constant at once.
  fileprivate func gatheredNow(_ positions: [Int], axis: Int) -> Expression {
    guard case .data(let tensor) = node.operation, tensor.shape.count == tensor.shape[axis] else {
      return gathered(positions, axis: axis)
    }
    var extents = tensor.shape.extents
    extents[axis] = positions.count
    return Expression(Tensor(positions.map { tensor.elements[$0] }, shape: TensorShape(extents)))
  }
}

extension Node {
  fileprivate func isInput(_ input: Input) -> Bool {
    if case .input(let own) = operation { own == input } else { false }
  }
}
