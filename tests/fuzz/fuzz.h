/* What every fuzz target defines: one call per input, returning 0. See replay_main.c and tools/fuzz.sh. */
#ifndef EG_TESTS_FUZZ_FUZZ_H
#define EG_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
