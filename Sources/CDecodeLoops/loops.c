#include "CDecodeLoops.h"

#include <png.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    const uint8_t *next, *end;
} source;

static void read_bytes(png_structp png, png_bytep out, size_t length) {
    source *from = png_get_io_ptr(png);
    if (length > (size_t)(from->end - from->next)) png_error(png, "end of file");
    memcpy(out, from->next, length);
    from->next += length;
}

size_t loops_decode(const uint8_t *file, size_t length, uint8_t *out, size_t capacity) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 0;
    }
    source from = {file, file + length};
    png_set_read_fn(png, &from, read_bytes);
    png_read_info(png, info);
    size_t row = png_get_rowbytes(png, info);
    uint32_t height = png_get_image_height(png, info);
    if (row * height > capacity) png_error(png, "buffer");
    for (uint32_t y = 0; y < height; ++y) png_read_row(png, out + y * row, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return row * height;
}

size_t loops_collect(const uint8_t *file, size_t length, uint8_t *idat) {
    size_t collected = 0;
    for (size_t at = 8; at + 12 <= length;) {
        size_t size = (size_t)file[at] << 24 | (size_t)file[at + 1] << 16 | (size_t)file[at + 2] << 8 | file[at + 3];
        if (size > length - at - 12) break;
        if (memcmp(file + at + 4, "IDAT", 4) == 0) {
            memcpy(idat + collected, file + at + 8, size);
            collected += size;
        }
        at += size + 12;
    }
    return collected;
}

size_t loops_inflate(const uint8_t *idat, size_t length, uint8_t *out, size_t capacity) {
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK) return 0;
    stream.next_in = (Bytef *)idat;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    size_t produced = stream.total_out;
    inflateEnd(&stream);
    return status == Z_STREAM_END ? produced : 0;
}
