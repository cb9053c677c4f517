// The floor a PNG scorer is measured against: plain C loops over files in memory, reusing their buffers.
#ifndef CDECODELOOPS_H
#define CDECODELOOPS_H

#include <stddef.h>
#include <stdint.h>

// Decodes one file with libpng, rows into `out`. Returns bytes of pixels, 0 if it failed or did not fit.
size_t loops_decode(const uint8_t *file, size_t length, uint8_t *out, size_t capacity);

// Collects the file's IDAT data into `idat` (capacity at least the file's length). Returns its length.
size_t loops_collect(const uint8_t *file, size_t length, uint8_t *idat);

// Inflates `idat` into `out`: what decoding costs before filters are undone. Returns bytes, 0 on failure.
size_t loops_inflate(const uint8_t *idat, size_t length, uint8_t *out, size_t capacity);

#endif
