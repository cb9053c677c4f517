import Foundation
import MaskIO
import TestSupport
import Testing

/// `segkit score --loss`, of masks and of soft predictions, run as a user does.
struct ScoreLossTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["p", "r"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
  }

  private static let logits: [Double] = (0..<3 * 20).map { 2 * sin(Double($0 * $0)) }
  private static let labels: [UInt8] = (0..<20).map { UInt8(($0 * 7 + 3) % 3) }
  private static let probabilities: [Double] = {
    let powers = logits.map { exp($0) }
    return powers.indices.map { index in
      powers[index] / (0..<3).reduce(0) { $0 + powers[$1 * 20 + index % 20] }
    }
  }()
  /// Mean over classes of 1 − (2 Σ p t + s) / (Σ p + Σ t + s).
  private static func dice(_ p: [Double], classes: Int, _ labels: [UInt8]) -> Double {
    let n = labels.count
    let each = (0..<classes).map { c -> Double in
      let t = labels.map { Int($0) == (classes == 1 ? 1 : c) ? 1.0 : 0 }
      let own = p[c * n..<(c + 1) * n]
      let both = zip(own, t).reduce(0) { $0 + $1.0 * $1.1 }
      return 1 - (2 * both + 1e-5) / (own.reduce(0, +) + t.reduce(0, +) + 1e-5)
    }
    return each.reduce(0, +) / Double(classes)
  }
  private static func crossEntropy(_ p: [Double], _ labels: [UInt8]) -> Double {
    let n = labels.count
    return -labels.enumerated().reduce(0) { $0 + log(p[Int($1.element) * n + $1.offset]) } / Double(n)
  }

  private func png(_ path: String, _ samples: PNGReader.Samples, _ depth: Int = 8) throws {
    let header = PNGHeader(width: 5, height: 4, bitDepth: depth, colourType: .grey)
    try OutputFile.replace(folder.file(path), with: try PNGWriter.encode(samples, header))
  }

  private func losses(_ arguments: [String], _ code: Int32 = 0) throws -> [String: Any] {
    let run = try Segkit.run(["score", "p", "r"] + arguments + ["--format", "json"], in: folder.path)
    #expect(run.exitCode == code, "\(run.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func logitsInAnyOrderOfAxes() throws {
    try png("r/a.png", .uint8(Self.labels))
    try NPYFile.write(Self.logits, shape: [3, 4, 5], to: folder.file("p/a.npy"))
    let first = try losses(
      [
        "--axes", "cyx", "--activation", "softmax", "--loss", "dice", "--loss", "cross-entropy", "--loss",
        "monai-1.6/DiceCELoss:softmax=true,to_onehot_y=true", "--loss", "dice+2*cross-entropy",
      ])
    let (dice, entropy) = (
      Self.dice(Self.probabilities, classes: 3, Self.labels),
      Self.crossEntropy(Self.probabilities, Self.labels)
    )
    for (name, expected) in [
      ("dice", dice), ("cross-entropy", entropy), ("dice+2*cross-entropy", dice + 2 * entropy),
      ("monai-1.6/DiceCELoss:softmax=true,to_onehot_y=true", dice + entropy),
    ] {
      let found = try #require(number(first, "losses", name, "mean"))
      #expect(abs(found - expected) < 1e-9, "\(name): \(found), \(expected)")
    }
    // The metrics are of the most probable classes.
    let hard = (0..<20).map { site in
      (0..<3).max { Self.logits[$0 * 20 + site] < Self.logits[$1 * 20 + site] } ?? 0
    }
    let hits = zip(hard, Self.labels).count { $0 == 1 && $1 == 1 }
    let cases = try #require(first["metric_per_case"] as? [[String: Any]])
    #expect(number(cases[0], "metrics", "1", "TP") == Double(hits))
    // The same numbers with the classes last, and in Float.
    let turned = (0..<60).map { Float(Self.logits[$0 % 3 * 20 + $0 / 3]) }
    try NPYFile.write(turned, shape: [4, 5, 3], to: folder.file("p/a.npy"))
    let second = try losses(["--axes", "yxc", "--activation", "softmax", "--loss", "dice"])
    #expect(abs((number(second, "losses", "dice", "mean") ?? .nan) - dice) < 1e-6)
    try NPYFile.write(turned, shape: [3, 5, 4], fortranOrder: true, to: folder.file("p/a.npy"))
    let third = try losses(["--axes", "cxy", "--activation", "softmax", "--loss", "dice"])
    #expect(abs((number(third, "losses", "dice", "mean") ?? .nan) - dice) < 1e-6)
  }

  @Test func aFileForEachClass() throws {
    let words = Self.probabilities.map { UInt16(($0 * 65_535).rounded()) }
    for label in 0..<3 {
      try png("p/a_class\(label).png", .uint16(Array(words[label * 20..<(label + 1) * 20])), 16)
    }
    try png("r/a.png", .uint8(Self.labels))
    let options = ["--class-files", "(.*)_class([0-9]+)", "--loss", "dice"]
    let found = try losses(options)
    let exact = words.map { Double($0) / 65_535 }
    #expect(
      abs((number(found, "losses", "dice", "mean") ?? 0) - Self.dice(exact, classes: 3, Self.labels)) < 1e-6)
    try FileManager.default.removeItem(atPath: folder.file("p/a_class1.png"))
    let run = try Segkit.run(["score", "p", "r"] + options, in: folder.path)
    #expect(run.exitCode == 3 && run.errors.contains("classes 0, 2; give every class from 0"))
  }

  /// One class, against 0/255 and against an array of booleans.
  @Test func oneClassOfProbabilities() throws {
    let grey = Self.probabilities[..<20].map { UInt8(($0 * 255).rounded()) }
    let object = Self.labels.map { $0 == 1 ? UInt8(1) : 0 }
    try png("p/a.png", .uint8(grey))
    try png("r/a.png", .uint8(object.map { $0 * 255 }))
    let expected = Self.dice(grey.map { Double($0) / 255 }, classes: 1, object)
    let found = try losses(["--probabilities", "--loss", "dice", "--threshold", "0.25"])
    #expect(abs((number(found, "losses", "dice", "mean") ?? 0) - expected) < 1e-6)
    let cases = try #require(found["metric_per_case"] as? [[String: Any]])
    #expect(number(cases[0], "metrics", "1", "n_pred") == Double(grey.count { Double($0) / 255 > 0.25 }))
    // Without the flag they are labels, and a hint says what they may be.
    let run = try Segkit.run(["score", "p", "r", "--strict"], in: folder.path)
    #expect(run.exitCode == 3)
  }

  @Test func masksAreOneHot() throws {
    let predicted = Self.labels.enumerated().map { $0 % 4 == 0 ? UInt8(($1 + 1) % 3) : $1 }
    try png("p/a.png", .uint8(predicted))
    try png("r/a.png", .uint8(Self.labels))
    let hot = (0..<60).map { Int(predicted[$0 % 20]) == $0 / 20 ? 1.0 : 0 }
    let found = try losses(["--loss", "dice", "--loss", "cross-entropy", "--loss", "cross-entropy:clip=0.01"])
    #expect(
      abs((number(found, "losses", "dice", "mean") ?? 0) - Self.dice(hot, classes: 3, Self.labels)) < 1e-6)
    // A wrong voxel is infinitely improbable, unless it is clipped.
    #expect(number(found, "losses", "cross-entropy", "mean") == .infinity)
    let clipped = -(5 * log(0.01) + 15 * log(0.99)) / 20
    #expect(abs((number(found, "losses", "cross-entropy:clip=0.01", "mean") ?? 0) - clipped) < 1e-6)
    // One label is one class; what is not scored is background.
    let one = try losses(["--labels", "2=b", "--loss", "dice"])
    let (p, t) = (predicted.map { $0 == 2 ? 1.0 : 0 }, Self.labels.map { $0 == 2 ? UInt8(1) : 0 })
    #expect(abs((number(one, "losses", "dice", "mean") ?? 0) - Self.dice(p, classes: 1, t)) < 1e-6)
    // Ignored voxels count nowhere.
    let ignored = try losses(["--ignore-label", "0", "--labels", "1=a,2=b", "--loss", "mean-squared-error"])
    let sites = (0..<20).filter { Self.labels[$0] != 0 }
    let wrong = sites.count { predicted[$0] != Self.labels[$0] }
    #expect(
      abs(
        (number(ignored, "losses", "mean-squared-error", "mean") ?? 0)
          - 2 * Double(wrong) / Double(3 * sites.count)) < 1e-6)
  }

  @Test func filesHaveThem() throws {
    try png("p/a.png", .uint8(Self.labels))
    try png("r/a.png", .uint8(Self.labels))
    try png("r/b.png", .uint8(Self.labels))
    let run = try Segkit.run(
      [
        "score", "p", "r", "--missing", "worst", "--loss", "dice", "--csv", "l.csv", "--wide-csv", "w.csv",
        "--jsonl", "r.jsonl", "--json", "r.json", "--markdown", "r.md", "--fail-over", "loss.dice=0.5",
        "--fail-over", "min.loss.dice=0.5",
      ], in: folder.path)
    #expect(run.exitCode == 1, "\(run.errors)")
    #expect(run.errors.contains("loss.dice=0.5: inf is over") && !run.errors.contains("min.loss"))
    func text(_ name: String) throws -> String { try FileBytes.text(contentsOf: folder.file(name)) }
    let long = try text("l.csv")
    #expect(long.contains("\nb,,loss dice,inf,missing\n") && long.contains("\na,,loss dice,"))
    let wide = try text("w.csv").split(separator: "\n")
    #expect(wide[0].hasSuffix(",loss dice") && wide[2].hasSuffix(",inf"))
    let lines = try text("r.jsonl").split(separator: "\n")
    #expect(lines.count == 2 && lines[1].contains("\"losses\": {\"dice\": \"inf\"}"))
    #expect(try text("r.md").contains("| loss |"))
    let again = try losses(["--settings", "r.json"])
    #expect(number(again, "losses", "dice", "n_inf") == 1)
    #expect(run.output.contains("loss  mean"))
  }

  @Test(
    arguments: [
      (["--loss", "dise"], 2, "there is no loss \"dise\""),
      (["--loss", "dice", "--loss", "dice"], 2, "stands twice"),
      (["--loss", "dice:ignore-label=3"], 2, "its own --ignore-label"),
      (["--loss", "dice", "--activation", "relu"], 2, "is not none, sigmoid or softmax"),
      (["--loss", "dice", "--fail-over", "loss.focal=1"], 2, "no loss is called 'focal'"),
      (["--class-files", "(.*)"], 2, "two groups"), (["--threshold", "1.5"], 2, "--threshold"),
      (["--probabilities", "--loss", "dice"], 3, "label 2 at row 0, column 2"),
      (["--loss", "dice:class-weights=1/2"], 0, "2 class weights for 3 classes; the loss is NaN"),
      (["--loss", "ssim"], 0, "window of 11 does not fit along an axis of extent 4; the loss is NaN"),
    ] as [([String], Int32, String)])
  func mistakes(_ arguments: [String], _ code: Int32, _ text: String) throws {
    try png("p/a.png", .uint8(Self.labels))
    try png("r/a.png", .uint8(Self.labels))
    let run = try Segkit.run(["score", "p", "r"] + arguments, in: folder.path)
    #expect(run.exitCode == code && run.errors.contains(text), "\(run.exitCode) \(run.errors)")
  }

  @Test(arguments: [
    ([Float](repeating: 0.5, count: 19) + [1.2], "1.2 at y 3, x 4 is not a probability"),
    ([.nan] + [Float](repeating: 0.5, count: 19), "nan at y 0, x 0"),
  ]) func numbersThatAreNoProbabilities(_ values: [Float], _ text: String) throws {
    try NPYFile.write(values, shape: [4, 5], to: folder.file("p/a.npy"))
    try png("r/a.png", .uint8(Self.labels.map { $0 / 2 }))
    let run = try Segkit.run(["score", "p", "r", "--loss", "dice"], in: folder.path)
    #expect(run.exitCode == 4 && run.errors.contains(text), "\(run.errors)")
  }

  /// Masks in arrays, of any integer type and either order of memory.
  @Test func masksInArrays() throws {
    try png("r/a.png", .uint8(Self.labels))
    let turned = (0..<20).map { Double(Self.labels[$0 % 4 * 5 + $0 / 4]) }
    try NPYFile.write(turned, shape: [4, 5], fortranOrder: true, to: folder.file("p/a.npy"))
    let run = try Segkit.run(["score", "p/a.npy", "r/a.png", "--loss", "dice"], in: folder.path)
    // Floating-point numbers are no labels, even where they are whole.
    #expect(run.exitCode == 4 && run.errors.contains("2.0 at "), "\(run.errors)")
    let inspected = try Segkit.run(["inspect", "p/a.npy"], in: folder.path)
    #expect(inspected.output.contains("astype('uint8')"))
    let bytes = Self.labels.map(\.self)
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 5), }"
    let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
    let file: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(padded.utf8.count), 0] + Array(padded.utf8) + bytes
    try OutputFile.replace(folder.file("p/a.npy"), with: file)
    let found = try losses(["--loss", "dice"])
    #expect(number(found, "foreground_mean", "Dice") == 1)
    #expect(abs(number(found, "losses", "dice", "mean") ?? 1) < 1e-6)
  }
}
