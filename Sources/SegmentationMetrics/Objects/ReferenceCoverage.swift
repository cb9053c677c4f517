import LabelMaps

/// How much of each object of the reference is predicted as its class, every object counting 1 whatever its size: what
/// cityscapesScripts makes its instance-level IoU of.
package struct ReferenceCoverage: Sendable, Hashable {
  /// Sums over objects: the shares of their voxels that are predicted as one of an item's labels, and those that are not.
  package struct Shares: Sendable, Hashable {
    package var found = 0.0
    package var missed = 0.0
  }

  /// By the item's key and the objects' class.
  package private(set) var shares: [String: [UInt32: Shares]] = [:]

  package init() {}

  /// Coverage of the objects in one case.
  ///
  /// - Parameters:
  ///   - histogram: of ids, those of ignored objects left out. Ids below the divisor are classes that do not tell
  ///     their objects apart, and no objects here.
  ///   - divisor: an id divided by it is the class.
  ///   - items: classes and regions of classes.
  package init(_ histogram: JointHistogram, divisor: UInt32, items: [LabelScheme.Item]) {
    let rule = ObjectRule.idsOfClasses(divisor: divisor)
    let sizes = histogram.references
    // The items of each class: with many of both, few pairs of them belong together.
    let labels = items.map { Set($0.labels) }
    var itemsOfClass: [UInt32: [Int]] = [:]
    for index in items.indices {
      for label in labels[index] { itemsOfClass[label, default: []].append(index) }
    }
    var rest = histogram.entries[...]
    for id in sizes.keys.sorted() {
      let object = rest.prefix { $0.reference == id }
      rest = rest.dropFirst(object.count)
      guard id >= divisor else { continue }
      let size = Double(sizes[id] ?? 0)
      let objectClass = rule.objectClass(of: id)
      for index in itemsOfClass[objectClass] ?? [] {
        let key = items[index].key
        let found = UInt64.saturatingSum(
          object.lazy.filter { labels[index].contains(rule.objectClass(of: $0.prediction)) }.map(\.count))
        shares[key, default: [:]][objectClass, default: Shares()].found += Double(found) / size
        shares[key, default: [:]][objectClass, default: Shares()].missed += 1 - Double(found) / size
      }
    }
  }

  /// Adds another case's.
  package mutating func add(_ other: ReferenceCoverage) {
    for (key, classes) in other.shares {
      for (objectClass, sums) in classes {
        shares[key, default: [:]][objectClass, default: Shares()].found += sums.found
        shares[key, default: [:]][objectClass, default: Shares()].missed += sums.missed
      }
    }
  }
}
