/// Any JSON.
public indirect enum JSONTree: Decodable, Sendable {
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([JSONTree])
  case members([String: JSONTree])
  case null

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONTree].self) {
      self = .list(list)
    } else {
      self = .members(try container.decode([String: JSONTree].self))
    }
  }

  public subscript(_ key: String) -> JSONTree {
    if case .members(let members) = self { members[key] ?? .null } else { .null }
  }
  public subscript(_ index: Int) -> JSONTree { list.indices.contains(index) ? list[index] : .null }
  public var list: [JSONTree] { if case .list(let list) = self { list } else { [] } }
  public var keys: [String] { if case .members(let members) = self { members.keys.sorted() } else { [] } }
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// A number, `inf` and `nan` included; nil for words.
  public var value: Double? {
    switch self {
    case .number(let number): number
    case .text("nan"): .nan
    case .text("inf"): .infinity
    default: nil
    }
  }
  public var values: [Double] { list.compactMap(\.value) }
  public var integers: [Int] { values.map { Int($0) } }
  /// The numbers of nested lists, one after the other.
  public var flattened: [Double] { value.map { [$0] } ?? list.flatMap(\.flattened) }
  /// The extents of nested lists.
  public var extents: [Int] { list.isEmpty ? [] : [list.count] + (list.first?.extents ?? []) }
}
