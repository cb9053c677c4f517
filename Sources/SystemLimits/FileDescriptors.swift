internal import Platform

/// How many files the process may still open, and what its standard ones are.
package enum FileDescriptors {
  /// Raises the limit of open files to what the system allows the process at most.
  package static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
    else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// How many are open; nil where none is left to look.
  static var openCount: Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    // "." and ".." stand there too, and the descriptor that looks.
    while readdir(folder) != nil { count += 1 }
    return max(0, count - 3)
  }

  /// Occupies the standard descriptors that are closed, so that no file that is opened later is taken for one of them: what
  /// was meant for a terminal would go into a result. Standard output can be read only, so that writing to it fails as it
  /// should.
  package static func occupyStandard() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      let flags = descriptor == STDOUT_FILENO ? O_RDONLY : O_RDWR
      let opened = open("/dev/null", flags)
      if opened >= 0, opened != descriptor {
        dup2(opened, descriptor)
        close(opened)
      }
    }
  }
}
