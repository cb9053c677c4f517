// One-hot targets straight from their labels: sums over a class, and numbers chosen by it, without the zeros and ones.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// The order of sums.c: 64 partial sums and one tree.
enum { PARTS = 64 };

#define DEFINE_LABEL_MOMENTS(SUFFIX, T)                                                                      \
    KERNEL(label_moments_##SUFFIX) {                                                                         \
        const T *from = a;                                                                                   \
        const uint8_t *labels = b, wanted = *(const uint8_t *)c;                                             \
        T all[PARTS] = {0}, inside[PARTS] = {0};                                                             \
        size_t found = 0, i = 0;                                                                             \
        for (; i + PARTS <= count; i += PARTS) {                                                             \
            uint8_t matches = 0;                                                                             \
            for (size_t j = 0; j < PARTS; ++j) {                                                             \
                const T x = from[i + j];                                                                     \
                all[j] += x;                                                                                 \
                inside[j] += labels[i + j] == wanted ? x : 0;                                                \
            }                                                                                                \
            for (size_t j = 0; j < PARTS; ++j) matches += labels[i + j] == wanted;                           \
            found += matches;                                                                                \
        }                                                                                                    \
        for (size_t j = 0; i < count; ++i, ++j) {                                                            \
            const T x = from[i];                                                                             \
            all[j] += x;                                                                                     \
            inside[j] += labels[i] == wanted ? x : 0;                                                        \
            found += labels[i] == wanted;                                                                    \
        }                                                                                                    \
        double *sums = out;                                                                                  \
        double tree[2][PARTS / 2];                                                                           \
        for (int j = 0; j < 32; ++j) {                                                                       \
            tree[0][j] = (double)all[j] + (double)all[j + 32];                                               \
            tree[1][j] = (double)inside[j] + (double)inside[j + 32];                                         \
        }                                                                                                    \
        for (int half = 16; half >= 4; half /= 2)                                                            \
            for (int k = 0; k < 2; ++k)                                                                      \
                for (int j = 0; j < half; ++j) tree[k][j] += tree[k][j + half];                              \
        sums[0] += (tree[0][0] + tree[0][2]) + (tree[0][1] + tree[0][3]);                                    \
        sums[1] += (double)found;                                                                            \
        sums[2] += (tree[1][0] + tree[1][2]) + (tree[1][1] + tree[1][3]);                                    \
    }                                                                                                        \
    KERNEL(label_choice_##SUFFIX) {                                                                          \
        T *to = out;                                                                                         \
        const uint8_t *labels = a, wanted = *(const uint8_t *)b;                                             \
        const T *k = c, elsewhere = k[0], here = (k[2] + k[1]) + k[0];                                       \
        EACH_##SUFFIX(i, count) to[i] = labels[i] == wanted ? here : elsewhere;                              \
    }

DEFINE_LABEL_MOMENTS(f32, float)
DEFINE_LABEL_MOMENTS(f64, double)
