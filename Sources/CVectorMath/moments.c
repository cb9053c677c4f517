// The sums that region losses are made of, from one reading of two operands.
#include "kernels.h"
#include "outside.h"

#pragma STDC FP_CONTRACT OFF

// The same 64 partial sums and the same tree as in sums.c, so that the sums have the same bits, and Σ a ≥ Σ ab for
// b ≤ 1 holds for them too.
enum { PARTS = 64 };

typedef float parts_f32 __attribute__((ext_vector_type(PARTS)));
typedef double parts_f64 __attribute__((ext_vector_type(PARTS)));

INLINE double folded(const double *parts) {
    double sums[PARTS / 2];
    for (int j = 0; j < 32; ++j) sums[j] = parts[j] + parts[j + 32];
    for (int j = 0; j < 16; ++j) sums[j] += sums[j + 16];
    for (int j = 0; j < 8; ++j) sums[j] += sums[j + 8];
    for (int j = 0; j < 4; ++j) sums[j] += sums[j + 4];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

#define FOLDED(PARTIAL)                                                                                      \
    ({                                                                                                       \
        double parts_[PARTS];                                                                                \
        const parts_f64 all_ = __builtin_convertvector(PARTIAL, parts_f64);                                  \
        memcpy(parts_, &all_, sizeof parts_);                                                                \
        folded(parts_);                                                                                      \
    })

// CHECKED is 1 where c holds four bounds: least and most of a, least and most of b. What the sums have read is still in
// the nearest cache.
#define DEFINE_MOMENTS(NAME, SUFFIX, T, A, B, CHECKED)                                                       \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        const T *left = a, *right = b, *bounds = c;                                                          \
        parts_##SUFFIX lefts = 0, rights = 0, products = 0;                                                  \
        (void)bounds;                                                                                        \
        for (size_t i = 0; i < count; i += PARTS) {                                                          \
            parts_##SUFFIX x = 0, y = 0;                                                                     \
            if (i + PARTS <= count) {                                                                        \
                memcpy(&x, left + i, sizeof x);                                                              \
                memcpy(&y, right + i, sizeof y);                                                             \
            } else {                                                                                         \
                T tail[PARTS] = {0};                                                                         \
                memcpy(tail, left + i, (count - i) * sizeof(T));                                             \
                memcpy(&x, tail, sizeof x);                                                                  \
                memcpy(tail, right + i, (count - i) * sizeof(T));                                            \
                memcpy(&y, tail, sizeof y);                                                                  \
            }                                                                                                \
            lefts += A;                                                                                      \
            rights += B;                                                                                     \
            products += x * y;                                                                               \
        }                                                                                                    \
        double *sums = out;                                                                                  \
        sums[0] += FOLDED(lefts);                                                                            \
        sums[1] += FOLDED(rights);                                                                           \
        sums[2] += FOLDED(products);                                                                         \
        if (CHECKED) {                                                                                       \
            sums[3] += (double)outside_##SUFFIX(left, bounds[0], bounds[1], count);                          \
            sums[4] += (double)outside_##SUFFIX(right, bounds[2], bounds[3], count);                         \
        }                                                                                                    \
    }

#define DEFINE_BOTH(NAME, A, B, CHECKED)                                                                     \
    DEFINE_MOMENTS(NAME, f32, float, A, B, CHECKED)                                                          \
    DEFINE_MOMENTS(NAME, f64, double, A, B, CHECKED)

DEFINE_BOTH(moments, x, y, 0)
DEFINE_BOTH(moments_checked, x, y, 1)
DEFINE_BOTH(squared_moments, x * x, y * y, 0)
DEFINE_BOTH(squared_moments_checked, x * x, y * y, 1)
