internal import Platform
import SegmentationKit
import Synchronization
import TextFormats

/// Where text goes: results to standard output, all else to standard error.
enum Terminal {
  /// What went wrong with standard output first; 0 if nothing did.
  private static let outputFailure = Atomic<Int32>(0)
  /// Whether something was not printed because it would have gone into a file that was read.
  private static let spoils = Atomic<Bool>(false)

  /// Writes a result that other programs read, as it is.
  static func out(_ text: String) { send(text, to: STDOUT_FILENO) }

  /// Writes a result that people read: nothing in it moves the cursor.
  static func show(_ text: String) { out(ShownText.lines(text)) }

  /// Writes a message.
  static func err(_ text: String) { send(text, to: STDERR_FILENO) }

  /// Writes `error: …`.
  static func error(_ text: String) {
    err(label("error", colour: "31") + " " + ShownText.lines(shortened(text)) + "\n")
  }

  /// A message that repeats an argument of thousands of characters, without its middle.
  private static func shortened(_ text: String) -> String {
    guard text.utf8.count > longest else { return text }
    let scalars = text.unicodeScalars
    guard scalars.count > longest else { return text }
    return String(scalars.prefix(longest / 2)) + " … " + String(scalars.suffix(longest / 2))
  }

  /// Characters of a message.
  private static let longest = 1600

  /// Writes `note: …`.
  static func note(_ text: String) { diagnosis(Diagnosis(.note, text)) }

  /// Writes a diagnosis under its name, in a colour by its weight.
  static func diagnosis(_ diagnosis: Diagnosis) {
    let colour =
      switch diagnosis.kind {
      case .warning: "33"
      case .hint: "36"
      default: "2"
      }
    err(
      label(diagnosis.kind.rawValue, colour: colour) + " " + ShownText.line(shortened(diagnosis.text)) + "\n")
  }

  /// Ends the process. A result that could not be written to standard output is an internal error, unless nobody was left to
  /// read it: then the process ends as other tools do, without a word.
  static func end(_ code: Int32) -> Never {
    OutputFile.discardUnfinished()
    if spoils.load(ordering: .relaxed) {
      error("what is printed would go into a file that was read, and was not written; print it elsewhere")
      exit(ExitStatus.usage.rawValue)
    }
    switch outputFailure.load(ordering: .relaxed) {
    case 0: exit(code)
    case EPIPE:
      signal(SIGPIPE, SIG_DFL)
      Signals.unblock()
      raise(SIGPIPE)
      exit(code)
    case let failure:
      error("\(MaskFileError(writing: "standard output", code: failure))")
      exit(ExitStatus.internalError.rawValue)
    }
  }

  /// Whether a person watches standard error.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  private static var usesColour: Bool {
    isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
      && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  private static func label(_ name: String, colour: String) -> String {
    usesColour ? "\u{1B}[\(colour)m\(name):\u{1B}[0m" : name + ":"
  }

  private static func send(_ text: String, to descriptor: Int32) {
    guard descriptor != STDOUT_FILENO || outputFailure.load(ordering: .relaxed) == 0 else { return }
    guard !RunFiles.printingSpoils(descriptor) else {
      spoils.store(true, ordering: .relaxed)
      return
    }
    let code = Array(text.utf8).withUnsafeBytes { OutputDescriptor.send($0, to: descriptor) }
    // Files are still to be written; the end tells what was lost.
    if code != 0, descriptor == STDOUT_FILENO { outputFailure.store(code, ordering: .relaxed) }
  }
}

/// What the process does when it is told to end.
enum Signals {
  /// Those that end a process and are no fault of it: told by people, schedulers (`SIGXCPU` beyond a limit of time) and timers.
  private static let ending = [
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGVTALRM, SIGXCPU, SIGIO, SIGPWR,
  ]

  /// The same, from schedulers before they kill; but after a fault Swift's runtime stops each thread by one of them, so no
  /// thread may block them, and a handler passes them on.
  private static let passedOn = [SIGUSR1, SIGUSR2]

  /// The one of these that came; 0 for none.
  private static let received = Atomic<Int32>(0)

  /// Removes half-written files when the process is told to end, and ends it by the same signal.
  ///
  /// Called before any other thread begins, so that only the one that waits here is ever told.
  static func removeUnfinishedFiles() {
    // A pipe that nobody reads is told by the write that fails.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that grows beyond a limit.
    signal(SIGXFSZ, SIG_IGN)
    let waiting = set(ending.filter(endsTheProcess))
    var blocked = waiting
    guard pthread_sigmask(SIG_BLOCK, &blocked, nil) == 0 else { return }
    // In memory from here on: a handler may set it, and not make it.
    received.store(0, ordering: .relaxed)
    if sigismember(&blocked, SIGTERM) == 1 {
      for number in passedOn where endsTheProcess(number) {
        signal(number) { number in
          Signals.received.store(number, ordering: .relaxed)
          kill(getpid(), SIGTERM)
        }
      }
    }
    let isWaiting = DetachedThread.run {
      var waiting = waiting
      var number: Int32 = 0
      while sigwait(&waiting, &number) != 0 {}
      OutputFile.discardUnfinished()
      let other = received.load(ordering: .relaxed)
      if other != 0 { number = other }
      signal(number, SIG_DFL)
      Signals.unblock()
      // The process's, not this thread's alone.
      kill(getpid(), number)
    }
    if !isWaiting { unblock() }
  }

  /// Lets signals through to this thread.
  static func unblock() {
    var all = set(ending + [SIGPIPE])
    pthread_sigmask(SIG_UNBLOCK, &all, nil)
  }

  /// Not those that are ignored, as `nohup` has it, and a shell for what runs in the background; nor those that somebody else
  /// handles, a profiler say.
  private static func endsTheProcess(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return true }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
  }

  private static func set(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }
}

extension String {
  /// With blanks behind it up to a width.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
