// What stands behind the image in a file.
#ifndef CPNG_STREAM_H
#define CPNG_STREAM_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    CPNG_REST_NONE,
    // Image data that libpng has not looked at: the end of the stream, or something that does not belong there.
    CPNG_REST_DATA,
    // Image data behind another chunk.
    CPNG_REST_SPLIT,
} cpng_rest;

// The chunks from `next` on, where libpng has read the last row.
cpng_rest cpng_rest_of(const uint8_t *next, size_t left);

// Whether the image data of a whole file ends where its stream does, the checksum included. Unpacks all of it, so it is asked
// only where libpng has left some over, as it does with the last bytes of a stream that lie in a chunk of their own.
int cpng_ends_with_stream(const uint8_t *bytes, size_t length);

#endif
