// Leaf kernels of exact Euclidean distances: the passes of the distance transform, and the search for the nearest
// voxel of a sparse set.
//
// Axis 0 is the outermost; the last axis varies fastest. Every squared distance is the rounded sum
// (d0² + d1²) + d2² with di = steps × spacing, whichever kernel finds it, so that results are the same bits.
#ifndef CDISTANCEKERNELS_H
#define CDISTANCEKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Along axis 0: squared distance to the nearest nonzero byte of `sites`, infinite where a line has none; the rows
// [from, to) of axis 1. `scratch` has distance_scratch(n1, n2) numbers.
void distance_first_f32(const uint8_t *sites, float *f, size_t n0, size_t n1, size_t n2, size_t from, size_t to,
                        float spacing, float *scratch);
void distance_first_f64(const uint8_t *sites, double *f, size_t n0, size_t n1, size_t n2, size_t from, size_t to,
                        double spacing, double *scratch);

// Along axis 1 in place: f[y] becomes the least f[y'] + squares[|y − y'|], in the planes [from, to) of axis 0;
// squares[k] is (k × spacing)², for k up to the extent.
// `scratch` has distance_scratch(n1, n2) numbers.
void distance_middle_f32(float *f, size_t n1, size_t n2, size_t from, size_t to, float spacing,
                         const float *squares, float *scratch);
void distance_middle_f64(double *f, size_t n1, size_t n2, size_t from, size_t to, double spacing,
                         const double *squares, double *scratch);

// Along the last axis in place, in the rows [from, to).
void distance_last_f32(float *f, size_t n2, size_t from, size_t to, float spacing,
                       const float *squares, float *scratch);
void distance_last_f64(double *f, size_t n2, size_t from, size_t to, double spacing,
                       const double *squares, double *scratch);

// Numbers of scratch memory that the passes along lines of n1 rows of n2 numbers need.
size_t distance_scratch(size_t n1, size_t n2);

// The root of each number.
void distance_roots_f32(float *f, size_t count);
void distance_roots_f64(double *f, size_t count);

// A sparse set of voxels as bits: rows of `words` words, of which the first and the last are 0.
// Voxel x of a row is bit x & 63 of word 1 + x / 64.
typedef struct {
    const uint64_t *bits;
    // Whether each row has a bit set.
    const uint8_t *occupied;
    int32_t depth, height, words;
} nearest_grid;

typedef struct {
    int32_t z, y, x;
} nearest_point;

// A row near a point's own, and its squared distance.
typedef struct {
    int32_t z, y;
    double squared;
} nearest_row;

// For each of `count` points within the grid: the least squared distance to a voxel of the set among the rows
// given (in ascending order of their squared distance), no more than squared[i] before. Writes to `open` the
// indices of points for which a row beyond these might be nearer; returns how many those are.
// columns[k] is (k × spacing)² along x, for k up to 64 × words.
size_t nearest_in_rows(const nearest_grid *grid, const nearest_row *rows, size_t row_count,
                       const double *columns, const nearest_point *points, size_t count, double *squared,
                       uint32_t *open);

// Rows along each axis of a block of rows.
enum { nearest_block = 8 };

// Lays the rows of each block over each other: `blocks` has a row of bits for each, axis 1 varying faster, all 0 before.
void nearest_blocks(const nearest_grid *grid, uint64_t *blocks);

// The same over all rows, block by block outward from each point, for the points open[0 ..< open_count]; stops after
// `budget` rows. Returns how many points were done, from the first on.
size_t nearest_in_grid(const nearest_grid *grid, const uint64_t *blocks, const double *depths, const double *heights,
                       const double *columns, const nearest_point *points, const uint32_t *open,
                       size_t open_count, double *squared, uint64_t budget);

// The least f[row][x'] + columns[|x − x'|] of each point, f being what the first two passes left: the last pass
// where it is needed.
void nearest_by_passes_f64(const double *f, size_t n1, size_t n2, const double *columns,
                           const nearest_point *points, const uint32_t *open, size_t open_count,
                           double *squared);

#endif
