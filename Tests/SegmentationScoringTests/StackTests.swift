import MaskIO
import SegmentationScoring
import TestSupport
import Testing

@Suite("Volumes of slices as cases")
struct StackTests {
  private let set: TinySet

  init() throws { set = try TinySet() }

  @Test("With --volumes each folder is a case, its slices in natural order")
  func volumes() throws {
    for side in ["p", "r"] {
      for slice in [10, 2, 1, 9] { try set.folder.grey("\(side)/patient/s\(slice).png", [0]) }
      try set.folder.grey("\(side)/site/b/1.png", [0])
    }
    try set.folder.grey("r/lying-around.png", [0])
    var pattern = CasePattern()
    pattern.volumes = true
    let pairing = try set.pairing(pattern)
    #expect(pairing.cases.map(\.id) == ["patient", "site/b"])
    let source = try #require(pairing.cases.first?.reference)
    #expect(source.isVolume)
    #expect(source.files == [1, 2, 9, 10].map { set.folder.file("r/patient/s\($0).png") })
    #expect(pairing.passedOver == [set.folder.file("r/lying-around.png")])
  }

  @Test("With --stack slices lying flat are put together by case and number")
  func flatStacks() throws {
    for side in ["p", "r"] {
      for name in ["a_z2", "a_z10", "a_z1", "b_z7", "b_z8"] {
        try set.folder.grey("\(side)/\(name).png", [0])
      }
    }
    try set.folder.grey("p/readme.png", [0])
    var pattern = CasePattern()
    pattern.stack = "(.*)_z([0-9]+)"
    let pairing = try set.pairing(pattern)
    #expect(pairing.cases.map(\.id) == ["a", "b"])
    #expect(
      pairing.cases.first?.prediction?.files
        == ["a_z1", "a_z2", "a_z10"].map { set.folder.file("p/\($0).png") })
    #expect(pairing.passedOver == [set.folder.file("p/readme.png")])
  }

  @Test("The slice group decides the order, whatever else in the names would sort otherwise")
  func sliceGroupOrder() throws {
    for side in ["p", "r"] {
      for name in ["a_run1_z2", "a_run9_z1", "a_run3_z0"] { try set.folder.grey("\(side)/\(name).png", [0]) }
    }
    var pattern = CasePattern()
    pattern.stack = "^(a)_run[0-9]_z([0-9]+)"
    #expect(
      try set.pairing(pattern).cases.first?.reference.files
        == ["a_run3_z0", "a_run9_z1", "a_run1_z2"].map { set.folder.file("r/\($0).png") })
  }

  @Test("Named groups count as groups, lookahead and other marks do not")
  func namedGroups() throws {
    for side in ["p", "r"] { try set.folder.grey("\(side)/a_z2.png", [0]) }
    var pattern = CasePattern()
    pattern.stack = "(?<case>.*)_z(?<slice>[0-9]+)"
    #expect(try set.pairing(pattern).cases.map(\.id) == ["a"])
    pattern.stack = "(?=a)(.*)_z(?:[0-9]+)"
    let text = try scoreError(.usage) { _ = try set.pairing(pattern) }
    #expect(text.contains("--stack") && text.contains("two groups"))
  }

  @Test("Two slices of one number, and a slice group that is no number, refuse the run")
  func doubledSlices() throws {
    for side in ["p", "r"] {
      try set.folder.grey("\(side)/a_z1.png", [0])
      try set.folder.grey("\(side)/a_z01.png", [0])
    }
    var pattern = CasePattern()
    pattern.stack = "(.*)_z([0-9]+)"
    let doubled = try #require(try set.pairing(pattern).refusal(missing: .worst, extra: .ignore))
    #expect(doubled.description.contains("slice number 1 stands twice"))
    pattern.stack = "(.*)_(z[0-9]+)"
    let noNumber = try #require(try set.pairing(pattern).refusal(missing: .worst, extra: .ignore))
    #expect(noNumber.description.contains("'z1'"))
  }

  @Test("A slice missing on one side makes a failed case that says which")
  func missingSlice() throws {
    for slice in 1...4 {
      try set.folder.grey("r/a/\(slice).png", [1])
      if slice != 2 { try set.folder.grey("p/a/\(slice).png", [1]) }
    }
    var settings = ScoreSettings()
    settings.pattern.volumes = true
    let record = try set.run(settings).record("a")
    #expect(record.status == .failed)
    let message = try #require(record.message)
    #expect(message.contains("3 slices, the reference has 4") && message.contains("slice 2 missing"))
  }

  @Test("A slice missing on both sides is scored, with a warning")
  func gapOnBothSides() throws {
    for slice in [1, 2, 4] {
      try set.folder.grey("r/a/\(slice).png", [1, 0])
      try set.folder.grey("p/a/\(slice).png", [1, 0])
    }
    var settings = ScoreSettings()
    settings.pattern.volumes = true
    let result = try set.run(settings)
    #expect(try result.record("a").status == .ok)
    #expect(try result.counts("a", "1").truePositives == 3)
    #expect(result.texts(.warning).contains { $0.contains("slice 3 missing") })
  }
}
