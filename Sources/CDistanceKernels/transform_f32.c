// The distance transform's passes in Float, for squared distances that are whole numbers below 2²⁴.
#define REAL float
#define MASK int32_t
#define LANES 16
#define NAME(X) X##_f32
#define ROOT sqrtf
#include "transform.h"
