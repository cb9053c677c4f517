import Foundation
import MaskIO
import TestSupport
import Testing

/// Everything that can be wrong with the input: one clear line, the right exit code, nothing lost.
struct BadInputTests {
  @Test("Damaged predictions fail alone, with a line that names the file, and count as the worst")
  func damaged() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: TestFiles.fixture("damaged"))
      .filter { $0.hasSuffix(".png") }.sorted()
    #expect(names.count > 10)
    for name in names {
      let scratch = try TemporaryFolder()
      let organs = try scratch.copy("organs")
      let broken = organs + "/predictions/case_04.png"
      try FileManager.default.removeItem(atPath: broken)
      try FileManager.default.copyItem(atPath: TestFiles.fixture("damaged/" + name), toPath: broken)
      let run = try Segkit.score(
        organs + "/predictions", organs + "/references", "--json", scratch.file("r.json"))
      #expect(run.exitCode == 4, "\(name): \(run.errors)")
      #expect(
        run.errors.split(separator: "\n").filter { $0.contains("case_04.png") }.count == 1,
        "\(name): \(run.errors)")
      let json = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: scratch.file("r.json"))))
      let records = try #require(value(json, "metric_per_case") as? [[String: Any]])
      #expect(records.filter { $0["status"] as? String == "ok" }.count == 7, "\(name)")
      let failed = try #require(records.first { $0["case"] as? String == "case_04" })
      #expect(failed["status"] as? String == "failed")
      #expect(number(failed, "metrics", "1", "Dice") == 0)
    }
  }

  @Test("A reference that cannot be read is an error of its case and takes no part")
  func damagedReference() throws {
    let scratch = try TemporaryFolder()
    let organs = try scratch.copy("organs")
    try Data().write(to: URL(filePath: organs + "/references/case_04.png"))
    let run = try Segkit.score(organs + "/predictions", organs + "/references")
    #expect(run.exitCode == 4)
    #expect(run.errors.contains("references/case_04.png: the file is empty"))
    #expect(run.output.contains("7 pairs, 1 not scored"))
  }

  @Test("Unpaired files stop the run with the nearest names; flags go on")
  func unpaired() throws {
    let scratch = try TemporaryFolder()
    let organs = try scratch.copy("organs")
    let folders = [organs + "/predictions", organs + "/references"]
    try FileManager.default.moveItem(atPath: folders[0] + "/case_03.png", toPath: folders[0] + "/case_3.png")
    let refused = try Segkit.run(["score"] + folders + ["--json", scratch.file("r.json")])
    #expect(refused.exitCode == 3)
    #expect(refused.output.isEmpty)
    #expect(refused.errors.contains("nearest: case_3"))
    #expect(!FileManager.default.fileExists(atPath: scratch.file("r.json")))
    #expect(try Segkit.run(["score"] + folders + ["--extra", "ignore"]).exitCode == 3)
    let skipped = try Segkit.json(folders + ["--extra", "ignore", "--missing", "skip"])
    let worst = try Segkit.json(folders + ["--extra", "ignore", "--missing", "worst"])
    #expect(try #require(number(worst, "mean", "1", "Dice")) < #require(number(skipped, "mean", "1", "Dice")))
    #expect(number(skipped, "mean", "1", "n") == 7)
    #expect(number(worst, "mean", "1", "n") == 8)
  }

  @Test("A file that is wrong in size names both sizes")
  func sizes() throws {
    let scratch = try TemporaryFolder()
    let organs = try scratch.copy("organs")
    let broken = organs + "/predictions/case_04.png"
    try FileManager.default.removeItem(atPath: broken)
    try FileManager.default.copyItem(
      atPath: TestFiles.fixture("binary/predictions/cells_01.png"), toPath: broken)
    let run = try Segkit.score(organs + "/predictions", organs + "/references")
    #expect(run.exitCode == 4)
    #expect(run.errors.contains("96×128") && run.errors.contains("160×192"))
  }

  @Test(
    "Wrong usage is exit code 2, with a line that says what to write",
    arguments: [
      (["--metrics", "dise"], "there are dice"), (["--labels", "1=a,1=b"], "stands twice"),
      (["--empty", "none"], "strict"),
      (["--spacing", "1,0,1"], "above 0"), (["--spacing", "1,nan"], "above 0"), (["--jobs", "0"], "--jobs"),
      (["--background", "x"], "--background"), (["--binarize", "half"], "nonzero"),
      (["--relabel-prediction", "7"], "7=3"),
      (["--stack", "(.*)"], "two groups"), (["--match", "("], "regular expression"),
      (["--volumes", "--stack", "(a)(b)"], "exclude"),
      (["--binarize", "nonzero", "--prediction-binarize", "zero"], "leave one"),
      (["--manifest", "x.csv"], "leave them out"),
      (["--json", "nowhere/r.json"], "mkdir -p nowhere"), (["--json", "fixtures"], "fixtures"),
      (["--what"], "--what"),
      (["--json", "a.out", "--csv", "a.out"], "give each its own"),
    ])
  func usage(options: [String], hint: String) throws {
    let run = try Segkit.run(["score"] + ScoreTests.organs + options)
    #expect(run.exitCode == 2, "\(run.errors)")
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("Folders that are missing, files for folders, and empty folders are told apart")
  func places() throws {
    let scratch = try TemporaryFolder()
    #expect(try Segkit.score("nowhere", "fixtures/organs/references").exitCode == 3)
    #expect(
      try Segkit.score("fixtures/organs/references/case_01.png", "fixtures/organs/references").exitCode == 2)
    let empty = try Segkit.score(scratch.path, scratch.path)
    #expect(empty.exitCode == 3)
    #expect(empty.errors.contains("no masks"))
  }

  @Test("RGB colours that nothing explains are refused, naming the flags; never read as labels")
  func colours() throws {
    let run = try Segkit.score("fixtures/colours/predictions", "fixtures/colours/references")
    #expect(run.exitCode == 3)
    #expect(run.errors.contains("--colour-map") && run.errors.contains("--rgb-ids"))
    #expect(run.output.isEmpty)
  }

  @Test("A colour the map does not name fails its case, with row and column")
  func unnamedColour() throws {
    let scratch = try TemporaryFolder()
    try #"{"labels": {"0": [0,0,0]}, "ignore": [[224,224,192]]}"#
      .write(toFile: scratch.file("map.json"), atomically: true, encoding: .utf8)
    let run = try Segkit.score(
      "fixtures/colours/predictions", "fixtures/colours/references", "--colour-map", scratch.file("map.json"))
    #expect(run.exitCode == 4)
    #expect(run.errors.contains("row") && run.errors.contains("column") && run.errors.contains("colour map"))
  }

  @Test("Exchanged labels give a hint with the flag that mends them, and --strict fails on it")
  func hints() throws {
    let folders = ["fixtures/organs/predictions", "fixtures/organs/references"]
    let wrong = ["--relabel-prediction", "1=7"]
    let run = try Segkit.run(["score"] + folders + wrong)
    #expect(run.exitCode == 0)
    #expect(run.errors.contains("--relabel-prediction 7=1"))
    #expect(try Segkit.run(["score"] + folders + wrong + ["--strict"]).exitCode == 3)
    #expect(try Segkit.run(["score"] + folders + ["--strict"]).exitCode == 0)
  }

  @Test("Missing and doubled slices are diagnosed")
  func slices() throws {
    let scratch = try TemporaryFolder()
    let volumes = try scratch.copy("volumes")
    let folders = [volumes + "/predictions", volumes + "/references"]
    try FileManager.default.removeItem(atPath: folders[0] + "/patient_01/slice_5.png")
    let missing = try Segkit.run(["score"] + folders + ["--volumes"])
    #expect(missing.exitCode == 4)
    #expect(missing.errors.contains("slice 5 missing"))
    try FileManager.default.copyItem(
      atPath: folders[0] + "/patient_01/slice_4.png", toPath: folders[0] + "/patient_01/slice_04.png")
    let doubled = try Segkit.run(["score"] + folders + ["--volumes"])
    #expect(doubled.exitCode == 3)
    #expect(doubled.errors.contains("stands twice"))
  }
}

