// The passes of the distance transform (Felzenszwalb and Huttenlocher 2012), for one type of number: REAL, its
// mask MASK (an integer of the same width), LANES of them in a vector, and NAME(x).
//
// A pass finds, at each place of a line, the least of the parabolas that stand on the line's values, for LANES lines at
// once. It begins with the parabola that was the least at the place before, which mostly is a good bound, and looks outward
// by blocks of places: a block whose least value cannot go below the bound is passed over, and what lies further out than
// the bound ends the search.

#include "CDistanceKernels.h"
#include "multiversion.h"
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef REAL lanes __attribute__((ext_vector_type(LANES)));
typedef MASK lane_mask __attribute__((ext_vector_type(LANES)));

// Places in a block.
enum { PLACES = 12 };

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
    size_t row = from * n2, count = (to - from) * n2;
    // Steps are counted in REAL, exact far beyond any extent, and infinite before the first site.
    for (size_t i = 0; i < count; ++i) f[row + i] = sites[row + i] ? 0 : infinite;
    for (size_t z = 1; z < n0; ++z) {
        const REAL *before = f + (z - 1) * plane + row;
        REAL *here = f + z * plane + row;
        const uint8_t *own = sites + z * plane + row;
        for (size_t i = 0; i < count; ++i) here[i] = own[i] ? 0 : before[i] + 1;
    }
    for (size_t i = 0; i < count; ++i) scratch[i] = infinite;
    for (size_t z = n0; z-- > 0;) {
        REAL *here = f + z * plane + row;
        for (size_t i = 0; i < count; ++i) {
            REAL steps = here[i] < scratch[i] + 1 ? here[i] : scratch[i] + 1;
            scratch[i] = steps;
            here[i] = (steps * spacing) * (steps * spacing);
        }
    }
}

// Looks at the places [first, last) of LANES lines for parabolas below `best`; keeps the value and the place they stand on.
#define LOOK(FIRST, LAST)                                                                                    \
    for (size_t at = (FIRST); at < (LAST); ++at) {                                                           \
        lanes value = LOAD(g + at * LANES), here = value + squares[at > i ? at - i : i - at];                \
        lane_mask nearer = here < best;                                                                      \
        best = nearer ? here : best;                                                                         \
        foot = nearer ? (lanes)(REAL)at : foot;                                                              \
        base = nearer ? value : base;                                                                        \
    }

// LANES lines of n values, packed: g[i × LANES + lane]; the result to h. `least` has a vector for each block.
INLINE void NAME(strip)(const REAL *g, REAL *h, size_t n, REAL spacing, const REAL *squares, REAL *least) {
    const REAL infinite = (REAL)INFINITY;
    size_t blocks = (n + PLACES - 1) / PLACES;
    for (size_t b = 0; b < blocks; ++b) {
        lanes value = LOAD(g + b * PLACES * LANES);
        for (size_t i = b * PLACES + 1; i < n && i < (b + 1) * PLACES; ++i)
            value = __builtin_elementwise_min(value, LOAD(g + i * LANES));
        STORE(least + b * LANES, value);
    }
    lanes foot = 0, base = infinite;
    for (size_t i = 0; i < n; ++i) {
        lanes steps = ((lanes)(REAL)i - foot) * spacing;
        lanes best = base + steps * steps;
        size_t own = i / PLACES, end = (own + 1) * PLACES < n ? (own + 1) * PLACES : n;
        if (ANY(LOAD(least + own * LANES) < best)) LOOK(own * PLACES, end)
        size_t up = own, down = own + 1;
        while (up > 0) {
            REAL square = squares[i - (up * PLACES - 1)];
            if (!ANY(best > (lanes)square)) break;
            --up;
            if (ANY(LOAD(least + up * LANES) + square < best)) LOOK(up * PLACES, (up + 1) * PLACES)
        }
        for (; down < blocks; ++down) {
            REAL square = squares[down * PLACES - i];
            if (!ANY(best > (lanes)square)) break;
            if (ANY(LOAD(least + down * LANES) + square < best)) {
                size_t last = (down + 1) * PLACES < n ? (down + 1) * PLACES : n;
                LOOK(down * PLACES, last)
            }
        }
        STORE(h + i * LANES, best);
    }
}

