// Softmax over classes that lie side by side.
#pragma STDC FP_CONTRACT OFF
#include "elementary_f32.h"
#include "elementary_f64.h"
#include "kernels.h"

// Sites at once where the number of lanes is not known beforehand.
enum { SITES = 64, LINE = 64, AHEAD = 512 };

// `lanes` is a constant, so the loops over lanes unroll and everything stays in registers.
#define LANES(FIRST) _Pragma("clang loop unroll(full)") for (size_t l = FIRST; l < lanes; ++l)

// All is read before anything is written: out or b may be a.
#define DEFINE_SOFTMAX(SUFFIX, T)                                                                            \
    INLINE void softmax_few_##SUFFIX(T *p, T *q, const T *a, size_t in_stride, size_t in_site,               \
                                     size_t out_stride, size_t count, const size_t lanes) {                  \
        EACH_##SUFFIX(i, count) {                                                                            \
            T x[8], power[8];                                                                                \
            LANES(0) x[l] = a[l * in_stride + i * in_site];                                                  \
            T most = x[0], sum = 0;                                                                          \
            LANES(1) most = x[l] > most ? x[l] : most;                                                       \
            LANES(0) {                                                                                       \
                x[l] -= most;                                                                                \
                power[l] = decay_of_##SUFFIX(x[l]).power;                                                    \
                sum += power[l];                                                                             \
            }                                                                                                \
            if (p) {                                                                                         \
                const T inverse = 1 / sum;                                                                   \
                LANES(0) p[l * out_stride + i] = power[l] * inverse;                                         \
            }                                                                                                \
            if (q) {                                                                                         \
                /* log(1 + the sum of the others), which keeps its digits where one class has taken everything. */\
                T others = 0, first = 1;                                                                     \
                LANES(0) {                                                                                   \
                    const T skipped = x[l] < 0 ? 0 : first;                                                  \
                    others += power[l] - skipped;                                                            \
                    first -= skipped;                                                                        \
                }                                                                                            \
                const T log_sum = logarithm_of_one_plus_##SUFFIX(others);                                    \
                LANES(0) q[l * out_stride + i] = x[l] - log_sum;                                             \
            }                                                                                                \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    /* Some sites at a time, the memory of later ones being asked for. */                                    \
    INLINE void softmax_ahead_##SUFFIX(T *p, T *q, const T *a, size_t in_stride, const size_t in_site,       \
                                       size_t out_stride, size_t count, const size_t lanes) {                \
        for (size_t i = 0; i < count; i += SITES) {                                                          \
            const T *from = a + i * in_site;                                                                 \
            if (in_site == 1) {                                                                              \
                for (size_t l = 0; l < lanes; ++l)                                                           \
                    for (size_t k = 0; k < SITES; k += LINE / sizeof(T))                                     \
                        __builtin_prefetch(from + l * in_stride + k + AHEAD / sizeof(T));                    \
            } else {                                                                                         \
                for (size_t k = 0; k < SITES * lanes; k += LINE / sizeof(T))                                 \
                    __builtin_prefetch(from + k + lanes * (AHEAD / sizeof(T)));                              \
            }                                                                                                \
            T *p_here = p ? p + i : 0, *q_here = q ? q + i : 0;                                              \
            if (count - i >= SITES)                                                                          \
                softmax_few_##SUFFIX(p_here, q_here, from, in_stride, in_site, out_stride, SITES, lanes);    \
            else                                                                                             \
                softmax_few_##SUFFIX(p_here, q_here, from, in_stride, in_site, out_stride, count - i, lanes);\
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    /* A lane at a time over some sites; e^x and x wait in p and q. */                                       \
    INLINE void softmax_many_##SUFFIX(T *p, T *q, const T *a, size_t in_stride, size_t out_stride,           \
                                      size_t count, size_t lanes) {                                          \
        T most[SITES], sum[SITES], others[SITES], first[SITES];                                              \
        for (size_t start = 0; start < count; start += SITES) {                                              \
            const size_t sites = count - start < SITES ? count - start : SITES;                              \
            const T *from = a + start;                                                                       \
            EACH_##SUFFIX(i, sites) most[i] = from[i];                                                       \
            EACH_##SUFFIX(i, sites) sum[i] = 0;                                                              \
            if (q) EACH_##SUFFIX(i, sites) others[i] = 0;                                                    \
            if (q) EACH_##SUFFIX(i, sites) first[i] = 1;                                                     \
            for (size_t l = 1; l < lanes; ++l) {                                                             \
                const T *lane = from + l * in_stride;                                                        \
                EACH_##SUFFIX(i, sites) most[i] = lane[i] > most[i] ? lane[i] : most[i];                     \
            }                                                                                                \
            for (size_t l = 0; l < lanes; ++l) {                                                             \
                const T *lane = from + l * in_stride;                                                        \
                T *p_lane = p ? p + l * out_stride + start : 0, *q_lane = q ? q + l * out_stride + start : 0;\
                EACH_##SUFFIX(i, sites) {                                                                    \
                    const T x = lane[i] - most[i], power = decay_of_##SUFFIX(x).power;                       \
                    sum[i] += power;                                                                         \
                    if (p) p_lane[i] = power;                                                                \
                    if (q) {                                                                                 \
                        const T skipped = x < 0 ? 0 : first[i];                                              \
                        others[i] += power - skipped;                                                        \
                        first[i] -= skipped;                                                                 \
                        q_lane[i] = x;                                                                       \
                    }                                                                                        \
                }                                                                                            \
            }                                                                                                \
            if (q) EACH_##SUFFIX(i, sites) most[i] = logarithm_of_one_plus_##SUFFIX(others[i]);                 \
            if (p) EACH_##SUFFIX(i, sites) sum[i] = 1 / sum[i];                                              \
            for (size_t l = 0; l < lanes; ++l) {                                                             \
                T *p_lane = p ? p + l * out_stride + start : 0, *q_lane = q ? q + l * out_stride + start : 0;\
                if (p) EACH_##SUFFIX(i, sites) p_lane[i] *= sum[i];                                          \
                if (q) EACH_##SUFFIX(i, sites) q_lane[i] -= most[i];                                         \
            }                                                                                                \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    INLINE void softmax_any_##SUFFIX(T *p, T *q, const T *a, const vm_lanes *shape, size_t count) {          \
        const size_t in = shape->in_stride, site = shape->in_site, to = shape->out_stride;                   \
        switch (shape->lanes) {                                                                              \
        case 0: break;                                                                                       \
        case 2:                                                                                              \
            if (site == 2) softmax_ahead_##SUFFIX(p, q, a, 1, 2, to, count, 2);                              \
            else softmax_ahead_##SUFFIX(p, q, a, in, 1, to, count, 2);                                       \
            break;                                                                                           \
        case 3:                                                                                              \
            if (site == 3) softmax_ahead_##SUFFIX(p, q, a, 1, 3, to, count, 3);                              \
            else softmax_ahead_##SUFFIX(p, q, a, in, 1, to, count, 3);                                       \
            break;                                                                                           \
        case 4:                                                                                              \
            if (site == 4) softmax_ahead_##SUFFIX(p, q, a, 1, 4, to, count, 4);                              \
            else softmax_ahead_##SUFFIX(p, q, a, in, 1, to, count, 4);                                       \
            break;                                                                                           \
        case 8:                                                                                              \
            if (site == 8) softmax_ahead_##SUFFIX(p, q, a, 1, 8, to, count, 8);                              \
            else softmax_ahead_##SUFFIX(p, q, a, in, 1, to, count, 8);                                       \
            break;                                                                                           \
        default: softmax_many_##SUFFIX(p, q, a, in, to, count, shape->lanes);                                \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    /* A kernel for each choice of results, for a loop that asks is not made of vectors. */                  \
    KERNEL(softmax_##SUFFIX) {                                                                               \
        T *p = out, *q = (T *)b;                                                                             \
        if (p && q) softmax_any_##SUFFIX(p, q, a, c, count);                                                 \
        else if (p) softmax_any_##SUFFIX(p, 0, a, c, count);                                                 \
        else if (q) softmax_any_##SUFFIX(0, q, a, c, count);                                                 \
    }

DEFINE_SOFTMAX(f32, float)
DEFINE_SOFTMAX(f64, double)
