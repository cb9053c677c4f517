// Surfaces of all labels of a map in one pass: 64 voxels at a time, compared with their neighbours.
#include "changes.h"
#include <stdlib.h>

// Bit j of the result: whether a[j] differs from b[j]; and whether a[j] is not 0. For the last voxels of a row as well.
#define DEFINE_DIFFERENCES(TYPE, NAME)                                                                       \
    static inline __attribute__((always_inline)) uint64_t differ_##NAME(const TYPE *a, const TYPE *b, size_t left) { \
        if (left < BLOCK) {                                                                                  \
            uint64_t bits = 0;                                                                               \
            for (size_t j = 0; j < left; ++j) bits |= (uint64_t)(a[j] != b[j]) << j;                         \
            return bits;                                                                                     \
        }                                                                                                    \
        NAME##x64 one, other;                                                                                \
        memcpy(&one, a, sizeof one);                                                                         \
        memcpy(&other, b, sizeof other);                                                                     \
        flags_64 flags = __builtin_convertvector(one != other, flags_64);                                    \
        uint64_t bits;                                                                                       \
        memcpy(&bits, &flags, sizeof bits);                                                                  \
        return bits;                                                                                         \
    }                                                                                                        \
    static inline __attribute__((always_inline)) uint64_t nonzero_##NAME(const TYPE *a, size_t left) {       \
        if (left < BLOCK) {                                                                                  \
            uint64_t bits = 0;                                                                               \
            for (size_t j = 0; j < left; ++j) bits |= (uint64_t)(a[j] != 0) << j;                            \
            return bits;                                                                                     \
        }                                                                                                    \
        NAME##x64 one;                                                                                       \
        memcpy(&one, a, sizeof one);                                                                         \
        flags_64 flags = __builtin_convertvector(one != 0, flags_64);                                        \
        uint64_t bits;                                                                                       \
        memcpy(&bits, &flags, sizeof bits);                                                                  \
        return bits;                                                                                         \
    }                                                                                                        \
    /* Bit j: whether row[x + j] differs from other[x + j + step], the columns -1 and `columns` being 0. */  \
    static inline __attribute__((always_inline)) uint64_t beside_##NAME(const TYPE *row, const TYPE *other,  \
                                                                        size_t x, size_t columns, int step) { \
        size_t left = columns - x < BLOCK ? columns - x : BLOCK;                                             \
        if (step == 0) return differ_##NAME(row + x, other + x, left);                                       \
        if (step < 0 && x > 0) return differ_##NAME(row + x, other + x - 1, left);                           \
        if (step > 0 && x + left < columns) return differ_##NAME(row + x, other + x + 1, left);              \
        uint64_t bits = 0;                                                                                   \
        for (size_t j = 0; j < left; ++j) {                                                                  \
            size_t at = x + j;                                                                               \
            TYPE value = step < 0 ? (at > 0 ? other[at - 1] : 0) : (at + 1 < columns ? other[at + 1] : 0);   \
            bits |= (uint64_t)(row[at] != value) << j;                                                       \
        }                                                                                                    \
        return bits;                                                                                         \
    }

