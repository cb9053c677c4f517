/// The bytes of one file at a time, in memory that is used again for the next.
public struct FileBytes: Sendable {
  private var storage: [UInt8] = []
  public private(set) var count = 0

  public init() {}

  /// Reads the whole file.
  ///
  /// - Throws: `MaskFileError` naming the path and the remedy.
  public mutating func load(_ path: String) throws(MaskFileError) {
    count = 0
    // A pipe nobody writes to must not block; for files the flag means nothing.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MaskFileError(path: path, code: errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw MaskFileError(path: path, code: EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MaskFileError(path: path, "not a regular file (a device or pipe); name a file")
    }
    // One byte more than the file should have, so that its end is seen without growing.
    reserve(Int(status.st_size) + 1)
    while true {
      if count == storage.count { reserve(2 * count) }
      let (offset, room) = (count, storage.count - count)
      let got = storage.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress?.advanced(by: offset), room)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw MaskFileError(path: path, code: errno) }
      if got == 0 { return }
      count += got
    }
  }

  /// The bytes of the file that was loaded last.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.span.bytes.withUnsafeBytes { (bytes) throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }

  /// The file as text.
  ///
  /// - Throws: `MaskFileError` if it cannot be read or is not UTF-8.
  public static func text(contentsOf path: String) throws(MaskFileError) -> String {
    var file = FileBytes()
    try file.load(path)
    guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw MaskFileError(path: path, "not UTF-8 text; save it as UTF-8")
    }
    // A byte order mark is no part of the first column's name.
    return text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
  }

  private mutating func reserve(_ size: Int) {
    if storage.count < size { storage.append(contentsOf: repeatElement(0, count: size - storage.count)) }
  }
}
