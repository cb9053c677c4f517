import Foundation
import MaskIO
import TestSupport
import Testing

/// `segkit loss` where the Hessian has no structure: no crash, and a message that can be followed.
struct UnstructuredLossTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededRandom(seed: 4)
    try NPYFile.write(
      (0..<6400).map { _ in Float.random(in: 0...1, using: &random) }, shape: [80, 80],
      to: folder.file("p.npy"))
    try NPYFile.write((0..<6400).map { Float($0 / 7 % 2) }, shape: [80, 80], to: folder.file("t.npy"))
  }

  private func loss(_ arguments: String...) throws -> Segkit.Run {
    try Segkit.run(["loss", "ssim", "p.npy", "t.npy"] + arguments, in: folder.path)
  }
  private func method(_ run: Segkit.Run) throws -> String? {
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return (json?["hessian_diagonal"] as? [String: Any])?["method"] as? String
  }

  @Test func nothingAskedForIsNothingWritten() throws {
    let run = try loss()
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("ssim  ") && !run.output.contains("Hessian"))
  }

  @Test func theMessageCanBeFollowed() throws {
    let refused = try loss("--hessian-diagonal", "h.npy")
    #expect(refused.exitCode == 2)
    for (flag, method) in [
      ("--product-limit 6400", "exact"), ("--estimate 100", "estimate from 100 probes, standard error "),
    ] {
      #expect(refused.errors.contains(flag), "\(refused.errors)")
      let followed = try loss(
        ["--hessian-diagonal", "h.npy", "--json"] + flag.split(separator: " ").map(String.init))
      #expect(followed.exitCode == 0, "\(followed.errors)")
      #expect(try self.method(followed)?.hasPrefix(method) == true)
      #expect(try NPYFile(folder.file("h.npy")).header.shape == [80, 80])
    }
  }

  private func loss(_ arguments: [String]) throws -> Segkit.Run {
    try Segkit.run(["loss", "ssim", "p.npy", "t.npy"] + arguments, in: folder.path)
  }

  @Test func anEstimateSaysSo() throws {
    let text = try loss("--estimate", "20")
    #expect(text.output.contains("(estimate from 20 probes, standard error "))
    #expect(!text.output.contains("exact"))
    // Exact up to the limit, an estimate beyond.
    #expect(
      try method(loss("--estimate", "20", "--product-limit", "6399", "--json"))?.hasPrefix("est") == true)
  }

  @Test(arguments: [
    ("--estimate", "0"), ("--estimate", "1"), ("--estimate", "100000000"), ("--estimate", "x"),
    ("--estimate=-3", ""), ("--product-limit", "0"), ("--product-limit=-1", ""),
  ])
  func numbersAreChecked(_ flag: String, _ number: String) throws {
    let run = try loss([flag] + (number.isEmpty ? [] : [number]))
    #expect([2, 64].contains(run.exitCode))
    #expect(run.errors.contains(flag.prefix { $0 != "=" }), "\(run.errors)")
  }
}
