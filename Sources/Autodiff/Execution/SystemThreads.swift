#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether the system's threads can begin: they need some file descriptors for it, and end the process where there are none.
enum SystemThreads {
  static let canBegin: Bool = {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    for _ in 0..<4 {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return false }
      opened += ends
    }
    return true
  }()
}
