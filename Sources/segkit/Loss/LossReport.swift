internal import Platform
import SegmentationKit
import TextFormats

/// What a loss gave, as it is printed.
struct LossReport {
  private let job: LossJob
  private let value: Double
  private let values: ShapedArray<Double>?
  private let terms: [(name: String, value: Double)]
  private let gradient, hessianDiagonal: ArraySummary?
  private let method: DiagonalMethod
  private let standardError: Double?
  private let curvature: Curvature
  private let isUndefined: Bool

  /// - Parameters:
  ///   - values: the loss where it is an array; `value` is then its mean.
  ///   - standardError: of a Hessian diagonal that is an estimate.
  init(
    _ job: LossJob, value: Double, values: ShapedArray<Double>?,
    terms: [(name: String, value: Double)] = [], gradient: ArraySummary?, hessianDiagonal: ArraySummary?,
    method: DiagonalMethod, standardError: Double?, curvature: Curvature, isUndefined: Bool
  ) {
    (self.job, self.value, self.values, self.terms) = (job, value, values, terms)
    (self.gradient, self.hessianDiagonal) = (gradient, hessianDiagonal)
    (self.method, self.standardError, self.curvature) = (method, standardError, curvature)
    self.isUndefined = isUndefined
  }

  /// The derivatives that are not numbers somewhere, by name.
  var unusable: [String] {
    [("gradient", gradient), ("Hessian diagonal", hessianDiagonal)].compactMap { name, summary in
      summary?.norm.isNaN == true ? name : nil
    }
  }

  var json: JSONValue {
    .members([
      "loss": .string(job.title),
      "parameters": .object(job.parameters.map { .init(key: $0.0, value: .string($0.1)) }),
      "value": values.map { $0.json } ?? .number(value),
      "mean": values == nil ? nil : .number(value),
      "terms": terms.count > 1
        ? .object(terms.map { .init(key: $0.name, value: .number($0.value)) }) : nil,
      "shape": .array(job.prediction.shape.map { .integer(Int64($0)) }),
      "axes": .string(job.axes), "activation": .string(job.activation.rawValue),
      "precision": .string(job.isDouble ? "double" : "float"), "gradient": gradient?.json(),
      "hessian_diagonal": hessianDiagonal?.json(
        method: method.isExact && curvature == .exact ? "exact" : how),
      "undefined": isUndefined ? .bool(true) : nil,
    ])
  }

  private var how: String { Self.text(method, standardError: standardError, curvature) }

  /// What is given as the Hessian diagonal, and how it was found.
  ///
  /// - Parameter standardError: of an estimate, the norm of its elements' standard errors.
  static func text(_ method: DiagonalMethod, standardError: Double?, _ curvature: Curvature) -> String {
    guard !method.isExact else { return curvature == .exact ? method.description : curvature.description }
    let error = standardError.map { ", standard error \($0.formattedShort) in norm" } ?? ""
    return (curvature == .exact ? "" : "\(curvature) of an ") + method.description + error
  }

  var summary: String {
    var lines = ["\(job.title)  \(value)"]
    if let values {
      lines = ["\(job.title)  \(values.shape) numbers, mean \(value)"]
      if values.values.count <= 16 {
        lines.append("  " + values.values.map { "\($0)" }.joined(separator: " "))
      }
    }
    if terms.count > 1 {
      for term in terms { lines.append("  \(term.name)  \(term.value)") }
    }
    if let gradient { lines.append("gradient          \(gradient.text)") }
    if let hessianDiagonal {
      lines.append("Hessian diagonal  \(hessianDiagonal.text) (\(how))")
    }
    if isUndefined { lines.append("some true derivatives are infinite here; they are given as 0") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ArraySummary {
  fileprivate func json(method: String? = nil) -> JSONValue {
    .members([
      "norm": .number(norm), "min": .number(minimum), "max": .number(maximum),
      "method": method.map { .string($0) },
    ])
  }
  fileprivate var text: String {
    "norm \(norm.formattedShort), from \(minimum.formattedShort) to \(maximum.formattedShort)"
  }
}

extension ShapedArray<Double> {
  /// Lists within lists.
  var json: JSONValue {
    func list(_ axis: Int, _ start: Int, _ count: Int) -> JSONValue {
      guard axis < shape.count else { return .number(values[start]) }
      guard shape[axis] > 0 else { return .array([]) }
      let each = count / shape[axis]
      return .array((0..<shape[axis]).map { list(axis + 1, start + $0 * each, each) })
    }
    return list(0, 0, values.count)
  }
}

extension Double {
  /// Six digits.
  fileprivate var formattedShort: String {
    // A NaN may have a sign, which says nothing.
    if isNaN { return "nan" }
    guard isFinite, self != 0 else { return "\(self)" }
    let scale = 6 - Int(log10(magnitude).rounded(.up))
    guard (-12...300).contains(scale) else { return "\(self)" }
    let factor = pow(10, Double(scale))
    return "\((self * factor).rounded() / factor)"
  }
}
