// Not to be had from Swift: the declarations ask for _GNU_SOURCE.
#define _GNU_SOURCE
#include "CLossLoops.h"

#if defined(__linux__)
#include <sched.h>

static cpu_set_t all;
static int knows_all;

void loops_pin(void) {
    if (!knows_all) knows_all = sched_getaffinity(0, sizeof all, &all) == 0;
    for (int cpu = 0; knows_all && cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &all)) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
        return;
    }
}

void loops_unpin(void) {
    if (knows_all) sched_setaffinity(0, sizeof all, &all);
}
#else
void loops_pin(void) {}
void loops_unpin(void) {}
#endif
