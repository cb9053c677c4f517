// Counts what a thread allocates, in a test that asks for it.
#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stddef.h>

/// Starts counting the calling thread's allocations at 0.
void allocation_counter_start(void);
/// Stops counting.
///
/// \returns the number since the start, or a negative number where they cannot be counted (only glibc's can).
long allocation_counter_stop(void);

#endif
