import MaskIO
internal import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Another tool that scores the same masks, run by the Python script in `Peers/`.
struct Peer {
  /// As the script knows it.
  let name: String
  /// What it stands for; of several forms of one tool the fastest is compared.
  let tool: String
  /// How many times more pairs a second `segkit` is to score.
  let target: Double
  /// Slow tools are timed on fewer pairs, this many voxels in all.
  let voxels: Int

  static let all = [
    Peer(name: "opencv-bincount-uint16", tool: "OpenCV + bincount", target: 1.3, voxels: .max),
    Peer(name: "opencv-bincount-int32", tool: "OpenCV + bincount", target: 1.3, voxels: .max),
    Peer(name: "cityscapes-like", tool: "cityscapesScripts-like", target: 3, voxels: 16 << 20),
    Peer(name: "monai-dice", tool: "MONAI compute_dice", target: 5, voxels: 10 << 20),
    Peer(name: "torchmetrics-confusion", tool: "torchmetrics confusion matrix", target: 5, voxels: 16 << 20),
  ]

  /// Where the script stands in the checkout that this program was built from.
  static var script: String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return folder.joined(separator: "/") + "/Peers/score_peers.py"
  }

  /// This tool on an even choice of the pairs.
  func contender(_ pairs: MaskPairs, labels: Int, python: String, script: String) -> Contender {
    let perPair = max(1, pairs.voxels / pairs.count)
    let wanted = min(pairs.count, max(2, voxels / perPair))
    let chosen = (0..<wanted).map { $0 * pairs.count / wanted }
    return Contender(name: name, pairs: wanted) {
      do {
        return try time(chosen, of: pairs, labels: labels, python: python, script: script)
      } catch let absence as Unavailable {
        throw absence
      } catch {
        // One tool that fails must not cost the times of the others.
        throw Unavailable(reason: "\(error)")
      }
    }
  }

  private func time(
    _ chosen: [Int], of pairs: MaskPairs, labels: Int, python: String, script: String
  ) throws -> Elapsed {
    let list = FileManager.default.temporaryDirectory.path + "/segkit-benchmark-\(getpid()).tsv"
    let lines = chosen.map { "\(pairs.files[2 * $0].path)\t\(pairs.files[2 * $0 + 1].path)\n" }
    try OutputFile.replace(list, with: lines.joined())
    defer { unlink(list) }
    let output = try ChildProcess.output([python, script, name, list, "--labels", String(labels)])
    let answer = try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    if let absent = answer.absent { throw Unavailable(reason: absent) }
    guard let cpu = answer.cpu, let wall = answer.wall else { throw Unavailable(reason: "no times") }
    // A peer that counts something else is no measure.
    let expected = chosen.reduce(0) { $0 + pairs.agreeing[$1] }
    guard answer.agreeing ?? expected == expected else {
      throw Unavailable(reason: "finds \(answer.agreeing ?? 0) agreeing voxels instead of \(expected)")
    }
    return Elapsed(cpu: cpu, wall: wall)
  }

  /// The script's line.
  private struct Answer: Decodable {
    var absent: String?
    var cpu: Double?
    var wall: Double?
    var agreeing: Int?
  }
}
