import CVectorMath

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

#if arch(x86_64)
  typealias Wide = Float80
#else
  typealias Wide = Double
#endif

/// The functions of one number, their kernels, and what they should be.
enum ElementaryFunction: CaseIterable, Sendable {
  case exponential, exponentialMinusOne, logarithm, logarithmOfOnePlus, logarithmOfOneMinusExponential
  case hyperbolicTangent, sigmoid, sigmoidSlope, softplus, logCosh

  var single: Kernel {
    switch self {
    case .exponential: vm_exponential_f32
    case .exponentialMinusOne: vm_exponential_minus_one_f32
    case .logarithm: vm_logarithm_f32
    case .logarithmOfOnePlus: vm_logarithm_of_one_plus_f32
    case .logarithmOfOneMinusExponential: vm_logarithm_of_one_minus_exponential_f32
    case .hyperbolicTangent: vm_hyperbolic_tangent_f32
    case .sigmoid: vm_sigmoid_f32
    case .sigmoidSlope: vm_sigmoid_slope_f32
    case .softplus: vm_softplus_f32
    case .logCosh: vm_log_cosh_f32
    }
  }

  var double: Kernel {
    switch self {
    case .exponential: vm_exponential_f64
    case .exponentialMinusOne: vm_exponential_minus_one_f64
    case .logarithm: vm_logarithm_f64
    case .logarithmOfOnePlus: vm_logarithm_of_one_plus_f64
    case .logarithmOfOneMinusExponential: vm_logarithm_of_one_minus_exponential_f64
    case .hyperbolicTangent: vm_hyperbolic_tangent_f64
    case .sigmoid: vm_sigmoid_f64
    case .sigmoidSlope: vm_sigmoid_slope_f64
    case .softplus: vm_softplus_f64
    case .logCosh: vm_log_cosh_f64
    }
  }
}

/// The function by the C library, accurate to a few units in the last place of a double.
func reference(_ function: ElementaryFunction, _ x: Double) -> Double {
  switch function {
  case .exponential: return exp(x)
  case .exponentialMinusOne: return expm1(x)
  case .logarithm: return log(x)
  case .logarithmOfOnePlus: return log1p(x)
  case .logarithmOfOneMinusExponential: return x > -0.7 ? log(-expm1(x)) : log1p(-exp(x))
  case .hyperbolicTangent: return tanh(x)
  case .sigmoid: return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
  case .sigmoidSlope: return exp(-abs(x)) / ((1 + exp(-abs(x))) * (1 + exp(-abs(x))))
  case .softplus: return x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
  case .logCosh:
    // By way of sinh where cosh is near 1.
    return abs(x) < 0.5 ? 0.5 * log1p(sinh(x) * sinh(x)) : abs(x) + log1p(exp(-2 * abs(x))) - log(2)
  }
}

#if arch(x86_64)
  func wideReference(_ function: ElementaryFunction, _ x: Float80) -> Float80 {
    switch function {
    case .exponential: return exp(x)
    case .exponentialMinusOne: return expm1(x)
    case .logarithm: return log(x)
    case .logarithmOfOnePlus: return log1p(x)
    case .logarithmOfOneMinusExponential: return x > -0.7 ? log(-expm1(x)) : log1p(-exp(x))
    case .hyperbolicTangent: return tanh(x)
    case .sigmoid: return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    case .sigmoidSlope: return exp(-abs(x)) / ((1 + exp(-abs(x))) * (1 + exp(-abs(x))))
    case .softplus: return x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
    case .logCosh:
      return abs(x) < 0.5 ? 0.5 * log1p(sinh(x) * sinh(x)) : abs(x) + log1p(exp(-2 * abs(x))) - log(2)
    }
  }

  func wideReference(_ x: Float80, power y: Float80) -> Float80 { pow(x, y) }
#endif

func reference(_ x: Double, power y: Double) -> Double { pow(x, y) }

/// The largest error in units in the last place of the type, and where; infinite where one is not finite (or,
/// being NaN, not a number) and the other is.
func worstError<T: Real, W: BinaryFloatingPoint>(
  _ results: [T], _ inputs: [T], _ expected: (Int) -> W
) -> (error: Double, at: T) {
  var worst = 0.0
  var at: T = 0
  for i in results.indices {
    let wanted = expected(i)
    let rounded = T(wanted)
    var error = 0.0
    if rounded.isFinite && results[i].isFinite {
      let unit = W(max(rounded.magnitude, .leastNormalMagnitude).ulp)
      error = Double((W(results[i]) - wanted).magnitude / unit)
      // Just below a power of two the unit is that of the smaller numbers.
      if wanted.magnitude < W(rounded.magnitude) {
        error = max(error, Double((W(results[i]) - wanted).magnitude / W(rounded.magnitude.nextDown.ulp)))
      }
    } else if !(rounded.isNaN ? results[i].isNaN : rounded == results[i]) {
      error = .infinity
    }
    if error > worst { (worst, at) = (error, inputs[i]) }
  }
  return (worst, at)
}
