// What comes back through a softmax, once and twice, and products taken away.
#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

// As many sites at once as stay in registers beside their sum.
enum { SITES = 64 };

// Since Σp is 1, 1 − p is the sum of the others' p: sums that leave one class out are taken without it, so that what
// comes back keeps its digits where one class has all but taken everything.
//
// `lanes` and `site` are constants, so the loops over lanes unroll and everything stays in registers.
#define LANES(FIRST) _Pragma("clang loop unroll(full)") for (size_t l = FIRST; l < lanes; ++l)

// OTHERS[l] = Σ of X but X[l].
#define LEAVE_OUT(T, OTHERS, X)                                                                              \
    {                                                                                                        \
        T before = 0, after = 0;                                                                             \
        LANES(0) {                                                                                           \
            OTHERS[l] = before;                                                                              \
            before += X[l];                                                                                  \
        }                                                                                                    \
        LANES(0) {                                                                                           \
            OTHERS[lanes - 1 - l] += after;                                                                  \
            after += X[lanes - 1 - l];                                                                       \
        }                                                                                                    \
    }

// All of a site is read before anything of it is written: out may be an operand.
#define DEFINE_FEW(SUFFIX, T)                                                                                \
    INLINE void pull_few_##SUFFIX(T *to, const T *x, const T *p, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            T v[8], w[8], rest[8], others[8];                                                                \
            LANES(0) v[l] = x[l * a + i];                                                                    \
            LANES(0) w[l] = p[l * b + i];                                                                    \
            LEAVE_OUT(T, rest, w)                                                                            \
            LEAVE_OUT(T, others, v)                                                                          \
            LANES(0) to[l * next + i * site] = v[l] * rest[l] - w[l] * others[l];                            \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void move_few_##SUFFIX(T *to, const T *v, const T *p, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        EACH_##SUFFIX(i, count) {                                                                            \
            T w[8], u[8], rest[8], others[8];                                                                \
            LANES(0) w[l] = p[l * b + i];                                                                    \
            LANES(0) u[l] = w[l] * v[l * a + i];                                                             \
            LEAVE_OUT(T, rest, w)                                                                            \
            LEAVE_OUT(T, others, u)                                                                          \
            LANES(0) to[l * next + i * site] = u[l] * rest[l] - w[l] * others[l];                            \
        }                                                                                                    \
    }                                                                                                        \
    INLINE void bend_few_##SUFFIX(T *to, const T *e, const T *r, const vm_lane_strides *by, size_t next,     \
                                  const size_t site, size_t count, const size_t lanes) {                     \
        const size_t a = by->a, b = by->b;                                                                   \
        const T *p = e + by->p;                                                                              \
        EACH_##SUFFIX(i, count) {                                                                            \
            T v[8], u[8], w[8], rest[8], others[8];                                                          \
            LANES(0) v[l] = e[l * a + i];                                                                    \
            LANES(0) u[l] = r[l * b + i];                                                                    \
            LANES(0) w[l] = p[l * a + i];                                                                    \
            LEAVE_OUT(T, rest, w)                                                                            \
            LEAVE_OUT(T, others, v)                                                                          \
            LANES(0) to[l * next + i * site] =                                                               \
                v[l] * rest[l] * rest[l] + (rest[l] - w[l]) * u[l] + w[l] * w[l] * others[l];                \
        }                                                                                                    \
    }

// The sums of many classes are taken in double, which has digits enough to take one class out again.
#define DEFINE_MANY(SUFFIX, T)                                                                               \
    INLINE void pull_many_##SUFFIX(T *to, const T *x, const T *p, const vm_lane_strides *by, size_t sites) { \
        double all[SITES], sum[SITES];                                                                       \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        for (size_t i = 0; i < sites; ++i) all[i] = sum[i] = 0;                                              \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                all[i] += p[l * b + i];                                                                      \
                sum[i] += x[l * a + i];                                                                      \
            }                                                                                                \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                const double v = x[l * a + i], w = p[l * b + i];                                             \
                to[l * next + i * site] = (T)(v * (all[i] - w) - w * (sum[i] - v));                          \
            }                                                                                                \
    }                                                                                                        \
    INLINE void move_many_##SUFFIX(T *to, const T *v, const T *p, const vm_lane_strides *by, size_t sites) { \
        double all[SITES], sum[SITES];                                                                       \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        for (size_t i = 0; i < sites; ++i) all[i] = sum[i] = 0;                                              \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                all[i] += p[l * b + i];                                                                      \
                sum[i] += (double)p[l * b + i] * v[l * a + i];                                               \
            }                                                                                                \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                const double w = p[l * b + i], u = w * v[l * a + i];                                         \
                to[l * next + i * site] = (T)(u * (all[i] - w) - w * (sum[i] - u));                          \
            }                                                                                                \
    }                                                                                                        \
    INLINE void bend_many_##SUFFIX(T *to, const T *e, const T *r, const vm_lane_strides *by, size_t sites) { \
        double all[SITES], sum[SITES];                                                                       \
        const size_t next = by->out, site = by->out_site, a = by->a, b = by->b;                              \
        const T *p = e + by->p;                                                                              \
        for (size_t i = 0; i < sites; ++i) all[i] = sum[i] = 0;                                              \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                all[i] += p[l * a + i];                                                                      \
                sum[i] += e[l * a + i];                                                                      \
            }                                                                                                \
        for (size_t l = 0; l < by->lanes; ++l)                                                               \
            for (size_t i = 0; i < sites; ++i) {                                                             \
                const double v = e[l * a + i], u = r[l * b + i], w = p[l * a + i], rest = all[i] - w;        \
                to[l * next + i * site] = (T)(v * rest * rest + (rest - w) * u + w * w * (sum[i] - v));      \
            }                                                                                                \
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
