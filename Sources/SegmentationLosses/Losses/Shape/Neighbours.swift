// Sites beside each other: what mixes them ends the structure that curvature is found by.
import Autodiff

extension Expression {
  /// The axes in space along which there is more than one site.
  var spaceAxes: [Int] { (2..<Swift.max(shape.rank, 2)).filter { shape[$0] > 1 } }

  /// Every site's neighbour so many steps along an axis; at the border the last one.
  func neighbour(_ steps: Int, along axis: Int) -> Expression {
    let extent = shape[axis]
    return gathered((0..<extent).map { Swift.min(Swift.max($0 + steps, 0), extent - 1) }, axis: axis)
  }

  /// Each site's difference to the next along an axis, one site less.
  func differences(along axis: Int) -> Expression {
    let extent = shape[axis]
    return gathered(Array(1..<extent), axis: axis) - gathered(Array(0..<extent - 1), axis: axis)
  }

  /// The largest within one step along these axes.
  func dilated(along axes: [Int]) -> Expression {
    axes.reduce(self) { x, axis in
      max(x, max(x.neighbour(1, along: axis), x.neighbour(-1, along: axis)))
    }
  }

  /// The least within one step along one of the axes at a time: erosion by the cross.
  func eroded(along axes: [Int]) -> Expression {
    let lines = axes.map { axis in
      min(self, min(neighbour(1, along: axis), neighbour(-1, along: axis)))
    }
    return lines.dropFirst().reduce(lines.first ?? self) { min($0, $1) }
  }
}
