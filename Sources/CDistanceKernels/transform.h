// The passes of the distance transform (Felzenszwalb and Huttenlocher 2012), for one type of number: REAL, its
// mask MASK (an integer of the same width), LANES of them in a vector, and NAME(x).
//
// A pass is the lower envelope of the parabolas that stand on a line's values. Where distances are short the
// envelope is found by looking outward from each place, many lines at once, until the parabola's own arm is higher
// than what was found; where that would take too long, line by line with the linear algorithm.

#include "CDistanceKernels.h"
#include "multiversion.h"
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef REAL lanes __attribute__((ext_vector_type(LANES)));
typedef MASK lane_mask __attribute__((ext_vector_type(LANES)));

// Steps outward a line may take on average before the linear algorithm is quicker.
enum { STEPS = 40 };

// Macros and not functions: a vector that is an argument has no one form on all machines.
#define LOAD(FROM)                                                                                           \
    ({                                                                                                       \
        lanes loaded;                                                                                        \
        memcpy(&loaded, (FROM), sizeof loaded);                                                              \
        loaded;                                                                                              \
    })
#define STORE(TO, VALUE)                                                                                     \
    do {                                                                                                     \
        lanes stored = (VALUE);                                                                              \
        memcpy((TO), &stored, sizeof stored);                                                                \
    } while (0)
#define ANY(CONDITION) (__builtin_reduce_or(CONDITION) != 0)

MULTIVERSION void NAME(distance_first)(const uint8_t *sites, REAL *f, size_t n0, size_t n1, size_t n2, size_t from,
                                       size_t to, REAL spacing, REAL *scratch) {
    const REAL infinite = (REAL)INFINITY;
    size_t plane = n1 * n2;
    // Steps are counted in REAL, exact far beyond any extent, and infinite before the first site.
    for (size_t y = from; y < to; ++y) {
        REAL *line = f + y * n2;
        const uint8_t *set = sites + y * n2;
        for (size_t x = 0; x < n2; ++x) line[x] = set[x] ? 0 : infinite;
        for (size_t z = 1; z < n0; ++z) {
            const REAL *before = line + (z - 1) * plane;
            REAL *here = line + z * plane;
            const uint8_t *own = set + z * plane;
            for (size_t x = 0; x < n2; ++x) here[x] = own[x] ? 0 : before[x] + 1;
        }
        for (size_t x = 0; x < n2; ++x) scratch[x] = infinite;
        for (size_t z = n0; z-- > 0;) {
            REAL *here = line + z * plane;
            for (size_t x = 0; x < n2; ++x) {
                REAL steps = here[x] < scratch[x] + 1 ? here[x] : scratch[x] + 1;
                scratch[x] = steps;
                REAL distance = steps * spacing;
                here[x] = steps == infinite ? infinite : distance * distance;
            }
        }
    }
}

// The envelope of a line of `count` values that lie `stride` apart, by the linear algorithm. `scratch` has 3 × count + 2 numbers.
static void NAME(envelope)(REAL *f, size_t count, size_t stride, const REAL *squares, REAL *scratch) {
    double weight = (double)squares[1];
    REAL *line = scratch, *feet = scratch + count;
    // Places between parabolas, as far left as they can be.
    REAL *starts = scratch + 2 * count;
    size_t used = 0;
    for (size_t i = 0; i < count; ++i) line[i] = f[i * stride];
    for (size_t i = 0; i < count; ++i) {
        if (line[i] == (REAL)INFINITY) continue;
        double start = -1;
        while (used > 0) {
            size_t foot = (size_t)feet[used - 1];
            double a = (double)foot, b = (double)i;
            start = (((double)line[i] - (double)line[foot]) / weight + b * b - a * a) / (2 * (b - a));
            if (start > (double)starts[used - 1]) break;
            --used;
            start = -1;
        }
        feet[used] = (REAL)i;
        starts[used] = (REAL)start;
        ++used;
    }
    if (used == 0) return;
    size_t current = 0;
    for (size_t i = 0; i < count; ++i) {
        while (current + 1 < used && (double)starts[current + 1] < (double)i) ++current;
        size_t foot = (size_t)feet[current];
        size_t steps = foot > i ? foot - i : i - foot;
        REAL value = line[foot] + squares[steps];
        // The rounding of `starts` may be off by one parabola: its neighbours are looked at too.
        for (size_t other = current > 0 ? current - 1 : 0; other < used && other <= current + 1; ++other) {
            foot = (size_t)feet[other];
            steps = foot > i ? foot - i : i - foot;
            REAL next = line[foot] + squares[steps];
            if (next < value) value = next;
        }
        f[i * stride] = value;
    }
}

