internal import Platform

/// How many threads can begin.
///
/// The dispatch library needs file descriptors for its threads and ends the process where there are none; where the system
/// begins no thread, for want of address space or by a limit on their number, it tries again for ever. So both are found out before.
package enum SystemThreads {
  /// Whether a second thread can begin; found out once.
  package static let canBegin = affordable(2) > 1

  /// As many of so many threads as can begin beside what is running; at least one.
  package static func affordable(_ wanted: Int) -> Int {
    guard wanted > 1 else { return 1 }
    let allowed = min(wanted, descriptorsAllow(wanted), addressSpaceAllows)
    // No more threads run at a time than there are cores, of however many parts.
    let most = max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    guard allowed > 1, let begun = begun(min(allowed, most)) else { return max(1, allowed) }
    return max(1, begun)
  }

  /// Stacks and heaps of threads lie in address space that nothing else announces.
  private static var addressSpaceAllows: Int {
    let forEach = 1 << 25
    return FreeMemory.withinOwnLimits.map { 1 + $0 / forEach } ?? .max
  }

  /// Begins so many threads at once and ends them; nil if all of them began, else how many did.
  private static func begun(_ wanted: Int) -> Int? {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    defer { gate.deallocate() }
    guard pthread_mutex_init(gate, nil) == 0 else { return 1 }
    defer { pthread_mutex_destroy(gate) }
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    while threads.count < wanted {
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { gate in
          // They wait for each other, so that all of them are there at once.
          let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self)
          if let gate {
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
          }
          return nil
        }, gate)
      guard code == 0 else { break }
      threads.append(thread)
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    return threads.count == wanted ? nil : threads.count
  }

  private static func descriptorsAllow(_ wanted: Int) -> Int {
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