/// Slips that must cost nothing: a result over an input, slices that do not meet, settings that meet nothing.
struct SlipTests {
  @Test("A result is never written over a file that is read")
  func outputOverInput() throws {
    let scratch = try TemporaryFolder()
    let organs = try scratch.copy("organs")
    let folders = [organs + "/predictions", organs + "/references"]
    let victim = folders[0] + "/case_01.png"
    let before = try Data(contentsOf: URL(filePath: victim))
    for flag in ["--json", "--csv", "--jsonl", "--confusion"] {
      for path in [victim, folders[0] + "/../predictions/case_01.png"] {
        let run = try Segkit.run(["score"] + folders + [flag, path])
        #expect(run.exitCode == 2, "\(flag): \(run.errors)")
        #expect(try Data(contentsOf: URL(filePath: victim)) == before)
      }
    }
    let same = try Segkit.run(
      ["score"] + folders + ["--json", scratch.file("r"), "--csv", organs + "/../r"])
    #expect(same.exitCode == 2)
    try "not records".write(toFile: scratch.file("notes.txt"), atomically: true, encoding: .utf8)
    #expect(try Segkit.run(["score"] + folders + ["--jsonl", scratch.file("notes.txt")]).exitCode == 2)
    #expect(try String(contentsOfFile: scratch.file("notes.txt"), encoding: .utf8) == "not records")
  }

