import CLibPNG
import MaskIO
internal import Platform

/// What the numbers were measured on.
enum Machine {
  /// The processor's name and how many of it there are.
  static var processor: String {
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let information = (try? FileBytes.text(contentsOf: "/proc/cpuinfo")) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "processor not named"
    return "\(name), \(cores) cores"
  }

  /// The processor, and the libraries that decoding takes its time in.
  static var description: String {
    let libraries =
      "libpng \(String(cString: png_get_libpng_ver(nil))), zlib \(String(cString: zlibVersion()))"
    return "\(processor), \(libraries)"
  }
}
