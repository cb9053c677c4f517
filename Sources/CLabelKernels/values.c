// Largest values and widening; plain loops that the compiler vectorises.
#include "changes.h"

#define DEFINE_LARGEST(TYPE, NAME)                                                                           \
    MULTIVERSION TYPE labels_largest_##NAME(const TYPE *map, size_t count) {                                 \
        TYPE largest = 0;                                                                                    \
        for (size_t i = 0; i < count; ++i) largest = map[i] > largest ? map[i] : largest;                    \
        return largest;                                                                                      \
    }

#define DEFINE_WIDEN(FROM, FROM_NAME, TO, TO_NAME)                                                           \
    MULTIVERSION void labels_widen_##FROM_NAME##_##TO_NAME(const FROM *from, TO *to, size_t count) {         \
        for (size_t i = 0; i < count; ++i) to[i] = from[i];                                                  \
    }

DEFINE_LARGEST(uint8_t, u8)
DEFINE_LARGEST(uint16_t, u16)
DEFINE_WIDEN(uint8_t, u8, uint16_t, u16)
DEFINE_WIDEN(uint8_t, u8, uint32_t, u32)
DEFINE_WIDEN(uint16_t, u16, uint32_t, u32)
