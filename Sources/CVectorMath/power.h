// C's pow for both types, by way of exp2(y log2 x) in double.
#ifndef CVECTORMATH_POWER_H
#define CVECTORMATH_POWER_H

#include "elementary_f32.h"
#include "elementary_f64.h"

#pragma STDC FP_CONTRACT OFF

// The upper 26 bits: the product of two such numbers is exact.
static inline __attribute__((always_inline)) double upper_half(double x) {
    return real_f64(bits_f64(x) & ~(((uint64_t)1 << 27) - 1));
}

// log2(x) = high + low with some 64 bits, `high` of 26 bits, for finite x > 0. After fdlibm's e_pow: with
// s = f / (2 + f), log(1 + f) = 2/3 s (3 + s^2 + ...), all of it as pairs of numbers.
static inline __attribute__((always_inline)) void binary_logarithm(double x, double *high, double *low) {
    const int subnormal = x < 0x1p-1022;
    const factors_f64 is = take_apart_f64(subnormal ? x * 0x1p54 : x);
    const double k = subnormal ? is.k - 54 : is.k, m = is.m;
    const double f = m - 1, sum = m + 1;
    const double inverse = 1 / sum, s = f * inverse, s_high = upper_half(s);
    const double sum_high = upper_half(sum), sum_low = m - (sum_high - 1);
    const double s_low = inverse * ((f - s_high * sum_high) - s_high * sum_low);
    const double z = s * s;
    const double z2 = z * z;
    const double p = (0x1.8cbf59f31ef3ap-3 * z2 + (0x1.98241154a8245p-3 * z + 0x1.d8a51dc68d072p-3)) * (z2 * z2) +
                     ((0x1.1745c7630037ep-2 * z + 0x1.555555620faa6p-2) * z2 +
                      (0x1.b6db6db6d5626p-2 * z + 0x1.3333333333337p-1));
    const double r = z2 * p + s_low * (s_high + s);
    const double square = s_high * s_high;
    const double bracket = upper_half(3 + square + r), bracket_low = r - ((bracket - 3) - square);
    const double a = s_high * bracket, b = s_low * bracket + bracket_low * s;
    const double product = upper_half(a + b), product_low = b - (product - a);
    // 2 / (3 log 2)
    const double factor = 0x1.ec709ep-1, factor_low = -0x1.e2fe0145b01f5p-28, whole = 0x1.ec709dc3a03fdp-1;
    const double l = factor * product, l_low = factor_low * product + product_low * whole;
    *high = upper_half((l + l_low) + k);
    *low = l_low - ((*high - k) - l);
}

// x^y for finite x > 0 and finite y.
static inline __attribute__((always_inline)) double power_of_positive(double x, double y) {
    double high, low;
    binary_logarithm(x, &high, &low);
    const double y_high = upper_half(y);
    double exponent = y_high * high, exponent_low = (y - y_high) * high + y * low;
    // Far beyond overflow and underflow, where parts may be infinite.
    const int far = !((exponent < 1100) & (exponent > -1100));
    exponent = at_least_f64(at_most_f64(exponent, 1100), -1100);
    exponent_low = far ? 0 : exponent_low;
    const int below = exponent < 0;
    const double shifter = below ? 0x1.8p52 + (1023 + 600) : 0x1.8p52 + (1023 - 600);
    const double shifted = exponent + shifter;
    const double r = ((exponent - (shifted - shifter)) + exponent_low) * 0x1.62e42fefa39efp-1;
    const double mantissa = 1 + (r + r * r * exponential_tail_f64(r));
    return mantissa * real_f64(bits_f64(shifted) << 52) * (below ? 0x1p-600 : 0x1p600);
}

// The same where x and y are floats and so will the result be: a double has bits to spare.
static inline __attribute__((always_inline)) double power_of_positive_floats(double x, double y) {
    const factors_f64 is = take_apart_f64(x);
    const double f = is.m - 1, s = f / (2 + f), z = s * s, z2 = z * z;
    // 2 artanh(s) / s
    const double p = (0x1.919ba2fc6e0acp-3 * z + 0x1.c6204aa140c67p-3) * (z2 * z2) +
                     ((0x1.24943a387e5e5p-2 * z + 0x1.9999962660e36p-2) * z2 +
                      (0x1.5555555673f6cp-1 * z + 0x1.fffffffffff0fp+0));
    // log2(x), and its product with y; beyond these limits the float is infinite or 0.
    const double exponent = at_least_f64(at_most_f64(y * (is.k + s * p * 0x1.71547652b82fep+0), 200), -200);
    const double shifted = exponent + (0x1.8p52 + 1023);
    const double r = (exponent - (shifted - (0x1.8p52 + 1023))) * 0x1.62e42fefa39efp-1, r2 = r * r;
    const double from_4 = 0x1.a18aadd81af21p-16 * r2 + (0x1.a186de0e08a23p-13 * r + 0x1.6c162369c254fp-10);
    const double from_0 = (0x1.1110a16c1339ep-7 * r + 0x1.5555558a0568dp-5) * r2 +
                          (0x1.5555557e5cf04p-3 * r + 0x1.ffffffffeb5ffp-2);
    return (1 + (r + r2 * (from_4 * (r2 * r2) + from_0))) * real_f64(bits_f64(shifted) << 52);
}

// What C says of pow, around RAISED, the power of the finite and positive |x| and finite y.
#define DEFINE_POWER(SUFFIX, REAL, BITS, RAISED)                                                             \
    static inline __attribute__((always_inline)) REAL power_##SUFFIX(REAL x, REAL y) {                       \
        const REAL infinite = (REAL)__builtin_inf();                                                         \
        const REAL size = magnitude_##SUFFIX(x), exponent = magnitude_##SUFFIX(y);                           \
        /* From 2^MANTISSA on every number is an integer, and from twice that on an even one. */             \
        const REAL shifter = POWER_SHIFTER_##SUFFIX;                                                         \
        const REAL shifted = exponent + shifter;                                                             \
        const BITS integer = (exponent >= shifter) | (shifted - shifter == exponent);                        \
        const BITS odd = integer & (exponent < 2 * shifter) &                                                \
                         (exponent < shifter ? bits_##SUFFIX(shifted) : bits_##SUFFIX(exponent));            \
        REAL result = RAISED;                                                                                \
        const REAL outward = y > 0 ? infinite : 0, inward = y > 0 ? 0 : infinite;                            \
        result = size == infinite ? outward : size == 0 ? inward : result;                                   \
        result = exponent == infinite ? (size > 1 ? outward : inward) : result;                              \
        result = size == 1 ? 1 : result;                                                                     \
        result = ((x < 0) & (size < infinite) & !integer) ? (REAL)__builtin_nan("") : result;                \
        result = odd ? with_sign_of_##SUFFIX(result, x) : result;                                            \
        result = x != x ? x : y != y ? y : result;                                                           \
        return ((x == 1) | (y == 0)) ? 1 : result;                                                           \
    }

#define POWER_SHIFTER_f32 0x1p23f
#define POWER_SHIFTER_f64 0x1p52
DEFINE_POWER(f32, float, uint32_t, (float)power_of_positive_floats(size, y))
DEFINE_POWER(f64, double, uint64_t, power_of_positive(size, y))

#endif
