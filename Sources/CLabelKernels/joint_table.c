// Pairs of values counted into a dense table.
//
// The places of change are first written down for many blocks, then counted: which blocks have a change
// cannot be predicted, and a mispredicted branch costs more than counting a run.
#include "changes.h"

enum {
    // From this many changes in 64 voxels on, counting each voxel is cheaper than finding the runs.
    NOISY = 24,
    // Places written down before they are counted; a kilobyte or so of stack that stays in the first cache.
    PLACES = 512,
};

#define DEFINE_JOINT(TYPE, NAME)                                                                             \
    static inline __attribute__((always_inline)) size_t count_runs_##NAME(                                   \
        const TYPE *prediction, const TYPE *reference, size_t start, const uint32_t *places, size_t found,   \
        uint32_t stride, uint64_t *table) {                                                                  \
        for (size_t k = 0; k < found; ++k) {                                                                 \
            size_t next = places[k];                                                                         \
            table[(size_t)reference[start] * stride + prediction[start]] += next - start;                    \
            start = next;                                                                                    \
        }                                                                                                    \
        return start;                                                                                        \
    }                                                                                                        \
                                                                                                             \
    static inline __attribute__((always_inline)) void joint_##NAME(                                          \
        const TYPE *prediction, const TYPE *reference, size_t count, uint32_t stride, uint64_t *table) {     \
        uint32_t places[PLACES + BLOCK];                                                                     \
        size_t found = 0, start = 0, i = 1;                                                                  \
        for (; i + BLOCK <= count; i += BLOCK) {                                                             \
            uint64_t changes = changes_##NAME(prediction + i) | changes_##NAME(reference + i);               \
            unsigned number = (unsigned)__builtin_popcountll(changes);                                       \
            if (number >= NOISY) {                                                                           \
                start = count_runs_##NAME(prediction, reference, start, places, found, stride, table);       \
                found = 0;                                                                                   \
                table[(size_t)reference[start] * stride + prediction[start]] += i - start;                   \
                start = i + BLOCK - 1;                                                                       \
                for (size_t j = i; j < start; ++j) table[(size_t)reference[j] * stride + prediction[j]] += 1; \
                continue;                                                                                    \
            }                                                                                                \
            found += write_places(changes, number, (uint32_t)i, places + found);                             \
            if (found >= PLACES - BLOCK) {                                                                   \
                start = count_runs_##NAME(prediction, reference, start, places, found, stride, table);       \
                found = 0;                                                                                   \
            }                                                                                                \
        }                                                                                                    \
        start = count_runs_##NAME(prediction, reference, start, places, found, stride, table);               \
        for (; i < count; ++i)                                                                               \
            if (prediction[i] != prediction[start] || reference[i] != reference[start]) {                    \
                table[(size_t)reference[start] * stride + prediction[start]] += i - start;                   \
                start = i;                                                                                   \
            }                                                                                                \
        table[(size_t)reference[start] * stride + prediction[start]] += count - start;                       \
    }                                                                                                        \
                                                                                                             \
    MULTIVERSION void labels_joint_##NAME(const TYPE *prediction, const TYPE *reference, size_t count,       \
                                          uint32_t stride, uint64_t *table) {                                \
        /* Places are 32-bit numbers. */                                                                     \
        const size_t most = (size_t)1 << 31;                                                                 \
        for (; count > most; count -= most, prediction += most, reference += most)                           \
            joint_##NAME(prediction, reference, most, stride, table);                                        \
        if (count > 0) joint_##NAME(prediction, reference, count, stride, table);                            \
    }

DEFINE_JOINT(uint8_t, u8)
DEFINE_JOINT(uint16_t, u16)
