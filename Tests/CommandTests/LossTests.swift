import Foundation
import MaskIO
import TestSupport
import Testing

/// `segkit loss`, run as a user does.
struct LossTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try NPYFile.write(Self.prediction, shape: [2, 3], to: folder.file("p.npy"))
    try NPYFile.write(Self.target, shape: [2, 3], to: folder.file("t.npy"))
    try NPYFile.write(Self.logits, shape: [2, 2, 3], to: folder.file("z.npy"))
  }

  private static let prediction: [Double] = [0.1, 0.8, 0.7, 0.2, 0.9, 0.4]
  private static let target: [Double] = [0, 1, 1, 0, 1, 0]
  private static let logits: [Double] = [0.3, -1, 2, 0.5, 1, -0.2, 1, 0, -1, 0.2, 0.3, 0.7]

  private func json(_ arguments: [String]) throws -> [String: Any] {
    let run = try Segkit.run(["loss"] + arguments + ["--json"], in: folder.path)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  /// Dice by hand: I = 2.4, P = 3.1, T = 3.
  @Test func valueAndDerivatives() throws {
    let found = try json([
      "dice:smooth=0.1", "p.npy", "t.npy", "--gradient", "g.npy", "--hessian-diagonal", "h.npy",
    ])
    #expect(abs((found["value"] as? Double ?? .nan) - (1 - 4.9 / 6.2)) < 1e-12)
    #expect((found["hessian_diagonal"] as? [String: Any])?["method"] as? String == "exact")
    let gradient = try NPYFile(folder.file("g.npy"))
    #expect(gradient.header.shape == [2, 3] && gradient.header.type == .float64)
    for (g, t) in zip(try gradient.numbers(as: Double.self), Self.target) {
      #expect(abs(g - (4.9 / (6.2 * 6.2) - 2 * t / 6.2)) < 1e-12)
    }
    for (h, t) in zip(try NPYFile(folder.file("h.npy")).numbers(as: Double.self), Self.target) {
      #expect(abs(h - (4 * t / (6.2 * 6.2) - 2 * 4.9 / (6.2 * 6.2 * 6.2))) < 1e-12)
    }
    let formula = try json([
      "--expression", "1 - (2*sum(p*t) + 0.1) / (sum(p) + sum(t) + 0.1)", "p.npy", "t.npy",
    ])
    #expect(abs((formula["value"] as? Double ?? .nan) - (1 - 4.9 / 6.2)) < 1e-12)
  }

  /// Labels as PNG and as an array, either order of memory, give one number.
  @Test func inputsOfEveryKind() throws {
    let labels: [UInt8] = [0, 1, 1, 0, 0, 1]
    let header = PNGHeader(width: 3, height: 2, bitDepth: 8, colourType: .grey)
    try OutputFile.replace(folder.file("t.png"), with: try PNGWriter.encode(.uint8(labels), header))
    try NPYFile.write(labels.map { Float($0) }, shape: [2, 3], to: folder.file("labels.npy"))
    let turned = (0..<12).map { (place: Int) -> Double in
      let (c, y, x) = (place % 2, place / 2 % 2, place / 4)
      return Self.logits[6 * c + 3 * y + x]
    }
    try NPYFile.write(turned, shape: [2, 2, 3], fortranOrder: true, to: folder.file("fortran.npy"))
    let options = ["--axes", "cyx", "--activation", "softmax"]
    let first = try json(["cross-entropy", "z.npy", "t.png"] + options)
    for (prediction, target) in [("z.npy", "labels.npy"), ("fortran.npy", "t.png")] {
      let other = try json(["cross-entropy", prediction, target] + options)
      #expect(other["value"] as? Double == first["value"] as? Double)
    }
    // −mean log softmax, by hand.
    var sum = 0.0
    for (site, label) in labels.enumerated() {
      let (a, b) = (Self.logits[site], Self.logits[6 + site])
      sum += log(exp(a) + exp(b)) - (label == 0 ? a : b)
    }
    #expect(abs((first["value"] as? Double ?? .nan) - sum / 6) < 1e-12)
    let grey = PNGHeader(width: 3, height: 2, bitDepth: 16, colourType: .grey)
    let samples = Self.prediction.map { UInt16(($0 * 65_535).rounded()) }
    try OutputFile.replace(folder.file("p.png"), with: try PNGWriter.encode(.uint16(samples), grey))
    let probabilities = try json(["dice", "p.png", "t.npy", "--precision", "double"])
    let exact = try json(["dice", "p.npy", "t.npy"])
    #expect(abs((probabilities["value"] as? Double ?? 0) - (exact["value"] as? Double ?? 1)) < 1e-5)
  }

  @Test func flagsAreKeysOfTheLoss() throws {
    let options = ["--axes", "cyx", "--activation", "softmax"]
    try NPYFile.write([0, 1, 1, 0, 0, 1] as [Double], shape: [2, 3], to: folder.file("l.npy"))
    let flag = try json(["dice", "z.npy", "l.npy", "--over", "batch", "--exclude-background"] + options)
    let key = try json([
      "dice:over=batch,exclude_background=true,activation=softmax", "z.npy", "l.npy", "--axes", "cyx",
    ])
    #expect(flag["value"] as? Double == key["value"] as? Double)
    let both = try Segkit.run(
      ["loss", "dice:over=sample", "p.npy", "t.npy", "--over", "batch"], in: folder.path)
    #expect(both.exitCode == 2 && both.errors.contains("over is given twice"))
  }

  @Test func heatMaps() throws {
    _ = try json(["dice", "p.npy", "t.npy", "--heatmap", "push.png"])
    let image = try PNGReader.image(contentsOf: folder.file("push.png"))
    #expect(image.header.width == 3 && image.header.height == 2 && image.header.colourType == .rgb)
    guard case .uint8(let samples) = image.samples else {
      Issue.record("the picture has 16 bits")
      return
    }
    // Where the target is, the loss falls with p: blue.
    for (pixel, t) in Self.target.enumerated() {
      #expect(t == 1 ? samples[3 * pixel + 2] == 255 : samples[3 * pixel] == 255)
    }
  }

  @Test(
    arguments: [
      (["dice", "p.npy"], 2, "a loss, a prediction and a target are needed"),
      (["dise", "p.npy", "t.npy"], 2, "is one of these meant: dice"),
      (["dice", "no.npy", "t.npy"], 3, "no.npy: no such file"),
      (["dice", "z.npy", "t.npy"], 2, "say what they are: --axes"),
      (["dice", "z.npy", "t.npy", "--axes", "cyx"], 4, "z.npy: probabilities: -1.0 at c 0, y 0, x 1"),
      (
        ["dice", "z.npy", "p.npy", "--axes", "cyx", "--activation", "softmax"], 3,
        "p.npy: 0.1 at [0, 0] is not a label"
      ),
      (["hinge:reduction=all", "p.npy", "t.npy"], 2, "reduction is one of mean, sum, none"),
      (["--expression", "sum(p", "p.npy", "t.npy"], 2, "a ) is missing"),
      (["hinge", "p.npy", "t.npy", "--over", "batch"], 2, "--over means nothing to it"),
      (["dice", "p.npy", "t.npy", "--gradient", "none/g.npy"], 2, "mkdir -p none"),
      (["dice", "p.npy", "t.npy", "--precision", "half"], 2, "--precision is float or double"),
      (["boundary", "p.npy", "t.npy", "--spacing", "0,1"], 2, "spacing"),
    ] as [([String], Int32, String)]) func mistakes(_ arguments: [String], _ code: Int32, _ message: String)
    throws
  {
    let run = try Segkit.run(["loss"] + arguments, in: folder.path)
    #expect(run.exitCode == code && run.output.isEmpty && run.errors.contains(message), "\(run.errors)")
  }

  @Test func listsLosses() throws {
    let run = try Segkit.run(["list", "losses"])
    #expect(run.exitCode == 0 && run.output.contains("1 - (TP + s) / (TP + α FP + β FN + s)"))
  }
}
