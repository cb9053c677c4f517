/// The bytes of one file at a time, in memory that is used again for the next.
package struct FileBytes: Sendable {
  private var storage: [UInt8] = []
  package private(set) var count = 0

  package init() {}

  /// Reads the whole file.
  ///
  /// - Throws: `MaskFileError` naming the path and the remedy, also for a file that memory has no room for.
  package mutating func load(_ path: String) throws(MaskFileError) {
    try load(path) { (_, _) throws(MaskFileError) in }
  }

  /// Reads the whole file, if its first bytes and its size are accepted.
  ///
  /// - Parameter accept: called with the first bytes (64 or all) and the file's size, before the rest is read.
  mutating func load(
    _ path: String, accept: (UnsafeRawBufferPointer, Int) throws(MaskFileError) -> Void
  ) throws(MaskFileError) {
    count = 0
    let file = try InputFile(path)
    try reserve(64, path)
    let start = try fill(file, upTo: 64)
    try withBytes { (bytes) throws(MaskFileError) in try accept(bytes, file.size) }
    guard start == 64 else { return }
    // One byte more than the file should have, so that its end is seen without growing.
    try reserve(file.size + 1, path)
    while try fill(file, upTo: storage.count) == storage.count { try reserve(2 * count, path) }
  }

  /// Reads on until so many bytes are there, or all; how many are.
  private mutating func fill(_ file: borrowing InputFile, upTo most: Int) throws(MaskFileError) -> Int {
    let have = count
    var memory = storage.mutableSpan
    count += try memory.withUnsafeMutableBytes { (bytes) throws(MaskFileError) in
      try file.read(at: have, into: UnsafeMutableRawBufferPointer(rebasing: bytes[have..<most]))
    }
    return count
  }

  /// The bytes of the file that was loaded last.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.span.bytes.withUnsafeBytes { (bytes) throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }

  /// The file as text.
  ///
  /// - Throws: `MaskFileError` if it cannot be read, is not UTF-8, or holds a NUL, which stands in no text.
  package static func text(contentsOf path: String) throws(MaskFileError) -> String {
    var file = FileBytes()
    try file.load(path)
    guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw MaskFileError(path: path, "not UTF-8 text; save it as UTF-8")
    }
    if let nul = text.utf8.firstIndex(of: 0) {
      let line = text.utf8[..<nul].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
      throw MaskFileError(
        path: path, "a byte 0 in line \(line); the file is damaged or no text: write it again")
    }
    // A byte order mark is no part of the first column's name.
    return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private mutating func reserve(_ size: Int, _ path: String) throws(MaskFileError) {
    guard storage.count < size else { return }
    try FileMemory.during(size, for: path) { () throws(MaskFileError) in
      storage.append(contentsOf: repeatElement(0, count: size - storage.count))
    }
  }
}
