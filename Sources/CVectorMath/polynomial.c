// Polynomials of one or two operands in one kernel: what gradients and diagonals of region losses are.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

#define DEFINE_POLYNOMIALS(SUFFIX, T)                                                                        \
    KERNEL(polynomial_v_##SUFFIX) {                                                                          \
        T *to = out;                                                                                         \
        const T *first = a, *k = c, k0 = k[0], k1 = k[1], k2 = k[2];                                         \
        (void)b;                                                                                             \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i];                                                                            \
            to[i] = (k2 * x + k1) * x + k0;                                                                  \
        }                                                                                                    \
    }                                                                                                        \
    KERNEL(polynomial_vv_##SUFFIX) {                                                                         \
        T *to = out;                                                                                         \
        const T *first = a, *second = b, *k = c;                                                             \
        const T k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4], k5 = k[5];                            \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i], y = second[i];                                                             \
            to[i] = (k3 * x + k4 * y + k1) * x + ((k5 * y + k2) * y + k0);                                   \
        }                                                                                                    \
    }

DEFINE_POLYNOMIALS(f32, float)
DEFINE_POLYNOMIALS(f64, double)
