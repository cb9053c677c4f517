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

MULTIVERSION size_t nearest_in_grid(const nearest_grid *grid, const double *depths, const double *heights,
                                    const double *columns, const nearest_point *points, const uint32_t *open,
                                    size_t open_count, double *squared, uint64_t budget) {
    size_t none = 64 * (size_t)grid->words;
    for (size_t n = 0; n < open_count; ++n) {
        nearest_point point = points[open[n]];
        double best = squared[open[n]];
        uint64_t looked = 0;
        int32_t deepest = point.z > grid->depth - 1 - point.z ? point.z : grid->depth - 1 - point.z;
        int32_t highest = point.y > grid->height - 1 - point.y ? point.y : grid->height - 1 - point.y;
        for (int32_t dz = 0; dz <= deepest && depths[dz] < best; ++dz)
            for (int side = dz == 0; side < 2; ++side) {
                int32_t z = side ? point.z + dz : point.z - dz;
                if (z < 0 || z >= grid->depth) continue;
                for (int32_t dy = 0; dy <= highest && depths[dz] + heights[dy] < best; ++dy)
                    for (int other = dy == 0; other < 2; ++other) {
                        int32_t y = other ? point.y + dy : point.y - dy;
                        if (y < 0 || y >= grid->height) continue;
                        ++looked;
                        size_t line = (size_t)z * (size_t)grid->height + (size_t)y;
                        if (!grid->occupied[line]) continue;
                        double apart = depths[dz] + heights[dy];
                        const uint64_t *row = grid->bits + line * (size_t)grid->words;
                        size_t steps = steps_in_row(row, grid->words, point.x, columns, best - apart);
                        if (steps >= none) continue;
                        double distance = apart + columns[steps];
                        if (distance < best) best = distance;
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
