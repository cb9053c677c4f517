import MaskIO
import SegmentationScoring
import TestSupport
import Testing

@Suite("Pairing the masks of two folders")
struct PairingTests {
  private let set: TinySet

  init() throws { set = try TinySet() }

  @Test("Files pair by relative path without extension, in natural order")
  func byRelativePath() throws {
    for name in ["a10", "a2", "deep/er/x", "dotted.name"] {
      try set.folder.grey("p/\(name).png", [0])
      try set.folder.grey("r/\(name).PNG", [0])
    }
    let pairing = try set.pairing()
    #expect(pairing.cases.map(\.id) == ["a2", "a10", "deep/er/x", "dotted.name"])
    let first = try #require(pairing.cases.first)
    #expect(first.prediction == .image(set.folder.file("p/a2.png")))
    #expect(first.reference == .image(set.folder.file("r/a2.PNG")))
    #expect(pairing.refusal(missing: .refuse, extra: .refuse) == nil)
  }

  @Test("Unpaired files on either side refuse the run and name the nearest on the other side")
  func unpaired() throws {
    try set.folder.grey("p/case_01_pred.png", [0])
    try set.folder.grey("p/case_02_pred.png", [0])
    try set.folder.grey("r/case_01.png", [0])
    try set.folder.grey("r/case_02.png", [0])
    let pairing = try set.pairing()
    #expect(pairing.missing == ["case_01", "case_02"])
    #expect(pairing.extra == ["case_01_pred", "case_02_pred"])
    let refusal = try #require(pairing.refusal(missing: .refuse, extra: .refuse))
    #expect(refusal.kind == .pairing)
    let text = refusal.description
    for part in [
      "2 references without prediction", "2 predictions without reference", "nearest: case_01",
      "nearest: case_02", "'_pred'", "--prediction-suffix", "--missing", "--extra ignore",
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test("Policies let a run go on, each for its own side alone")
  func policies() throws {
    try set.folder.grey("p/extra.png", [0])
    try set.folder.grey("r/lonely.png", [0])
    let pairing = try set.pairing()
    for policy in [MissingPolicy.skip, .worst] {
      #expect(pairing.refusal(missing: policy, extra: .ignore) == nil)
      let refusal = try #require(pairing.refusal(missing: policy, extra: .refuse))
      #expect(refusal.description.contains("extra") && !refusal.description.contains("lonely"))
    }
    let refusal = try #require(pairing.refusal(missing: .refuse, extra: .ignore))
    #expect(refusal.description.contains("lonely") && !refusal.description.contains("  extra"))
    #expect(pairing.cases.map(\.id) == ["lonely"])
    #expect(pairing.cases.allSatisfy { $0.prediction == nil })
  }

  @Test("Two files that make one case refuse the run and are both named")
  func duplicates() throws {
    try set.folder.grey("p/a.png", [0])
    try set.folder.grey("p/a.PNG", [0])
    try set.folder.grey("r/a.png", [0])
    let refusal = try #require(try set.pairing().refusal(missing: .worst, extra: .ignore))
    #expect(refusal.description.contains("/p/a.png") && refusal.description.contains("/p/a.PNG"))
  }

  @Test("Files that are no masks are passed over, and named where there is nothing else")
  func otherFiles() throws {
    try set.folder.text("p/notes.txt", "")
    try set.folder.text("r/notes.txt", "")
    let pairing = try set.pairing()
    #expect(pairing.passedOver.count == 2)
    let refusal = try #require(pairing.refusal(missing: .refuse, extra: .refuse))
    #expect(refusal.description.contains("notes.txt"))
  }

  @Test("A folder that does not exist is an error that names it")
  func noFolder() throws {
    let error = try #require(throws: MaskFileError.self) { try set.pairing() }
    #expect(error.path == set.folder.file("p"))
  }

  @Test("Suffixes are taken off before pairing, and files without them are no part of a case")
  func suffixes() throws {
    try set.folder.grey("p/a_pred.png", [0])
    try set.folder.grey("p/a_prob.png", [0])
    try set.folder.grey("r/a_gt.png", [0])
    var pattern = CasePattern()
    pattern.predictionSuffix = "_pred"
    pattern.referenceSuffix = "_gt"
    let pairing = try set.pairing(pattern)
    #expect(pairing.cases.map(\.id) == ["a"])
    #expect(pairing.missing.isEmpty && pairing.extra.isEmpty)
    #expect(pairing.passedOver == [set.folder.file("p/a_prob.png")])
  }

  @Test("The first group of --match is the case's name")
  func match() throws {
    try set.folder.grey("p/run7_case12.png", [0])
    try set.folder.grey("r/case12-expert.png", [0])
    var pattern = CasePattern()
    pattern.match = "(case[0-9]+)"
    let pairing = try set.pairing(pattern)
    #expect(pairing.cases.map(\.id) == ["case12"])
    #expect(pairing.cases.first?.prediction?.path == set.folder.file("p/run7_case12.png"))
  }

  @Test(
    "A pattern that is none, or has too few groups, is wrong usage",
    arguments: ["(", "case", "(?:case)", "\\(case\\)", "[(]case"])
  func badMatch(regex: String) throws {
    try set.folder.grey("p/case.png", [0])
    try set.folder.grey("r/case.png", [0])
    var pattern = CasePattern()
    pattern.match = regex
    let text = try scoreError(.usage) { _ = try set.pairing(pattern) }
    #expect(text.contains("--match"))
  }

  @Test("Parentheses in a pattern's comment or quotation are no groups, and end no run")
  func parenthesesThatAreNoGroups() async {
    await #expect(processExitsWith: .success) {
      let set = try TinySet()
      for name in ["case", "a(b"] {
        try set.folder.grey("p/\(name).png", [0])
        try set.folder.grey("r/\(name).png", [0])
      }
      for regex in ["case(?#(b)", "\\Q(\\E"] {
        var pattern = CasePattern()
        pattern.match = regex
        _ = try scoreError(.usage) { _ = try set.pairing(pattern) }
      }
    }
  }

  @Test("Two files pair under the reference's name, two folders as volumes")
  func singlePair() throws {
    try set.folder.grey("p/x.png", [0])
    try set.folder.grey("r/y.png", [0])
    let files = try Pairing(prediction: set.folder.file("p/x.png"), reference: set.folder.file("r/y.png"))
    #expect(files.cases.map(\.id) == ["y"])
    let folders = try Pairing(prediction: set.folder.file("p"), reference: set.folder.file("r"))
    #expect(folders.cases.map(\.id) == ["r"])
    #expect(folders.cases.first?.reference.isVolume == true)
  }
}
