import SegmentationLosses
import Testing

/// Losses by name, and losses written as formulas.
@Suite("Losses are found by name, and formulas are read") struct SpecificationTests {
  @Test(arguments: LossRegistry.entries.map(\.name)) func everyLossIsMade(_ name: String) throws {
    let loss = try LossSpecification(name).loss()
    #expect(loss.name == name || loss is LossSum)
    #expect(LossRegistry.entries.filter { $0.name == name }.count == 1)
    let entry = try #require(LossRegistry.entry(name))
    #expect(Set(entry.parameters.map(\.name)).count == entry.parameters.count)
    // Every default can be written down and read back.
    for parameter in entry.parameters where parameter.standard != .none {
      var again = try LossSpecification(name)
      try again.set(parameter.name, parameter.standard.description)
      #expect(again.value(of: parameter.name) == parameter.standard)
    }
  }

  /// Every loss's derivatives against differences and the dense Hessian; its entry says how the diagonal is found.
  @Test(arguments: LossRegistry.entries.filter { $0.derivatives != .valueOnly }.map(\.name))
  func derivativesAreRight(_ name: String) throws {
    // Windows fit into the problem's image of 4×3.
    let small = ["ssim": ":window=3", "ms-ssim": ":window=1,weights=0.4/0.6"][name] ?? ""
    let specification = try LossSpecification(name + small)
    let loss = try specification.loss()
    // Distances come with the arrays.
    if loss.distanceMap != nil { return }
    let verification = try loss.verify()
    #expect(verification.passes, "\(verification)")
    let isStructured = verification.checks.allSatisfy { $0.method == .structured }
    #expect(isStructured == (specification.entry.derivatives != .structureEnds))
  }

  @Test func parametersAreRead() throws {
    let specification = try LossSpecification(
      "Focal_Tversky:GAMMA=2,alpha=0.5,class-weights=1/2/0.5,over=batch")
    let loss = try #require(try specification.loss() as? FocalTversky)
    #expect(loss.gamma == 2 && loss.tversky.alpha == 0.5 && loss.tversky.beta == 0.7)
    #expect(loss.tversky.region.classWeights == [1, 2, 0.5] && loss.tversky.region.over == .batch)
  }

  @Test(arguments: [
    ("dise", "there is no loss \"dise\"; is one of these meant: dice"),
    ("dice:smoth=1", "dice has no parameter \"smoth\"; known are smooth,"),
    ("dice:smooth", "\"smooth\" is not key=value"), ("dice:smooth=x", "smooth is a number, and \"x\" is not"),
    ("dice:over=voxels", "over is one of sample, batch, classes, all, and \"voxels\" is not"),
    ("dice:smooth=1,smooth=2", "smooth is given twice"), ("dice:smooth=inf", "smooth is a number"),
    ("hinge:x=1", "known are reduction"),
  ]) func mistakesAreNamed(_ text: String, _ reason: String) {
    let error = #expect(throws: LossError.self) { try LossSpecification(text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  private func value(_ formula: String, _ p: [Double], _ t: [Double], _ axes: String = "yx", _ extents: [Int])
    throws
    -> Double
  {
    let layout = try Layout(axes, extents)
    return try FormulaLoss(formula).evaluate(Logits(p, layout), SoftTargets(t, layout)).value
  }

  @Test(
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("2 ^ -1", 0.5),
      ("6 / 3 / 2", 1),
      ("7 - 3 - 2", 2), ("1.5e1 + .5", 15.5), ("sum(p)", 6), ("mean(p * t)", 7.0 / 4), ("sum(p*t, x) ", 3.5),
      ("sum(mean(p, y))", 3), ("max(1, min(5, 3))", 3), ("clip(7, 0, 2)", 2), ("where(p > 1, 1, 0)", 0.5),
      ("sum(p >= 2) - sum(p == 2)", 1), ("exp(0) + log(1) + sqrt(4) + abs(-1)", 4), ("p", 1.5),
      ("sum(w * p)", 6),
      ("mean(p - stop(p))", 0), ("pow(2, 3) − 1", 7), ("((((1))))", 1), ("sum(p, b)", 1.5),
    ] as [(String, Double)]) func formulas(_ formula: String, _ expected: Double) throws
  {
    let found = try value(formula, [0, 1, 2, 3], [1, 2, 1, 1], "yx", [2, 2])
    #expect(abs(found - expected) < 1e-12, "\(formula): \(found)")
  }

  @Test(arguments: [
    ("1 + ", 4, "ends where a number"), ("sum(p*q)", 6, "\"q\" is not known"),
    ("(p + t", 6, "a ) is missing"),
    ("p t", 2, "\"t\" is not expected here"), ("sum(p, k)", 7, "there is no axis \"k\""),
    ("p ** 2", 2, "written ^"),
    ("max(p)", 0, "max takes 2 arguments, not 1"), ("1.2.3", 0, "is not a number"),
    ("sum(p, xx)", 9, "each once"),
    ("", 0, "ends where"), ("p $ t", 2, "\"$\" is not expected"), ("exp p", 4, "( is expected after exp"),
  ]) func formulasPointAtThePlace(_ formula: String, _ position: Int, _ reason: String) {
    let error = #expect(throws: LossError.self) { try FormulaLoss(formula) }
    guard case .badFormula(_, let place, let text)? = error else {
      Issue.record("\(formula): \(String(describing: error))")
      return
    }
    #expect(place == position && text.contains(reason), "\(formula): \(place) \(text)")
  }

  @Test func deepFormulasAreRefused() {
    for text in [String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000) + "p"] {
      #expect(throws: LossError.self) { try FormulaLoss(text) }
    }
  }
}
