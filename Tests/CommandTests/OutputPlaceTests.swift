import Foundation
import MaskIO
import TestSupport
import Testing

/// Where results go: through descriptors and links, beside what is printed, over what others may read.
@Suite("Results by any path go where it leads, and nothing that is there is lost")
struct OutputPlaceTests {
  private static let organs = "fixtures/organs/predictions fixtures/organs/references"

  /// Runs a line in a fresh folder whose file `log` holds one precious line.
  private static func shell(_ line: String) throws -> (run: Segkit.Run, folder: TemporaryFolder) {
    let scratch = try TemporaryFolder()
    try scratch.text("log", "precious\n")
    return (try Segkit.shell("D=\(scratch.path); " + line), scratch)
  }

  private static func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  @Test(
    "A descriptor of a file is written to where it stands",
    arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
  func descriptors(path: String) throws {
    let line = "ln -s /dev/stdout $D/link; cd $D; P=\(TestFiles.package); "
    let csv = try Self.shell(
      line
        + "$S score $P/fixtures/organs/predictions $P/fixtures/organs/references --csv \(path) >> log; echo $?"
    )
    #expect(csv.run.output == "0\n", "\(csv.run.errors)")
    let log = try Self.text(csv.folder, "log")
    #expect(log.hasPrefix("precious\n"))
    #expect(log.contains("\npredictions "))
    #expect(log.contains("\ncase,label,metric,value,status\ncase_01,1,dice,"))
    #expect(log.contains("frequency-weighted IoU"))
    let records = try Self.shell(
      line
        + "$S score $P/fixtures/organs/predictions $P/fixtures/organs/references --jsonl \(path) >> log; echo $?"
    )
    #expect(records.run.output == "0\n", "\(records.run.errors)")
    let lines = try Self.text(records.folder, "log").split(separator: "\n")
    #expect(lines.count { $0.hasPrefix(#"{"case": "#) } == 8)
    #expect(lines.first == "precious")
    #expect(lines.contains { $0.hasPrefix("mean ") })
  }

  @Test("The error output, too, is written to where it stands")
  func errorOutput() throws {
    let (run, folder) = try Self.shell(
      "$S score \(Self.organs) --csv /dev/stderr 2>> $D/log >/dev/null; echo $?")
    #expect(run.output == "0\n")
    let log = try Self.text(folder, "log")
    #expect(log.hasPrefix("precious\n"))
    #expect(log.contains("case,label,metric,value,status\n"))
  }

  @Test("A pipe takes a result")
  func pipes() throws {
    let piped = try Self.shell("$S score \(Self.organs) --json /dev/stdout --format csv | cat")
    #expect(piped.run.output.contains("\"schema\": \"segkit.score/1\""), "\(piped.run.errors)")
    #expect(piped.run.output.contains("case_01,1,dice,"))
    let (run, folder) = try Self.shell(
      "$S score \(Self.organs) --json >(cat > $D/r.json) >/dev/null; C=$?; sleep 0.3; exit $C")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try Self.text(folder, "r.json").contains("\"schema\""))
  }

  @Test("What standard output cannot take is 70, whatever name it is given by")
  func lostOutput() throws {
    #expect(try Self.shell("$S score \(Self.organs) --json /dev/stdout >/dev/full").run.exitCode == 70)
    #expect(try Self.shell("$S score \(Self.organs) --json /dev/stdout >&-").run.exitCode == 70)
    let closed = try Self.shell("$S score \(Self.organs) --json /dev/fd/77")
    #expect(closed.run.exitCode != 0)
    #expect(closed.run.errors.hasPrefix("error:"))
  }

  @Test("A result over the file that standard output goes to is refused before the work")
  func beneathStandardOutput() throws {
    for option in ["--csv", "--json", "--jsonl"] {
      let (run, folder) = try Self.shell(
        "ln $D/log $D/same; $S score \(Self.organs) \(option) $D/same >> $D/log; echo $?")
      #expect(run.output == "2\n", "\(option)")
      #expect(run.errors.contains("what is printed goes into this file, too"))
      #expect(try Self.text(folder, "log") == "precious\n")
    }
  }

