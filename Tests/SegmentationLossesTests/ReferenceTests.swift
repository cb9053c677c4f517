import SegmentationLosses
import Testing

@Suite("Losses, gradients and Hessian diagonals are those of the reference cases") struct ReferenceTests {
  static let files = ["region.json", "voxelwise.json", "compound.json", "distance.json", "general.json"]
  static let cases: [ReferenceCase] = files.flatMap { (try? ReferenceCase.all($0)) ?? [] }

  @Test func thereAreCases() { #expect(Self.cases.count == 262) }

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
    #expect(abs(result.value - reference.value) <= tolerance * max(abs(reference.value), 1e-3))
    #expect(relativeDifference(result.gradient, reference.gradient) <= tolerance)
    if reference.hessianDiagonal.contains(where: { abs($0) > 1e-12 }) {
      #expect(relativeDifference(result.hessianDiagonal, reference.hessianDiagonal) <= tolerance)
    } else {
      #expect(result.hessianDiagonal?.allSatisfy { abs($0) <= 1e-12 } == true)
    }
    #expect(result.method == .structured)
  }
}