// LANES lines at once, read from `g` (rows of `width`), written to `f` (rows of n2; `valid` lanes). Returns 0 if it gave up.
INLINE int NAME(outward)(const REAL *g, size_t width, REAL *f, size_t n1, size_t n2, size_t valid,
                         const REAL *squares) {
    size_t budget = STEPS * n1;
    for (size_t y = 0; y < n1; ++y) {
        const REAL *here = g + y * width;
        lanes best = LOAD(here);
        size_t above = y, below = n1 - 1 - y;
        size_t both = above < below ? above : below, most = above < below ? below : above;
        size_t k = 1;
        for (; k <= both; ++k) {
            REAL square = squares[k];
            if (!ANY(best > (lanes)square)) break;
            lanes up = LOAD(here - k * width) + square, down = LOAD(here + k * width) + square;
            lanes least = __builtin_elementwise_min(up, down);
            best = __builtin_elementwise_min(best, least);
        }
        if (k > both) {
            const REAL *side = above > below ? here - k * width : here + k * width;
            ptrdiff_t step = above > below ? -(ptrdiff_t)width : (ptrdiff_t)width;
            for (; k <= most; ++k) {
                REAL square = squares[k];
                if (!ANY(best > (lanes)square)) break;
                best = __builtin_elementwise_min(best, LOAD(side) + square);
                side += step;
            }
        }
        if (valid == LANES) STORE(f + y * n2, best);
        else memcpy(f + y * n2, &best, valid * sizeof(REAL));
        if (k > budget) return 0;
        budget -= k;
    }
    return 1;
}

MULTIVERSION void NAME(distance_middle)(REAL *f, size_t n1, size_t n2, size_t from, size_t to, const REAL *squares,
                                        REAL *scratch) {
    const REAL infinite = (REAL)INFINITY;
    if (n1 < 2) return;
    size_t width = (n2 + LANES - 1) / LANES * LANES;
    REAL *g = scratch, *rest = scratch + n1 * width;
    for (size_t z = from; z < to; ++z) {
        REAL *plane = f + z * n1 * n2;
        for (size_t y = 0; y < n1; ++y) {
            memcpy(g + y * width, plane + y * n2, n2 * sizeof(REAL));
            for (size_t x = n2; x < width; ++x) g[y * width + x] = infinite;
        }
        for (size_t x = 0; x < width; x += LANES) {
            lanes least = infinite;
            for (size_t y = 0; y < n1; ++y) least = __builtin_elementwise_min(least, LOAD(g + y * width + x));
            size_t valid = n2 - x < LANES ? n2 - x : LANES;
            lane_mask empty = least == (lanes)infinite;
            if (__builtin_reduce_and(empty)) continue;
            // Lanes that have nothing would look through all of their line; they are given what stops them.
            int some = ANY(empty);
            if (some)
                for (size_t y = 0; y < n1; ++y) STORE(g + y * width + x, empty ? (lanes)0 : LOAD(g + y * width + x));
            if (NAME(outward)(g + x, width, plane + x, n1, n2, valid, squares)) {
                if (some)
                    for (size_t lane = 0; lane < valid; ++lane)
                        if (empty[lane])
                            for (size_t y = 0; y < n1; ++y) plane[y * n2 + x + lane] = infinite;
                continue;
            }
            for (size_t lane = 0; lane < valid; ++lane) {
                for (size_t y = 0; y < n1; ++y)
                    plane[y * n2 + x + lane] = empty[lane] ? infinite : g[y * width + x + lane];
                NAME(envelope)(plane + x + lane, n1, n2, squares, rest);
            }
        }
    }
}

MULTIVERSION void NAME(distance_last)(REAL *f, size_t n2, size_t from, size_t to, const REAL *squares,
                                      REAL *scratch) {
    const REAL infinite = (REAL)INFINITY;
    if (n2 < 2) return;
    size_t width = (n2 + LANES - 1) / LANES * LANES;
    // The row with as much room on both sides, so that looking outward needs no bounds.
    REAL *row = scratch + width, *rest = scratch + 3 * width;
    for (size_t i = 0; i < 3 * width; ++i) scratch[i] = infinite;
    for (size_t line = from; line < to; ++line) {
        REAL *out = f + line * n2;
        REAL least = infinite;
        for (size_t x = 0; x < n2; ++x) least = out[x] < least ? out[x] : least;
        if (least == infinite) continue;
        memcpy(row, out, n2 * sizeof(REAL));
        size_t budget = STEPS * (width / LANES);
        for (size_t x = 0; x < n2; x += LANES) {
            lanes best = LOAD(row + x);
            size_t k = 1;
            for (; k < n2; ++k) {
                REAL square = squares[k];
                if (!ANY(best > (lanes)square)) break;
                // Out of the room on a side there is nothing.
                lanes left = LOAD(row + x - (k < x + width ? k : x + width));
                lanes right = LOAD(row + x + (k + x + LANES <= 2 * width ? k : 2 * width - LANES - x));
                best = __builtin_elementwise_min(best, __builtin_elementwise_min(left, right) + square);
            }
            size_t valid = n2 - x < LANES ? n2 - x : LANES;
            if (valid == LANES) STORE(out + x, best);
            else memcpy(out + x, &best, valid * sizeof(REAL));
            if (k > budget) {
                memcpy(out, row, n2 * sizeof(REAL));
                NAME(envelope)(out, n2, 1, squares, rest);
                break;
            }
            budget -= k;
        }
    }
}

MULTIVERSION void NAME(distance_roots)(REAL *f, size_t count) {
    for (size_t i = 0; i < count; ++i) f[i] = ROOT(f[i]);
}
