// Sites beside each other: what mixes them ends the structure that curvature is found by.
import Autodiff

extension Expression {
  /// The axes in space along which there is more than one site.
  var spaceAxes: [Int] { (2..<Swift.max(shape.rank, 2)).filter { shape[$0] > 1 } }

  /// Each site's difference to the next along an axis, one site less.
  func differences(along axis: Int) -> Expression {
    let extent = shape[axis]
    return gathered(Array(1..<extent), axis: axis) - gathered(Array(0..<extent - 1), axis: axis)
  }
}
