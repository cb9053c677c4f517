import TextFormats

/// Labels and regions to score, with their names: `1=liver,2=tumour,whole=1+2`.
public struct LabelScheme: Sendable, Hashable {
  /// One thing that gets a score: a label, or a region of several labels scored as one.
  public struct Item: Sendable, Hashable {
    /// The label's number, or the region's name: its key in every result.
    public let key: String
    /// The label's name, where one was given; a region's name.
    public let name: String?
    /// The labels it covers, in ascending order; one for a label.
    public let labels: [UInt32]
    public let isRegion: Bool

    /// A single label.
    public static func label(_ label: UInt32, name: String? = nil) -> Item {
      Item(key: String(label), name: name, labels: [label], isRegion: false)
    }

    /// A named set of labels.
    public static func region(_ name: String, _ labels: some Sequence<UInt32>) -> Item {
      Item(key: name, name: name, labels: Array(Set(labels)).sorted(), isRegion: true)
    }

    /// `1 liver`, `1`, or `whole`.
    public var title: String {
      guard let name, !isRegion else { return key }
      return "\(key) \(name)"
    }
  }

  /// In the order they were given.
  public let items: [Item]
  /// Where each key and each name stands among the items.
  private let places: [String: Int]

  /// - Throws: `LabelSchemeError` if a label or a name stands twice, or a name could be taken for a label.
  public init(_ items: [Item]) throws(LabelSchemeError) {
    var places: [String: Int] = [:]
    for (place, item) in items.enumerated() {
      if item.labels.isEmpty { throw .emptyRegion(item.key) }
      if item.isRegion, UInt32(item.key) != nil { throw .regionNamedLikeALabel(item.key) }
      if item.isRegion, Self.reserved.contains(item.key) { throw .reserved(item.key) }
      var names = [item.key]
      if let name = item.name, name != item.key { names.append(name) }
      for name in names where places.updateValue(place, forKey: name) != nil { throw .twice(name) }
    }
    self.items = items
    self.places = places
  }

  public static func == (left: LabelScheme, right: LabelScheme) -> Bool { left.items == right.items }

  public func hash(into hasher: inout Hasher) { hasher.combine(items) }

  /// Keys that results use beside those of labels and regions.
  private static let reserved: Set = [
    "mean", "pixel_accuracy", "mean_accuracy", "mean_accuracy_foreground", "mean_iou",
    "mean_iou_with_background",
    "fw_iou",
  ]

  /// Reads `1=liver,2=tumour,whole=1+2`; names may be left out (`1,2`).
  public init(parsing text: String) throws(LabelSchemeError) {
    var items: [Item] = []
    for part in text.split(separator: ",") { items.append(try Self.item(parsing: part.trimmed)) }
    guard !items.isEmpty else { throw .malformed(text) }
    try self.init(items)
  }

  /// The item a user means by a label's number or name or a region's name.
  public func item(named text: String) -> Item? { places[text].map { items[$0] } }

  private static func item(parsing part: String) throws(LabelSchemeError) -> Item {
    guard let equals = part.firstIndex(of: "=") else {
      guard let label = UInt32(part) else { throw .malformed(part) }
      return .label(label)
    }
    let left = part[..<equals].trimmed
    let right = part[part.index(after: equals)...].trimmed
    guard !left.isEmpty, !right.isEmpty else { throw .malformed(part) }
    if let label = UInt32(left) {
      if right.contains("+") || UInt32(right) != nil { throw .malformed(part) }
      return .label(label, name: right)
    }
    var labels: [UInt32] = []
    for number in right.split(separator: "+", omittingEmptySubsequences: false) {
      guard let label = UInt32(number.trimmed) else { throw .malformed(part) }
      labels.append(label)
    }
    return .region(left, labels)
  }
}

/// What is wrong with a list of labels.
public enum LabelSchemeError: Error, Equatable, CustomStringConvertible {
  case malformed(String)
  case twice(String)
  case emptyRegion(String)
  case regionNamedLikeALabel(String)
  case reserved(String)

  public var description: String {
    switch self {
    case .malformed(let text): "labels: cannot read '\(text)'; write 1=liver,2=tumour,whole=1+2"
    case .twice(let text): "labels: '\(text)' stands twice"
    case .emptyRegion(let name): "labels: region '\(name)' holds no label"
    case .reserved(let name): "labels: results use '\(name)' for something else; call the region otherwise"
    case .regionNamedLikeALabel(let name):
      "labels: a region cannot be called '\(name)', which is a label's number"
    }
  }
}
