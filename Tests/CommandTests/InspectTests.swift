import Foundation
import TestSupport
import Testing

/// `segkit inspect`, and the command's own help.
struct InspectTests {
  @Test("The JSON has size, depth, type and the counts of every sample value")
  func json() throws {
    let data = try Data(contentsOf: URL(filePath: TestFiles.fixture("expected.json")))
    let expected = try #require(
      value(try JSONSerialization.jsonObject(with: data), "png") as? [String: [String: Any]])
    let run = try Segkit.run(["inspect", "--json", "fixtures/png"])
    #expect(run.exitCode == 0)
    let files = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    #expect(files.count == expected.count)
    for file in files {
      let name = try #require((file["path"] as? String)?.split(separator: "/").last.map(String.init))
      let want = try #require(expected[name])
      for key in ["width", "height", "bit_depth", "colour_type"] {
        #expect(number(file, key) == number(want, key), "\(name): \(key)")
      }
      let samples = try #require(want["samples"] as? [Int])
      let counts = Dictionary(samples.map { (String($0), 1) }, uniquingKeysWith: +)
      #expect(file["values"] as? [String: Int] == counts, "\(name)")
      #expect(number(file, "palette_size") == Double((want["palette"] as? [Any])?.count ?? 0), "\(name)")
    }
  }

  @Test("A damaged file has an error instead, and the exit code says so")
  func damaged() throws {
    let run = try Segkit.run([
      "inspect", "--json", "fixtures/damaged", "fixtures/organs/references/case_01.png",
    ])
    #expect(run.exitCode == 4)
    let files = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    let sound = files.filter { $0["error"] == nil }.compactMap { $0["path"] as? String }
    // The samples of a palette file are what they are; that they are no labels is a hint.
    #expect(sound == ["fixtures/damaged/palette-index-beyond.png", "fixtures/organs/references/case_01.png"])
  }

  @Test("People get size, reading, labels and a hint")
  func text() throws {
    let run = try Segkit.run(["inspect", "fixtures/binary/predictions/cells_01.png"])
    for word in ["96×128", "8-bit grey", "label", "255", "--binarize nonzero"] {
      #expect(run.output.contains(word), "\(word)")
    }
    let folder = try Segkit.run(["inspect", "fixtures/volumes/references/patient_01"])
    #expect(folder.output.contains("12 masks"))
  }

  @Test("Help names every exit code and is no error; lists name every metric")
  func help() throws {
    let help = try Segkit.run(["--help"])
    #expect(help.exitCode == 0)
    for code in ["0 all well", "2 wrong usage", "70"] { #expect(help.output.contains(code)) }
    #expect(try Segkit.run(["list", "metrics"]).output.contains("kappa"))
    #expect(try Segkit.run(["list", "empty"]).output.contains("metrics-reloaded"))
  }
}
