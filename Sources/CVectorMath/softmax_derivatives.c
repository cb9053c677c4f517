// What comes back through a softmax, once and twice, and products taken away.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// As many sites at once as stay in registers beside their sum.
enum { SITES = 64 };

// `lanes` and `site` are constants, so the loops over lanes unroll and everything stays in registers.
#define LANES(FIRST) _Pragma("clang loop unroll(full)") for (size_t l = FIRST; l < lanes; ++l)

// All of a site is read before anything of it is written: out may be an operand.
#define DEFINE_FEW(SUFFIX, T)                                                                                \
    INLINE void pull_few_##SUFFIX(T *to, const T *x, const T *p, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            T v[8], w[8];                                                                                    \
            LANES(0) v[l] = x[l * a + i];                                                                    \
            LANES(0) w[l] = p[l * b + i];                                                                    \
            T sum = v[0] + v[1];                                                                             \
            LANES(2) sum += v[l];                                                                            \
            LANES(0) to[l * next + i * site] = v[l] - w[l] * sum;                                            \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void move_few_##SUFFIX(T *to, const T *v, const T *p, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            T w[8], u[8];                                                                                    \
            LANES(0) w[l] = p[l * b + i];                                                                    \
            LANES(0) u[l] = w[l] * v[l * a + i];                                                             \
            T sum = u[0] + u[1];                                                                             \
            LANES(2) sum += u[l];                                                                            \
            LANES(0) to[l * next + i * site] = u[l] - w[l] * sum;                                            \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void bend_few_##SUFFIX(T *to, const T *e, const T *r, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        const T *p = e + by->p;                                                                              \
        EACH_##SUFFIX(i, count) {                                                                            \
            T v[8], u[8], w[8];                                                                              \
            LANES(0) v[l] = e[l * a + i];                                                                    \
            LANES(0) u[l] = v[l] + r[l * b + i];                                                             \
            LANES(0) w[l] = p[l * a + i];                                                                    \
            T sum = v[0] + v[1];                                                                             \
            LANES(2) sum += v[l];                                                                            \
            LANES(0) to[l * next + i * site] = u[l] - w[l] * (2 * u[l] - w[l] * sum);                        \
        }                                                                                                    \
    }

#define DEFINE_MANY(SUFFIX, T)                                                                               \
    INLINE void pull_many_##SUFFIX(T *to, const T *x, const T *p, const vm_lane_strides *by, size_t sites) { \
        T sum[SITES];                                                                                        \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        EACH_##SUFFIX(i, sites) sum[i] = x[i] + x[a + i];                                                    \
        for (size_t l = 2; l < by->lanes; ++l) { EACH_##SUFFIX(i, sites) sum[i] += x[l * a + i]; }           \
        for (size_t l = 0; l < by->lanes; ++l) {                                                             \
            if (site == 1) EACH_##SUFFIX(i, sites) to[l * next + i] = x[l * a + i] - p[l * b + i] * sum[i];  \
            else for (size_t i = 0; i < sites; ++i)                                                          \
                to[l * next + i * site] = x[l * a + i] - p[l * b + i] * sum[i];                              \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void move_many_##SUFFIX(T *to, const T *v, const T *p, const vm_lane_strides *by, size_t sites) { \
        T sum[SITES];                                                                                        \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        EACH_##SUFFIX(i, sites) sum[i] = p[i] * v[i] + p[b + i] * v[a + i];                                  \
        for (size_t l = 2; l < by->lanes; ++l) {                                                             \
            EACH_##SUFFIX(i, sites) sum[i] += p[l * b + i] * v[l * a + i];                                   \
        }                                                                                                    \
        for (size_t l = 0; l < by->lanes; ++l) {                                                             \
            const T *here = p + l * b;                                                                       \
            if (site == 1) EACH_##SUFFIX(i, sites)                                                           \
                to[l * next + i] = here[i] * v[l * a + i] - here[i] * sum[i];                                \
            else for (size_t i = 0; i < sites; ++i)                                                          \
                to[l * next + i * site] = here[i] * v[l * a + i] - here[i] * sum[i];                         \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void bend_many_##SUFFIX(T *to, const T *e, const T *r, const vm_lane_strides *by, size_t sites) { \
        T sum[SITES];                                                                                        \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        const T *p = e + by->p;                                                                              \
        EACH_##SUFFIX(i, sites) sum[i] = e[i] + e[a + i];                                                    \
        for (size_t l = 2; l < by->lanes; ++l) { EACH_##SUFFIX(i, sites) sum[i] += e[l * a + i]; }           \
        for (size_t l = 0; l < by->lanes; ++l) {                                                             \
            const T *here = p + l * a;                                                                       \
            if (site == 1) EACH_##SUFFIX(i, sites) {                                                         \
                const T u = e[l * a + i] + r[l * b + i];                                                     \
                to[l * next + i] = u - here[i] * (2 * u - here[i] * sum[i]);                                 \
            } else for (size_t i = 0; i < sites; ++i) {                                                      \
                const T u = e[l * a + i] + r[l * b + i];                                                     \
                to[l * next + i * site] = u - here[i] * (2 * u - here[i] * sum[i]);                          \
            }                                                                                                \
        }                                                                                                    \
    }

#define FEW(SUFFIX, WHAT, N)                                                                                 \
        case N:                                                                                              \
            if (by->out_site == N) WHAT##_few_##SUFFIX(to, x, y, by, 1, N, count, N);                        \
            else WHAT##_few_##SUFFIX(to, x, y, by, by->out, 1, count, N);                                    \
            return;

#define DEFINE_KERNEL(SUFFIX, T, NAME, WHAT)                                                                 \
    KERNEL(NAME##_##SUFFIX) {                                                                                \
        T *to = out;                                                                                         \
        const T *x = a, *y = b;                                                                              \
        const vm_lane_strides *by = c;                                                                       \
        switch (by->lanes) { FEW(SUFFIX, WHAT, 2) FEW(SUFFIX, WHAT, 3) FEW(SUFFIX, WHAT, 4) FEW(SUFFIX, WHAT, 8) }\
        for (size_t i = 0; i < count; i += SITES) {                                                          \
            WHAT##_many_##SUFFIX(to + i * by->out_site, x + i, y + i, by, count - i < SITES ? count - i : SITES);\
        }                                                                                                    \
    }

#define DEFINE_DERIVATIVES(SUFFIX, T)                                                                        \
    DEFINE_FEW(SUFFIX, T)                                                                                    \
    DEFINE_MANY(SUFFIX, T)                                                                                   \
    DEFINE_KERNEL(SUFFIX, T, softmax_pullback, pull)                                                         \
    DEFINE_KERNEL(SUFFIX, T, softmax_tangent, move)                                                          \
    DEFINE_KERNEL(SUFFIX, T, softmax_curvature, bend)                                                        \
    KERNEL(subtract_product_##SUFFIX) {                                                                      \
        T *to = out;                                                                                         \
        const T *x = a, *y = b, *z = c;                                                                      \
        EACH_##SUFFIX(i, count) to[i] = z[i] - x[i] * y[i];                                                  \
    }

DEFINE_DERIVATIVES(f32, float)
DEFINE_DERIVATIVES(f64, double)
