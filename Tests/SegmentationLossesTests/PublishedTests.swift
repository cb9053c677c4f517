import SegmentationLosses
import Testing

/// Presets against numbers out of the libraries' own tests, and against the libraries run on random arrays.
@Suite("Other libraries' losses give those libraries' numbers") struct PublishedTests {
  private static let published = (try? PublishedVector.all("published.json")) ?? [:]
  private static let computed = (try? PublishedVector.all("presets.json")) ?? [:]
  /// What is not met, and why.
  static let unmet: [String: String] = [
    "kornia-DiceLoss-06": "of a commit before 0.9, which itself gives 0.538",
    "kornia-TverskyLoss-02": "of a commit before 0.9, which itself gives 0.333: absent classes do not count",
    "optax-safe_softmax_cross_entropy-00": "logits of -inf are an error here, and not a number",
    "optax-softmax_cross_entropy_with_integer_labels-00": "published in Float: 1.4e-7 off, with 1e-7 allowed",
    "optax-softmax_cross_entropy_with_integer_labels-03": "published in Float: 1.4e-7 off, with 1e-7 allowed",
  ]

  @Test func vectorsAreThere() {
    #expect(Self.published.count == 309 && Self.computed.count == 455)
  }

  @Test(arguments: published.keys.sorted()) func publishedNumbers(_ id: String) throws {
    let vector = try #require(Self.published[id])
    guard let reason = Self.unmet[id] else { return try check(vector) }
    withKnownIssue("\(id): \(reason)") { try check(vector) }
  }

  @Test(arguments: computed.keys.sorted()) func computedNumbers(_ id: String) throws {
    try check(try #require(Self.computed[id]))
  }

  private func check(_ vector: PublishedVector) throws {
    let loss = try LibraryLoss(vector.call)
    let found =
      vector.isFloat == true ? try value(loss, vector, Float.self) : try value(loss, vector, Double.self)
    // Where one number is published for many, it is their mean.
    let isMean = vector.expected.values.count == 1
    let values = isMean ? [found.value] : found.values ?? [found.value]
    #expect(values.count == vector.expected.values.count, "\(vector.call): \(values.count) values")
    let wrong = zip(values, vector.expected.values).filter { !isNear($0, $1, vector) }
    #expect(wrong.isEmpty, "\(vector.call): \(wrong.count) wrong, the first \(wrong.first ?? (0, 0))")
  }

  private func value<Scalar: LossScalar>(
    _ loss: LibraryLoss, _ vector: PublishedVector, _ type: Scalar.Type
  ) throws -> (value: Double, values: [Double]?) {
    if let levels = vector.levels {
      return (
        try loss.evaluate(levels: levels.map { try $0.shaped(type) }, vector.target.shaped(type)).value, nil
      )
    }
    do {
      let result = try loss.evaluate(
        vector.input.shaped(type), vector.target.shaped(type), mask: vector.mask?.shaped(type),
        sampleWeight: vector.sampleWeight?.shaped(type))
      return (result.value, result.values?.values)
    } catch LossError.undefinedValue {
      // What is not a number there is said not to be one here.
      return (.nan, nil)
    }
  }

  private func isNear(_ value: Double, _ expected: Double, _ vector: PublishedVector) -> Bool {
    if expected.isNaN { return value.isNaN }
    return abs(value - expected) <= max(vector.atol + vector.rtol * abs(expected), 1e-12)
  }
}
