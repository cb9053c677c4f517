// What comes back through a softmax, and products taken away.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// As many sites at once as stay in registers beside their sum.
enum { SITES = 64 };

#define DEFINE_PULLBACK(SUFFIX, T)                                                                           \
    INLINE void pull_##SUFFIX(T *to, const T *x, const T *p, vm_lane_strides lanes, size_t sites) {          \
        T sum[SITES];                                                                                        \
        EACH_##SUFFIX(i, sites) sum[i] = x[i] + x[lanes.a + i];                                              \
        for (size_t lane = 2; lane < lanes.lanes; ++lane) {                                                  \
            EACH_##SUFFIX(i, sites) sum[i] += x[lane * lanes.a + i];                                         \
        }                                                                                                    \
        for (size_t lane = 0; lane < lanes.lanes; ++lane) {                                                  \
            EACH_##SUFFIX(i, sites)                                                                          \
            to[lane * lanes.out + i] = x[lane * lanes.a + i] - p[lane * lanes.b + i] * sum[i];               \
        }                                                                                                    \
    }                                                                                                        \
    KERNEL(softmax_pullback_##SUFFIX) {                                                                      \
        T *to = out;                                                                                         \
        const T *x = a, *p = b;                                                                              \
        const vm_lane_strides lanes = *(const vm_lane_strides *)c;                                           \
        size_t i = 0;                                                                                        \
        for (; i + SITES <= count; i += SITES) pull_##SUFFIX(to + i, x + i, p + i, lanes, SITES);            \
        if (i < count) pull_##SUFFIX(to + i, x + i, p + i, lanes, count - i);                                \
    }                                                                                                        \
    KERNEL(subtract_product_##SUFFIX) {                                                                      \
        T *to = out;                                                                                         \
        const T *x = a, *y = b, *z = c;                                                                      \
        EACH_##SUFFIX(i, count) to[i] = z[i] - x[i] * y[i];                                                  \
    }

DEFINE_PULLBACK(f32, float)
DEFINE_PULLBACK(f64, double)
