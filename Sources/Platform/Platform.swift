// The C library of the platform, by one name. Imported as `internal import Platform`, so that nobody who imports a module of
// this package gets `index` and `y0` with it.
#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#elseif canImport(Darwin)
  @_exported import Darwin
#endif

/// What the system says of an error number, without its number: `Permission denied`.
package func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
