// libpng behind functions that return: no longjmp leaves this target, no Swift frame is ever jumped over.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

enum { CPNG_MESSAGE_CAPACITY = 320 };

// What the file says of itself. The first five fields stand in the IHDR chunk.
typedef struct {
    uint32_t width, height;
    uint8_t bit_depth, colour_type, interlaced;
    uint8_t has_transparency;  // a tRNS chunk
    uint16_t palette_count;
    uint8_t palette[256][3];
} cpng_header;

// How samples are laid out in the caller's memory; 16-bit samples are in the machine's byte order.
typedef enum {
    // Every channel as stored, one byte a sample up to 8 bits (unpacked, not scaled), two at 16.
    CPNG_AS_STORED = 0,
    // One number a pixel: grey and palette as stored without alpha; 8-bit colour as the 32-bit number
    // r + 256 g + 65536 b; 16-bit colour as stored with every channel.
    CPNG_FOR_LABELS = 1,
} cpng_layout;

// Reads signature and IHDR of a file in memory without libpng: enough to size a buffer.
// Returns 0, or 1 if the bytes are no PNG, or 2 if they end inside the header, or 3 for a CgBI file, which is no PNG either.
int cpng_peek(const uint8_t *bytes, size_t length, cpng_header *header);

// Bytes a row takes in `layout`, for a header that `cpng_peek` filled.
size_t cpng_row_bytes(const cpng_header *header, cpng_layout layout);

// Decodes a whole file from memory. `out` must hold height rows of `cpng_row_bytes`. Fills `header`.
// Returns 0, or a non-zero value with a text in `message` (CPNG_MESSAGE_CAPACITY bytes).
int cpng_decode(const uint8_t *bytes, size_t length, cpng_layout layout, uint8_t *out, size_t out_length,
                cpng_header *header, char *message);

// Encodes an image to memory: samples laid out CPNG_AS_STORED. `*encoded` is to be released with free().
// `compression` is zlib's level, 0 to 9. Palette and tRNS are written as the header says.
int cpng_encode(const cpng_header *header, const uint8_t *samples, size_t samples_length, int compression,
                uint8_t **encoded, size_t *encoded_length, char *message);

#endif
