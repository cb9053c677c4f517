import Foundation
import TestSupport
import Testing

/// `segkit score` on the fixtures: what it prints, writes and infers.
struct ScoreTests {
  static let organs = ["fixtures/organs/predictions", "fixtures/organs/references"]

  /// What the independent method says of a set.
  static func expected(_ set: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("expected.json")))
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(value(json, "sets", set) as? [String: Any])
  }

  @Test(
    "The command's numbers are those of the independent method",
    arguments: [
      ("organs", [String]()), ("volumes", ["--volumes"]), ("flat-stacks", ["--stack", "(.*)_z([0-9]+)"]),
      ("binary", []), ("palette", ["--ignore-label", "255"]),
      ("colours", ["--colour-map", "fixtures/colours/colours.json"]),
      ("instances", ["--binarize", "nonzero"]),
      ("black-objects", ["--binarize", "zero"]),
    ])
  func agrees(set: String, options: [String]) throws {
    let json = try Segkit.json(
      [
        "fixtures/\(set)/predictions", "fixtures/\(set)/references", "--metrics",
        "dice,iou,precision,recall,specificity,mcc",
      ]
        + options)
    let expected = try Self.expected(set)
    let cases = try #require(expected["cases"] as? [String: Any])
    let records = try #require(json["metric_per_case"] as? [[String: Any]])
    #expect(records.count == cases.count)
    var compared = 0
    for record in records {
      let id = try #require(record["case"] as? String)
      let metrics = try #require(record["metrics"] as? [String: Any])
      for (label, got) in metrics {
        let want = try #require(value(cases, id, "per_label", label), "\(id), label \(label)")
        for (ours, theirs) in [("TP", "tp"), ("FP", "fp"), ("FN", "fn"), ("TN", "tn")] {
          #expect(number(got, ours) == number(want, theirs), "\(id), label \(label): \(ours)")
        }
        for (ours, theirs) in [("Dice", "dice"), ("IoU", "iou"), ("mcc", "mcc"), ("recall", "recall")] {
          let mine = try #require(number(got, ours))
          #expect(
            number(want, theirs).map { (mine - $0).magnitude <= 1e-12 } ?? mine.isNaN,
            "\(id), label \(label): \(ours)")
        }
        compared += 1
      }
    }
    #expect(compared >= cases.count)
    for key in ["pixel_accuracy", "mean_accuracy", "mean_iou", "mean_iou_with_background", "fw_iou"] {
      let (mine, theirs) = (number(json, "pooled", key), number(expected, "pooled", key))
      #expect((try #require(mine) - #require(theirs)).magnitude <= 1e-12, "\(key)")
    }
  }

  @Test("Every number of jobs gives the same bytes in every file")
  func jobs() throws {
    let scratch = try TemporaryFolder()
    var files: [[String: Data]] = []
    for jobs in ["1", "2", "7"] {
      let names = ["json", "jsonl", "csv", "wide-csv", "markdown", "confusion"]
      let run = try Segkit.run(
        ["score"] + Self.organs + ["--jobs", jobs] + names.flatMap { ["--" + $0, scratch.file($0 + jobs)] })
      #expect(run.exitCode == 0, "\(run.errors)")
      var contents = ["stdout": Data(run.output.utf8)]
      for name in names { contents[name] = try Data(contentsOf: URL(filePath: scratch.file(name + jobs))) }
      files.append(contents)
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
    #expect(files[0].values.allSatisfy { !$0.isEmpty })
  }

  @Test("A table has a row for each label and region, named as asked")
  func table() throws {
    let run = try Segkit.run(
      ["score"] + Self.organs + ["--labels", "1=liver,3=vessel,whole=1+2+3", "--metrics", "dice,fbeta@2"])
    #expect(run.exitCode == 0)
    for word in [
      "1 liver", "3 vessel", "whole", "fbeta@2", "pooled", "8 pairs", Self.organs[0], "references",
    ] {
      #expect(run.output.contains(word), "\(word)")
    }
    #expect(!run.output.contains("\n2 "))
  }

  @Test("Binarizing does not bring back voxels that count nowhere")
  func binarizedIgnore() throws {
    let folders = ["fixtures/palette/predictions", "fixtures/palette/references", "--ignore-label", "255"]
    let labels = try Segkit.json(folders)
    let binary = try Segkit.json(folders + ["--binarize", "nonzero"])
    let whole = try Segkit.json(
      folders + ["--labels", "all=" + (1..<255).map { String($0) }.joined(separator: "+")])
    let records = [labels, binary, whole].map { $0["metric_per_case"] as? [[String: Any]] ?? [] }
    #expect(!records[0].isEmpty)
    for index in records[0].indices {
      #expect(number(records[1][index], "voxels") == number(records[0][index], "voxels"))
      for key in ["TP", "FP", "FN", "TN"] {
        #expect(
          number(records[1][index], "metrics", "1", key) == number(records[2][index], "metrics", "all", key))
      }
    }
  }

  @Test("A region is scored as one label")
  func regions() throws {
    let json = try Segkit.json(Self.organs + ["--labels", "whole=1+2+3"])
    let cases = try #require(
      value(try Self.expected("organs"), "regions", "whole", "cases") as? [String: Any])
    for record in try #require(json["metric_per_case"] as? [[String: Any]]) {
      let id = try #require(record["case"] as? String)
      #expect(number(record, "metrics", "whole", "TP") == number(cases, id, "tp"))
      #expect(number(record, "metrics", "whole", "FN") == number(cases, id, "fn"))
    }
  }

  @Test("0/255 against 0/1 is one binary label, said on standard error and in the settings")
  func inference() throws {
    let run = try Segkit.score(
      "fixtures/binary/predictions", "fixtures/binary/references", "--format", "json")
    #expect(run.errors.contains("255 is 1"))
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    #expect(value(json, "settings", "decoding", "prediction") as? String == "255-is-1")
  }

  @Test("A result's settings give the same scores again, and a flag that contradicts them is refused")
  func settings() throws {
    let scratch = try TemporaryFolder()
    let options = [
      "--colour-map", "fixtures/colours/colours.json", "--labels", "1,2", "--metrics", "iou,kappa", "--empty",
      "medpy",
    ]
    let folders = ["fixtures/colours/predictions", "fixtures/colours/references"]
    let first = try Segkit.run(["score"] + folders + options + ["--json", scratch.file("a.json")])
    #expect(first.exitCode == 0)
    let second = try Segkit.run(
      ["score"] + folders + ["--settings", scratch.file("a.json"), "--json", scratch.file("b.json")])
    #expect(second.exitCode == 0, "\(second.errors)")
    #expect(
      try Data(contentsOf: URL(filePath: scratch.file("a.json")))
        == Data(contentsOf: URL(filePath: scratch.file("b.json"))))
    let third = try Segkit.run(
      ["score"] + folders + ["--settings", scratch.file("a.json"), "--metrics", "dice"])
    #expect(third.exitCode == 2)
    #expect(third.errors.contains("--metrics"))
  }

  @Test("--dry-run shows pairs and settings, scores and writes nothing")
  func dryRun() throws {
    let scratch = try TemporaryFolder()
    let run = try Segkit.run(
      ["score"] + Self.organs + [
        "--dry-run", "--json", scratch.file("r.json"), "--jsonl", scratch.file("r.jsonl"),
      ])
    #expect(run.exitCode == 0)
    #expect(run.output.contains("case_05") && run.output.contains("\"metrics\""))
    #expect(!run.output.contains("0.9"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
  }

  @Test("nnU-Net's style has exactly its keys, and NaN for a label that is absent everywhere")
  func nnunet() throws {
    let run = try Segkit.run(
      ["score"] + Self.organs + ["--labels", "1,9,whole=1+2", "--format", "json", "--style", "nnunet"])
    #expect(run.output.contains("NaN"))
    // Foundation refuses bare NaN, which nnU-Net's readers expect.
    let text = run.output.split(separator: "NaN", omittingEmptySubsequences: false).joined(separator: "null")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(Set(json.keys) == ["foreground_mean", "mean", "metric_per_case"])
    let keys: Set = ["Dice", "FN", "FP", "IoU", "TN", "TP", "n_pred", "n_ref"]
    #expect(Set(try #require(value(json, "mean", "(1, 2)") as? [String: Any]).keys) == keys)
    #expect(Set(try #require(json["foreground_mean"] as? [String: Any]).keys) == keys)
    #expect(value(json, "foreground_mean", "Dice") is NSNull)
    #expect(value(json, "mean", "9", "Dice") is NSNull)
    #expect(number(json, "mean", "9", "TP") == 0)
  }

  @Test("Records are appended a line a case, and the next run drops a torn line")
  func jsonLines() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.file("r.jsonl")
    #expect(try Segkit.run(["score"] + Self.organs + ["--jsonl", path]).exitCode == 0)
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    #expect(whole.split(separator: "\n").count == 8)
    try (whole + "{\"case\": \"to").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try Segkit.run(["score"] + Self.organs + ["--jsonl", path]).exitCode == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == whole + whole)
  }

  @Test("--fail-under and --fail-over decide the exit code")
  func gates() throws {
    func code(_ options: String...) throws -> Int32 {
      try Segkit.run(["score"] + Self.organs + options).exitCode
    }
    #expect(try code("--fail-under", "dice=0.5") == 0)
    #expect(try code("--fail-under", "dice=0.99") == 1)
    #expect(try code("--fail-under", "1.dice=0.9", "--fail-under", "pooled.1.iou=0.9") == 0)
    #expect(try code("--fail-under", "min.2.dice=0.1") == 1)
    #expect(try code("--fail-over", "fnr=0.001") == 1)
    #expect(try code("--fail-under", "tumor.dice=0.1", "--labels", "2=tumour") == 2)
    #expect(try code("--fail-under", "dice") == 2)
    #expect(try code("--labels", "9", "--fail-under", "dice=0") == 1, "NaN fails")
  }
}
