import SegmentationKit

/// An array in the order of memory of another layout with the same axes; `nil` if the extents differ.
func reordered<Element>(_ values: [Element], from own: Layout, to wanted: Layout) -> [Element]? {
  if own == wanted { return values }
  guard own.axes.count == wanted.axes.count, own.axes.allSatisfy({ wanted.axes.contains($0) }),
    own.axes.allSatisfy({ own[$0] == wanted[$0] })
  else { return nil }
  let ownSteps = own.steps
  let steps = wanted.axes.map { ownSteps[$0] ?? 0 }
  var position = [Int](repeating: 0, count: steps.count)
  var place = 0
  var result: [Element] = []
  result.reserveCapacity(values.count)
  for _ in 0..<values.count {
    result.append(values[place])
    for axis in steps.indices.reversed() {
      position[axis] += 1
      place += steps[axis]
      if position[axis] < wanted.extents[axis] { break }
      place -= steps[axis] * wanted.extents[axis]
      position[axis] = 0
    }
  }
  return result
}
