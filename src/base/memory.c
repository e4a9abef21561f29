/* Array allocation with checked multiplication. Growth doubles, so that n appends copy fewer than 2n items. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Smaller arrays may hold no whole huge page. */
#define HUGE_BYTES ((size_t)4 << 20)

static bool array_bytes(size_t count, size_t item_bytes, size_t *bytes_out)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes > PTRDIFF_MAX) return false;
    *bytes_out = bytes > 0 ? bytes : 1;
    return true;
}

/* Asks for large arrays to lie in huge pages, where the system leaves that choice to the program (Debian does): fewer page
 * faults, fewer misses in the address cache. A country's topology takes a sixth less time. A refusal is harmless. */
static void *in_huge_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (memory && bytes >= HUGE_BYTES) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        size_t off = (size_t)(-(uintptr_t)memory & (page - 1));
        (void)madvise((char *)memory + off, (bytes - off) & ~(size_t)(page - 1), MADV_HUGEPAGE);
    }
#else
    (void)bytes;
#endif
    return memory;
}

void *eg_memory_array(size_t count, size_t item_bytes)
{
    size_t bytes;
    return array_bytes(count, item_bytes, &bytes) ? in_huge_pages(malloc(bytes), bytes) : NULL;
}

void *eg_memory_zeroed(size_t count, size_t item_bytes)
{
    size_t bytes;
    return array_bytes(count, item_bytes, &bytes) ? in_huge_pages(calloc(1, bytes), bytes) : NULL;
}

bool eg_memory_reserve(void **items, size_t *capacity, size_t needed, size_t item_bytes)
{
    if (needed <= *capacity) return true;
    size_t wanted = *capacity < 8 ? 8 : *capacity > SIZE_MAX / 2 ? SIZE_MAX : *capacity * 2;
    if (wanted < needed) wanted = needed;
    size_t bytes;
    if (!array_bytes(wanted, item_bytes, &bytes)) {
        wanted = needed; /* doubling overflows, but what is needed may still fit */
        if (!array_bytes(wanted, item_bytes, &bytes)) return false;
    }
    void *grown = realloc(*items, bytes);
    if (!grown) return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

void eg_memory_shrink(void **items, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (!*items || !array_bytes(count > 0 ? count : 1, item_bytes, &bytes)) return;
    void *shrunk = realloc(*items, bytes);
    if (shrunk) *items = shrunk;
}

/* Linux keeps ru_maxrss across exec, so a small program started by a large one would report the large one's peak.
 * VmHWM belongs to this program's own memory. */
static size_t peak_from_proc(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    if (!status) return 0;
    char line[256];
    unsigned long long kib = 0;
    while (fgets(line, sizeof line, status)) {
        if (sscanf(line, "VmHWM: %llu kB", &kib) == 1) break;
    }
    (void)fclose(status);
    return (size_t)kib * 1024;
}

size_t eg_memory_peak_bytes(void)
{
    size_t peak_bytes = peak_from_proc();
    if (peak_bytes > 0) return peak_bytes;
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0 || usage.ru_maxrss < 0) return 0;
    return (size_t)usage.ru_maxrss * 1024;
}
