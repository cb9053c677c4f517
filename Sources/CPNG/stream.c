// What stands behind the image in a file, which libpng passes over.
#include "stream.h"

#include <string.h>
#include <zlib.h>

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// The chunk at `*next`, if it is whole; its data and length. Moves `*next` behind it.
static const uint8_t *chunk(const uint8_t **next, size_t *left, size_t *length, const uint8_t **data) {
    if (*left < 12) return NULL;
    const uint8_t *name = *next + 4;
    *length = big_endian(*next);
    if (*length > *left - 12) return NULL;
    *data = *next + 8;
    *next += *length + 12;
    *left -= *length + 12;
    return name;
}

static int is_image_data(const uint8_t *name) { return memcmp(name, "IDAT", 4) == 0; }

cpng_rest cpng_rest_of(const uint8_t *next, size_t left) {
    cpng_rest rest = CPNG_REST_NONE;
    int is_behind_another = 0;
    size_t length;
    const uint8_t *data, *name;
    while ((name = chunk(&next, &left, &length, &data))) {
        if (!is_image_data(name))
            is_behind_another = 1;
        else if (is_behind_another)
            return CPNG_REST_SPLIT;
        else if (length > 0)
            rest = CPNG_REST_DATA;
    }
    return rest;
}

// Unpacks chunk after chunk into a buffer that is thrown away.
int cpng_ends_with_stream(const uint8_t *bytes, size_t length) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit(&stream) != Z_OK) return 0;
    uint8_t thrown_away[1 << 15];
    const uint8_t *next = bytes + 8, *data, *name;
    size_t left = length - 8, count;
    int status = Z_OK, is_whole = 1;
    while (is_whole && (name = chunk(&next, &left, &count, &data))) {
        if (!is_image_data(name)) continue;
        // Nothing may follow the stream's end, in its chunk or another. A chunk has less than 2 GiB.
        if (status == Z_STREAM_END && count > 0) is_whole = 0;
        stream.next_in = (Bytef *)data;
        stream.avail_in = (uInt)count;
        while (is_whole && status == Z_OK && stream.avail_in > 0) {
            stream.next_out = thrown_away;
            stream.avail_out = sizeof thrown_away;
            status = inflate(&stream, Z_NO_FLUSH);
        }
        if (stream.avail_in > 0) is_whole = 0;
    }
    inflateEnd(&stream);
    return is_whole && status == Z_STREAM_END;
}
