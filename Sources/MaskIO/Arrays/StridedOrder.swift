extension Array {
  /// The elements in another order: walking through `extents` with the last axis fastest, those at the sums of `steps`.
  ///
  ///     [0, 1, 2, 3, 4, 5].walked(extents: [2, 3], steps: [1, 2])      // [0, 2, 4, 1, 3, 5]: two columns first
  ///
  /// - Parameters:
  ///   - extents: of each axis, at least 1; their product is the number of elements.
  ///   - steps: elements from a position to the next, along each axis; no sum of them leads out of the array.
  @inlinable
  package func walked(extents: [Int], steps: [Int]) -> [Element] {
    // Counts as a mileage does.
    var position = [Int](repeating: 0, count: extents.count)
    var offset = 0
    var result: [Element] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      result.append(self[offset])
      for axis in extents.indices.reversed() {
        position[axis] += 1
        offset += steps[axis]
        if position[axis] < extents[axis] { break }
        offset -= steps[axis] * extents[axis]
        position[axis] = 0
      }
    }
    return result
  }
}
