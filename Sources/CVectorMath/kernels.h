// What every kernel is written with: one build for all machines, and loops over one block.
#ifndef CVECTORMATH_KERNELS_H
#define CVECTORMATH_KERNELS_H

#include "CVectorMath.h"
#include <string.h>

// The widest vectors each machine has. The same operations in the same order in every build, and none fused
// (each file turns contraction off), so the results are the same everywhere.
// The choice is made before a thread sanitizer is ready for it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MULTIVERSION
#endif
#endif
#if defined(MULTIVERSION)
#elif defined(__x86_64__) && defined(__linux__) && defined(__clang__)
// Without the second attribute the compiler keeps to half of a register of the widest machine.
#define MULTIVERSION                                                                                         \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), min_vector_width(512)))
#else
#define MULTIVERSION
#endif

#define INLINE static inline __attribute__((always_inline))

// `out` may be an operand, so the compiler cannot be promised separate memory; but element i of the result
// depends on no other element, which is all that a vector needs.
//
// Sixteen floats or eight doubles: one register of the widest machine; and two of those in turn, which hides
// much of the latency of a long chain of operations.
#define EACH_f32(I, COUNT)                                                                                   \
    _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(2)")                   \
    for (size_t I = 0; I < (COUNT); ++I)
#define EACH_f64(I, COUNT)                                                                                   \
    _Pragma("clang loop vectorize(assume_safety) vectorize_width(8) interleave_count(2)")                    \
    for (size_t I = 0; I < (COUNT); ++I)

#define KERNEL(NAME)                                                                                         \
    MULTIVERSION void vm_##NAME(void *out, const void *a, const void *b, const void *c, size_t count)

// RESULT is an expression of x, y and z, the elements of a, b and c, which are of type T.
#define DEFINE_UNARY(NAME, SUFFIX, T, RESULT)                                                                \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        T *to = out;                                                                                         \
        const T *from = a;                                                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = from[i];                                                                             \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define DEFINE_VV(NAME, SUFFIX, T, RESULT)                                                                   \
    KERNEL(NAME##_vv_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T *left = a, *right = b;                                                                       \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = left[i], y = right[i];                                                               \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define DEFINE_VS(NAME, SUFFIX, T, RESULT)                                                                   \
    KERNEL(NAME##_vs_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T *left = a, y = *(const T *)b;                                                                \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = left[i];                                                                             \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define DEFINE_SV(NAME, SUFFIX, T, RESULT)                                                                   \
    KERNEL(NAME##_sv_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T x = *(const T *)a, *right = b;                                                               \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T y = right[i];                                                                            \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#define DEFINE_BINARY(NAME, SUFFIX, T, RESULT)                                                               \
    DEFINE_VV(NAME, SUFFIX, T, RESULT) DEFINE_VS(NAME, SUFFIX, T, RESULT) DEFINE_SV(NAME, SUFFIX, T, RESULT)

#define DEFINE_TERNARY(NAME, SUFFIX, T, RESULT)                                                              \
    KERNEL(NAME##_vvv_##SUFFIX) {                                                                            \
        T *to = out;                                                                                         \
        const T *first = a, *second = b, *third = c;                                                         \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i], y = second[i], z = third[i];                                               \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }                                                                                                        \
    KERNEL(NAME##_vvs_##SUFFIX) {                                                                            \
        T *to = out;                                                                                         \
        const T *first = a, *second = b, z = *(const T *)c;                                                  \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i], y = second[i];                                                             \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }                                                                                                        \
    KERNEL(NAME##_vsv_##SUFFIX) {                                                                            \
        T *to = out;                                                                                         \
        const T *first = a, y = *(const T *)b, *third = c;                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i], z = third[i];                                                              \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }                                                                                                        \
    KERNEL(NAME##_vss_##SUFFIX) {                                                                            \
        T *to = out;                                                                                         \
        const T *first = a, y = *(const T *)b, z = *(const T *)c;                                            \
        EACH_##SUFFIX(i, count) {                                                                            \
            const T x = first[i];                                                                            \
            to[i] = RESULT;                                                                                  \
        }                                                                                                    \
    }

#endif
