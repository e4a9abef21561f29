/* An atlas of one square with a directory that is kept in a store: a GeoPackage below build/test-tmp/, or where EG_TEST_STORE says
 * (support/test_store.h). */
#ifndef EG_TESTS_SUPPORT_TEST_REGISTER_H
#define EG_TESTS_SUPPORT_TEST_REGISTER_H

#include <stdint.h>

#include "engine/engine.h"

struct eg_test_register {
    char atlas[512], store[512]; /* the store as its source: a path, or PG:... */
    struct eg_engine *engine;    /* one thread, no cache; loaded */
};

/* The store is new, and filled from two rows of a CSV: "Walks" and "Runs". Fails the running test when anything does. */
void eg_test_register_open(struct eg_test_register *test_out);
/* One more engine on the same atlas and store, as another process would be. */
struct eg_engine *eg_test_register_engine(const struct eg_test_register *test);
/* Adds that many entries, "Many 1" ..., with ids 0b000000-0000-5000-8000-000000000001 ..., as another program would. */
void eg_test_register_add(const struct eg_test_register *test, uint32_t n);
/* Fails the running test unless what the engine shows is what its store holds, every row letter by letter. */
void eg_test_register_is_stored(struct eg_engine *engine);
void eg_test_register_close(struct eg_test_register *test);

#endif