  @Test(
    "What is printed never goes into a file that is read",
    arguments: [
      "inspect in.npy >> in.npy", "inspect in.npy 1<> in.npy", "inspect --json in.npy >> in.npy",
      "score in.npy r.npy >> in.npy", "score in.npy r.npy >> r.npy",
      "score in.npy r.npy --format csv 1<> r.npy",
      "loss dice in.npy r.npy --axes yx >> in.npy", "loss dice in.npy r.npy --axes yx >> r.npy",
      "explain in.npy r.npy >> r.npy", "score --manifest m.csv >> m.csv",
      "score in.npy r.npy >> in.spacing.txt",
      "score in.npy r.npy --progress json 2>> in.npy",
    ])
  func printedOverInputs(arguments: String) throws {
    let scratch = try TemporaryFolder()
    for name in ["in.npy", "r.npy"] {
      try NPYFile.write([UInt8(1), 0, 1, 0], shape: [2, 2], to: scratch.file(name))
    }
    try scratch.text("m.csv", "case,prediction,reference\na,in.npy,r.npy\n")
    try scratch.text("in.spacing.txt", "2,1\n")
    let line =
      "cd \(scratch.path); cat * | md5sum; $S \(arguments); echo $? > code; cat code; rm code; cat * | md5sum"
    let run = try Segkit.shell("(\(line)) 2>&1")
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == lines.last, "\(run.output)")
    #expect(lines.contains("2"), "\(run.output)")
    if !arguments.contains("2>>") { #expect(run.output.contains("error: "), "\(run.output)") }
  }

  @Test("A pipe that takes no more for now is waited for")
  func slowPipe() throws {
    let scratch = try TemporaryFolder()
    let script = try scratch.text(
      "slow.py",
      """
      import fcntl, os, subprocess, sys, time
      reading, writing = os.pipe()
      fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
      os.set_blocking(writing, False)
      process = subprocess.Popen([sys.argv[1], "list", "losses"], stdout=writing)
      os.close(writing)
      time.sleep(0.5)
      text = b""
      while piece := os.read(reading, 4096):
          text += piece
          time.sleep(0.002)
      whole = subprocess.run([sys.argv[1], "list", "losses"], capture_output=True).stdout
      print(process.wait(), text == whole, len(text) > 8192)
      """)
    let run = try Segkit.shell("python3 \(script) $S")
    #expect(run.output == "0 True True\n", "\(run.errors)")
  }

  @Test("A link that leads to itself is no place for a result")
  func endlessLink() throws {
    let (run, folder) = try Self.shell(
      "ln -s loop $D/loop; $S score \(Self.organs) --json $D/loop; echo $?; readlink $D/loop")
    #expect(run.output == "2\nloop\n", "\(run.errors)")
    #expect(run.errors.contains("loop"))
    _ = folder
  }

  @Test("A member of an archive that is no array is not replaced by one")
  func foreignMembers() throws {
    let scratch = try TemporaryFolder()
    for name in ["p.npy", "t.npy"] {
      try NPYFile.write([UInt8(1), 0, 1, 0], shape: [2, 2], to: scratch.file(name))
    }
    let run = try Segkit.shell(
      "cd \(scratch.path); python3 -c \"import zipfile; z = zipfile.ZipFile('a.npz', 'w'); z.writestr('g', 'notes'); z.close()\"; "
        + "$S loss dice p.npy t.npy --axes yx --gradient a.npz::g; echo $?; $S loss dice p.npy t.npy --axes yx --gradient a.npz::h "
        + "> /dev/null; python3 -c \"import zipfile; z = zipfile.ZipFile('a.npz'); print(z.namelist(), z.read('g'))\""
    )
    #expect(run.output == "70\n['g', 'h.npy'] b'notes'\n", "\(run.output)\(run.errors)")
    #expect(run.errors.contains("holds 'g', which is no array"))
  }

  @Test(
    "A signal that ends the command while it writes leaves no half-written file",
    arguments: ["INT", "TERM", "HUP", "QUIT", "XCPU", "ALRM", "USR1", "USR2", "VTALRM", "IO", "PWR"])
  func signals(name: String) throws {
    let scratch = try TemporaryFolder()
    let script = try scratch.text(
      "ended.py",
      """
      import os, signal, subprocess, sys, time
      number = getattr(signal, "SIG" + sys.argv[2])
      signal.signal(number, signal.SIG_DFL)
      process = subprocess.Popen([sys.argv[1], "loss", "dice", "p.npy", "t.npy", "--axes", "cyx", "--activation", "softmax",
                                  "--gradient", "g.npy"], stdout=subprocess.DEVNULL, restore_signals=False)
      while process.poll() is None and not any(name.startswith(".segkit") for name in os.listdir(".")):
          pass
      process.send_signal(number)
      code = process.wait()
      print(code in (-number, 0), sorted(name for name in os.listdir(".") if name not in ("core", "g.npy")))
      """)
    let count = 3 * 1000 * 1000
    try NPYFile.write((0..<count).map { Float($0 % 7) }, shape: [3, 1000, 1000], to: scratch.file("p.npy"))
    try NPYFile.write(
      [UInt8](repeating: 1, count: count / 3), shape: [1000, 1000], to: scratch.file("t.npy"))
    let run = try Segkit.shell("cd \(scratch.path); ulimit -c 0; python3 \(script) $S \(name)")
    #expect(run.output == "True ['ended.py', 'p.npy', 't.npy']\n", "\(run.errors)")
  }

