// Powers, element by element; the function is in power.h.
#pragma STDC FP_CONTRACT OFF
#include "kernels.h"
#include "power.h"

// The exponents that are asked for most, and what pow(x, y) is then. A zero keeps no sign under the root.
#define DEFINE_POWERS(SUFFIX, T)                                                                             \
    INLINE T power_or_zero_##SUFFIX(T x, T y) { return ((x == 0) & (y < 0)) ? 0 : power_##SUFFIX(x, y); }    \
    INLINE T root_##SUFFIX(T x) {                                                                            \
        const T infinite = (T)__builtin_inf();                                                               \
        return x == -infinite ? infinite : __builtin_elementwise_sqrt(x + 0);                                \
    }                                                                                                        \
    INLINE T inverse_or_zero_##SUFFIX(T x) { return x == 0 ? 0 : 1 / x; }                                    \
                                                                                                             \
    DEFINE_VV(power, SUFFIX, T, power_##SUFFIX(x, y))                                                        \
    DEFINE_SV(power, SUFFIX, T, power_##SUFFIX(x, y))                                                        \
    DEFINE_VV(power_or_zero, SUFFIX, T, power_or_zero_##SUFFIX(x, y))                                        \
    DEFINE_SV(power_or_zero, SUFFIX, T, power_or_zero_##SUFFIX(x, y))                                        \
    DEFINE_TO_SCALAR(power, SUFFIX, T, power_##SUFFIX(x, y), 1 / x)                                          \
    DEFINE_TO_SCALAR(power_or_zero, SUFFIX, T, power_or_zero_##SUFFIX(x, y), inverse_or_zero_##SUFFIX(x))

#define DEFINE_TO_SCALAR(NAME, SUFFIX, T, RESULT, INVERSE)                                                   \
    KERNEL(NAME##_vs_##SUFFIX) {                                                                             \
        T *to = out;                                                                                         \
        const T *from = a, y = *(const T *)b;                                                                \
        if (y == 2) {                                                                                        \
            EACH_##SUFFIX(i, count) to[i] = from[i] * from[i];                                               \
        } else if (y == 1) {                                                                                 \
            EACH_##SUFFIX(i, count) to[i] = from[i];                                                         \
        } else if (y == 3) {                                                                                 \
            EACH_##SUFFIX(i, count) to[i] = from[i] * from[i] * from[i];                                     \
        } else if (y == (T)0.5) {                                                                            \
            EACH_##SUFFIX(i, count) to[i] = root_##SUFFIX(from[i]);                                          \
        } else if (y == -1) {                                                                                \
            EACH_##SUFFIX(i, count) {                                                                        \
                const T x = from[i];                                                                         \
                to[i] = INVERSE;                                                                             \
            }                                                                                                \
        } else {                                                                                             \
            EACH_##SUFFIX(i, count) {                                                                        \
                const T x = from[i];                                                                         \
                to[i] = RESULT;                                                                              \
            }                                                                                                \
        }                                                                                                    \
    }

DEFINE_POWERS(f32, float)
DEFINE_POWERS(f64, double)
