import MaskIO
internal import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A Python process that stays alive and does what other tools do, one request at a time.
final class PeerProcess {
  /// What the script answers; which fields there are depends on the request.
  struct Answer: Decodable {
    var absent: String?
    var cpu: Double?
    var wall: Double?
    var value: Double?
    var values: [Double]?
  }

  private let child: pid_t
  private let requests: Int32
  private let answers: Int32
  private var waiting: [UInt8] = []

  /// Where the script stands in the checkout that this program was built from.
  static var script: String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return folder.joined(separator: "/") + "/Peers/loss_peers.py"
  }

  init(python: String, script: String, threads: Int) throws {
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    guard pipe(&input) == 0, pipe(&output) == 0 else {
      throw ChildProcess.Failure(description: systemMessage())
    }
    // Held open by a child, its own ends would never tell of the end.
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { for end in [null, input[0], output[1]] { close(end) } }
    // A peer that died is noticed by its silence.
    signal(SIGPIPE, SIG_IGN)
    child = try ChildProcess.spawn(
      [python, script, "--threads", String(threads)], input: input[0], output: output[1], null: null)
    (requests, answers) = (input[1], output[0])
  }

  deinit {
    close(requests)
    close(answers)
    var status = Int32()
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
  }

  /// - Throws: `Unavailable` where the tool cannot do it, or the process is gone.
  func ask(_ request: some Encodable) throws -> Answer {
    var bytes = Array(try JSONEncoder().encode(request)) + [UInt8(ascii: "\n")]
    while !bytes.isEmpty {
      let written = write(requests, bytes, bytes.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Unavailable(reason: "the Python process has ended") }
      bytes.removeFirst(written)
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(try line()))
    if let reason = answer.absent { throw Unavailable(reason: reason) }
    return answer
  }

  private func line() throws -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(waiting[..<end])
        waiting.removeFirst(end + 1)
        return line
      }
      let got = read(answers, &chunk, chunk.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw Unavailable(reason: "the Python process ends without an answer") }
      waiting += chunk[..<got]
    }
  }
}
