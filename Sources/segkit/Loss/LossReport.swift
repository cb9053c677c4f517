import SegmentationKit

/// The size of an array's numbers.
private struct Norms {
  var sum = 0.0
  var least = Double.infinity
  var most = -Double.infinity

  init(_ values: [some BinaryFloatingPoint]) {
    for value in values {
      let value = Double(value)
      sum += value * value
      least = min(least, value)
      most = max(most, value)
    }
  }
  var norm: Double { sum.squareRoot() }

  func json(method: String? = nil) -> JSONValue {
    .members([
      "norm": .number(norm), "min": .number(least), "max": .number(most),
      "method": method.map { .string($0) },
    ])
  }
  var text: String { "norm \(norm.formattedShort), from \(least.formattedShort) to \(most.formattedShort)" }
}

extension LossJob {
  func report<Scalar>(_ result: LossResult<Scalar>) -> JSONValue {
    .members([
      "loss": .string(title),
      "parameters": .object(parameters.map { .init(key: $0.0, value: .string($0.1)) }),
      "value": .number(result.value),
      "terms": result.terms.count > 1
        ? .object(result.terms.map { .init(key: $0.name, value: .number($0.value)) }) : nil,
      "shape": .array(prediction.shape.map { .integer(Int64($0)) }),
      "axes": .string(axes), "activation": .string(activation.rawValue),
      "precision": .string(isDouble ? "double" : "float"),
      "gradient": result.gradient.map { Norms($0).json() },
      "hessian_diagonal": result.hessianDiagonal.map {
        Norms($0).json(method: result.curvature == .exact ? "exact" : result.curvature.description)
      },
      "undefined": result.hasUndefinedDerivatives ? .bool(true) : nil,
    ])
  }

  func summary<Scalar>(_ result: LossResult<Scalar>) -> String {
    var lines = ["\(title)  \(result.value)"]
    if result.terms.count > 1 {
      for term in result.terms { lines.append("  \(term.name)  \(term.value)") }
    }
    if let gradient = result.gradient { lines.append("gradient          \(Norms(gradient).text)") }
    if let diagonal = result.hessianDiagonal {
      lines.append(
        "Hessian diagonal  \(Norms(diagonal).text) (\(result.curvature == .exact ? result.method.description : result.curvature.description))"
      )
    }
    if result.hasUndefinedDerivatives {
      lines.append("some true derivatives are infinite here; they are given as 0")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Double {
  /// Six digits.
  fileprivate var formattedShort: String {
    guard isFinite, self != 0 else { return "\(self)" }
    let scale = 6 - Int(log10(magnitude).rounded(.up))
    guard (-12...300).contains(scale) else { return "\(self)" }
    let factor = pow(10, Double(scale))
    return "\((self * factor).rounded() / factor)"
  }
}
