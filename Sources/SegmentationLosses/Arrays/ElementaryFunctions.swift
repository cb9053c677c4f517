// The machine's own functions, under names that expressions do not have.

internal import Platform

func power(_ x: Double, _ exponent: Double) -> Double { pow(x, exponent) }
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
func errorFunction(_ x: Double) -> Double { erf(x) }
