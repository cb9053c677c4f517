// One number everywhere, and numbers that do not lie side by side.
#pragma STDC FP_CONTRACT OFF
#include "CVectorMath.h"

#define DEFINE_FILL(TYPE, SUFFIX)                                                                            \
    void vm_fill_##SUFFIX(void *out, const void *a, const void *b, const void *c, size_t count) {            \
        (void)b, (void)c;                                                                                    \
        TYPE *to = out, value = *(const TYPE *)a;                                                            \
        for (size_t i = 0; i < count; ++i) to[i] = value;                                                    \
    }                                                                                                        \
    void vm_strided_load_##SUFFIX(void *out, const void *a, const void *b, const void *c, size_t count) {    \
        (void)c;                                                                                             \
        TYPE *to = out;                                                                                      \
        const TYPE *from = a;                                                                                \
        int64_t stride = *(const int64_t *)b;                                                                \
        for (size_t i = 0; i < count; ++i) to[i] = from[(int64_t)i * stride];                                \
    }                                                                                                        \
    void vm_strided_store_##SUFFIX(void *out, const void *a, const void *b, const void *c, size_t count) {   \
        (void)c;                                                                                             \
        TYPE *to = out;                                                                                      \
        const TYPE *from = a;                                                                                \
        int64_t stride = *(const int64_t *)b;                                                                \
        for (size_t i = 0; i < count; ++i) to[(int64_t)i * stride] = from[i];                                \
    }

DEFINE_FILL(float, f32)
DEFINE_FILL(double, f64)

void vm_strided_load_u8(void *out, const void *a, const void *b, const void *c, size_t count) {
    (void)c;
    uint8_t *to = out;
    const uint8_t *from = a;
    int64_t stride = *(const int64_t *)b;
    for (size_t i = 0; i < count; ++i) to[i] = from[(int64_t)i * stride];
}
