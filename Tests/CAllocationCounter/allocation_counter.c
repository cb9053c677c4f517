// Stands before glibc's allocator in the test's executable and counts.
#include "CAllocationCounter.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <features.h>
#endif

// A sanitizer has an allocator of its own, which must be the only one.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_OWN_ALLOCATOR
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_OWN_ALLOCATOR)
#include <errno.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread long count;
static __thread int counts;

void *malloc(size_t size) {
    count += counts;
    return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
    count += counts;
    return __libc_calloc(number, size);
}
void *realloc(void *old, size_t size) {
    count += counts;
    return __libc_realloc(old, size);
}
void *memalign(size_t alignment, size_t size) {
    count += counts;
    return __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **to, size_t alignment, size_t size) {
    void *block = memalign(alignment, size);
    if (!block) return ENOMEM;
    *to = block;
    return 0;
}

void allocation_counter_start(void) {
    count = 0;
    counts = 1;
}
long allocation_counter_stop(void) {
    counts = 0;
    return count;
}
#else
void allocation_counter_start(void) {}
long allocation_counter_stop(void) { return -1; }
#endif
