// Where a map changes: bit j of the result is set if map[j] differs from map[j - 1], for 64 voxels.
#ifndef CLABELKERNELS_CHANGES_H
#define CLABELKERNELS_CHANGES_H

#include "CLabelKernels.h"
#include <string.h>

// One build, the widest vectors each machine has; results are integers and so the same everywhere.
// The choice is made before a thread sanitizer is ready for it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MULTIVERSION
#endif
#endif
#if defined(MULTIVERSION)
#elif defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define MULTIVERSION __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define MULTIVERSION
#endif

enum { BLOCK = 64 };
typedef _Bool flags_64 __attribute__((ext_vector_type(64)));

#define DEFINE_CHANGES(TYPE, NAME)                                                                           \
    typedef TYPE NAME##x64 __attribute__((ext_vector_type(64)));                                             \
    static inline __attribute__((always_inline)) uint64_t changes_##NAME(const TYPE *map) {                  \
        NAME##x64 here, before;                                                                              \
        memcpy(&here, map, sizeof here);                                                                     \
        memcpy(&before, map - 1, sizeof before);                                                             \
        flags_64 flags = __builtin_convertvector(here != before, flags_64);                                  \
        uint64_t bits;                                                                                       \
        memcpy(&bits, &flags, sizeof bits);                                                                  \
        return bits;                                                                                         \
    }

// Writes `base` plus the place of each of the `number` set bits; returns `number`. Four places are always
// written, so there must be room for them, and more only where there are more: few branches, seldom wrong.
static inline __attribute__((always_inline)) size_t write_places(uint64_t bits, unsigned number, uint32_t base,
                                                                 uint32_t *places) {
    for (unsigned k = 0; k < 4; ++k) {
        places[k] = base + (uint32_t)__builtin_ctzg(bits, 0);
        bits &= bits - 1;
    }
    if (number > 4) {
        for (unsigned k = 4; k < 8; ++k) {
            places[k] = base + (uint32_t)__builtin_ctzg(bits, 0);
            bits &= bits - 1;
        }
        for (unsigned k = 8; k < number; ++k) {
            places[k] = base + (uint32_t)__builtin_ctzg(bits, 0);
            bits &= bits - 1;
        }
    }
    return number;
}

DEFINE_CHANGES(uint8_t, u8)
DEFINE_CHANGES(uint16_t, u16)
DEFINE_CHANGES(uint32_t, u32)

#endif
