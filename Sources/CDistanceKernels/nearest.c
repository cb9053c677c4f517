// The nearest voxel of a sparse set: rows of bits, looked through outward from each point.
#include "CDistanceKernels.h"
#include "multiversion.h"
#include <math.h>

#pragma STDC FP_CONTRACT OFF

// Steps from bit x to the nearest set bit of a row; 64 × words or more if there is none nearer than `most` steps.
INLINE size_t steps_in_row(const uint64_t *row, int32_t words, int32_t x, const double *columns, double room) {
    size_t word = 1 + (size_t)(x >> 6), bit = (size_t)(x & 63);
    // The 64 bits up to x, and the 64 from x on; a shift by 64 is one by 63 and one more.
    uint64_t left = row[word] << (63 - bit) | row[word - 1] >> 1 >> bit;
    uint64_t right = row[word] >> bit | row[word + 1] << 1 << (63 - bit);
    if (left | right) {
        size_t before = (size_t)__builtin_clzg(left, 64), after = (size_t)__builtin_ctzg(right, 64);
        return before < after ? before : after;
    }
    // 64 bits at a time further out, as long as they can be near enough; the first and the last word are 0.
    size_t nearest = 64 * (size_t)words;
    for (size_t w = word - 1, steps = 64; steps < nearest && columns[steps] < room; --w, steps += 64) {
        uint64_t bits = row[w] << (63 - bit) | (w > 0 ? row[w - 1] >> 1 >> bit : 0);
        if (bits) nearest = steps + (size_t)__builtin_clzll(bits);
        if (bits || w == 0) break;
    }
    for (size_t w = word + 1, steps = 64; steps < nearest && columns[steps] < room; ++w, steps += 64) {
        int more = w + 1 < (size_t)words;
        uint64_t bits = row[w] >> bit | (more ? row[w + 1] << 1 << (63 - bit) : 0);
        if (bits) {
            size_t found = steps + (size_t)__builtin_ctzll(bits);
            if (found < nearest) nearest = found;
        }
        if (bits || !more) break;
    }
    return nearest;
}

INLINE size_t steps_between(int32_t one, int32_t other) {
    return (size_t)(one < other ? other - one : one - other);
}

MULTIVERSION size_t nearest_in_rows(const nearest_grid *grid, const nearest_row *rows, size_t row_count,
                                    const double *columns, const nearest_point *points, size_t count,
                                    double *squared, uint32_t *open) {
    size_t left = 0, none = 64 * (size_t)grid->words;
    for (size_t i = 0; i < count; ++i) {
        nearest_point point = points[i];
        double best = squared[i];
        size_t r = 0;
        for (; r < row_count; ++r) {
            double apart = rows[r].squared;
            if (apart >= best) break;
            uint32_t z = (uint32_t)(point.z + rows[r].z), y = (uint32_t)(point.y + rows[r].y);
            if (z >= (uint32_t)grid->depth || y >= (uint32_t)grid->height) continue;
            size_t line = (size_t)z * (size_t)grid->height + y;
            if (!grid->occupied[line]) continue;
            const uint64_t *row = grid->bits + line * (size_t)grid->words;
            size_t steps = steps_in_row(row, grid->words, point.x, columns, best - apart);
            if (steps >= none) continue;
            double distance = apart + columns[steps];
            if (distance < best) best = distance;
        }
        squared[i] = best;
        if (r == row_count) open[left++] = (uint32_t)i;
    }
    return left;
}

void nearest_blocks(const nearest_grid *grid, uint64_t *blocks) {
    size_t words = (size_t)grid->words, across = ((size_t)grid->height + nearest_block - 1) / nearest_block;
    for (size_t z = 0; z < (size_t)grid->depth; ++z)
        for (size_t y = 0; y < (size_t)grid->height; ++y) {
            size_t line = z * (size_t)grid->height + y;
            if (!grid->occupied[line]) continue;
            uint64_t *block = blocks + (z / nearest_block * across + y / nearest_block) * words;
            for (size_t w = 0; w < words; ++w) block[w] |= grid->bits[line * words + w];
        }
}

// The places of a block along an axis of `extent` places.
typedef struct {
    int32_t from, to;
} places;

INLINE places places_of(int32_t block, int32_t extent) {
    places range = {block * nearest_block, (block + 1) * nearest_block};
    if (range.to > extent) range.to = extent;
    return range;
}

// Steps from a place to the nearest place of a block.
INLINE size_t steps_to(places block, int32_t place) {
    return (size_t)(place < block.from ? block.from - place : place >= block.to ? place - block.to + 1 : 0);
}

