import MaskIO
internal import Platform

/// Time spent, in seconds.
struct Elapsed {
  /// Of all threads together, in the program and in the system for it.
  var cpu = 0.0
  var wall = 0.0

  static func += (sum: inout Elapsed, more: Elapsed) {
    sum.cpu += more.cpu
    sum.wall += more.wall
  }

  static func / (sum: Elapsed, count: Int) -> Elapsed {
    Elapsed(cpu: sum.cpu / Double(count), wall: sum.wall / Double(count))
  }
}

/// Takes the time of work in this process.
struct Stopwatch {
  private let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
  private let wall = seconds(CLOCK_MONOTONIC)

  /// Since the stopwatch was made.
  var elapsed: Elapsed {
    Elapsed(cpu: Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall: Self.seconds(CLOCK_MONOTONIC) - wall)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
