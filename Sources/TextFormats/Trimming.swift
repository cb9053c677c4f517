extension StringProtocol {
  /// The text without white space at its ends; what stands inside stays, so that "3 1" is never 31.
  package var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
