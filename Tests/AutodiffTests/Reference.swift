#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The C library's functions, under a name that the operations on expressions do not have.
enum Reference {
  static let exp: @Sendable (Double) -> Double = { libraryExp($0) }
  static let expm1: @Sendable (Double) -> Double = { libraryExpm1($0) }
  static let log: @Sendable (Double) -> Double = { libraryLog($0) }
  static let log1p: @Sendable (Double) -> Double = { libraryLog1p($0) }
  static let tanh: @Sendable (Double) -> Double = { libraryTanh($0) }
  static let cosh: @Sendable (Double) -> Double = { libraryCosh($0) }
  static let pow: @Sendable (Double, Double) -> Double = { libraryPow($0, $1) }
}

private func libraryExp(_ x: Double) -> Double { exp(x) }
private func libraryExpm1(_ x: Double) -> Double { expm1(x) }
private func libraryLog(_ x: Double) -> Double { log(x) }
private func libraryLog1p(_ x: Double) -> Double { log1p(x) }
private func libraryTanh(_ x: Double) -> Double { tanh(x) }
private func libraryCosh(_ x: Double) -> Double { cosh(x) }
private func libraryPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
