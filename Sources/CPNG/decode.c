// Decoding from memory into the caller's memory.
#include "messages.h"
#include "stream.h"

#include <stdio.h>
#include <string.h>

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int cpng_peek(const uint8_t *bytes, size_t length, cpng_header *header) {
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
    memset(header, 0, sizeof *header);
    size_t seen = length < 8 ? length : 8;
    if (seen == 0 || memcmp(bytes, signature, seen) != 0) return 1;
    if (length < 16) return 2;
    if (memcmp(bytes + 12, "CgBI", 4) == 0) return 3;
    if (length < 29) return 2;
    if (memcmp(bytes + 12, "IHDR", 4) != 0) return 1;
    header->width = big_endian(bytes + 16);
    header->height = big_endian(bytes + 20);
    header->bit_depth = bytes[24];
    header->colour_type = bytes[25];
    header->interlaced = bytes[28];
    return 0;
}

static size_t channels(const cpng_header *header) {
    switch (header->colour_type) {
    case PNG_COLOR_TYPE_GRAY_ALPHA: return 2;
    case PNG_COLOR_TYPE_RGB: return 3;
    case PNG_COLOR_TYPE_RGB_ALPHA: return 4;
    default: return 1;
    }
}

size_t cpng_row_bytes(const cpng_header *header, cpng_layout layout) {
    size_t sample = header->bit_depth == 16 ? 2 : 1;
    size_t per_pixel = channels(header) * sample;
    if (layout == CPNG_FOR_LABELS) {
        if (header->colour_type == PNG_COLOR_TYPE_GRAY_ALPHA) per_pixel = sample;
        if ((header->colour_type & PNG_COLOR_MASK_COLOR) && header->colour_type != PNG_COLOR_TYPE_PALETTE &&
            sample == 1)
            per_pixel = 4;
    }
    return per_pixel * header->width;
}

typedef struct {
    const uint8_t *next;
    size_t left;
} source;

static void read_bytes(png_structp png, png_bytep out, size_t length) {
    source *from = png_get_io_ptr(png);
    if (length > from->left) png_error(png, "the file ends too early");
    memcpy(out, from->next, length);
    from->next += length;
    from->left -= length;
}

static void copy_header(png_structp png, png_infop info, cpng_header *header) {
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->bit_depth = png_get_bit_depth(png, info);
    header->colour_type = png_get_color_type(png, info);
    header->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    header->has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    png_colorp palette = NULL;
    int count = 0;
    if (png_get_PLTE(png, info, &palette, &count) && header->colour_type == PNG_COLOR_TYPE_PALETTE) {
        header->palette_count = (uint16_t)count;
        for (int i = 0; i < count && i < 256; ++i) {
            header->palette[i][0] = palette[i].red;
            header->palette[i][1] = palette[i].green;
            header->palette[i][2] = palette[i].blue;
        }
    }
}

static void lay_out(png_structp png, const cpng_header *header, cpng_layout layout) {
    if (header->bit_depth < 8) png_set_packing(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (header->bit_depth == 16) png_set_swap(png);
#endif
    if (layout == CPNG_FOR_LABELS) {
        if (header->colour_type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_strip_alpha(png);
        if (header->colour_type == PNG_COLOR_TYPE_RGB && header->bit_depth == 8)
            png_set_filler(png, 0, PNG_FILLER_AFTER);
    }
}

// Colour with alpha arrives as r, g, b, a; a label is the colour alone.
static void drop_alpha(uint8_t *row, size_t pixels) {
    for (size_t i = 0; i < pixels; ++i) row[4 * i + 3] = 0;
}

int cpng_decode(const uint8_t *bytes, size_t length, cpng_layout layout, uint8_t *out, size_t out_length,
                cpng_header *header, char *message) {
    cpng_report report = {.message = message};
    source from = {bytes, length};
    message[0] = 0;
    cpng_header peeked;
    if (cpng_peek(bytes, length, &peeked) != 0) {
        snprintf(message, CPNG_MESSAGE_CAPACITY, "no PNG header");
        return 1;
    }
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &report, cpng_on_error, cpng_on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        snprintf(message, CPNG_MESSAGE_CAPACITY, "not enough memory to start decoding");
        return 1;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    png_set_read_fn(png, &from, read_bytes);
    // A damaged stream must be an error even where libpng could go on: labels are evidence.
    png_set_benign_errors(png, 0);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
    // Text, colour profiles, times and the like say nothing about labels, and a fault in one is none in them.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "tRNS", 1);
#endif
    // The caller compares the largest index with the palette itself, several times faster than libpng.
    png_set_check_for_invalid_index(png, 0);
    png_read_info(png, info);
    copy_header(png, info, header);
    if (header->width != peeked.width || header->height != peeked.height ||
        header->bit_depth != peeked.bit_depth || header->colour_type != peeked.colour_type)
        png_error(png, "the header changed while it was read");
    lay_out(png, header, layout);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row_bytes = cpng_row_bytes(header, layout);
    if (png_get_rowbytes(png, info) != row_bytes || out_length / row_bytes < header->height)
        png_error(png, "the buffer does not fit the image");
    for (int pass = 0; pass < passes; ++pass)
        for (uint32_t y = 0; y < header->height; ++y) png_read_row(png, out + y * row_bytes, NULL);
    cpng_rest rest = cpng_rest_of(from.next, from.left);
    if (rest == CPNG_REST_SPLIT) png_error(png, "the image data is split by another chunk");
    if (rest == CPNG_REST_DATA && !cpng_ends_with_stream(bytes, length))
        png_error(png, "image data goes on behind the end of the image, or its checksum is wrong");
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    if (layout == CPNG_FOR_LABELS && header->colour_type == PNG_COLOR_TYPE_RGB_ALPHA && header->bit_depth == 8)
        drop_alpha(out, (size_t)header->width * header->height);
    return 0;
}
