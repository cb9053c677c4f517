// Stretches of labels in a row, for connecting objects.
#include "changes.h"

#define DEFINE_STRETCHES(TYPE, NAME)                                                                         \
    MULTIVERSION size_t labels_stretches_##NAME(const TYPE *row, size_t count, labels_stretch *stretches) {  \
        size_t found = 0, start = 0, i = 1;                                                                  \
        if (count == 0) return 0;                                                                            \
        for (; i + BLOCK <= count; i += BLOCK) {                                                             \
            uint64_t changes = changes_##NAME(row + i);                                                      \
            while (changes) {                                                                                \
                size_t at = i + (size_t)__builtin_ctzll(changes);                                            \
                if (row[start])                                                                              \
                    stretches[found++] = (labels_stretch){(uint32_t)start, (uint32_t)at, row[start]};        \
                start = at;                                                                                  \
                changes &= changes - 1;                                                                      \
            }                                                                                                \
        }                                                                                                    \
        for (; i < count; ++i)                                                                               \
            if (row[i] != row[i - 1]) {                                                                      \
                if (row[start])                                                                              \
                    stretches[found++] = (labels_stretch){(uint32_t)start, (uint32_t)i, row[start]};         \
                start = i;                                                                                   \
            }                                                                                                \
        if (row[start]) stretches[found++] = (labels_stretch){(uint32_t)start, (uint32_t)count, row[start]}; \
        return found;                                                                                        \
    }

DEFINE_STRETCHES(uint8_t, u8)
DEFINE_STRETCHES(uint16_t, u16)
DEFINE_STRETCHES(uint32_t, u32)
