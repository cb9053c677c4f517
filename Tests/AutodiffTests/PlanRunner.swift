import Autodiff

/// An order of axes in memory, outermost first.
struct MemoryOrder: CustomStringConvertible {
  let axes: [Int]
  init(_ axes: [Int]) { self.axes = axes }
  var description: String { "order \(axes)" }

  func layout(_ shape: TensorShape) -> ArrayLayout {
    var strides = [Int](repeating: 0, count: shape.rank)
    var step = 1
    for axis in axes.reversed() {
      if shape[axis] > 1 { strides[axis] = step }
      step *= shape[axis]
    }
    return ArrayLayout(strides: strides)
  }

  /// For each element in row-major order, its place in memory.
  func places(_ shape: TensorShape) -> [Int] {
    var places = [Int](repeating: 0, count: shape.count)
    ElementMap(shape, strides: layout(shape).strides).visit { places[$0] = $1 }
    return places
  }
}

/// Runs a plan with every array in a chosen order of axes, with unaligned addresses and guarded room for results.
final class PlanRunner<Scalar: ArrayScalar> {
  let plan: Plan
  private let shapes: [TensorShape?]
  private let order: MemoryOrder
  private let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
  private let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private var owned: [UnsafeMutableRawPointer] = []
  private var arrays: [(start: UnsafeMutablePointer<Scalar>, shape: TensorShape)] = []
  private let variables: [Variable]
  static var guardCount: Int { 19 }
  static var guardValue: Scalar { -12345 }

  /// - Parameters:
  ///   - numbers, arrays: what to compute; the numbers come first.
  init(
    numbers: [Expression], arrays wanted: [Expression], _ point: [Variable: Tensor], order: MemoryOrder,
    classAxis: Int?, late: [Variable] = [], bounds: [Variable: ClosedRange<Double>] = [:],
    labels: (classes: Int, ignored: UInt8?)? = nil
  ) throws {
    self.order = order
    variables = point.keys.sorted { $0.input.identifier < $1.input.identifier }
    let sources = variables.map { variable in
      let layout = order.layout(variable.shape)
      if variable.input.elements == .labels, let labels {
        return Plan.Source(labels: variable, layout: layout, classes: labels.classes, ignored: labels.ignored)
      }
      return Plan.Source(variable, layout: layout, range: bounds[variable])
    }
    plan = try Plan(
      numbers.map { .numbers($0) } + wanted.map { .array($0, layout: order.layout($0.shape)) },
      sources: sources,
      late: late, precision: Scalar.precision, classAxis: classAxis)
    shapes = wanted.map(\.shape)
    inputs = .allocate(capacity: variables.count + 1)
    inputs.initialize(repeating: nil, count: variables.count + 1)
    outputs = .allocate(capacity: wanted.count + 1)
    outputs.initialize(repeating: nil, count: wanted.count + 1)
    for (number, variable) in variables.enumerated() { set(number, variable, point[variable] ?? 0) }
    for (number, expression) in wanted.enumerated() {
      let room = UnsafeMutablePointer<Scalar>.allocate(capacity: expression.shape.count + 2 * Self.guardCount)
      room.initialize(repeating: Self.guardValue, count: expression.shape.count + 2 * Self.guardCount)
      owned.append(UnsafeMutableRawPointer(room))
      arrays.append((room + Self.guardCount, expression.shape))
      outputs[number] = UnsafeMutableRawPointer(room + Self.guardCount)
    }
  }
  deinit {
    for pointer in owned { pointer.deallocate() }
    inputs.deallocate()
    outputs.deallocate()
  }

  func set(_ variable: Variable, _ value: Tensor) {
    if let number = variables.firstIndex(of: variable) { set(number, variable, value) }
  }

  private func set(_ number: Int, _ variable: Variable, _ value: Tensor) {
    let places = order.places(variable.shape)
    if variable.input.elements == .labels {
      let room = UnsafeMutablePointer<UInt8>.allocate(capacity: places.count + 3)
      for (element, place) in zip(value.elements, places) { room[place + 3] = UInt8(element) }
      owned.append(UnsafeMutableRawPointer(room))
      inputs[number] = UnsafeRawPointer(room + 3)
    } else {
      let room = UnsafeMutablePointer<Scalar>.allocate(capacity: places.count + 1)
      for (element, place) in zip(value.elements, places) { room[place + 1] = Scalar(element) }
      owned.append(UnsafeMutableRawPointer(room))
      inputs[number] = UnsafeRawPointer(room + 1)
    }
  }

  func run(_ work: Plan.Workspace, _ stage: Plan.Stage = .all) throws(Plan.OutsideDomain) {
    try plan.run(stage, inputs: inputs, outputs: outputs, work)
  }

  /// An array result in row-major order.
  func array(_ number: Int) -> [Double] {
    let (start, shape) = arrays[number]
    return order.places(shape).map { Double(start[$0]) }
  }
  func bits(_ number: Int) -> [Scalar] {
    let (start, shape) = arrays[number]
    return Array(UnsafeBufferPointer(start: start, count: shape.count))
  }
  /// Whether nothing was written before and behind the results.
  var guardsStand: Bool {
    arrays.allSatisfy { start, shape in
      (0..<Self.guardCount).allSatisfy {
        start[-1 - $0] == Self.guardValue && start[shape.count + $0] == Self.guardValue
      }
    }
  }
  func clearResults() {
    for (start, shape) in arrays { start.update(repeating: Self.guardValue, count: shape.count) }
  }
}
