import MaskIO
internal import Platform

/// Numbers at an address that every vector load and streaming store may use, so that all contenders work on the same
/// memory under the same conditions.
final class AlignedNumbers<Element: BitwiseCopyable & ExpressibleByIntegerLiteral> {
  let elements: UnsafeMutableBufferPointer<Element>

  init(count: Int) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(64, count * MemoryLayout<Element>.stride), alignment: 64)
    let memory = bytes.bindMemory(to: Element.self)
    memory.initialize(repeating: 0)
    elements = UnsafeMutableBufferPointer(rebasing: memory[..<count])
  }

  convenience init(count: Int, _ element: (Int) -> Element) {
    self.init(count: count)
    for index in 0..<count { elements[index] = element(index) }
  }

  deinit { elements.baseAddress?.deallocate() }

  var count: Int { elements.count }

  /// The numbers as they stand in memory.
  func save(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw MaskFileError(path: path, code: errno) }
    defer { close(descriptor) }
    var rest = UnsafeRawBufferPointer(elements)[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw MaskFileError(path: path, code: errno) }
      rest = rest.dropFirst(written)
    }
  }

  /// Fills the memory from a file that must be of its size.
  func load(from path: String) throws {
    var loaded = FileBytes()
    try loaded.load(path)
    try loaded.withBytes { bytes in
      let memory = UnsafeMutableRawBufferPointer(elements)
      guard bytes.count == memory.count else {
        throw Unavailable(reason: "gives \(bytes.count) bytes instead of \(memory.count)")
      }
      memory.copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
  }
}
