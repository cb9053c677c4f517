// From bytes to numbers, and counts of labels that a scheme does not know.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// RESULT is an expression of x, the byte.
#define DEFINE_FROM_BYTES(NAME, SUFFIX, T, RESULT)                                                           \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        T *to = out;                                                                                         \
        const uint8_t *from = a;                                                                             \
        EACH_##SUFFIX(i, count) {                                                                            \
            const uint8_t x = from[i];                                                                       \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define DEFINE_AGAINST_LABEL(NAME, SUFFIX, T, RESULT)                                                        \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        T *to = out;                                                                                         \
        const uint8_t *from = a, y = *(const uint8_t *)b;                                                    \
        EACH_##SUFFIX(i, count) {                                                                            \
            const uint8_t x = from[i];                                                                       \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define BOTH(DEFINE, NAME, RESULT) DEFINE(NAME, f32, float, RESULT) DEFINE(NAME, f64, double, RESULT)

BOTH(DEFINE_AGAINST_LABEL, one_hot, x == y ? 1 : 0)
BOTH(DEFINE_AGAINST_LABEL, not_label, x == y ? 0 : 1)
BOTH(DEFINE_FROM_BYTES, from_bytes, x)

enum { BLOCK = 64 };
typedef uint8_t bytes __attribute__((ext_vector_type(BLOCK)));
typedef _Bool flags __attribute__((ext_vector_type(BLOCK)));

// Bytes of 64 that are at or above `limit` and not `ignored`.
INLINE size_t outside(const uint8_t *labels, uint8_t limit, uint8_t ignored) {
    bytes here;
    memcpy(&here, labels, sizeof here);
    flags found = __builtin_convertvector((here >= limit) & (here != ignored), flags);
    uint64_t bits;
    memcpy(&bits, &found, sizeof bits);
    return (size_t)__builtin_popcountll(bits);
}

KERNEL(count_labels_outside) {
    const uint8_t *labels = a;
    uint16_t classes, ignored;
    memcpy(&classes, b, sizeof classes);
    memcpy(&ignored, c, sizeof ignored);
    if (classes > UINT8_MAX) return;
    if (classes == 0 && ignored > UINT8_MAX) {
        *(double *)out += (double)count;
        return;
    }
    // Where no byte is ignored, let it be the one below the limit, which does not count anyway.
    const uint8_t limit = (uint8_t)classes, value = (uint8_t)(ignored > UINT8_MAX ? limit - 1 : ignored);
    size_t found = 0, i = 0;
    for (; i + BLOCK <= count; i += BLOCK) found += outside(labels + i, limit, value);
    for (; i < count; ++i) found += (labels[i] >= limit) & (labels[i] != value);
    *(double *)out += (double)found;
}
