// Copies past the cache.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
// A line at a time: a partly written line would have to be read first.
enum { LINE = 64 };
typedef uint8_t line __attribute__((ext_vector_type(LINE)));

INLINE void copy_past_cache(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t head = (size_t)(-(uintptr_t)to % LINE);
    if (head > bytes) head = bytes;
    memcpy(to, from, head);
    size_t i = head;
    for (; i + LINE <= bytes; i += LINE) {
        line here;
        memcpy(&here, from + i, sizeof here);
        __builtin_nontemporal_store(here, (line *)(to + i));
    }
    memcpy(to + i, from + i, bytes - i);
}
#else
INLINE void copy_past_cache(uint8_t *to, const uint8_t *from, size_t bytes) { memcpy(to, from, bytes); }
#endif

INLINE size_t elements(size_t count, const void *side_by_side) {
    return side_by_side ? count * (size_t) * (const int64_t *)side_by_side : count;
}
KERNEL(stream_f32) { copy_past_cache(out, a, elements(count, c) * sizeof(float)); }
KERNEL(stream_f64) { copy_past_cache(out, a, elements(count, c) * sizeof(double)); }

void vm_fence(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
