import LabelMaps
import MaskIO
import SegmentationScoring
import TestSupport
import Testing

@Suite("Manifests of pairs")
struct ManifestTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["p1", "p2", "r1", "r2", "m1"] { try folder.grey("masks/\(name).png", [0, 1]) }
    for slice in 1...3 { try folder.grey("masks/stack/\(slice).png", [0, 1]) }
  }

  private func pairing(_ text: String) throws -> Pairing {
    try Manifest.pairing(contentsOf: folder.text("pairs.csv", text))
  }

  @Test("Columns give case, files, spacing, mask and groups, in any order")
  func columns() throws {
    let pairing = try pairing(
      "scanner,reference,Case,prediction,spacing,mask\n"
        + "A,masks/r1.png,two,masks/p1.png,0.5x0.25,masks/m1.png\n"
        + "B,masks/r2.png,one,masks/p2.png,,\n")
    #expect(pairing.refusal(missing: .refuse, extra: .refuse) == nil)
    #expect(pairing.cases.map(\.id) == ["one", "two"])
    let two = try #require(pairing.cases.last)
    #expect(two.prediction == .image(folder.file("masks/p1.png")))
    #expect(two.reference == .image(folder.file("masks/r1.png")))
    #expect(two.mask == .image(folder.file("masks/m1.png")))
    #expect(try two.spacing == Spacing([0.5, 0.25]))
    #expect(two.groups == ["scanner": "A"])
    let one = try #require(pairing.cases.first)
    #expect(one.mask == nil && one.spacing == nil)
    #expect(one.groups == ["scanner": "B"])
  }

  @Test("Absolute paths stay, folders are stacks")
  func paths() throws {
    let pairing = try pairing(
      "case,prediction,reference\nx,\(folder.file("masks/p1.png")),masks/stack\n")
    let found = try #require(pairing.cases.first)
    #expect(found.prediction?.path == folder.file("masks/p1.png"))
    #expect(found.reference.files == (1...3).map { folder.file("masks/stack/\($0).png") })
  }

  @Test("Quotes, line ends of Windows, a byte order mark and empty lines make no difference")
  func dialects() throws {
    let pairing = try pairing(
      "\u{FEFF}case,prediction,reference,site\r\n\r\n"
        + "\"one, two\",masks/p1.png,\"masks/r1.png\",\"say \"\"aah\"\"\"\r\n")
    let found = try #require(pairing.cases.first)
    #expect(found.id == "one, two")
    #expect(found.reference.path == folder.file("masks/r1.png"))
    #expect(found.groups == ["site": "say \"aah\""])
  }

  @Test("Columns keep the names they have")
  func groupNames() throws {
    let pairing = try pairing("case,prediction,reference,Scanner Type\nx,masks/p1.png,masks/r1.png,A\n")
    #expect(pairing.cases.first?.groups == ["Scanner Type": "A"])
  }

  @Test(
    "A header that lacks a column, or names one twice, is wrong usage and names it",
    arguments: [
      ("case,prediction\n", "reference"), ("prediction,reference\n", "case"), ("", "empty"),
      ("case,prediction,reference,Case\n", "twice"),
    ])
  func badHeader(text: String, part: String) throws {
    #expect(try scoreError(.usage) { _ = try pairing(text) }.contains(part))
  }

  @Test("A line with too few or too many fields, or without case, is named by its number")
  func badLines() throws {
    let header = "case,prediction,reference\n\"a\",masks/p1.png,masks/r1.png\n"
    for line in ["b,masks/p1.png", "b,masks/p1.png,masks/r1.png,x", ",masks/p1.png,masks/r1.png"] {
      #expect(try scoreError(.usage) { _ = try pairing(header + line) }.contains("line 3"))
    }
  }

  @Test("A case that stands twice is refused with both lines")
  func duplicates() throws {
    let text = try scoreError(.pairing) {
      _ = try pairing(
        "case,prediction,reference\na,masks/p1.png,masks/r1.png\nb,masks/p1.png,masks/r1.png\n"
          + "a,masks/p2.png,masks/r2.png\n")
    }
    #expect(text.contains("lines 2 and 4") && text.contains("'a'"))
  }

  @Test("A file that does not exist counts as unpaired, a missing prediction also as missing")
  func missingFiles() throws {
    let header = "case,prediction,reference,mask\n"
    let prediction = try pairing(header + "a,masks/none.png,masks/r1.png,\nb,,masks/r2.png,\n")
    #expect(prediction.missing == ["a", "b"])
    #expect(prediction.refusal(missing: .refuse, extra: .refuse)?.kind == .pairing)
    #expect(prediction.refusal(missing: .worst, extra: .refuse) == nil)
    #expect(prediction.cases.count == 2)
    for line in ["a,masks/p1.png,masks/none.png,", "a,masks/p1.png,masks/r1.png,masks/none.png"] {
      let refusal = try #require(try pairing(header + line + "\n").refusal(missing: .worst, extra: .ignore))
      #expect(refusal.kind == .pairing)
      #expect(refusal.description.contains("masks/none.png"))
    }
  }

  @Test("A spacing that is none is wrong usage and names its line", arguments: ["1", "a,b", "0x1", "1x-2"])
  func badSpacing(text: String) throws {
    let message = try scoreError(.usage) {
      _ = try pairing("case,prediction,reference,spacing\na,masks/p1.png,masks/r1.png,\"\(text)\"\n")
    }
    #expect(message.contains("line 2") && message.contains("spacing"))
  }

  @Test("Voxels where the mask is 0 count nowhere")
  func maskedScores() throws {
    try folder.grey("p.png", [1, 1, 0, 0, 1])
    try folder.grey("r.png", [1, 0, 1, 0, 1])
    try folder.grey("m.png", [255, 0, 0, 7, 1])
    let pairing = try pairing("case,prediction,reference,mask,spacing\nx,p.png,r.png,m.png,2x3\n")
    let result = try ScoreRun(pairing.cases, settings: ScoreSettings(), jobs: 1).run()
    let record = try result.record("x")
    #expect(record.counts(of: "1") == .init(truePositives: 2, trueNegatives: 1))
    #expect(record.counted == 3 && record.ignored == 2)
    #expect(try record.spacing == Spacing([2, 3]))
  }
}
