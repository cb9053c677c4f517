// An expression made ready to run, many times, on the caller's arrays.

/// Results that are expressions, compiled for arrays of known layout.
///
/// Work on sites is cut into blocks that stay in the cache, and fused: an input is read once a pass, and nothing of the
/// size of an input is ever stored but the results. Sums are added up in Double in one fixed order, so that the same
/// input gives the same bits with any number of threads.
public struct Plan: Sendable {
  /// An array that the plan reads.
  public struct Source: Sendable {
    public let variable: Variable
    public let layout: ArrayLayout
    var bounds: DomainBounds?
    /// - Parameters:
    ///   - layout: where its elements lie; row-major order if not given.
    ///   - range: values outside it, and NaN, are an error.
    public init(_ variable: Variable, layout: ArrayLayout? = nil, range: ClosedRange<Double>? = nil) {
      self.variable = variable
      self.layout = layout ?? ArrayLayout(rowMajor: variable.shape)
      bounds = range.map { .range($0.lowerBound, $0.upperBound) }
    }
    /// Labels, each below `classes` or the ignored one.
    public init(labels: Variable, layout: ArrayLayout? = nil, classes: Int, ignored: UInt8? = nil) {
      variable = labels
      self.layout = layout ?? ArrayLayout(rowMajor: labels.shape)
      bounds = .labels(classes: classes, ignored: ignored)
    }

    func check() throws(AutodiffError) {
      if let error = variable.shape.check("input \(variable.name)") { throw error }
      guard layout.strides.count == variable.shape.rank, layout.strides.allSatisfy({ $0 >= 0 }) else {
        throw .invalid(
          operation: "input \(variable.name)",
          reason: "strides \(layout.strides) for a shape of \(variable.shape); one an axis, not below 0")
      }
    }
  }

  /// A value that an input may not have, found while running.
  public struct OutsideDomain: Error, Equatable, Sendable {
    /// The input's number in the order of the plan's sources, and the place in memory of the first such element in
    /// the order of its variable's axes.
    public let source: Int
    public let index: Int

    package init(source: Int, index: Int) {
      self.source = source
      self.index = index
    }
  }

  /// Which part to run: all, or first what does not depend on the late sources, then, as often as wanted, the rest.
  package enum Stage { case all, early, late }

  enum Step: Sendable {
    case dense(ClosedRange<Int>)
    case pass(Int)
  }

  let precision: Precision
  let sources: [Source]
  let loop: SiteLoop?
  let programs: [Program]
  var denseSteps: [DenseStep] = []
  var tensorSteps: [DenseTensorStep] = []
  var maps: [ElementMap] = []
  /// Room for whole tensors.
  package var arena = Arena()
  /// Its announcement.
  var memory: PlanMemory?
  var early: [Step] = []
  var late: [Step] = []
  /// For each result: where it lies in the arena, if it is a whole tensor.
  var results: [(arena: Int?, shape: TensorShape)]
  /// Whole tensors that go to the caller's arrays element by element.
  var scattered: [(arena: Int, output: Int, map: ElementMap)] = []
  /// Arrays that hold one number everywhere.
  var filled: [(output: Int, value: Double, count: Int)] = []
  /// Whole tensors whose least and largest element are results.
  var wholeExtremes: [(arena: Int, count: Int, place: Int)] = []
  let outputCount: Int

  /// Numbers that ran out of their domain in the last run are found by this.
  var checkedSources: [Int]
}
