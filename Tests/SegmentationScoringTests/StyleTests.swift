import LabelMaps
import MaskIO
import SegmentationMetrics
import SegmentationReports
import SegmentationScoring
import TestSupport
import Testing
import TextFormats

@Suite("Files that other tools' scripts read")
struct StyleTests {
  @Test("DAVIS: decay beyond 256 frames, first and last frame left out")
  func davis() throws {
    let set = try TinySet()
    // 303 frames of which 301 count: 76 perfect ones, then an IoU of 1/2. Bins share frames 75, 150 and 225.
    for frame in 0..<303 {
      let name = "walk/" + String(10000 + frame) + ".png"
      try set.folder.grey("r/" + name, [0, 1, 1, 0])
      try set.folder.grey(
        "p/" + name, frame == 0 || frame == 302 ? [1, 0, 0, 1] : frame <= 76 ? [0, 1, 1, 0] : [0, 1, 0, 0])
    }
    var settings = ScoreSettings()
    settings.adopt(try #require(Convention(named: "davis")))
    settings.metrics = try ["iou", "boundary-f"].map { try ScoreSettings.Metric(named: $0) }
    let files = try DAVISTables.files(Report(try set.run(settings)))
    #expect(files.map(\.name) == ["global_results-val.csv", "per-sequence_results-val.csv"])
    let rows = files[0].text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(rows[0].map { $0.filter { !$0.isWhitespace } }[1...3] == ["J-Mean", "J-Recall", "J-Decay"])
    // (76 + 225/2) / 301, 76 / 301, 1 − 1/2.
    #expect(rows[1][1...3] == ["0.626", "0.252", "0.500"])
    #expect(files[1].text.contains("walk_1,0.626"))
  }

  @Test("Each style has a name of its own and the files it promised, and one is native at each place")
  func promises() throws {
    let set = try TinySet()
    for frame in ["1", "2", "3", "4"] {
      try set.folder.grey("r/walk/\(frame).png", [0, 1, 1, 0])
      try set.folder.grey("p/walk/\(frame).png", [0, 1, 0, 0])
    }
    var settings = try ScoreSettings(metrics: "iou", "boundary-f")
    settings.labels = try LabelScheme(parsing: "1")
    let report = Report(try set.run(settings), title: "p against r", includesConfusion: true)
    for style in ResultStyles.all {
      try style.check(settings)
      let files = try style.files(report)
      #expect(files.map(\.name) == style.fileNames(settings), "\(style.name)")
      #expect(files.allSatisfy { !$0.text.isEmpty })
      // Piece by piece it is the same.
      for file in files {
        var pieces = ""
        try file.write { pieces += $0 }
        #expect(pieces == file.text)
      }
    }
    #expect(Set(ResultStyles.all.map { $0.name }).count == ResultStyles.all.count)
    for place in StylePlace.allCases {
      #expect(ResultStyles.all.count { $0.place == place && $0.isNative } == (place == .csvFolder ? 0 : 1))
    }
    let documents = try [report, Report(report.result)].map {
      try JSONValue(parsing: ResultDocument.files($0)[0].text)
    }
    #expect(documents[0]["confusion"] != nil && documents[1]["confusion"] == nil)
  }

  @Test("MONAI: a file of means, and two files for each metric")
  func monai() throws {
    let set = try TinySet(grey: [([0, 1, 1, 0], [0, 1, 0, 0]), ([0, 1, 0, 0], [0, 1, 0, 0])])
    var settings = try ScoreSettings(metrics: "dice")
    settings.labels = try LabelScheme(parsing: "1")
    let files = MONAITables.files(Report(try set.run(settings)))
    #expect(files[0].name == "metrics.csv" && files[0].text.contains("0.8333"))
    #expect(files.count == 3)
    #expect(files[1].text.hasPrefix("filename,class1,mean") && files[1].text.contains("0.6667,0.6667"))
    #expect(files[2].text.contains("class1,0.8333,0.8333,1.0000,0.6833,0.9833,2"))
  }

  @Test("grand-challenge: finite numbers, or an error that names the one that is not")
  func grandChallenge() throws {
    let pairs: [(prediction: [UInt8], reference: [UInt8])] = [
      ([0, 1, 1, 0], [0, 1, 0, 0]), ([0, 0, 0, 0], [0, 1, 0, 0]),
    ]
    var settings = try ScoreSettings(metrics: "hd")
    settings.labels = try LabelScheme(parsing: "1")
    let unfit = try TinySet(grey: pairs).run(settings)
    let error = #expect(throws: ScoreError.self) { try GrandChallengeMetrics.text(unfit) }
    #expect(
      error?.description.contains("case '1'") == true && error?.description.contains("--penalty") == true)
    settings.shapes.penalty = .value(9)
    let text = try GrandChallengeMetrics.text(try TinySet(grey: pairs).run(settings))
    let document = try JSONValue(parsing: text)
    #expect(try document.at("aggregates", "hd", "mean").double == 5)
    #expect(try document.at("aggregates", "hd", "25pc").double == 3)
    #expect(try document.at("case", "hd", "1").double == 9)
  }
}
