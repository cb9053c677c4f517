// The C library of the platform, for every file of this module.
#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#elseif canImport(Darwin)
  @_exported import Darwin
#endif

/// What the system says of an error number, without its number: `Permission denied`.
public func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
