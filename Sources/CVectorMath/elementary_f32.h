// The elementary functions for float: what elementary.h needs to know of the type, and the polynomials.
#ifndef CVECTORMATH_ELEMENTARY_F32_H
#define CVECTORMATH_ELEMENTARY_F32_H

#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define FN(NAME) NAME##_f32
#define REAL float
#define BITS uint32_t
#define MANTISSA 23
#define BIAS 127
#define EXPONENT_OFFSET 64
#define SMALLEST_NORMAL 0x1p-126f
#define LARGEST_EXPONENT 89.0f               // e to this overflows,
#define SMALLEST_EXPONENT -104.0f            // and to this is nearer 0 than the least subnormal.
#define MODERATE_EXPONENT 80.0f
#define NO_LONGER_ABOVE_MINUS_ONE -18.0f     // expm1 of this is -1.
#define TANH_IS_ONE 10.0f
#define LOG2_E 0x1.715476p+0f
#define LN2_HIGH 0x1.63p-1f                  // 9 bits: its products with exponents are exact.
#define LN2_LOW (-0x1.bd0106p-13f)
#define SQRT_HALF 0x1.6a09e6p-1f

// a b + c, rounded once: written out, so that every build rounds the same, in hardware or not.
#define FUSED(A, B, C) __builtin_elementwise_fma((float)(A), (float)(B), (float)(C))

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2.
static inline __attribute__((always_inline)) float exponential_tail_f32(float x) {
    const float x2 = x * x;
    const float from_2 = FUSED(0x1.6d438cp-10f, x2, FUSED(0x1.12268ep-7f, x, 0x1.5554fp-5f));
    return FUSED(from_2, x2, FUSED(0x1.5554b2p-3f, x, 0.5f));
}

// log(1 + x) - x for 1 + x between sqrt(1/2) and sqrt(2): x^2 (x P(x) - 1/2), P of degree 7 with the least relative error of
// log(1 + x) there (6e-9).
static inline __attribute__((always_inline)) float logarithm_tail_f32(float x) {
    const float x2 = x * x, x4 = x2 * x2;
    const float from_0 = FUSED(FUSED(-0x1.547244p-3f, x, 0x1.99a008p-3f), x2, FUSED(-0x1.000226p-2f, x, 0x1.555554p-2f));
    const float from_4 = FUSED(FUSED(-0x1.38b59ep-4f, x, 0x1.055b82p-3f), x2, FUSED(-0x1.0d8548p-3f, x, 0x1.22da1ap-3f));
    return x2 * FUSED(FUSED(from_4, x4, from_0), x, -0.5f);
}

// (tanh(t) - t) / t^3 of x = t^2, for t up to 0.55.
static inline __attribute__((always_inline)) float tangent_tail_f32(float x) {
    const float x2 = x * x;
    const float from_2 = -0x1.9eedf6p-8f * x2 + (0x1.59f75ep-6f * x - 0x1.b941e6p-5f);
    return from_2 * x2 + (0x1.110ddap-3f * x - 0x1.55554ep-2f);
}

// (log(cosh(t)) - t^2 / 2) / t^4 of x = t^2, for t up to 0.75.
static inline __attribute__((always_inline)) float log_cosh_tail_f32(float x) {
    const float x2 = x * x;
    const float from_2 = (0x1.178e9ep-13f * x - 0x1.5780b2p-11f) * x2 + (0x1.1ac00ap-9f * x - 0x1.b9bfc6p-8f);
    return from_2 * x2 + (0x1.6c14d2p-6f * x - 0x1.555552p-4f);
}

#include "elementary.h"

#endif
