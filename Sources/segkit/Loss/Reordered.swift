import SegmentationKit

/// An array in the order of memory of another layout with the same axes; `nil` if the extents differ.
func reordered<Element>(_ values: [Element], from own: Layout, to wanted: Layout) -> [Element]? {
  if own == wanted { return values }
  guard own.axes.count == wanted.axes.count, own.axes.allSatisfy({ wanted.axes.contains($0) }),
    own.axes.allSatisfy({ own[$0] == wanted[$0] })
  else { return nil }
  let ownSteps = own.steps
  return values.walked(extents: wanted.extents, steps: wanted.axes.map { ownSteps[$0] ?? 0 })
}
