#include "messages.h"

#include <stdio.h>

void cpng_on_error(png_structp png, png_const_charp text) {
    cpng_report *report = png_get_error_ptr(png);
    if (report->last_warning[0])
        snprintf(report->message, CPNG_MESSAGE_CAPACITY, "%s (%s)", text, report->last_warning);
    else
        snprintf(report->message, CPNG_MESSAGE_CAPACITY, "%s", text);
    png_longjmp(png, 1);
}

void cpng_on_warning(png_structp png, png_const_charp text) {
    cpng_report *report = png_get_error_ptr(png);
    snprintf(report->last_warning, sizeof report->last_warning, "%s", text);
}
