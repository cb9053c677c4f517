import Foundation
import MaskIO
import TestSupport
import Testing

/// The command on a hostile machine: nothing is lost, and whatever cannot be written is said.
@Suite("On a hostile machine")
struct SafetyTests {
  private static let organs = "fixtures/organs/predictions fixtures/organs/references"

  /// Runs a line of a shell, in which `$S` is the command.
  private static func shell(_ line: String, in folder: String = TestFiles.package) throws -> Segkit.Run {
    try Segkit.shell(line, in: folder)
  }

  @Test(
    "A result that standard output does not take is 70, and said",
    arguments: [
      "score \(organs)", "score \(organs) --format json", "score \(organs) --format csv",
      "score \(organs) --dry-run",
      "inspect fixtures/organs/predictions", "inspect fixtures/organs/predictions --json", "list metrics",
      "list losses",
      "--help", "--version",
      "explain fixtures/organs/predictions/case_01.png fixtures/organs/references/case_01.png",
    ])
  func fullOutput(arguments: String) throws {
    let run = try Self.shell("$S \(arguments) > /dev/full")
    #expect(run.exitCode == 70, "\(run.errors)")
    #expect(run.errors.contains("standard output: no space left"))
    #expect(try Self.shell("$S \(arguments) >&-").exitCode == 70)
  }

  @Test("A reader that leaves early ends the command quietly, after its files are written")
  func closedPipe() throws {
    let scratch = try TemporaryFolder()
    let run = try Self.shell(
      "$S score \(Self.organs) --format csv --json \(scratch.file("r.json")) | head -n 1; echo ${PIPESTATUS[0]}"
    )
    #expect(run.output.hasSuffix("\n141\n") || run.output.hasSuffix("\n0\n"), "\(run.output)")
    #expect(run.errors.isEmpty)
    #expect(FileManager.default.fileExists(atPath: scratch.file("r.json")))
  }

  @Test(
    "Closed descriptors: no message or progress lands in a result",
    arguments: ["0", "1", "2", "012", "02", "12"])
  func closedDescriptors(closed: String) throws {
    let scratch = try TemporaryFolder()
    let redirections = closed.map { $0 == "0" ? "<&-" : "\($0)>&-" }.joined(separator: " ")
    let run = try Self.shell(
      "$S score \(Self.organs) --progress json --json \(scratch.file("r.json")) --csv \(scratch.file("r.csv")) \(redirections)"
    )
    #expect(run.exitCode == (closed.contains("1") ? 70 : 0))
    let json = try Data(contentsOf: URL(filePath: scratch.file("r.json")))
    #expect((try? JSONSerialization.jsonObject(with: json)) != nil)
    #expect(try String(contentsOfFile: scratch.file("r.csv"), encoding: .utf8).hasPrefix("case,label"))
  }

