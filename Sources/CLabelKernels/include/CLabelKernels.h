// Leaf kernels over label maps: counting, largest values, widening.
//
// Real masks come in runs, so counting looks for the places where either map changes, 64 voxels at a
// time, and touches the table once a run. Maps without runs (noise) are counted voxel by voxel.
#ifndef CLABELKERNELS_H
#define CLABELKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Adds to table[reference * stride + prediction] the number of voxels with that pair of values.
// Every prediction must be below `stride`, every reference below the table's rows: see `labels_largest_*`.
void labels_joint_u8(const uint8_t *prediction, const uint8_t *reference, size_t count, uint32_t stride,
                     uint64_t *table);
void labels_joint_u16(const uint16_t *prediction, const uint16_t *reference, size_t count, uint32_t stride,
                      uint64_t *table);

// A stretch of voxels with one prediction and one reference value.
typedef struct {
    uint32_t prediction, reference;
    uint64_t length;
} labels_run;

// Writes the runs of voxels from `start` on, at most `capacity` (at least 65); returns how many, and in
// `*next` the voxel to go on from (`count` when done). For values too large or too sparse for a table.
size_t labels_runs_u16(const uint16_t *prediction, const uint16_t *reference, size_t start, size_t count,
                       labels_run *runs, size_t capacity, size_t *next);
size_t labels_runs_u32(const uint32_t *prediction, const uint32_t *reference, size_t start, size_t count,
                       labels_run *runs, size_t capacity, size_t *next);

// The largest value, 0 for no voxels.
uint8_t labels_largest_u8(const uint8_t *map, size_t count);
uint16_t labels_largest_u16(const uint16_t *map, size_t count);

// The same values in a wider integer.
void labels_widen_u8_u16(const uint8_t *from, uint16_t *to, size_t count);
void labels_widen_u8_u32(const uint8_t *from, uint32_t *to, size_t count);
void labels_widen_u16_u32(const uint16_t *from, uint32_t *to, size_t count);

// Where the surfaces of labels are, in the rows [from, to) of a slice of rows × columns voxels. `before` and `after` are
// the neighbouring slices, NULL where there is none; what lies outside counts as 0. A bit for each place, in words of
// 64, (places + 63) / 64 words a row, the first row of the range first.
//
// Voxels of a label other than 0 that have another label beside them: over faces, or over edges and corners too. With
// `flat` the outsides before and after do not count. Returns 0 if the rows hold nothing but 0.
int labels_surface_u8(const uint8_t *slice, const uint8_t *before, const uint8_t *after, size_t rows, size_t columns,
                       size_t from, size_t to, int corners, int flat, uint64_t *bits);
int labels_surface_u16(const uint16_t *slice, const uint16_t *before, const uint16_t *after, size_t rows,
                        size_t columns, size_t from, size_t to, int corners, int flat, uint64_t *bits);
int labels_surface_u32(const uint32_t *slice, const uint32_t *before, const uint32_t *after, size_t rows,
                        size_t columns, size_t from, size_t to, int corners, int flat, uint64_t *bits);

// Corners between voxels whose eight (with `flat` four) voxels are not all alike, in the rows [from, to) of the
// (rows + 1) × (columns + 1) corners between `before` and `slice`, either of which may be NULL.
void labels_corners_u8(const uint8_t *slice, const uint8_t *before, size_t rows, size_t columns, size_t from,
                       size_t to, int flat, uint64_t *bits);
void labels_corners_u16(const uint16_t *slice, const uint16_t *before, size_t rows, size_t columns, size_t from,
                        size_t to, int flat, uint64_t *bits);
void labels_corners_u32(const uint32_t *slice, const uint32_t *before, size_t rows, size_t columns, size_t from,
                        size_t to, int flat, uint64_t *bits);

// A stretch of voxels of one label in a row: [start, end).
typedef struct {
    uint32_t start, end, label;
} labels_stretch;

// Writes the stretches of labels other than 0 of a row of `count` voxels, at most `count`; returns how many.
size_t labels_stretches_u8(const uint8_t *row, size_t count, labels_stretch *stretches);
size_t labels_stretches_u16(const uint16_t *row, size_t count, labels_stretch *stretches);
size_t labels_stretches_u32(const uint32_t *row, size_t count, labels_stretch *stretches);

#endif
