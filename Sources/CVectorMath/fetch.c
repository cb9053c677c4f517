// Memory asked for before it is read.
#include "CVectorMath.h"

enum { LINE = 64, MOST = 1024 };

void vm_fetch(const void *from, size_t bytes, size_t lanes, size_t lane_bytes) {
    if (bytes > MOST) bytes = MOST;
    for (size_t lane = 0; lane < lanes; ++lane) {
        const char *line = (const char *)from + lane * lane_bytes;
        for (size_t i = 0; i < bytes; i += LINE) __builtin_prefetch(line + i, 0, 2);
    }
}
