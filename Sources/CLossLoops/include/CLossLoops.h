// The floor a loss is measured against: plain C loops that read and write the same arrays, and check nothing.
//
// Every loop works on a range of voxels that begins at a multiple of 16, so that threads can share the work; all
// arrays lie at 64-byte addresses. `streaming` is for arrays larger than the cache: stores go past it.
#ifndef CLOSSLOOPS_H
#define CLOSSLOOPS_H

#include <stddef.h>

// The forward pass of dice: sums[0] += Σ p t, sums[1] += Σ p, sums[2] += Σ t. Squared: Σ p², Σ t² in the last two.
void loops_dice_sums(const float *p, const float *t, size_t from, size_t to, double sums[3], int streaming);
void loops_squared_dice_sums(const float *p, const float *t, size_t from, size_t to, double sums[3], int streaming);

// The backward pass of dice, one array read: g = k0 + k1 t; and h = k2 + k3 t where h is not NULL.
void loops_dice_derivatives(float *g, float *h, const float *t, const float k[4], size_t from, size_t to, int streaming);

// The backward pass of squared dice, both arrays read: g = k0 p + k1 t; and h = k2 + (k3 p + k4 t) p.
void loops_squared_dice_derivatives(float *g, float *h, const float *p, const float *t, const float k[5], size_t from,
                                    size_t to, int streaming);

// Keeps this thread, and the threads and processes it starts from now on, to the first processor it may use; and lets
// it use all of them again. Pinned, a tool that starts threads of its own is still measured on a single core.
void loops_pin(void);
void loops_unpin(void);

#endif
