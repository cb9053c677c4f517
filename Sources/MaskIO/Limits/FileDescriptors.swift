/// How many files the process may still open.
public enum FileDescriptors {
  /// Raises the limit of open files to what the system allows the process at most.
  public static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
    else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// As many of so many threads as there are descriptors for; at least one.
  ///
  /// The system's threads need some to begin with, and end the process where there are none.
  public static func affordableThreads(_ wanted: Int) -> Int {
    guard wanted > 1 else { return 1 }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(1 << 20)
    else { return wanted }
    guard let open = FileSystem.entries("/proc/self/fd")?.count else { return 1 }
    let forSystem = 12
    let forEach = 4
    return max(1, min(wanted, (Int(limit.rlim_cur) - open - forSystem) / forEach))
  }

  /// Occupies the standard descriptors that are closed, so that no file that is opened later is taken for one of them: what
  /// was meant for a terminal would go into a result. Standard output can be read only, so that writing to it fails as it
  /// should.
  public static func occupyStandard() {
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
