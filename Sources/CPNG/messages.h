// Error and warning texts of one libpng run, shared by the reader and the writer.
#ifndef CPNG_MESSAGES_H
#define CPNG_MESSAGES_H

#include "CPNG.h"
#include <png.h>

typedef struct {
    char *message;  // the caller's, CPNG_MESSAGE_CAPACITY bytes
    // libpng gives the reason for some errors (an oversized header, say) only in the warning before.
    char last_warning[128];
} cpng_report;

void cpng_on_error(png_structp png, png_const_charp text) __attribute__((noreturn));
void cpng_on_warning(png_structp png, png_const_charp text);

#endif
