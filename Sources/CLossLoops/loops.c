#include "CLossLoops.h"

#include <string.h>

// Products and sums fused, as a compiler makes of a loop with every option set. Within the cache the widest vectors
// are the fastest; past it half of that is, by 5 to 8 percent.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define WIDEST                                                                                               \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), min_vector_width(512)))
#define HALF __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define WIDEST
#define HALF
#endif

#pragma STDC FP_CONTRACT ON

enum { WIDTH = 16, BLOCK = 4096 };

typedef float lanes __attribute__((ext_vector_type(WIDTH)));
typedef double wide __attribute__((ext_vector_type(WIDTH)));

#define LOAD(FROM) (*(const lanes *)(FROM))

// Sums of floats for a block, then of doubles: a float alone would lose its last digits over millions of voxels.
#define DEFINE_SUMS(NAME, BUILD, SUMS, A, B)                                                                 \
    static void NAME(const float *p, const float *t, size_t from, size_t to, double sums[3]);                \
    BUILD static void NAME(const float *p, const float *t, size_t from, size_t to, double sums[3]) {               \
        wide totals[3] = {0};                                                                                \
        size_t i = from;                                                                                     \
        while (i + SUMS * WIDTH <= to) {                                                                     \
            const size_t end = to - i < BLOCK ? to : i + BLOCK;                                              \
            lanes products[SUMS] = {0}, first[SUMS] = {0}, second[SUMS] = {0};                               \
            for (; i + SUMS * WIDTH <= end; i += SUMS * WIDTH) {                                             \
                _Pragma("clang loop unroll(full)") for (int j = 0; j < SUMS; ++j) {                          \
                    const lanes x = LOAD(p + i + j * WIDTH), y = LOAD(t + i + j * WIDTH);                    \
                    products[j] = x * y + products[j];                                                       \
                    first[j] = A + first[j];                                                                 \
                    second[j] = B + second[j];                                                               \
                }                                                                                            \
            }                                                                                                \
            for (int j = 0; j < SUMS; ++j) {                                                                 \
                totals[0] += __builtin_convertvector(products[j], wide);                                     \
                totals[1] += __builtin_convertvector(first[j], wide);                                        \
                totals[2] += __builtin_convertvector(second[j], wide);                                       \
            }                                                                                                \
        }                                                                                                    \
        for (int k = 0; k < 3; ++k)                                                                          \
            for (int j = 0; j < WIDTH; ++j) sums[k] += totals[k][j];                                         \
        for (; i < to; ++i) {                                                                                \
            const float x = p[i], y = t[i];                                                                  \
            sums[0] += x * y;                                                                                \
            sums[1] += A;                                                                                    \
            sums[2] += B;                                                                                    \
        }                                                                                                    \
    }

DEFINE_SUMS(dice_sums, WIDEST, 4, x, y)
DEFINE_SUMS(dice_sums_past_cache, HALF, 1, x, y)
DEFINE_SUMS(squared_dice_sums, WIDEST, 4, x *x, y *y)
DEFINE_SUMS(squared_dice_sums_past_cache, HALF, 1, x *x, y *y)

void loops_dice_sums(const float *p, const float *t, size_t from, size_t to, double sums[3], int streaming) {
    (streaming ? dice_sums_past_cache : dice_sums)(p, t, from, to, sums);
}

void loops_squared_dice_sums(const float *p, const float *t, size_t from, size_t to, double sums[3], int streaming) {
    (streaming ? squared_dice_sums_past_cache : squared_dice_sums)(p, t, from, to, sums);
}

#define STREAM(TO, X) __builtin_nontemporal_store(X, (lanes *)(TO))
#define STORE(TO, X) (*(lanes *)(TO) = (X))

#define EACH(WRITE, G, H)                                                                                    \
    do {                                                                                                     \
        size_t i = from;                                                                                     \
        for (; i + WIDTH <= to; i += WIDTH) {                                                                \
            const lanes x = LOAD(p + i), y = LOAD(t + i);                                                    \
            WRITE(g + i, G);                                                                                 \
            if (h) WRITE(h + i, H);                                                                          \
            (void)x;                                                                                         \
        }                                                                                                    \
        for (; i < to; ++i) {                                                                                \
            const float x = p[i], y = t[i];                                                                  \
            g[i] = G;                                                                                        \
            if (h) h[i] = H;                                                                                 \
            (void)x;                                                                                         \
        }                                                                                                    \
    } while (0)

// A loop for one array and a loop for two, since a choice within it would be a part of what is measured.
#define DERIVATIVES(WRITE, G, H)                                                                             \
    if (h) EACH(WRITE, G, H);                                                                                \
    else {                                                                                                   \
        float *const h = NULL;                                                                               \
        EACH(WRITE, G, H);                                                                                   \
    }

#define DEFINE_DICE(NAME, BUILD, WRITE)                                                                      \
    static void NAME(float *, float *, const float *, const float *, size_t, size_t);                        \
    BUILD static void NAME(float *restrict g, float *restrict h, const float *restrict t, const float *k,    \
                           size_t from, size_t to) {                                                         \
        const float k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3];                                              \
        const float *p = t; /* Not used, so not read. */                                                     \
        DERIVATIVES(WRITE, y * k1 + k0, y * k3 + k2)                                                         \
    }

#define DEFINE_SQUARED_DICE(NAME, BUILD, WRITE)                                                              \
    static void NAME(float *, float *, const float *, const float *, const float *, size_t, size_t);         \
    BUILD static void NAME(float *restrict g, float *restrict h, const float *restrict p,                    \
                           const float *restrict t, const float *k, size_t from, size_t to) {                \
        const float k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4];                                   \
        DERIVATIVES(WRITE, x * k0 + y * k1, (x * k3 + y * k4) * x + k2)                                      \
    }

DEFINE_DICE(dice, WIDEST, STORE)
DEFINE_DICE(dice_past_cache, HALF, STREAM)
DEFINE_SQUARED_DICE(squared_dice, WIDEST, STORE)
DEFINE_SQUARED_DICE(squared_dice_past_cache, HALF, STREAM)

void loops_dice_derivatives(float *g, float *h, const float *t, const float k[4], size_t from, size_t to, int streaming) {
    (streaming ? dice_past_cache : dice)(g, h, t, k, from, to);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void loops_squared_dice_derivatives(float *g, float *h, const float *p, const float *t, const float k[5], size_t from,
                                    size_t to, int streaming) {
    (streaming ? squared_dice_past_cache : squared_dice)(g, h, p, t, k, from, to);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
