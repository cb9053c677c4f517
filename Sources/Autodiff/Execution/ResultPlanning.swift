// Where a plan's results come from: what passes write, what is put together from whole tensors, what is known before.

/// An array that a pass writes.
struct SiteArray {
  let node: Node
  let number: Int
  let layout: ArrayLayout
  let level: Int
}

/// Something whose least and largest element a pass finds; `place` is where they lie in the arena.
struct SiteExtremes {
  let node: Node
  let place: Int
  let level: Int
}

extension PlanCompiler {
  /// Plans where each root's result comes from.
  mutating func place(_ kinds: [Plan.Result.Kind]) {
    for (node, kind) in zip(roots, kinds) {
      switch kind {
      case .numbers: places.append((dense(node), node.shape))
      case .array(let layout):
        placeArray(node, layout)
        places.append((nil, node.shape))
        outputCount += 1
      case .extremes:
        let place = arena.reserve(2, node.uniformValue.map { .uniform($0) } ?? .computed)
        places.append((place, TensorShape([2])))
        if node.uniformValue != nil { continue }
        if let level = writtenLevel(node) {
          extremes.append(SiteExtremes(node: node, place: place, level: level))
        } else {
          wholeExtremes.append((dense(node), node.shape.count, place))
        }
      }
    }
  }

  private mutating func placeArray(_ node: Node, _ layout: ArrayLayout) {
    if let value = node.uniformValue {
      filled.append((outputCount, value, node.shape.count))
    } else if let level = writtenLevel(node) {
      arrays.append(SiteArray(node: node, number: outputCount, layout: layout, level: level))
    } else {
      scattered.append((dense(node), outputCount, ElementMap(node.shape, strides: layout.strides)))
    }
  }

  /// The pass that computes a node for every element of the domain; `nil` if none does.
  private mutating func writtenLevel(_ node: Node) -> Int? {
    guard let level = schedule.siteLevel(node), schedule.spansSites(node), node.shape == schedule.domain
    else { return nil }
    return level
  }
}