#define DEFINE_SURFACE(TYPE, NAME)                                                                           \
    DEFINE_DIFFERENCES(TYPE, NAME)                                                                           \
    static inline __attribute__((always_inline)) int filled_##NAME(const TYPE *row, size_t count) {          \
        NAME##x64 all = 0;                                                                                   \
        size_t i = 0;                                                                                        \
        TYPE rest = 0;                                                                                       \
        for (; i + BLOCK <= count; i += BLOCK) {                                                             \
            NAME##x64 some;                                                                                  \
            memcpy(&some, row + i, sizeof some);                                                             \
            all |= some;                                                                                     \
        }                                                                                                    \
        for (; i < count; ++i) rest |= row[i];                                                               \
        return (rest | __builtin_reduce_or(all)) != 0;                                                       \
    }                                                                                                        \
    MULTIVERSION int labels_surface_##NAME(const TYPE *slice, const TYPE *before, const TYPE *after,         \
                                           size_t rows, size_t columns, size_t from, size_t to, int corners, \
                                           int flat, uint64_t *bits) {                                       \
        size_t words = (columns + 63) / 64;                                                                  \
        int any = 0;                                                                                         \
        for (size_t y = from; y < to; ++y) {                                                                 \
            const TYPE *row = slice + y * columns;                                                           \
            /* Most rows of most volumes hold nothing; reading them once is all they should cost. */         \
            if (!filled_##NAME(row, columns)) {                                                              \
                memset(bits + (y - from) * words, 0, words * sizeof(uint64_t));                              \
                continue;                                                                                    \
            }                                                                                                \
            any = 1;                                                                                         \
            const TYPE *neighbours[9];                                                                       \
            size_t count = 0;                                                                                \
            int outside = 0;                                                                                 \
            for (int dz = flat ? 0 : -1; dz <= (flat ? 0 : 1); ++dz)                                         \
                for (int dy = -1; dy <= 1; ++dy) {                                                           \
                    if (dz == 0 && dy == 0) continue;                                                        \
                    if (!corners && dz != 0 && dy != 0) continue;                                            \
                    const TYPE *plane = dz < 0 ? before : dz > 0 ? after : slice;                            \
                    if (!plane || (dy < 0 && y == 0) || (dy > 0 && y + 1 == rows)) outside = 1;              \
                    else neighbours[count++] = plane + (size_t)((ptrdiff_t)y + dy) * columns;                \
                }                                                                                            \
            for (size_t w = 0; w < words; ++w) {                                                             \
                size_t x = w * 64, left = columns - x < BLOCK ? columns - x : BLOCK;                         \
                uint64_t own = nonzero_##NAME(row + x, left), found = 0;                                     \
                if (own) {                                                                                   \
                    if (outside) found = own;                                                                \
                    else {                                                                                   \
                        found = beside_##NAME(row, row, x, columns, -1) | beside_##NAME(row, row, x, columns, 1); \
                        for (size_t n = 0; n < count; ++n) {                                                 \
                            found |= beside_##NAME(row, neighbours[n], x, columns, 0);                       \
                            if (corners)                                                                     \
                                found |= beside_##NAME(row, neighbours[n], x, columns, -1)                   \
                                    | beside_##NAME(row, neighbours[n], x, columns, 1);                      \
                        }                                                                                    \
                    }                                                                                        \
                }                                                                                            \
                bits[(y - from) * words + w] = found & own;                                                  \
            }                                                                                                \
        }                                                                                                    \
        return any;                                                                                          \
    }                                                                                                        \
    MULTIVERSION void labels_corners_##NAME(const TYPE *slice, const TYPE *before, size_t rows, size_t columns, \
                                            size_t from, size_t to, int flat, uint64_t *bits) {              \
        size_t words = (columns + 64) / 64;                                                                  \
        TYPE *nothing = calloc(columns, sizeof(TYPE));                                                       \
        if (!nothing) abort();                                                                               \
        for (size_t y = from; y < to; ++y) {                                                                 \
            const TYPE *a = slice && y < rows ? slice + y * columns : nothing;                               \
            const TYPE *b = slice && y > 0 ? slice + (y - 1) * columns : nothing;                            \
            const TYPE *c = flat ? a : before && y < rows ? before + y * columns : nothing;                  \
            const TYPE *d = flat ? b : before && y > 0 ? before + (y - 1) * columns : nothing;               \
            uint64_t carry = 0;                                                                              \
            for (size_t w = 0; w < words; ++w) {                                                             \
                size_t x = w * 64;                                                                           \
                uint64_t rows_differ = 0, changes = 0;                                                       \
                if (x < columns) {                                                                           \
                    size_t left = columns - x < BLOCK ? columns - x : BLOCK;                                 \
                    rows_differ = differ_##NAME(a + x, b + x, left) | differ_##NAME(a + x, c + x, left)      \
                        | differ_##NAME(a + x, d + x, left);                                                 \
                    changes = beside_##NAME(a, a, x, columns, -1);                                           \
                }                                                                                            \
                uint64_t found = rows_differ | rows_differ << 1 | carry | changes;                           \
                carry = rows_differ >> 63;                                                                   \
                /* The corner after the last voxel has nothing on its far side. */                           \
                if (columns / 64 == w && columns > 0 && (a[columns - 1] | b[columns - 1] | c[columns - 1] | d[columns - 1])) \
                    found |= (uint64_t)1 << (columns & 63);                                                  \
                bits[(y - from) * words + w] = found;                                                        \
            }                                                                                                \
        }                                                                                                    \
        free(nothing);                                                                                       \
    }

DEFINE_SURFACE(uint8_t, u8)
DEFINE_SURFACE(uint16_t, u16)
DEFINE_SURFACE(uint32_t, u32)
