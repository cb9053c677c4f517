extension UInt64 {
  /// The sum, or the largest number where there is no room for it: counts of voxels never get there, counts read from a file
  /// may say anything.
  @inlinable
  package func saturatingAdd(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The difference, or 0 where it is below.
  @inlinable
  package func saturatingSubtract(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }

  /// The sum of counts, or the largest number where there is no room for it.
  package static func saturatingSum(_ counts: some Sequence<UInt64>) -> UInt64 {
    counts.reduce(0) { $0.saturatingAdd($1) }
  }
}
