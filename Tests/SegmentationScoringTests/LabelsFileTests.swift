import LabelMaps
import SegmentationScoring
import TestSupport
import Testing

@Suite("Label names from a file")
struct LabelsFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func scheme(_ text: String, background: UInt32? = 0) throws -> LabelScheme {
    try LabelsFile.scheme(contentsOf: folder.text("labels", text), background: background).scheme
  }

  @Test("nnU-Net's ignore label is told apart from those to score")
  func ignoreLabel() throws {
    let path = try folder.text("dataset.json", #"{"labels": {"background": 0, "liver": 1, "ignore": 3}}"#)
    let found = try LabelsFile.scheme(contentsOf: path, background: 0)
    #expect(found.ignored == [3])
    #expect(found.scheme.items.map(\.labels) == [[1]])
  }

  @Test("JSON with numbers as keys, names or regions as values")
  func numbersFirst() throws {
    let found = try scheme(
      "{\"10\": \"vessel\", \"2\": \"tumour\", \"0\": \"background\", \"whole\": [2, 10]}")
    #expect(
      try found
        == LabelScheme([.label(2, name: "tumour"), .label(10, name: "vessel"), .region("whole", [2, 10])]))
  }

  @Test("nnU-Net's dataset.json, names first; its regions and its ignore label too")
  func datasetJSON() throws {
    // The form that nnU-Net v2 documents in documentation/dataset_format.md and region_based_training.md.
    let found = try scheme(
      """
      {
        "channel_names": {"0": "T2"},
        "labels": {"background": 0, "whole tumor": [1, 2, 3], "tumor core": [2, 3], "edema": 1, "ignore": 4},
        "numTraining": 32, "file_ending": ".png", "regions_class_order": [1, 2, 3]
      }
      """)
    #expect(
      try found
        == LabelScheme([
          .label(1, name: "edema"), .region("whole tumor", [1, 2, 3]), .region("tumor core", [2, 3]),
        ]))
  }

  @Test("Lines of a number and a name, with = or a blank, comments and empty lines left out")
  func lines() throws {
    let found = try scheme("# organs\n1 liver\n2=tumour\r\n\n3 portal vein\n4\n0 background\n")
    #expect(
      try found
        == LabelScheme([
          .label(1, name: "liver"), .label(2, name: "tumour"), .label(3, name: "portal vein"), .label(4),
        ]))
  }

  @Test("The background is left out, label 0 kept where something else is background")
  func background() throws {
    let text = "{\"0\": \"other\", \"1\": \"liver\"}"
    #expect(try scheme(text, background: nil).items.map(\.key) == ["0", "1"])
    #expect(try scheme(text, background: 1).items.map(\.key) == ["0"])
  }

  @Test(
    "What is no list of labels is wrong usage and names the file",
    arguments: [
      "{", "{}", "{\"1\": 1.5}", "{\"a\": [1, \"x\"]}", "{\"a\": []}", "{\"1\": \"a\", \"2\": \"a\"}",
      "liver tumour\n", "1 a\n1 b\n", "{\"labels\": {}}",
    ])
  func faults(text: String) throws {
    #expect(try scoreError(.usage) { _ = try scheme(text) }.contains(folder.file("labels")))
  }
}
