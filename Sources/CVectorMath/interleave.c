// Classes that lie next to each other in memory, set apart, and the way back.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

enum {
    // A square of so many sites and lanes is turned over in registers.
    SIDE = 8,
    // Sites at once where the number of lanes is not known beforehand: their memory stays in the first cache.
    SITES = 64,
};

#define EVEN(X, Y) __builtin_shufflevector(X, Y, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD(X, Y) __builtin_shufflevector(X, Y, 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN_PAIRS(X, Y) __builtin_shufflevector(X, Y, 0, 1, 8, 9, 4, 5, 12, 13)
#define ODD_PAIRS(X, Y) __builtin_shufflevector(X, Y, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOWER(X, Y) __builtin_shufflevector(X, Y, 0, 1, 2, 3, 8, 9, 10, 11)
#define UPPER(X, Y) __builtin_shufflevector(X, Y, 4, 5, 6, 7, 12, 13, 14, 15)

#define DEFINE_TURNING(SUFFIX, T)                                                                            \
    typedef T row_##SUFFIX __attribute__((ext_vector_type(SIDE)));                                           \
                                                                                                             \
    /* to[j * to_stride + i] = from[i * from_stride + j]. */                                                 \
    INLINE void turn_##SUFFIX(T *to, size_t to_stride, const T *from, size_t from_stride) {                  \
        row_##SUFFIX r[SIDE], s[SIDE];                                                                       \
        for (size_t i = 0; i < SIDE; ++i) memcpy(&r[i], from + i * from_stride, sizeof r[i]);                \
        for (size_t i = 0; i < SIDE; i += 2) {                                                               \
            s[i] = EVEN(r[i], r[i + 1]);                                                                     \
            s[i + 1] = ODD(r[i], r[i + 1]);                                                                  \
        }                                                                                                    \
        for (size_t i = 0; i < SIDE; i += 4)                                                                 \
            for (size_t j = i; j < i + 2; ++j) {                                                             \
                r[j] = EVEN_PAIRS(s[j], s[j + 2]);                                                           \
                r[j + 2] = ODD_PAIRS(s[j], s[j + 2]);                                                        \
            }                                                                                                \
        for (size_t j = 0; j < 4; ++j) {                                                                     \
            s[j] = LOWER(r[j], r[j + 4]);                                                                    \
            s[j + 4] = UPPER(r[j], r[j + 4]);                                                                \
        }                                                                                                    \
        for (size_t i = 0; i < SIDE; ++i) memcpy(to + i * to_stride, &s[i], sizeof s[i]);                    \
    }                                                                                                        \
                                                                                                             \
    /* Few lanes: a loop that the compiler knows how to shuffle. */                                          \
    INLINE void apart_##SUFFIX(T *to, size_t stride, const T *from, size_t count, const size_t lanes) {      \
        EACH_##SUFFIX(i, count) {                                                                            \
            _Pragma("clang loop unroll(full)")                                                               \
            for (size_t l = 0; l < lanes; ++l) to[l * stride + i] = from[i * lanes + l];                     \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void together_##SUFFIX(T *to, const T *from, size_t stride, size_t count, const size_t lanes) {   \
        EACH_##SUFFIX(i, count) {                                                                            \
            _Pragma("clang loop unroll(full)")                                                               \
            for (size_t l = 0; l < lanes; ++l) to[i * lanes + l] = from[l * stride + i];                     \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    KERNEL(deinterleave_##SUFFIX) {                                                                          \
        const vm_lanes *shape = c;                                                                           \
        const size_t lanes = shape->lanes, in = shape->in_stride, apart = shape->out_stride;                 \
        T *to = out;                                                                                         \
        const T *from = a;                                                                                   \
        if (in == lanes && lanes == 2) return apart_##SUFFIX(to, apart, from, count, 2);                     \
        if (in == lanes && lanes == 3) return apart_##SUFFIX(to, apart, from, count, 3);                     \
        if (in == lanes && lanes == 4) return apart_##SUFFIX(to, apart, from, count, 4);                     \
        size_t l = 0;                                                                                        \
        for (; l + SIDE <= lanes; l += SIDE) {                                                               \
            size_t i = 0;                                                                                    \
            for (; i + SIDE <= count; i += SIDE) turn_##SUFFIX(to + l * apart + i, apart, from + i * in + l, in);\
            for (; i < count; ++i)                                                                           \
                for (size_t k = l; k < l + SIDE; ++k) to[k * apart + i] = from[i * in + k];                  \
        }                                                                                                    \
        for (size_t start = 0; start < count; start += SITES) {                                              \
            const size_t end = count - start < SITES ? count : start + SITES;                                \
            for (size_t k = l; k < lanes; ++k)                                                               \
                for (size_t i = start; i < end; ++i) to[k * apart + i] = from[i * in + k];                   \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    KERNEL(interleave_##SUFFIX) {                                                                            \
        const vm_lanes *shape = c;                                                                           \
        const size_t lanes = shape->lanes, apart = shape->in_stride, next = shape->out_stride;               \
        T *to = out;                                                                                         \
        const T *from = a;                                                                                   \
        if (next == lanes && lanes == 2) return together_##SUFFIX(to, from, apart, count, 2);                \
        if (next == lanes && lanes == 3) return together_##SUFFIX(to, from, apart, count, 3);                \
        if (next == lanes && lanes == 4) return together_##SUFFIX(to, from, apart, count, 4);                \
        size_t l = 0;                                                                                        \
        for (; l + SIDE <= lanes; l += SIDE) {                                                               \
            size_t i = 0;                                                                                    \
            for (; i + SIDE <= count; i += SIDE)                                                             \
                turn_##SUFFIX(to + i * next + l, next, from + l * apart + i, apart);                         \
            for (; i < count; ++i)                                                                           \
                for (size_t k = l; k < l + SIDE; ++k) to[i * next + k] = from[k * apart + i];                \
        }                                                                                                    \
        for (size_t start = 0; start < count; start += SITES) {                                              \
            const size_t end = count - start < SITES ? count : start + SITES;                                \
            for (size_t k = l; k < lanes; ++k)                                                               \
                for (size_t i = start; i < end; ++i) to[i * next + k] = from[k * apart + i];                 \
        }                                                                                                    \
    }

DEFINE_TURNING(f32, float)
DEFINE_TURNING(f64, double)