  @Test("Few descriptors cost threads, not the run", arguments: [5, 6, 8, 10, 12, 16, 20, 24, 40])
  func fewDescriptors(count: Int) throws {
    let run = try Self.shell("ulimit -n \(count); $S score \(Self.organs) --jobs 8 --metrics dice,hd95")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("8 pairs"))
  }

  @Test("A file larger than the shell allows cannot be written: 70, the others are there")
  func fileSize() throws {
    let scratch = try TemporaryFolder()
    let run = try Self.shell(
      "ulimit -f 4; $S score \(Self.organs) --json \(scratch.file("large.json")) --confusion \(scratch.file("small.csv"))"
    )
    #expect(run.exitCode == 70, "\(run.errors)")
    #expect(run.errors.contains("large.json"))
    #expect(FileManager.default.fileExists(atPath: scratch.file("small.csv")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["small.csv"])
  }

  @Test("Little address space: one large file fails, the others are scored")
  func addressSpace() throws {
    let scratch = try TemporaryFolder()
    let organs = try scratch.copy("organs")
    for side in ["predictions", "references"] {
      let path = organs + "/\(side)/zz.png"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      try #require(truncate(path, 100 << 30) == 0)
    }
    let run = try Self.shell(
      "ulimit -v 4000000; $S score predictions references --json ../r.json", in: organs)
    #expect(run.exitCode == 4, "\(run.errors)")
    #expect(run.output.contains("8 pairs, 1 not scored"))
    #expect(FileManager.default.fileExists(atPath: scratch.file("r.json")))
  }

  @Test("Where there is no room for another thread, the run goes on without it")
  func addressSpaceForThreads() throws {
    // 124 is that of one that waits for ever.
    for room in stride(from: 45_000, through: 150_000, by: 5_000) {
      let run = try Self.shell(
        "(ulimit -v \(room); timeout 60 $S score \(Self.organs) --jobs 2 --metrics dice,hd95 >/dev/null); exit $?"
      )
      #expect(run.exitCode == 0, "ulimit -v \(room): \(run.exitCode) \(run.errors)")
    }
  }

  /// Noise is all surface: some eighty bytes a voxel, where other masks take five.
  @Test(
    "Shapes that need more memory than there is fail their case, and no more",
    arguments: [
      ["hd95", "nsd@2"], ["hd95.surfel"], ["boundary-iou", "boundary-f"], ["pq"], ["cldice"],
      ["lesionwise-dice", "lesionwise-hd95"],
    ])
  func shapeMemory(metrics: [String]) throws {
    let scratch = try TemporaryFolder()
    var random = SeededRandom(seed: 151)
    let shape = [24, 96, 96]
    for side in ["p", "r"] {
      try FileManager.default.createDirectory(atPath: scratch.file(side), withIntermediateDirectories: true)
      let noise = (0..<shape.reduce(1, *)).map { _ in UInt8.random(in: 0...1, using: &random) }
      try NPYFile.write(noise, shape: shape, to: scratch.file("\(side)/noise.npy"))
      try NPYFile.write(
        [UInt8(0), 1, 1, 0, 1, 1, 0, 0], shape: [2, 2, 2], to: scratch.file("\(side)/small.npy"))
    }
    var codes: Set<Int32> = []
    for room in Array(stride(from: 44_000, through: 84_000, by: 4_000)) + [400_000] {
      let run = try Self.shell(
        "(ulimit -v \(room); $S score p r --jobs 1 --metrics \(metrics.joined(separator: ","))); exit $?",
        in: scratch.path)
      codes.insert(run.exitCode)
      #expect(run.exitCode == 0 || run.exitCode == 4, "\(room) KiB: \(run.exitCode) \(run.errors)")
      if run.exitCode == 4 { #expect(run.errors.contains("case noise error: r/noise.npy: it needs")) }
    }
    #expect(codes.contains(0))
  }

  @Test(
    "A signal leaves no half-written file behind, and ends the command as it should",
    arguments: ["INT", "TERM", "HUP"])
  func signals(name: String) throws {
    let scratch = try TemporaryFolder()
    // Some runs, not runs for ever: a shell that is told to end while one of them ends by itself goes on.
    for delay in ["0.01", "0.03", "0.06", "0.1"] {
      let run = try Self.shell(
        """
        set -m; (for i in {1..20}; do $S score \(Self.organs) --json \(scratch.file("r.json")) >/dev/null || exit $?; done) &
        sleep \(delay); kill -\(name) -- -$!; wait $!; true
        """)
      #expect(run.exitCode == 0)
      let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path).filter { $0 != "r.json" }
      #expect(left.isEmpty, "\(left)")
    }
  }

  @Test("segkit loss: no output over an input, none over another, archives keep what else they hold")
  func lossOutputs() throws {
    let scratch = try TemporaryFolder()
    try NPYFile.write([0.1, 0.6, 0.8, 0.3] as [Float], shape: [2, 2], to: scratch.file("p.npy"))
    try NPYFile.write([0, 1, 1, 0] as [UInt8], shape: [2, 2], to: scratch.file("t.npy"))
    try NPYFile.write([1, 1, 1, 0] as [UInt8], shape: [2, 2], to: scratch.file("m.npy"))
    try NPYFile.write([0.1, 0.6, 0.8, 0.3] as [Float], shape: [2, 2], to: scratch.file("a.npz::p"))
    try #require(link(scratch.file("t.npy"), scratch.file("hard.npy")) == 0)
    let before = try Data(contentsOf: URL(filePath: scratch.file("t.npy")))
    for options in [
      ["--gradient", "p.npy"], ["--hessian-diagonal", "t.npy"], ["--heatmap", "t.npy"],
      ["--gradient", "hard.npy"],
      ["--gradient", "m.npy", "--mask", "m.npy"], ["--gradient", "g.npy", "--hessian-diagonal", "./g.npy"],
      ["--gradient", "g.npz::a", "--hessian-diagonal", "g.npz::a"],
      ["--gradient", "g.npy", "--heatmap", "g.npy"],
      ["--level", "p.npy", "--gradient", "x.npy", "--hessian-diagonal", "x.1.npy"],
    ] {
      let run = try Segkit.run(["loss", "dice", "p.npy", "t.npy"] + options, in: scratch.path)
      #expect(run.exitCode == 2, "\(options): \(run.errors)")
      #expect(try Data(contentsOf: URL(filePath: scratch.file("t.npy"))) == before)
    }
    #expect(
      try Segkit.run(["loss", "dice", "a.npz::p", "t.npy", "--gradient", "a.npz::g"], in: scratch.path)
        .exitCode == 2)
    for key in ["g", "h"] {
      let run = try Segkit.run(
        ["loss", "dice", "p.npy", "t.npy", "--gradient", "out.npz::\(key)"], in: scratch.path)
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    #expect(try NPYFile(scratch.file("out.npz::g")).header.shape == [2, 2])
    #expect(try NPYFile(scratch.file("out.npz::h")).header.shape == [2, 2])
    #expect(
      try Self.shell("ulimit -f 0; $S loss dice p.npy t.npy --gradient full.npy", in: scratch.path).exitCode
        == 70)
  }

  @Test("segkit score: no output over what a header, a sidecar or a style points to")
  func scoreOutputs() throws {
    let scratch = try TemporaryFolder()
    for side in ["p", "r"] {
      try FileManager.default.createDirectory(atPath: scratch.file(side), withIntermediateDirectories: true)
      let header =
        "NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementSpacing = 1 1 2\nElementDataFile = a.raw\n"
      try header.write(toFile: scratch.file(side + "/a.mhd"), atomically: true, encoding: .utf8)
      try Data([0, 1, 0, 1, 0, 1, 0, 1]).write(to: URL(filePath: scratch.file(side + "/a.raw")))
    }
    for option in ["--json", "--csv", "--jsonl", "--markdown", "--confusion", "--wide-csv"] {
      let run = try Segkit.run(["score", "p", "r", option, "p/a.raw"], in: scratch.path)
      #expect(run.exitCode == 2, "\(option): \(run.errors)")
      #expect(try Data(contentsOf: URL(filePath: scratch.file("p/a.raw"))).count == 8)
    }
    let styled = try Segkit.run(
      [
        "score", "p", "r", "--style", "davis", "--convention", "davis", "--csv", "d", "--json",
        "d/global_results-val.csv",
      ],
      in: scratch.path)
    #expect(styled.exitCode == 2)
  }

  @Test(
    "What cannot come to anything is found before anything is scored",
    arguments: [
      ["--fail-under", "loss.dice=0.5"], ["--labels", "1,2", "--fail-under", "9.dice=0.5"],
      ["--style", "davis", "--csv", "d"],
      ["--fail-over", "hd59=3"], ["--json", "r/"], ["--json", ""],
      ["--style", "monai", "--csv", "fixtures/expected.json"],
      ["--max-voxels", "0"], ["--max-expansion", "-1"], ["--json", "-"],
    ])
  func early(options: [String]) throws {
    let run = try Segkit.run(["score"] + Self.organs.split(separator: " ").map(String.init) + options)
    #expect(run.exitCode == 2, "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("Records may lie in the folder that a style's files go into, though it is not there yet")
  func recordsInFolder() throws {
    let scratch = try TemporaryFolder()
    let run = try Self.shell(
      "$S score \(Self.organs) --style monai --csv \(scratch.file("d/e")) --jsonl \(scratch.file("d/e/x"))")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(FileManager.default.fileExists(atPath: scratch.file("d/e/metrics.csv")))
    #expect(FileManager.default.fileExists(atPath: scratch.file("d/e/x")))
  }

  @Test("Arrays without axes, and extents whose product is beyond an integer beside a zero, are refused")
  func extents() throws {
    let scratch = try TemporaryFolder()
    for (name, shape) in [("s", "()"), ("z", "(2147483646, 0, 2147483646, 2147483646)")] {
      var text = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }"
      text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
      let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8) + (name == "s" ? [1] : [])
      try Data(bytes).write(to: URL(filePath: scratch.file("\(name).npy")))
    }
    for (loss, name) in [
      ("torchmetrics/DiceScore:input_format=index,num_classes=3", "s"),
      ("optax/softmax_cross_entropy:axis=0/2/3", "z"), ("monai/DiceLoss", "z"), ("dice", "s"), ("dice", "z"),
    ] {
      let run = try Self.shell(
        "$S loss '\(loss)' \(scratch.file("\(name).npy")) \(scratch.file("\(name).npy"))")
      #expect([2, 3].contains(run.exitCode), "\(loss) \(name): \(run.exitCode) \(run.errors)")
      #expect(run.errors.hasPrefix("error:"))
    }
  }

  @Test("A message that repeats thousands of characters is short")
  func longArguments() throws {
    let run = try Self.shell("$S score \(Self.organs) --metrics \(String(repeating: "x", count: 50_000))")
    #expect(run.exitCode == 2)
    #expect(run.errors.utf8.count < 5000)
  }
}

extension Segkit {
  /// Runs a line of bash in which `$S` is the command.
  static func shell(_ line: String, in folder: String = TestFiles.package) throws -> Run {
    try run(
      ["-c", "export SWIFT_BACKTRACE=enable=no NO_COLOR=1 S='\(path)'; " + line], in: folder,
      executable: "/bin/bash")
  }
}
