/* Fails one chosen allocation, so that a test can walk through every out-of-memory path:
 *
 *     for (long n = 1;; n++) {
 *         eg_failing_malloc_after(n);
 *         status = thing_under_test();
 *         bool failed = eg_failing_malloc_triggered();
 *         eg_failing_malloc_after(0);
 *         if (!failed) break;
 *         assert_int_equal(status, EG_NO_MEMORY);
 *     }
 *
 * Every test is linked with --wrap for malloc, calloc and realloc, so this reaches our code and the test's own, not what
 * shared libraries allocate. Safe from any thread: the count is shared by all of them. */
#ifndef EG_TESTS_SUPPORT_FAILING_MALLOC_H
#define EG_TESTS_SUPPORT_FAILING_MALLOC_H

#include <stdbool.h>

/* The n-th allocation from now fails, once; 0: none does. Forgets an earlier order and whether it was carried out. */
void eg_failing_malloc_after(long n);

/* Whether the ordered failure has happened. */
bool eg_failing_malloc_triggered(void);

#endif
