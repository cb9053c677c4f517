// The distance transform's passes in Double.
#define REAL double
#define MASK int64_t
#define LANES 8
#define NAME(X) X##_f64
#define ROOT sqrt
#include "transform.h"

size_t distance_scratch(size_t n1, size_t n2) {
    size_t width = (n2 + 15) / 16 * 16, longest = n1 > width ? n1 : width;
    return n1 * width + 3 * width + 3 * longest + 64;
}
