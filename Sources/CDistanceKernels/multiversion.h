// One build for all machines, with the widest vectors each has. No products are fused, so results are the same bits.
#ifndef CDISTANCEKERNELS_MULTIVERSION_H
#define CDISTANCEKERNELS_MULTIVERSION_H

// The choice is made before a thread sanitizer is ready for it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MULTIVERSION
#endif
#endif
#if defined(MULTIVERSION)
#elif defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define MULTIVERSION                                                                                         \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), min_vector_width(512)))
#else
#define MULTIVERSION
#endif

#define INLINE static inline __attribute__((always_inline))

#endif
