// Exponentials, logarithms and their kin, element by element; the functions are in elementary.h.
#pragma STDC FP_CONTRACT OFF
#include "elementary_f32.h"
#include "elementary_f64.h"
#include "kernels.h"

#define UNARY(NAME)                                                                                          \
    DEFINE_UNARY(NAME, f32, float, NAME##_f32(x))                                                            \
    DEFINE_UNARY(NAME, f64, double, NAME##_f64(x))

UNARY(exponential_minus_one)
UNARY(logarithm_of_one_minus_exponential)
UNARY(hyperbolic_tangent)
UNARY(sigmoid)
UNARY(sigmoid_slope)
UNARY(softplus)
UNARY(log_cosh)

// Where all of 64 arguments are plain, as nearly always, nothing else has to be told apart. RESULT and PLAIN are of
// element i, and the same where ARGUMENT is plain.
enum { AT_ONCE = 64 };
#define MOSTLY_PLAIN(SUFFIX, ARGUMENT, IS_PLAIN, PLAIN, RESULT)                                              \
    size_t i = 0;                                                                                            \
    for (; i + AT_ONCE <= count; i += AT_ONCE) {                                                             \
        int odd = 0;                                                                                         \
        for (size_t j = i; j < i + AT_ONCE; ++j) odd |= !IS_PLAIN##_##SUFFIX(ARGUMENT(j));                   \
        if (odd) {                                                                                           \
            EACH_##SUFFIX(j, AT_ONCE) to[i + j] = RESULT(SUFFIX, i + j);                                     \
        } else {                                                                                             \
            EACH_##SUFFIX(j, AT_ONCE) to[i + j] = PLAIN(SUFFIX, i + j);                                      \
        }                                                                                                    \
    }                                                                                                        \
    for (; i < count; ++i) to[i] = RESULT(SUFFIX, i);

#define OF_VECTOR(I) from[I]
#define EXPONENTIAL(SUFFIX, I) exponential_##SUFFIX(from[I])
#define EXPONENTIAL_OF_MODERATE(SUFFIX, I) exponential_of_moderate_##SUFFIX(from[I])
#define LOGARITHM(SUFFIX, I) logarithm_##SUFFIX(from[I])
#define LOGARITHM_OF_PLAIN(SUFFIX, I) logarithm_of_plain_##SUFFIX(from[I])
#define LOGARITHM_OF_ONE_PLUS(SUFFIX, I) logarithm_of_one_plus_##SUFFIX(from[I])
#define LOGARITHM_OF_ONE_PLUS_PLAIN(SUFFIX, I) logarithm_of_one_plus_plain_##SUFFIX(from[I])
#define WEIGHTED(SUFFIX, I, VALUE) (left[I] == 0 ? 0 : left[I] * VALUE)
#define SCALED(SUFFIX, I, VALUE) (scale == 0 ? 0 : scale * VALUE)
#define WEIGHTED_LOGARITHM(SUFFIX, I) WEIGHTED(SUFFIX, I, LOGARITHM(SUFFIX, I))
#define WEIGHTED_PLAIN(SUFFIX, I) WEIGHTED(SUFFIX, I, LOGARITHM_OF_PLAIN(SUFFIX, I))
#define SCALED_LOGARITHM(SUFFIX, I) SCALED(SUFFIX, I, LOGARITHM(SUFFIX, I))
#define SCALED_PLAIN(SUFFIX, I) SCALED(SUFFIX, I, LOGARITHM_OF_PLAIN(SUFFIX, I))
#define WEIGHTED_ONE_PLUS(SUFFIX, I) WEIGHTED(SUFFIX, I, LOGARITHM_OF_ONE_PLUS(SUFFIX, I))
#define WEIGHTED_ONE_PLUS_PLAIN(SUFFIX, I) WEIGHTED(SUFFIX, I, LOGARITHM_OF_ONE_PLUS_PLAIN(SUFFIX, I))
#define SCALED_ONE_PLUS(SUFFIX, I) SCALED(SUFFIX, I, LOGARITHM_OF_ONE_PLUS(SUFFIX, I))
#define SCALED_ONE_PLUS_PLAIN(SUFFIX, I) SCALED(SUFFIX, I, LOGARITHM_OF_ONE_PLUS_PLAIN(SUFFIX, I))

#define MOSTLY(NAME, SUFFIX, T, IS_PLAIN, FUNCTION, PLAIN)                                               \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        T *to = out;                                                                                         \
        const T *from = a;                                                                                   \
        MOSTLY_PLAIN(SUFFIX, OF_VECTOR, IS_PLAIN, PLAIN, FUNCTION)                                           \
    }
MOSTLY(exponential, f32, float, is_moderate, EXPONENTIAL, EXPONENTIAL_OF_MODERATE)
MOSTLY(exponential, f64, double, is_moderate, EXPONENTIAL, EXPONENTIAL_OF_MODERATE)
MOSTLY(logarithm, f32, float, is_plain, LOGARITHM, LOGARITHM_OF_PLAIN)
MOSTLY(logarithm, f64, double, is_plain, LOGARITHM, LOGARITHM_OF_PLAIN)
MOSTLY(logarithm_of_one_plus, f32, float, is_plain_less_one, LOGARITHM_OF_ONE_PLUS, LOGARITHM_OF_ONE_PLUS_PLAIN)
MOSTLY(logarithm_of_one_plus, f64, double, is_plain_less_one, LOGARITHM_OF_ONE_PLUS, LOGARITHM_OF_ONE_PLUS_PLAIN)

#define PRODUCTS(NAME, SUFFIX, T, FUNCTION, IS_PLAIN, WEIGHTED_ALL, WEIGHTED_FAST, SCALED_ALL, SCALED_FAST)  \
    DEFINE_VS(NAME, SUFFIX, T, x == 0 ? 0 : x * FUNCTION##_##SUFFIX(y))                                      \
    KERNEL(NAME##_vv_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T *left = a, *from = b;                                                                        \
        MOSTLY_PLAIN(SUFFIX, OF_VECTOR, IS_PLAIN, WEIGHTED_FAST, WEIGHTED_ALL)                               \
    }                                                                                                        \
    KERNEL(NAME##_sv_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T scale = *(const T *)a, *from = b;                                                            \
        MOSTLY_PLAIN(SUFFIX, OF_VECTOR, IS_PLAIN, SCALED_FAST, SCALED_ALL)                                   \
    }
#define PRODUCT(SUFFIX, T)                                                                                   \
    PRODUCTS(product_with_log, SUFFIX, T, logarithm, is_plain, WEIGHTED_LOGARITHM, WEIGHTED_PLAIN,           \
             SCALED_LOGARITHM, SCALED_PLAIN)                                                                 \
    PRODUCTS(product_with_log1p, SUFFIX, T, logarithm_of_one_plus, is_plain_less_one, WEIGHTED_ONE_PLUS,     \
             WEIGHTED_ONE_PLUS_PLAIN, SCALED_ONE_PLUS, SCALED_ONE_PLUS_PLAIN)
PRODUCT(f32, float)
PRODUCT(f64, double)

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
