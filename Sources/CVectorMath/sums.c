// Sums, extremes and counts over one block.
//
// Element i goes to partial result i % 64, and those are combined in one fixed tree: whatever vectors a machine
// has, and wherever the loop's tail begins, the additions are the same.
#include "kernels.h"
#include "outside.h"

#pragma STDC FP_CONTRACT OFF

enum { PARTS = 64 };

typedef float parts_f32 __attribute__((ext_vector_type(PARTS)));
typedef double parts_f64 __attribute__((ext_vector_type(PARTS)));
typedef double tree_32 __attribute__((ext_vector_type(32)));
typedef double tree_16 __attribute__((ext_vector_type(16)));
typedef double tree_8 __attribute__((ext_vector_type(8)));
typedef double tree_4 __attribute__((ext_vector_type(4)));

// The first half and the second, down to one; COMBINE takes two vectors or two numbers.
#define FOLD(PARTIAL, COMBINE)                                                                               \
    ({                                                                                                       \
        const parts_f64 all_ = __builtin_convertvector(PARTIAL, parts_f64);                                  \
        const tree_32 half_ = COMBINE(all_.lo, all_.hi);                                                     \
        const tree_16 quarter_ = COMBINE(half_.lo, half_.hi);                                                \
        const tree_8 eighth_ = COMBINE(quarter_.lo, quarter_.hi);                                            \
        const tree_4 four_ = COMBINE(eighth_.lo, eighth_.hi);                                                \
        const double first_ = COMBINE(four_[0], four_[2]), second_ = COMBINE(four_[1], four_[3]);            \
        COMBINE(first_, second_);                                                                            \
    })

#define ADD(X, Y) ((X) + (Y))
// As in arithmetic.c: NaN wins, from either side.
#define LARGER(X, Y) ((((X) > (Y)) | ((X) != (X))) ? (X) : (Y))
#define SMALLER(X, Y) ((((X) < (Y)) | ((X) != (X))) ? (X) : (Y))

#define LOAD(VECTOR, FROM)                                                                                   \
    ({                                                                                                       \
        VECTOR loaded_;                                                                                      \
        memcpy(&loaded_, FROM, sizeof loaded_);                                                              \
        loaded_;                                                                                             \
    })

// X is an expression of PART(p), which stands for 64 elements of operand p or, in the tail, for one.
#define DEFINE_SUM(NAME, SUFFIX, T, X)                                                                       \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        const T *first = a, *second = b, *third = c;                                                         \
        parts_##SUFFIX partial = 0;                                                                          \
        (void)first, (void)second, (void)third;                                                              \
        size_t i = 0;                                                                                        \
        for (; i + PARTS <= count; i += PARTS) partial += X(parts_##SUFFIX, LOAD);                           \
        if (i < count) {                                                                                     \
            T tail[PARTS];                                                                                   \
            memcpy(tail, &partial, sizeof tail);                                                             \
            for (size_t j = 0; i < count; ++i, ++j) tail[j] += X(T, LOAD);                                   \
            memcpy(&partial, tail, sizeof tail);                                                             \
        }                                                                                                    \
        *(double *)out += FOLD(partial, ADD);                                                                \
    }

#define ONE(V, GET) GET(V, first + i)
#define TWO(V, GET) (GET(V, first + i) * GET(V, second + i))
#define THREE(V, GET) (GET(V, first + i) * GET(V, second + i) * GET(V, third + i))

DEFINE_SUM(sum, f32, float, ONE)
DEFINE_SUM(sum, f64, double, ONE)
DEFINE_SUM(sum_of_products, f32, float, TWO)
DEFINE_SUM(sum_of_products, f64, double, TWO)
DEFINE_SUM(sum_of_three_products, f32, float, THREE)
DEFINE_SUM(sum_of_three_products, f64, double, THREE)

// The order is fixed for the sake of zeros of both signs.
#define DEFINE_EXTREME(NAME, SUFFIX, T, BETTER, WORST)                                                       \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        const T *from = a;                                                                                   \
        parts_##SUFFIX partial = WORST;                                                                      \
        size_t i = 0;                                                                                        \
        for (; i + PARTS <= count; i += PARTS) {                                                             \
            const parts_##SUFFIX here = LOAD(parts_##SUFFIX, from + i);                                      \
            partial = BETTER(here, partial);                                                                 \
        }                                                                                                    \
        if (i < count) {                                                                                     \
            T tail[PARTS];                                                                                   \
            memcpy(tail, &partial, sizeof tail);                                                             \
            for (size_t j = 0; i < count; ++i, ++j) tail[j] = BETTER(from[i], tail[j]);                      \
            memcpy(&partial, tail, sizeof tail);                                                             \
        }                                                                                                    \
        const double best = FOLD(partial, BETTER), before = *(double *)out;                                  \
        *(double *)out = BETTER(best, before);                                                               \
    }

DEFINE_EXTREME(largest, f32, float, LARGER, -__builtin_inff())
DEFINE_EXTREME(largest, f64, double, LARGER, -__builtin_inf())
DEFINE_EXTREME(smallest, f32, float, SMALLER, __builtin_inff())
DEFINE_EXTREME(smallest, f64, double, SMALLER, __builtin_inf())

// Counted in integers as wide as an element, so no more at once than those can hold.
#define DEFINE_COUNT_OUTSIDE(SUFFIX, T)                                                                      \
    KERNEL(count_outside_##SUFFIX) {                                                                         \
        const T *from = a, least = ((const T *)b)[0], most = ((const T *)b)[1];                              \
        const size_t at_once = (size_t)1 << 30;                                                              \
        const size_t all = c ? count * (size_t) * (const int64_t *)c : count;                                \
        size_t found = 0;                                                                                    \
        for (size_t start = 0; start < all; start += at_once)                                                \
            found += outside_##SUFFIX(from + start, least, most, all - start < at_once ? all - start : at_once); \
        *(double *)out += (double)found;                                                                     \
    }

DEFINE_COUNT_OUTSIDE(f32, float)
DEFINE_COUNT_OUTSIDE(f64, double)
