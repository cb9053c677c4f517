import MaskIO
internal import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs a program and takes its time.
enum ChildProcess {
  /// Why a program could not be measured.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs `arguments` to the end; what it prints is dropped.
  ///
  /// - Throws: `Failure` unless it exits with 0: a failed run says nothing about speed.
  static func time(_ arguments: [String]) throws(Failure) -> Elapsed {
    let watch = Stopwatch()
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    let child = try spawn(arguments, output: null, null: null)
    return try wait(for: child, arguments, since: watch)
  }

  /// Runs `arguments` to the end and returns what it prints on its standard output.
  static func output(_ arguments: [String]) throws(Failure) -> String {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: systemMessage()) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    // Held open by the child, its own reading end would never tell of the end.
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let watch = Stopwatch()
    defer { close(ends[0]) }
    let child: pid_t
    do {
      defer { close(ends[1]) }
      child = try spawn(arguments, output: ends[1], null: null)
    }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = read(ends[0], &chunk, chunk.count)
      if got < 0, errno == EINTR { continue }
      if got <= 0 { break }
      text += chunk[..<got]
    }
    _ = try wait(for: child, arguments, since: watch)
    return String(decoding: text, as: UTF8.self)
  }

  /// Starts a program that reads `input`, or else `null`, and whose errors go to `null`.
  static func spawn(
    _ arguments: [String], input: Int32? = nil, output: Int32, null: Int32
  ) throws(Failure) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input ?? null, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, null, 2)
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    let (argv, envp) = (strings(arguments), strings(environment))
    defer { for string in argv + envp { free(string) } }
    var child = pid_t()
    let code = posix_spawnp(&child, arguments[0], &actions, nil, argv, envp)
    guard code == 0 else { throw Failure(description: "\(arguments[0]): \(systemMessage(code))") }
    return child
  }

  private static func wait(
    for child: pid_t, _ arguments: [String], since watch: Stopwatch
  ) throws(Failure) -> Elapsed {
    var (status, usage) = (Int32(), rusage())
    while wait4(child, &status, 0, &usage) < 0 {
      guard errno == EINTR else { throw Failure(description: systemMessage()) }
    }
    guard status == 0 else {
      let how = status & 0x7f == 0 ? "exits with \(status >> 8 & 0xff)" : "dies of signal \(status & 0x7f)"
      throw Failure(description: "`\(arguments.joined(separator: " "))` \(how); run it by hand to see why")
    }
    let cpu = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    return Elapsed(cpu: cpu, wall: watch.elapsed.wall)
  }

  private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }
}
