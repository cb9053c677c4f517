// Runs of equal pairs, for values that no table can hold.
#include "changes.h"

#define DEFINE_RUNS(TYPE, NAME)                                                                              \
    MULTIVERSION size_t labels_runs_##NAME(const TYPE *prediction, const TYPE *reference, size_t start,      \
                                           size_t count, labels_run *runs, size_t capacity, size_t *next) {  \
        size_t found = 0, i = start + 1;                                                                     \
        for (; i + BLOCK <= count && found + BLOCK < capacity; i += BLOCK) {                                 \
            uint64_t changes = changes_##NAME(prediction + i) | changes_##NAME(reference + i);               \
            while (changes) {                                                                                \
                size_t at = i + (size_t)__builtin_ctzll(changes);                                            \
                runs[found++] = (labels_run){prediction[start], reference[start], at - start};               \
                start = at;                                                                                  \
                changes &= changes - 1;                                                                      \
            }                                                                                                \
        }                                                                                                    \
        if (i + BLOCK > count) {                                                                             \
            for (; i < count && found + 1 < capacity; ++i)                                                   \
                if (prediction[i] != prediction[start] || reference[i] != reference[start]) {                \
                    runs[found++] = (labels_run){prediction[start], reference[start], i - start};            \
                    start = i;                                                                               \
                }                                                                                            \
        }                                                                                                    \
        if (i > count) i = count;                                                                            \
        if (i > start && start < count) {                                                                    \
            runs[found++] = (labels_run){prediction[start], reference[start], i - start};                    \
            start = i;                                                                                       \
        }                                                                                                    \
        *next = start;                                                                                       \
        return found;                                                                                        \
    }

DEFINE_RUNS(uint16_t, u16)
DEFINE_RUNS(uint32_t, u32)