  @Test("A device takes any number of results")
  func devices() throws {
    #expect(
      try Self.shell("$S score \(Self.organs) --json /dev/null --csv /dev/null").run.exitCode == 0)
  }

  @Test("A file that is replaced keeps its rights")
  func rights() throws {
    for mode in ["600", "640", "664"] {
      let (run, _) = try Self.shell(
        "echo '{}' > $D/r.json; chmod \(mode) $D/r.json; $S score \(Self.organs) --json $D/r.json >/dev/null && stat -c %a $D/r.json"
      )
      #expect(run.output == "\(mode)\n")
    }
  }

  @Test("A JSON file that is none of records is not appended to")
  func foreignRecords() throws {
    for content in [
      "{\"labels\": {\"1\": \"x\"}, \"precious\": [1, 2]}", "{\n \"case\": 1\n}", "{\"case_count\": 3}\n",
      "[1]\n",
      "x",
    ] {
      let scratch = try TemporaryFolder()
      let file = try scratch.text("dataset.json", content)
      let run = try Segkit.shell("$S score \(Self.organs) --jsonl \(file)")
      #expect(run.exitCode == 2, "\(run.errors)")
      #expect(run.errors.contains("not a file of records"))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == content)
    }
  }

  @Test("Arrays that are in an archive keep their names, whatever letters they have")
  func archiveNames() throws {
    let scratch = try TemporaryFolder()
    let archive = scratch.file("a.npz")
    for key in ["é", "日本", "plain"] {
      try NPYFile.write([Float(1), 0, 1, 0], shape: [2, 2], to: archive + "::" + key)
    }
    let mask = scratch.file("m.npy")
    try NPYFile.write([UInt8(1), 0, 1, 0], shape: [2, 2], to: mask)
    let run = try Segkit.shell("$S loss dice '\(archive)::é' \(mask) --gradient '\(archive)::ü'")
    #expect(run.exitCode == 2, "an input's archive may not be written to: \(run.output)")
    let copied = try Segkit.shell(
      "cp \(archive) \(scratch.file("b.npz")); $S loss dice '\(archive)::é' \(mask) --gradient '\(scratch.file("b.npz"))::ü'"
    )
    #expect(copied.exitCode == 0, "\(copied.errors)")
    let names = try Segkit.shell(
      "PYTHONIOENCODING=utf-8 python3 -c \"import zipfile; print(sorted(zipfile.ZipFile('\(scratch.file("b.npz"))').namelist()))\""
    )
    #expect(names.output == "['plain.npy', 'é.npy', 'ü.npy', '日本.npy']\n", "\(names.errors)")
    let long = try Segkit.shell(
      "$S loss dice '\(archive)::é' \(mask) --gradient '\(scratch.file("c.npz"))::\(String(repeating: "k", count: 65_532))'"
    )
    #expect(long.exitCode == 2)
    #expect(long.errors.contains("shorten it"))
  }

  @Test(
    "A loss that needs more memory than there is says so",
    arguments: ["cl-dice", "total-variation", "ssim", "lovasz-hinge", "top-k", "dice"])
  func lossMemory(loss: String) throws {
    let scratch = try TemporaryFolder()
    let shape = [20, 128, 128]
    let count = shape.reduce(1, *)
    let prediction = scratch.file("p.npy")
    let target = scratch.file("t.npy")
    try NPYFile.write((0..<count).map { Float($0 % 7) / 7 }, shape: shape, to: prediction)
    try NPYFile.write((0..<count).map { UInt8($0 / 5 % 2) }, shape: shape, to: target)
    for room in [
      60_000, 80_000, 100_000, 120_000, 140_000, 160_000, 180_000, 200_000, 240_000, 300_000, 400_000,
    ] {
      // The shell that stays tells a signal from an exit code.
      let run = try Segkit.shell(
        "(ulimit -v \(room); $S loss \(loss) \(prediction) \(target) --axes zyx --gradient \(scratch.file("g.npy"))); exit $?"
      )
      #expect(run.exitCode < 128, "\(loss) in \(room) KiB: \(run.exitCode)")
      #expect(run.exitCode == 0 || run.errors.hasPrefix("error:"), "\(loss) in \(room) KiB: \(run.errors)")
    }
    // One that needs whole tensors is refused, and not done in less memory than it needs.
    let run = try Segkit.shell(
      "ulimit -v 100000; $S loss cl-dice \(prediction) \(target) --axes zyx --gradient \(scratch.file("g.npy"))"
    )
    #expect(run.exitCode == 2)
    #expect(run.errors.contains("whole tensors of"))
  }
}
