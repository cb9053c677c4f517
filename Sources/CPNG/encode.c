// Encoding to memory.
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
} sink;

static void write_bytes(png_structp png, png_bytep bytes, size_t length) {
    sink *to = png_get_io_ptr(png);
    if (to->length + length > to->capacity) {
        size_t capacity = (to->length + length) * 2 + 4096;
        uint8_t *grown = realloc(to->bytes, capacity);
        if (!grown) png_error(png, "not enough memory for the encoded image");
        to->bytes = grown;
        to->capacity = capacity;
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void flush(png_structp png) { (void)png; }

static void describe(png_structp png, png_infop info, const cpng_header *header) {
    png_set_IHDR(png, info, header->width, header->height, header->bit_depth, header->colour_type,
                 header->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (header->colour_type != PNG_COLOR_TYPE_PALETTE) return;
    png_color palette[256];
    for (int i = 0; i < header->palette_count; ++i)
        palette[i] = (png_color){header->palette[i][0], header->palette[i][1], header->palette[i][2]};
    png_set_PLTE(png, info, palette, header->palette_count);
}

int cpng_encode(const cpng_header *header, const uint8_t *samples, size_t samples_length, int compression,
                uint8_t **encoded, size_t *encoded_length, char *message) {
    cpng_report report = {.message = message};
    message[0] = 0;
    size_t row_bytes = cpng_row_bytes(header, CPNG_AS_STORED);
    if (!row_bytes || samples_length / row_bytes < header->height || header->palette_count > 256) {
        snprintf(message, CPNG_MESSAGE_CAPACITY, "the samples do not fill the image");
        return 1;
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &report, cpng_on_error, cpng_on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    // On the heap, so that what it points to survives a longjmp.
    sink *to = calloc(1, sizeof *to);
    if (!info || !to) {
        png_destroy_write_struct(&png, NULL);
        free(to);
        snprintf(message, CPNG_MESSAGE_CAPACITY, "not enough memory to start encoding");
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(to->bytes);
        free(to);
        return 1;
    }
    png_set_write_fn(png, to, write_bytes, flush);
    png_set_compression_level(png, compression);
    describe(png, info, header);
    png_write_info(png, info);
    if (header->bit_depth < 8) png_set_packing(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (header->bit_depth == 16) png_set_swap(png);
#endif
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; ++pass)
        for (uint32_t y = 0; y < header->height; ++y) png_write_row(png, samples + y * row_bytes);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *encoded = to->bytes;
    *encoded_length = to->length;
    free(to);
    return 0;
}