  @Test("Slices meet their own numbers or the case fails; another start is said")
  func sliceNumbers() throws {
    let scratch = try TemporaryFolder()
    let volumes = try scratch.copy("volumes")
    let folders = [volumes + "/predictions", volumes + "/references"]
    let slice = folders[0] + "/patient_01/slice_"
    try FileManager.default.moveItem(atPath: slice + "0.png", toPath: slice + "12.png")
    // 1…12 against 0…11: the same steps from another start.
    let shifted = try Segkit.run(["score"] + folders + ["--volumes"])
    #expect(shifted.exitCode == 0)
    #expect(shifted.errors.contains("in order"))
    #expect(try Segkit.run(["score"] + folders + ["--volumes", "--strict"]).exitCode == 3)
    try FileManager.default.moveItem(atPath: slice + "5.png", toPath: slice + "14.png")
    let wrong = try Segkit.run(["score"] + folders + ["--volumes"])
    #expect(wrong.exitCode == 4)
    #expect(wrong.errors.contains("patient_01: other slice numbers"))
  }

  @Test("One colour is one label in every case, or the user has to say which")
  func palettesOverCases() throws {
    let scratch = try TemporaryFolder()
    let black = RGB(0, 0, 0)
    let red = RGB(255, 0, 0)
    let green = RGB(0, 255, 0)
    for side in ["p", "r"] {
      try FileManager.default.createDirectory(atPath: scratch.file(side), withIntermediateDirectories: true)
      for (name, palette) in [("a", [black, red, green]), ("b", [black, green, red])] {
        let bytes = try PNGWriter.encode(
          .uint8([0, 1, 2, 1]), PNGHeader(width: 4, height: 1, colourType: .palette, palette: palette))
        try OutputFile.replace(scratch.file("\(side)/\(name).png"), with: bytes)
      }
    }
    let run = try Segkit.score(scratch.file("p"), scratch.file("r"))
    #expect(run.exitCode == 3)
    #expect(run.errors.contains("--palette index"))
    #expect(try Segkit.score(scratch.file("p"), scratch.file("r"), "--palette", "index").exitCode == 0)
  }

  @Test(
    "Settings that meet nothing in the files are said",
    arguments: [
      ["--ignore-label", "77"], ["--relabel-prediction", "9=1"], ["--labels", "1,9"],
      ["--labels", "whole=1+9"],
    ])
  func unmet(options: [String]) throws {
    let run = try Segkit.run(["score"] + ScoreTests.organs + options)
    #expect(run.exitCode == 0)
    #expect(run.errors.contains(options[1].contains("77") ? "77" : "9"), "\(run.errors)")
  }

  @Test("A repeated option adds up")
  func repeated() throws {
    let once = try Segkit.json(
      ScoreTests.organs + ["--metrics", "dice,kappa", "--labels", "1,2", "--ignore-label", "3,4"])
    let twice = try Segkit.json(
      ScoreTests.organs + ["--metrics", "dice", "--metrics", "kappa", "--labels", "1", "--labels", "2"]
        + ["--ignore-label", "3", "--ignore-label", "4"])
    #expect(NSDictionary(dictionary: once) == NSDictionary(dictionary: twice))
  }
}
