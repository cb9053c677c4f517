// Exponentials, logarithms and their kin, element by element; the functions are in elementary.h.
#pragma STDC FP_CONTRACT OFF
#include "elementary_f32.h"
#include "elementary_f64.h"
#include "kernels.h"

#define UNARY(NAME)                                                                                          \
    DEFINE_UNARY(NAME, f32, float, NAME##_f32(x))                                                            \
    DEFINE_UNARY(NAME, f64, double, NAME##_f64(x))

UNARY(exponential)
UNARY(exponential_minus_one)
UNARY(logarithm)
UNARY(logarithm_of_one_plus)
UNARY(logarithm_of_one_minus_exponential)
UNARY(hyperbolic_tangent)
UNARY(sigmoid)
UNARY(sigmoid_slope)
UNARY(softplus)
UNARY(log_cosh)

#define PRODUCT(NAME, FUNCTION)                                                                              \
    DEFINE_BINARY(NAME, f32, float, x == 0 ? 0 : x * FUNCTION##_f32(y))                                      \
    DEFINE_BINARY(NAME, f64, double, x == 0 ? 0 : x * FUNCTION##_f64(y))

PRODUCT(product_with_log, logarithm)
PRODUCT(product_with_log1p, logarithm_of_one_plus)

#define SIGMOID_AND_SLOPE(SUFFIX, T)                                                                         \
    KERNEL(sigmoid_and_slope_##SUFFIX) {                                                                     \
        const T *from = a;                                                                                   \
        T *sigmoids = out, *slopes = (T *)b;                                                                 \
        EACH_##SUFFIX(i, count) {                                                                            \
            T sigmoid, slope;                                                                                \
            sigmoid_and_slope_##SUFFIX(from[i], &sigmoid, &slope);                                           \
            sigmoids[i] = sigmoid;                                                                           \
            slopes[i] = slope;                                                                               \
        }                                                                                                    \
    }

SIGMOID_AND_SLOPE(f32, float)
SIGMOID_AND_SLOPE(f64, double)
