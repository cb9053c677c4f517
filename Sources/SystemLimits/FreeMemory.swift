internal import Platform

/// How much memory the process may still take: the least of what the machine has free, what its control groups allow and what
/// its own limits do.
package enum FreeMemory {
  package struct Room {
    package var bytes: Int
    /// Whose limit it is.
    package var source: String
  }

  package static var now: Room {
    var room = Room(bytes: .max, source: "no limit known")
    func consider(_ bytes: Int?, _ source: String) {
      // A part stays free: for what is no mask, and for what others take meanwhile.
      if let bytes, bytes - bytes / 16 < room.bytes { room = Room(bytes: bytes - bytes / 16, source: source) }
    }
    consider(number("MemAvailable:", of: text("/proc/meminfo")).map { $0 * 1024 }, "free on this machine")
    for group in ControlGroup.found { consider(group.room, "left of the control group's limit") }
    for (bytes, source) in ownLimits(slack: largeSlack) { consider(bytes, source) }
    room.bytes = max(0, room.bytes)
    return room
  }

  /// What the process's own limits on its memory leave, room for further heaps left out; nil without any.
  static var withinOwnLimits: Int? { ownLimits(slack: largeSlack).map { max(0, $0.left) }.min() }

  /// The same of the heap that there is, for what is small.
  static var withinHeap: Int? { ownLimits(slack: 1 << 18).map { max(0, $0.left) }.min() }

  /// Heaps of threads come on top of what is asked for.
  private static let largeSlack = 1 << 26

  /// Under a limit on address space, makes all threads share one heap: each further one sets 64 to 128 MiB of addresses aside,
  /// nearly all of it for nothing. To be called before there are threads.
  package static func shareHeapUnderLimits() {
    // Glibc's malloc alone has it, and no module of Swift's names it.
    typealias SetOption = @convention(c) (_ option: Int32, _ value: Int32) -> Int32
    guard limit(RLIMIT_AS) != nil, let symbol = dlsym(nil, "mallopt") else { return }
    let mostHeaps: Int32 = -8
    _ = unsafeBitCast(symbol, to: SetOption.self)(mostHeaps, 1)
  }

  /// What each limit leaves, and whose it is.
  private static func ownLimits(slack: Int) -> [(left: Int, source: String)] {
    let ofAddresses = limit(RLIMIT_AS)
    let ofData = limit(RLIMIT_DATA)
    // Mostly there is none, and nothing need be read.
    guard ofAddresses != nil || ofData != nil else { return [] }
    let pages = text("/proc/self/statm").split(separator: " ").compactMap { Int($0) }
    guard pages.count > 5 else { return [] }
    let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
    var limits: [(left: Int, source: String)] = []
    if let most = ofAddresses {
      limits.append((most - pages[0] * page - slack, "left of the limit on address space"))
    }
    if let most = ofData {
      limits.append((most - pages[5] * page - slack, "left of the limit on data"))
    }
    return limits
  }

  private static func limit(_ resource: __rlimit_resource) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max)
    else {
      return nil
    }
    return Int(limit.rlim_cur)
  }

  fileprivate static func number(_ key: String, of text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
      return line.dropFirst(key.count).split(separator: " ").first.flatMap { Int($0) }
    }
    return nil
  }

  /// A file of the kernel's, which tells no size.
  fileprivate static func text(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, got)), as: UTF8.self)
  }
}

/// A control group the process is in, or one above it.
private struct ControlGroup {
  private let limitFile, usageFile: String
  private let inactiveKey: String
  private let folder: String

  /// Bytes that may still be taken; nil without a limit.
  var room: Int? {
    guard let limit = Self.number(folder + limitFile), limit < 1 << 60,
      let usage = Self.number(folder + usageFile)
    else { return nil }
    // Files that were read and nobody uses are given back before anything is refused.
    let inactive = FreeMemory.number(inactiveKey, of: FreeMemory.text(folder + "/memory.stat")) ?? 0
    return limit - max(0, usage - inactive)
  }

  private static func number(_ path: String) -> Int? {
    FreeMemory.text(path).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }

  /// Those that have a limit.
  static let found: [ControlGroup] = {
    var groups: [ControlGroup] = []
    for line in FreeMemory.text("/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      var names = parts[2].split(separator: "/")
      while true {
        let folder = root + names.map { "/" + $0 }.joined()
        groups.append(
          isUnified
            ? ControlGroup(
              limitFile: "/memory.max", usageFile: "/memory.current", inactiveKey: "inactive_file ",
              folder: folder)
            : ControlGroup(
              limitFile: "/memory.limit_in_bytes", usageFile: "/memory.usage_in_bytes",
              inactiveKey: "total_inactive_file ", folder: folder))
        guard names.popLast() != nil else { break }
      }
    }
    return groups.filter { $0.room != nil }
  }()
}
