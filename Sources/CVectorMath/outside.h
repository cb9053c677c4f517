// How many numbers are not within a range, found fast where none is, as nearly always.
#ifndef CVECTORMATH_OUTSIDE_H
#define CVECTORMATH_OUTSIDE_H

#include "kernels.h"

// Read as whole numbers with a sign, numbers from 0 on are in their own order, and so, without a sign, are those from -0
// down, behind all others; NaN lies beyond the infinities. So two maxima of the bits tell whether any is outside.
#define DEFINE_OUTSIDE(SUFFIX, T, BITS, SIGNED, COUNTER)                                                     \
    INLINE size_t outside_##SUFFIX(const T *from, T least, T most, size_t count) {                           \
        const BITS sign = (BITS)1 << (8 * sizeof(BITS) - 1);                                                 \
        SIGNED largest = (SIGNED)sign;                                                                       \
        BITS lowest = 0;                                                                                     \
        EACH_##SUFFIX(i, count) {                                                                            \
            BITS bits;                                                                                       \
            memcpy(&bits, from + i, sizeof bits);                                                            \
            largest = (SIGNED)bits > largest ? (SIGNED)bits : largest;                                       \
            lowest = bits > lowest ? bits : lowest;                                                          \
        }                                                                                                    \
        BITS first, last;                                                                                    \
        memcpy(&first, &least, sizeof first);                                                                \
        memcpy(&last, &most, sizeof last);                                                                   \
        const BITS bottom = least == 0 ? sign : first;                                                       \
        const int holds_zero = (least <= 0) & (most >= 0) & !(last & sign);                                  \
        if (holds_zero && largest <= (SIGNED)last && lowest <= bottom) return 0;                             \
        COUNTER found = 0;                                                                                   \
        EACH_##SUFFIX(i, count) found += !((from[i] >= least) & (from[i] <= most));                          \
        return (size_t)found;                                                                                \
    }

DEFINE_OUTSIDE(f32, float, uint32_t, int32_t, uint32_t)
DEFINE_OUTSIDE(f64, double, uint64_t, int64_t, uint64_t)

#endif
