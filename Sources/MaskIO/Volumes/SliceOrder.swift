/// Whether the numbers in the names of slices make a whole stack.
package enum SliceOrder {
  /// What the numbers of slices tell.
  package enum Finding: Sendable, Equatable {
    /// Two slices with one number: their order is anyone's guess. In one line with its remedy.
    case doubled(String)
    /// Numbers are left out; fatal only if the other side has them. In one line with its remedy.
    case missing(String)
  }

  /// The number that counts the slices: in names of one pattern the last that is not the same in all of them,
  /// else the last in each. nil if any name has none.
  package static func numbers(of names: [String]) -> [Int]? {
    let all = names.map { NaturalOrder.numbers(in: stem($0)) }
    guard let groups = all.first?.count, groups > 0, all.allSatisfy({ $0.count == groups }) else {
      let last = all.compactMap(\.last)
      return last.count == names.count ? last : nil
    }
    let counting = (0..<groups).last { group in Set(all.map { $0[group] }).count > 1 } ?? groups - 1
    return all.map { $0[counting] }
  }

  /// Whether two numberings of as many slices put the same slices side by side: equal, or equal but for where
  /// they start and the step they take.
  package static func agree(_ left: [Int], _ right: [Int]) -> Bool { positions(left) == positions(right) }

  /// Numbers counted from the first in steps of the smallest.
  private static func positions(_ numbers: [Int]) -> [Int] {
    guard !numbers.isEmpty, let steps = steps(numbers) else { return numbers }
    let distances = steps.reduce(into: [0]) {
      $0.append($0[$0.count - 1].addingReportingOverflow($1).partialValue)
    }
    guard let step = steps.min(), step > 0, steps.allSatisfy({ $0.isMultiple(of: step) }) else {
      return distances
    }
    return distances.map { $0 / step }
  }

  /// From each number to the next; nil where one is beyond what an integer holds: such names hold no count of slices.
  private static func steps(_ numbers: [Int]) -> [Int]? {
    var steps: [Int] = []
    for (left, right) in zip(numbers, numbers.dropFirst()) {
      let (step, overflows) = right.subtractingReportingOverflow(left)
      if overflows { return nil }
      steps.append(step)
    }
    // The first and the last must be within reach of each other as well.
    guard let first = numbers.first, let last = numbers.last else { return [] }
    return last.subtractingReportingOverflow(first).overflow ? nil : steps
  }

  /// What is wrong with the slices called `names`, nil if nothing is.
  ///
  /// For the number that counts see `numbers(of:)`. Names without numbers, or one slice alone, say
  /// nothing; a stride (0, 2, 4, …) is a numbering, a gap in one is a missing slice, and numbers
  /// without any stride are taken as they are.
  package static func finding(in names: [String]) -> Finding? {
    if let numbers = numbers(of: names) { return finding(numbers: numbers, names: names) }
    let without = names.filter { NaturalOrder.lastNumber(in: stem($0)) == nil }
    guard let odd = without.first, without.count < names.count else { return nil }
    return .doubled("\(odd) has no slice number, the other slices do; rename or remove it")
  }

  /// As `finding(in:)`, for slices whose numbers are known: one for each name, and none beyond them counts.
  package static func finding(numbers: [Int], names: [String]) -> Finding? {
    let order = numbers.indices.prefix(names.count).sorted { numbers[$0] < numbers[$1] }
    let neighbours = Array(zip(order, order.dropFirst()))
    for (left, right) in neighbours where numbers[left] == numbers[right] {
      return .doubled(
        "slice number \(numbers[left]) stands twice (\(names[left]), \(names[right])); remove one")
    }
    guard let steps = steps(order.map { numbers[$0] }), steps.count > 1, let stride = steps.min(),
      steps.allSatisfy({ $0.isMultiple(of: stride) })
    else { return nil }
    var gaps: [Int] = []
    for (left, right) in neighbours where numbers[right] - numbers[left] > stride {
      gaps += Swift.stride(from: numbers[left] + stride, to: numbers[right], by: stride).prefix(100)
    }
    guard !gaps.isEmpty else { return nil }
    let one = gaps.count == 1
    let listed = gaps.prefix(5).map(String.init).joined(separator: ", ") + (gaps.count > 5 ? ", …" : "")
    return .missing(
      "slice\(one ? "" : "s") \(listed) missing between \(names[order[0]]) and \(names[order[order.count - 1]]); "
        + "restore \(one ? "it" : "them") or renumber the slices")
  }

  private static func stem(_ name: String) -> String {
    let base = FileName.last(of: name)
    guard let dot = base.utf8.lastIndex(of: UInt8(ascii: ".")) else { return base }
    return String(base[..<dot])
  }
}
