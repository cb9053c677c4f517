import SegmentationLosses
import Testing

/// Presets against numbers out of the libraries' own tests.
@Suite struct PublishedTests {
  /// What is not met, and why.
  static let unmet: [String: String] = [:]

  @Test(arguments: try PublishedVector.all().map(\.id)) func agrees(_ id: String) throws {
    let vector = try #require(try PublishedVector.all().first { $0.id == id })
    let loss = try LibraryLoss(vector.call)
    let found = vector.isFloat == true ? try value(loss, vector, Float.self) : try value(loss, vector, Double.self)
    if let values = found.values, values.count == vector.expected.values.count {
      for (value, expected) in zip(values, vector.expected.values) { compare(value, expected, vector) }
    } else {
      #expect(vector.expected.values.count == 1, "\(vector.call): \(found)")
      compare(found.value, vector.expected.values[0], vector)
    }
  }

  private func value<Scalar: LossScalar>(
    _ loss: LibraryLoss, _ vector: PublishedVector, _ type: Scalar.Type
  ) throws -> (value: Double, values: [Double]?) {
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

  private func compare(_ value: Double, _ expected: Double, _ vector: PublishedVector) {
    if expected.isNaN {
      #expect(value.isNaN, "\(vector.call): \(value) is a number")
      return
    }
    let allowed = vector.atol + vector.rtol * abs(expected)
    #expect(abs(value - expected) <= max(allowed, 1e-12), "\(vector.call): \(value), expected \(expected)")
  }
}
