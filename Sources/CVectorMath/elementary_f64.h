// The elementary functions for double: what elementary.h needs to know of the type, and the polynomials.
#ifndef CVECTORMATH_ELEMENTARY_F64_H
#define CVECTORMATH_ELEMENTARY_F64_H

#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define FN(NAME) NAME##_f64
#define REAL double
#define BITS uint64_t
#define MANTISSA 52
#define BIAS 1023
#define EXPONENT_OFFSET 512
#define SMALLEST_NORMAL 0x1p-1022
#define LARGEST_EXPONENT 710.0               // e to this overflows,
#define SMALLEST_EXPONENT -746.0             // and to this is nearer 0 than the least subnormal.
#define MODERATE_EXPONENT 700.0
#define NO_LONGER_ABOVE_MINUS_ONE -38.0      // expm1 of this is -1.
#define TANH_IS_ONE 20.0
#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42feep-1             // 32 bits: its products with exponents are exact.
#define LN2_LOW 0x1.a39ef35793c76p-33
#define SQRT_HALF 0x1.6a09e667f3bcdp-1

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2.
static inline __attribute__((always_inline)) double exponential_tail_f64(double x) {
    const double x2 = x * x, x4 = x2 * x2;
    const double from_8 = 0x1.1f7c8cdc77b3fp-29 * x2 + (0x1.af5febca0d00cp-26 * x + 0x1.27e4d61f5b80fp-22);
    const double from_4 = (0x1.71ddf7ad80969p-19 * x + 0x1.a01a01a8c6b2fp-16) * x2 +
                          (0x1.a01a01b0236f5p-13 * x + 0x1.6c16c16c15ec9p-10);
    const double from_0 = (0x1.111111110f620p-7 * x + 0x1.5555555555556p-5) * x2 + (0x1.5555555555559p-3 * x + 0.5);
    return (from_8 * x4 + from_4) * x4 + from_0;
}

// log(1 + x) - x for 1 + x between sqrt(1/2) and sqrt(2): with s = x / (2 + x), log(1 + x) is
// 2 s + s^3 (2/3 + ...), and 2 s = x - s x.
static inline __attribute__((always_inline)) double logarithm_tail_f64(double x) {
    const double s = x / (2 + x), z = s * s, half = 0.5 * x * x;
    const double z2 = z * z;
    const double from_4 = 0x1.2cb42a645018cp-3 * z2 + (0x1.39de556bf3718p-3 * z + 0x1.7463d34420b5ep-3);
    const double from_0 = (0x1.c71c5e338ea1fp-3 * z + 0x1.2492493284f23p-2) * z2 +
                          (0x1.9999999991bccp-2 * z + 0x1.555555555555cp-1);
    return s * (half + z * (from_4 * (z2 * z2) + from_0)) - half;
}

// (tanh(t) - t) / t^3 of x = t^2, for t up to 0.55.
static inline __attribute__((always_inline)) double tangent_tail_f64(double x) {
    const double x2 = x * x, x4 = x2 * x2;
    const double from_8 = -0x1.4c34dd5602451p-16 * x2 + (0x1.5fa3aefe91335p-14 * x - 0x1.ea3d850e26516p-13);
    const double from_4 = (0x1.34991d5c350dep-11 * x - 0x1.7d929b4ddb18ap-10) * x2 +
                          (0x1.d6d2d70bf8465p-9 * x - 0x1.226e30ae045f9p-7);
    const double from_0 = (0x1.664f486735741p-6 * x - 0x1.ba1ba1b9c2975p-5) * x2 +
                          (0x1.1111111110d17p-3 * x - 0x1.5555555555554p-2);
    return (from_8 * x4 + from_4) * x4 + from_0;
}

// (log(cosh(t)) - t^2 / 2) / t^4 of x = t^2, for t up to 0.75.
static inline __attribute__((always_inline)) double log_cosh_tail_f64(double x) {
    const double x2 = x * x, x4 = x2 * x2;
    const double from_8 = (0x1.a32b6be74b1c6p-22 * x - 0x1.83572f43f3e83p-20) * x2 +
                          (0x1.1fcea44574b48p-18 * x - 0x1.8f895079ddff5p-17);
    const double from_4 = (0x1.12d945b1bf1d9p-15 * x - 0x1.7da00b9bad0eap-14) * x2 +
                          (0x1.0d0b339b336d2p-12 * x - 0x1.833d9afb13c44p-11);
    const double from_0 = (0x1.1ea5d395f2768p-9 * x - 0x1.ba1ba1ba0246ep-8) * x2 +
                          (0x1.6c16c16c16a90p-6 * x - 0x1.5555555555555p-4);
    return ((-0x1.00befe28b7723p-24 * x4 + from_8) * x4 + from_4) * x4 + from_0;
}

#include "elementary.h"

#endif
