/// The type that arrays and site-level work have. Sums over sites, and what is done with them, are Double in both.
public enum Precision: String, Sendable, CaseIterable {
  case single, double
  var elementSize: Int { self == .single ? 4 : 8 }
}

/// `Float` or `Double`: the type of a plan's arrays.
public protocol ArrayScalar: BinaryFloatingPoint & BitwiseCopyable & Sendable {
  static var precision: Precision { get }
}
extension Float: ArrayScalar {
  public static var precision: Precision { .single }
}
extension Double: ArrayScalar {
  public static var precision: Precision { .double }
}