// The lines of a packed strip, those without any finite value left infinite.
INLINE void NAME(lines)(REAL *g, REAL *h, size_t n, REAL spacing, const REAL *squares, REAL *least) {
    const REAL infinite = (REAL)INFINITY;
    lanes all = infinite;
    for (size_t i = 0; i < n; ++i) all = __builtin_elementwise_min(all, LOAD(g + i * LANES));
    lane_mask empty = all == (lanes)infinite;
    if (__builtin_reduce_and(empty)) {
        memcpy(h, g, n * LANES * sizeof(REAL));
        return;
    }
    // They would look through all of their line; they are given what stops them.
    int some = ANY(empty);
    if (some)
        for (size_t i = 0; i < n; ++i) STORE(g + i * LANES, empty ? (lanes)0 : LOAD(g + i * LANES));
    NAME(strip)(g, h, n, spacing, squares, least);
    if (some)
        for (size_t i = 0; i < n; ++i) STORE(h + i * LANES, empty ? (lanes)infinite : LOAD(h + i * LANES));
}

MULTIVERSION void NAME(distance_middle)(REAL *f, size_t n1, size_t n2, size_t from, size_t to, REAL spacing,
                                        const REAL *squares, REAL *scratch) {
    const REAL infinite = (REAL)INFINITY;
    if (n1 < 2) return;
    REAL *g = scratch, *h = g + n1 * LANES, *least = h + n1 * LANES;
    for (size_t z = from; z < to; ++z)
        for (size_t x = 0; x < n2; x += LANES) {
            REAL *plane = f + z * n1 * n2 + x;
            size_t valid = n2 - x < LANES ? n2 - x : LANES;
            if (valid < LANES)
                for (size_t i = 0; i < n1 * LANES; ++i) g[i] = infinite;
            for (size_t y = 0; y < n1; ++y) {
                if (valid == LANES) memcpy(g + y * LANES, plane + y * n2, LANES * sizeof(REAL));
                else memcpy(g + y * LANES, plane + y * n2, valid * sizeof(REAL));
            }
            NAME(lines)(g, h, n1, spacing, squares, least);
            for (size_t y = 0; y < n1; ++y) {
                if (valid == LANES) memcpy(plane + y * n2, h + y * LANES, LANES * sizeof(REAL));
                else memcpy(plane + y * n2, h + y * LANES, valid * sizeof(REAL));
            }
        }
}

MULTIVERSION void NAME(distance_last)(REAL *f, size_t n2, size_t from, size_t to, REAL spacing,
                                      const REAL *squares, REAL *scratch) {
    const REAL infinite = (REAL)INFINITY;
    if (n2 < 2) return;
    REAL *g = scratch, *h = g + n2 * LANES, *least = h + n2 * LANES;
    for (size_t line = from; line < to; line += LANES) {
        REAL *rows = f + line * n2;
        size_t valid = to - line < LANES ? to - line : LANES;
        // Rows become columns, so that a row is a line of the strip.
        if (valid == LANES)
            for (size_t x = 0; x < n2; ++x)
                for (size_t lane = 0; lane < LANES; ++lane) g[x * LANES + lane] = rows[lane * n2 + x];
        else
            for (size_t x = 0; x < n2; ++x)
                for (size_t lane = 0; lane < LANES; ++lane)
                    g[x * LANES + lane] = lane < valid ? rows[lane * n2 + x] : infinite;
        NAME(lines)(g, h, n2, spacing, squares, least);
        for (size_t lane = 0; lane < valid; ++lane)
            for (size_t x = 0; x < n2; ++x) rows[lane * n2 + x] = h[x * LANES + lane];
    }
}

MULTIVERSION void NAME(distance_roots)(REAL *f, size_t count) {
    for (size_t i = 0; i < count; ++i) f[i] = ROOT(f[i]);
}
