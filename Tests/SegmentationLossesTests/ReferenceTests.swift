import SegmentationLosses
import Testing

@Suite struct ReferenceTests {
  static let cases: [ReferenceCase] = (try? ReferenceCase.all("region.json")) ?? []

  @Test func thereAreCases() { #expect(Self.cases.count == 70) }

  @Test(arguments: cases) func agreesInDouble(_ reference: ReferenceCase) throws {
    try compare(reference, Double.self, 1e-9)
  }
  @Test(arguments: cases) func agreesInFloat(_ reference: ReferenceCase) throws {
    try compare(reference, Float.self, 1e-5)
  }

  private func compare<Scalar: LossScalar>(
    _ reference: ReferenceCase, _ type: Scalar.Type, _ tolerance: Double
  ) throws {
    let result = try reference.evaluate(type)
    #expect(abs(result.value - reference.value) <= tolerance * abs(reference.value))
    #expect(relativeDifference(result.gradient, reference.gradient) <= tolerance)
    #expect(relativeDifference(result.hessianDiagonal, reference.hessianDiagonal) <= tolerance)
    #expect(result.method == .structured)
  }
}