// The least squared distance below `best` to the rows of a block, else `best`.
INLINE double nearest_in_block(const nearest_grid *grid, places deep, places high, nearest_point point,
                               const double *depths, const double *heights, const double *columns, double best) {
    size_t none = 64 * (size_t)grid->words;
    for (int32_t z = deep.from; z < deep.to; ++z) {
        double depth = depths[steps_between(z, point.z)];
        for (int32_t y = high.from; y < high.to; ++y) {
            size_t line = (size_t)z * (size_t)grid->height + (size_t)y;
            double apart = depth + heights[steps_between(y, point.y)];
            if (apart >= best || !grid->occupied[line]) continue;
            const uint64_t *row = grid->bits + line * (size_t)grid->words;
            size_t steps = steps_in_row(row, grid->words, point.x, columns, best - apart);
            if (steps >= none) continue;
            double distance = apart + columns[steps];
            if (distance < best) best = distance;
        }
    }
    return best;
}

MULTIVERSION size_t nearest_in_grid(const nearest_grid *grid, const uint64_t *blocks, const double *depths,
                                    const double *heights, const double *columns, const nearest_point *points,
                                    const uint32_t *open, size_t open_count, double *squared, uint64_t budget) {
    size_t none = 64 * (size_t)grid->words;
    int32_t deep = (grid->depth + nearest_block - 1) / nearest_block;
    int32_t high = (grid->height + nearest_block - 1) / nearest_block;
    for (size_t n = 0; n < open_count; ++n) {
        nearest_point point = points[open[n]];
        double best = squared[open[n]];
        if (n > 0) {
            // No further than by way of the point before; a little more, so that rounding hides no voxel.
            nearest_point last = points[open[n - 1]];
            double step = depths[steps_between(point.z, last.z)] + heights[steps_between(point.y, last.y)] +
                          columns[steps_between(point.x, last.x)];
            double most = sqrt(squared[open[n - 1]]) + sqrt(step);
            most *= most * (1 + 1e-9);
            if (most < best) best = most;
        }
        uint64_t looked = 0;
        int32_t z0 = point.z / nearest_block, y0 = point.y / nearest_block;
        int32_t deepest = z0 > deep - 1 - z0 ? z0 : deep - 1 - z0;
        int32_t highest = y0 > high - 1 - y0 ? y0 : high - 1 - y0;
        // Blocks further out are no nearer: where neither of two is near enough, none beyond them is.
        int goes_on = 1;
        for (int32_t dz = 0; dz <= deepest && goes_on; ++dz) {
            goes_on = 0;
            for (int side = dz == 0; side < 2; ++side) {
                int32_t z = side ? z0 + dz : z0 - dz;
                if (z < 0 || z >= deep) continue;
                places slices = places_of(z, grid->depth);
                double depth = depths[steps_to(slices, point.z)];
                if (depth >= best) continue;
                goes_on = 1;
                int goes_on_beside = 1;
                for (int32_t dy = 0; dy <= highest && goes_on_beside; ++dy) {
                    goes_on_beside = 0;
                    for (int other = dy == 0; other < 2; ++other) {
                        int32_t y = other ? y0 + dy : y0 - dy;
                        if (y < 0 || y >= high) continue;
                        places rows = places_of(y, grid->height);
                        double apart = depth + heights[steps_to(rows, point.y)];
                        if (apart >= best) continue;
                        goes_on_beside = 1;
                        ++looked;
                        // No row of a block is nearer than all of them laid over each other at its edge.
                        const uint64_t *block = blocks + ((size_t)z * (size_t)high + (size_t)y) * (size_t)grid->words;
                        size_t steps = steps_in_row(block, grid->words, point.x, columns, best - apart);
                        if (steps >= none || apart + columns[steps] >= best) continue;
                        looked += nearest_block * nearest_block;
                        best = nearest_in_block(grid, slices, rows, point, depths, heights, columns, best);
                    }
                }
            }
        }
        squared[open[n]] = best;
        if (looked > budget) return n + 1;
        budget -= looked;
    }
    return open_count;
}

MULTIVERSION void nearest_by_passes_f64(const double *f, size_t n1, size_t n2, const double *columns,
                                        const nearest_point *points, const uint32_t *open, size_t open_count,
                                        double *squared) {
    for (size_t n = 0; n < open_count; ++n) {
        nearest_point point = points[open[n]];
        const double *row = f + ((size_t)point.z * n1 + (size_t)point.y) * n2;
        size_t x = (size_t)point.x;
        double best = squared[open[n]];
        if (row[x] < best) best = row[x];
        for (size_t k = 1; k < n2 && columns[k] < best; ++k) {
            if (k <= x && row[x - k] + columns[k] < best) best = row[x - k] + columns[k];
            if (x + k < n2 && row[x + k] + columns[k] < best) best = row[x + k] + columns[k];
        }
        squared[open[n]] = best;
    }
}
