import Foundation
import MaskIO
import TestSupport
import Testing

@Suite("LineFile")
struct LineFileTests {
  private static func append(_ lines: [String], to path: String) throws {
    let file = try LineFile(appendingTo: path)
    for line in lines { try file.append(line) }
  }

  @Test("Lines are appended, over several openings")
  func appending() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/records.jsonl"
      try Self.append([], to: path)
      #expect(try bytes(of: path).isEmpty)
      try Self.append(["one", "", "drei µm"], to: path)
      try Self.append(["four"], to: path)
      #expect(try bytes(of: path) == Array("one\n\ndrei µm\nfour\n".utf8))
      #expect(try names(in: folder) == ["records.jsonl"])
    }
  }

  @Test("Each line is in the file as soon as it is appended")
  func unbuffered() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/records.jsonl"
      let file = try LineFile(appendingTo: path)
      for count in 1...5 {
        try file.append("line")
        #expect(try bytes(of: path).count == 5 * count)
      }
    }
  }

  @Test(
    "A last line without its end is cut off before the next is written",
    arguments: [
      ("", ""), ("torn", ""), ("one\n", "one\n"), ("one\ntorn", "one\n"), ("one\n\n", "one\n\n"),
      ("\ntorn", "\n"),
      ("one\r\ntorn\r", "one\r\n"), ("one\ntwo\n{\"half\": ", "one\ntwo\n"),
    ])
  func tornLine(before: String, kept: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/records.jsonl"
      try write(before, to: path)
      try Self.append(["next"], to: path)
      #expect(try bytes(of: path) == Array((kept + "next\n").utf8))
    }
  }

  @Test("A file torn at any byte loses only its last line")
  func tornAnywhere() throws {
    let whole = Array("alpha\nbeta µ\n\ngamma\n".utf8)
    try withTemporaryFolder { folder in
      for length in 0...whole.count {
        let part = Array(whole.prefix(length))
        try write(part, to: folder + "/records")
        try Self.append([], to: folder + "/records")
        let ends = part.indices.filter { part[$0] == UInt8(ascii: "\n") }
        #expect(try bytes(of: folder + "/records") == Array(part.prefix((ends.last ?? -1) + 1)))
      }
    }
  }

  @Test("Lines written from many tasks at once stay whole")
  func concurrent() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lines")
    let file = try LineFile(appendingTo: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<50 { try file.append("\(task) \(number) " + String(repeating: "x", count: 500)) }
        }
      }
      try await group.waitForAll()
    }
    let lines = String(decoding: try bytes(of: path), as: UTF8.self).split(separator: "\n")
    let expected = (0..<8).flatMap { task in
      (0..<50).map { "\(task) \($0) " + String(repeating: "x", count: 500) }
    }
    #expect(lines.map(String.init).sorted() == expected.sorted())
  }
}
