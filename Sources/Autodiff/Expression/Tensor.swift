/// An array of `Double`s in row-major order.
public struct Tensor: Equatable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public let shape: TensorShape
  public internal(set) var elements: [Double]

  /// - Precondition: `elements.count == shape.count`.
  public init(_ elements: [Double], shape: TensorShape) {
    precondition(elements.count == shape.count, "a tensor of shape \(shape) has \(shape.count) elements")
    self.shape = shape
    self.elements = elements
  }
  /// A vector.
  public init(_ elements: [Double]) { self.init(elements, shape: [elements.count]) }
  /// A single number, with no axes.
  public init(_ value: Double) { self.init([value], shape: .scalar) }
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }

  /// The only element.
  /// - Precondition: there is one.
  public var value: Double {
    precondition(elements.count == 1, "a tensor of shape \(shape) is not a single number")
    return elements[0]
  }
  /// The element at these positions, one an axis.
  public subscript(position: Int...) -> Double {
    precondition(position.count == shape.rank, "\(shape.rank) positions are needed")
    var index = 0
    for (axis, at) in position.enumerated() {
      precondition((0..<shape[axis]).contains(at), "position \(at) is outside axis \(axis) of \(shape)")
      index = index * shape[axis] + at
    }
    return elements[index]
  }
}
