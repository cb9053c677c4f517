// The elementary functions of one number, for the type that the including file describes; no guard, as it is
// included once a type. No branches and no tables, so that a loop over them is made of vectors.
//
// The rounding errors that matter are carried along as corrections (`low`, `correction`): all results are within
// 2 units in the last place, without fused operations.

#define INLINE_FN(RESULT, NAME) static inline __attribute__((always_inline)) RESULT FN(NAME)

INLINE_FN(BITS, bits)(REAL x) {
    BITS bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE_FN(REAL, real)(BITS bits) {
    REAL x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define SIGN_BIT ((BITS)1 << (sizeof(BITS) * 8 - 1))
#define POWER_OF_TWO(N) FN(real)((BITS)(BIAS + (N)) << MANTISSA)
#define INFINITE ((REAL)__builtin_inf())
#define NOT_A_NUMBER ((REAL)__builtin_nan(""))

INLINE_FN(REAL, magnitude)(REAL x) { return FN(real)(FN(bits)(x) & ~SIGN_BIT); }
INLINE_FN(REAL, with_sign_of)(REAL x, REAL sign) { return FN(real)(FN(bits)(x) | (FN(bits)(sign) & SIGN_BIT)); }
// NaN stays NaN.
INLINE_FN(REAL, at_most)(REAL x, REAL most) { return x > most ? most : x; }
INLINE_FN(REAL, at_least)(REAL x, REAL least) { return x < least ? least : x; }

// e^x = 2^n (1 + (head + rest)), `head` without rounding error; `scale` is 2^(n + offset), where the offset keeps
// the exponent a normal one. x must be within the limits of exponents, n + offset within those of normal numbers.
typedef struct {
    REAL head, rest, scale;
} FN(expansion);

INLINE_FN(FN(expansion), expand)(REAL x, REAL offset) {
    // Added and taken away, this rounds to an integer, and leaves n + offset + bias in the lowest bits.
    const REAL shifter = (REAL)((BITS)3 << (MANTISSA - 1)) + (BIAS + offset);
    const REAL shifted = x * LOG2_E + shifter, n = shifted - shifter;
    const REAL head = x - n * LN2_HIGH, low = n * LN2_LOW, r = head - low;
    FN(expansion) e;
    e.head = head;
    e.rest = r * r * FN(exponential_tail)(r) - low;
    e.scale = FN(real)(FN(bits)(shifted) << MANTISSA);
    return e;
}

INLINE_FN(REAL, exponential)(REAL x) {
    x = FN(at_least)(FN(at_most)(x, LARGEST_EXPONENT), SMALLEST_EXPONENT);
    const FN(expansion) e = FN(expand)(x, x < 0 ? EXPONENT_OFFSET : -EXPONENT_OFFSET);
    const REAL back = x < 0 ? POWER_OF_TWO(-EXPONENT_OFFSET) : POWER_OF_TWO(EXPONENT_OFFSET);
    return (1 + (e.head + e.rest)) * e.scale * back;
}

// Whether e^x is an ordinary number for sure, and e^x there.
INLINE_FN(BITS, is_moderate)(REAL x) { return FN(magnitude)(x) <= MODERATE_EXPONENT; }

INLINE_FN(REAL, exponential_of_moderate)(REAL x) {
    const FN(expansion) e = FN(expand)(x, 0);
    return (1 + (e.head + e.rest)) * e.scale;
}

// e^x = 2^n (1 + t) for x <= 0; `power` is e^x rounded, from `mantissa`, which is 1 + t rounded, less `low`.
typedef struct {
    REAL power, t, mantissa, low, scale;
} FN(decay);

INLINE_FN(FN(decay), decay_of)(REAL x) {
    const FN(expansion) e = FN(expand)(FN(at_least)(x, SMALLEST_EXPONENT), EXPONENT_OFFSET);
    FN(decay) d;
    d.t = e.head + e.rest;
    d.mantissa = 1 + d.t;
    d.low = (1 - d.mantissa) + d.t;
    d.scale = e.scale;
    d.power = d.mantissa * e.scale * POWER_OF_TWO(-EXPONENT_OFFSET);
    return d;
}

INLINE_FN(REAL, exponential_minus_one)(REAL x) {
    const REAL clamped = FN(at_least)(FN(at_most)(x, LARGEST_EXPONENT), NO_LONGER_ABOVE_MINUS_ONE);
    // Half of it, since 2^n can be too large by one.
    const FN(expansion) e = FN(expand)(clamped, -1);
    const REAL result = 2 * (((e.scale - (REAL)0.5) + e.scale * e.head) + e.scale * e.rest);
    // Halves of subnormals, and the sign of zero.
    return FN(magnitude)(x) < POWER_OF_TWO(-MANTISSA - 2) ? x : result;
}

// u = 2^k m for normal positive u, with m from sqrt(1/2) to sqrt(2); `unit` is 2^(1 - k).
typedef struct {
    REAL m, k, unit;
} FN(factors);

INLINE_FN(FN(factors), take_apart)(REAL u) {
    const BITS one = (BITS)BIAS << MANTISSA, fraction = ((BITS)1 << MANTISSA) - 1;
    const BITS sqrt_half = FN(bits)(SQRT_HALF);
    // Moved by this much, an exponent field begins with a number from sqrt(1/2) on.
    const BITS moved = FN(bits)(u) + (one - sqrt_half);
    // The field, k + bias, as the lowest bits of a number in whose last place is 1.
    const REAL shifter = FN(real)((BITS)(BIAS + MANTISSA) << MANTISSA);
    FN(factors) u_is;
    u_is.m = FN(real)((moved & fraction) + sqrt_half);
    u_is.k = FN(real)((moved >> MANTISSA) | FN(bits)(shifter)) - (shifter + BIAS);
    u_is.unit = FN(real)(((BITS)(2 * BIAS + 1) << MANTISSA) - (moved & ~fraction));
    return u_is;
}

// log(2^k (1 + f)).
INLINE_FN(REAL, logarithm_of_factors)(REAL k, REAL f) {
    return k * LN2_HIGH + (f + (FN(logarithm_tail)(f) + k * LN2_LOW));
}

// log(u + correction), for normal positive u and |correction| up to a few units in u's last place (or, where u is
// 1, up to a quarter).
INLINE_FN(REAL, logarithm_of_sum)(REAL u, REAL correction) {
    const FN(factors) is = FN(take_apart)(u);
    return FN(logarithm_of_factors)(is.k, (is.m - 1) + correction * ((REAL)0.5 * is.unit));
}

// log(u) for finite u above 0.
INLINE_FN(REAL, logarithm_of_positive)(REAL u) {
    const int subnormal = u < SMALLEST_NORMAL;
    const FN(factors) is = FN(take_apart)(subnormal ? u * POWER_OF_TWO(MANTISSA + 2) : u);
    return FN(logarithm_of_factors)(subnormal ? is.k - (MANTISSA + 2) : is.k, is.m - 1);
}

// Whether x is finite, above 0 and not subnormal; and its logarithm.
INLINE_FN(BITS, is_plain)(REAL x) {
    const BITS least = FN(bits)(SMALLEST_NORMAL);
    return FN(bits)(x) - least < FN(bits)(INFINITE) - least;
}

INLINE_FN(REAL, logarithm_of_plain)(REAL x) {
    const FN(factors) is = FN(take_apart)(x);
    return FN(logarithm_of_factors)(is.k, is.m - 1);
}

INLINE_FN(REAL, logarithm)(REAL x) {
    const REAL special = x == 0 ? -INFINITE : x < 0 ? NOT_A_NUMBER : x;
    return ((x > 0) & (x < INFINITE)) ? FN(logarithm_of_positive)(x) : special;
}

INLINE_FN(REAL, logarithm_of_one_plus)(REAL x) {
    const REAL u = 1 + x;
    const REAL correction = x > 1 ? 1 - (u - x) : x - (u - 1);
    const REAL special = x == -1 ? -INFINITE : x < -1 ? NOT_A_NUMBER : x;
    return ((x > -1) & (x < INFINITE) & (x != 0)) ? FN(logarithm_of_sum)(u, correction) : special;
}

// Whether x is above -1, at most 1 and not 0; and log(1 + x) there.
INLINE_FN(BITS, is_plain_less_one)(REAL x) { return (x > -1) & (x <= 1) & (x != 0); }

INLINE_FN(REAL, logarithm_of_one_plus_plain)(REAL x) {
    const REAL u = 1 + x;
    return FN(logarithm_of_sum)(u, x - (u - 1));
}

INLINE_FN(REAL, logarithm_of_one_minus_exponential)(REAL x) {
    const FN(decay) e = FN(decay_of)(x);
    const REAL scale = e.scale * POWER_OF_TWO(-EXPONENT_OFFSET);
    // Above -log 2, n is 0 or -1, and 1 - e^x = (1 - 2^n) - 2^n t. Below, e^x is at most 1/2.
    const REAL rest = 1 - scale, part = scale * e.t;
    const REAL high = rest - part, high_low = (rest - high) - part;
    const REAL difference = 1 - e.power, difference_low = ((1 - difference) - e.power) - e.low * scale;
    const int above = x > (REAL)-0.6931;
    const REAL u = above ? high : difference, correction = above ? high_low : difference_low;
    const int subnormal = u < SMALLEST_NORMAL;
    const FN(factors) is = FN(take_apart)(subnormal ? u * POWER_OF_TWO(MANTISSA + 2) : u);
    const REAL f = subnormal ? is.m - 1 : (is.m - 1) + correction * ((REAL)0.5 * is.unit);
    const REAL result = FN(logarithm_of_factors)(subnormal ? is.k - (MANTISSA + 2) : is.k, f);
    const REAL special = x == 0 ? -INFINITE : x > 0 ? NOT_A_NUMBER : x;
    return x < 0 ? result : special;
}

INLINE_FN(REAL, hyperbolic_tangent)(REAL x) {
    const REAL t = FN(magnitude)(x), z = t * t;
    const REAL near = t + t * z * FN(tangent_tail)(z);
    const FN(expansion) e = FN(expand)(FN(at_most)(t, TANH_IS_ONE) * 2, 0);
    const REAL far = 1 - 2 / ((1 + (e.head + e.rest)) * e.scale + 1);
    return FN(with_sign_of)(t < (REAL)0.55 ? near : far, x);
}

// sigmoid(x) and its slope from one exponential and one division. With e = exp(-|x|), the smaller of sigmoid(x) and
// sigmoid(-x) is m = e / (1 + e), the other 1 - m, the slope their product.
INLINE_FN(void, sigmoid_and_slope)(REAL x, REAL *sigmoid, REAL *slope) {
    const FN(decay) e = FN(decay_of)(-FN(magnitude)(x));
    const REAL sum = 1 + e.power, sum_low = (1 - sum) + e.power;
    const REAL m = e.power / sum, other = 1 - m, other_low = (1 - other) - m;
    const REAL product = m * other;
    // The relative errors of e (about: 2 - mantissa is nearly its inverse) and of the sum.
    const REAL error = product * (e.low * (2 - e.mantissa) - sum_low);
    *sigmoid = x < 0 ? m + error : other - error;
    *slope = product + (error * (other - m) + m * other_low);
}

INLINE_FN(REAL, sigmoid)(REAL x) {
    REAL sigmoid, slope;
    FN(sigmoid_and_slope)(x, &sigmoid, &slope);
    return sigmoid;
}

INLINE_FN(REAL, sigmoid_slope)(REAL x) {
    REAL sigmoid, slope;
    FN(sigmoid_and_slope)(x, &sigmoid, &slope);
    return slope;
}

INLINE_FN(REAL, softplus)(REAL x) {
    const FN(decay) e = FN(decay_of)(-FN(magnitude)(x));
    const REAL u = 1 + e.power, low = e.low * e.scale * POWER_OF_TWO(-EXPONENT_OFFSET);
    return FN(at_least)(x, 0) + FN(logarithm_of_sum)(u, ((1 - u) + e.power) + low);
}

INLINE_FN(REAL, log_cosh)(REAL x) {
    const REAL t = FN(magnitude)(x), z = t * t;
    const REAL near = (REAL)0.5 * z + z * z * FN(log_cosh_tail)(z);
    // t + log(1 + e^-2t) - log 2.
    const REAL e = FN(decay_of)(-2 * t).power;
    const REAL far = (t - LN2_HIGH) + (e + (FN(logarithm_tail)(e) - LN2_LOW));
    return t < (REAL)0.75 ? near : far;
}

#undef INLINE_FN
#undef SIGN_BIT
#undef POWER_OF_TWO
#undef INFINITE
#undef NOT_A_NUMBER
#undef FN
#undef REAL
#undef BITS
#undef MANTISSA
#undef BIAS
#undef EXPONENT_OFFSET
#undef SMALLEST_NORMAL
#undef LARGEST_EXPONENT
#undef SMALLEST_EXPONENT
#undef MODERATE_EXPONENT
#undef NO_LONGER_ABOVE_MINUS_ONE
#undef TANH_IS_ONE
#undef LOG2_E
#undef LN2_HIGH
#undef LN2_LOW
#undef SQRT_HALF
