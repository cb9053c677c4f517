// The distance transform's passes in Double.
#define REAL double
#define MASK int64_t
#define LANES 8
#define NAME(X) X##_f64
#define ROOT sqrt
#include "transform.h"

size_t distance_scratch(size_t n1, size_t n2) {
    size_t longest = n1 > n2 ? n1 : n2, plane = n1 * n2;
    // Two packed strips and the least of each block; or the rows of a plane.
    size_t strips = 3 * 16 * (longest + 8);
    return strips > plane ? strips : plane;
}
