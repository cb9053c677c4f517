// Pairs of values counted into a dense table.
#include "changes.h"

// From this many changes in 64 voxels on, counting each voxel is cheaper than finding the runs.
enum { NOISY = 24 };

#define DEFINE_JOINT(TYPE, NAME)                                                                             \
    MULTIVERSION void labels_joint_##NAME(const TYPE *prediction, const TYPE *reference, size_t count,       \
                                          uint32_t stride, uint64_t *table) {                                \
        if (count == 0) return;                                                                              \
        size_t start = 0, i = 1;                                                                             \
        for (; i + BLOCK <= count; i += BLOCK) {                                                             \
            uint64_t changes = changes_##NAME(prediction + i) | changes_##NAME(reference + i);               \
            if (changes == 0) continue;                                                                      \
            if (__builtin_popcountll(changes) >= NOISY) {                                                    \
                table[(size_t)reference[start] * stride + prediction[start]] += i - start;                   \
                start = i + BLOCK - 1;                                                                       \
                for (size_t j = i; j < start; ++j) table[(size_t)reference[j] * stride + prediction[j]] += 1; \
                continue;                                                                                    \
            }                                                                                                \
            do {                                                                                             \
                size_t at = i + (size_t)__builtin_ctzll(changes);                                            \
                table[(size_t)reference[start] * stride + prediction[start]] += at - start;                  \
                start = at;                                                                                  \
                changes &= changes - 1;                                                                      \
            } while (changes);                                                                               \
        }                                                                                                    \
        for (; i < count; ++i)                                                                               \
            if (prediction[i] != prediction[start] || reference[i] != reference[start]) {                    \
                table[(size_t)reference[start] * stride + prediction[start]] += i - start;                   \
                start = i;                                                                                   \
            }                                                                                                \
        table[(size_t)reference[start] * stride + prediction[start]] += count - start;                       \
    }

DEFINE_JOINT(uint8_t, u8)
DEFINE_JOINT(uint16_t, u16)
