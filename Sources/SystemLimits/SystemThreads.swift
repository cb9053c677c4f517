internal import Platform

/// How many threads of the system's can begin: they need some file descriptors for it, and end the process where there are none.
package enum SystemThreads {
  /// Whether any can begin, found out once by opening as many descriptors as the first of them need.
  package static let canBegin: Bool = {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    for _ in 0..<4 {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return false }
      opened += ends
    }
    return true
  }()

  /// As many of so many threads as there are descriptors for; at least one.
  package static func affordable(_ wanted: Int) -> Int {
    guard wanted > 1 else { return 1 }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(1 << 20)
    else { return wanted }
    guard let open = FileDescriptors.openCount else { return 1 }
    let forSystem = 12
    let forEach = 4
    return max(1, min(wanted, (Int(limit.rlim_cur) - open - forSystem) / forEach))
  }
}
