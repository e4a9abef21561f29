/* Whom entries serve across boundary sets: sets made of one that cross each other, and sets that were drawn apart, whose borders differ by
 * hairlines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "directory/directory.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

/* Six columns and four rows of squares, a tenth of a degree wide; "half" is west or east of the third column's border, "band" each two
 * rows; "strip" is drawn apart: its first border is a hair off that of the squares. */
#define COLUMNS 6
#define ROWS 4
#define HAIR 4e-5 /* degrees: 4.4 m */

struct rectangle {
    const char *set, *code;
    double west, south, east, north;
};

static const struct rectangle areas[] = {
    {"square", "c00", 0, 0, 0.1, 0.1},
    {"square", "c21", 0.2, 0.1, 0.3, 0.2},
    {"square", "c33", 0.3, 0.3, 0.4, 0.4},
    {"half", "W", 0, 0, 0.3, 0.4},
    {"half", "E", 0.3, 0, 0.6, 0.4},
    {"band", "b0", 0, 0, 0.6, 0.2},
    {"band", "b1", 0, 0.2, 0.6, 0.4},
    {"strip", "s0", 0, 0, 0.1 + HAIR, 0.4},
    {"strip", "s1", 0.1 + HAIR, 0, 0.2, 0.4},
    {"strip", "s2", 0.2, 0, 0.3005, 0.4},
    {"strip", "s3", 0.3005, 0, 0.30055, 0.4},
    {"strip", "s4", 0.30055, 0, 0.4 - HAIR, 0.4},
    {"strip", "s5", 0.4 - HAIR, 0.2, 0.6, 0.39},
};
#define N_AREAS (sizeof areas / sizeof *areas)

static void write_feature(struct eg_buffer *out, const struct rectangle *at, const char *more)
{
    eg_buffer_printf(out,
                     "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\"%s},\"geometry\":{\"type\":"
                     "\"Polygon\",\"coordinates\":[[[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],"
                     "[%.7f,%.7f]]]}}",
                     out->data[out->len - 1] == '}' ? "," : "", at->code, more, at->west, at->south, at->east,
                     at->south, at->east, at->north, at->west, at->north, at->west, at->south);
}

static void write_boundaries(void)
{
    struct eg_buffer squares, strips;
    eg_buffer_init(&squares, 0);
    eg_buffer_init(&strips, 0);
    eg_buffer_literal(&squares, "{\"type\":\"FeatureCollection\",\"features\":[");
    eg_buffer_literal(&strips, squares.data);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        int column = i % COLUMNS, row = i / COLUMNS;
        char code[16], more[64];
        (void)snprintf(code, sizeof code, "c%d%d", column, row);
        (void)snprintf(more, sizeof more, ",\"half\":\"%s\",\"band\":\"b%d\"", column < 3 ? "W" : "E",
                       row / 2);
        struct rectangle at = {NULL, code, column / 10.0, row / 10.0, (column + 1) / 10.0, (row + 1) / 10.0};
        write_feature(&squares, &at, more);
    }
    for (size_t i = 0; i < N_AREAS; i++)
        if (strcmp(areas[i].set, "strip") == 0) write_feature(&strips, &areas[i], "");
    eg_buffer_literal(&squares, "]}");
    eg_buffer_literal(&strips, "]}");
    assert_false(squares.failed || strips.failed);
    (void)eg_test_temp_file("served-squares.geojson", squares.data);
    (void)eg_test_temp_file("served-strips.geojson", strips.data);
    eg_buffer_clear(&squares);
    eg_buffer_clear(&strips);
}

/* One entry for each area, its key the area's number. */
static void write_directories(struct eg_buffer *yaml)
{
    static const char *const sets[] = {"square", "half", "band", "strip"};
    eg_buffer_literal(yaml, "directories:\n");
    for (size_t s = 0; s < 4; s++) {
        struct eg_buffer rows;
        char name[32];
        eg_buffer_init(&rows, 0);
        eg_buffer_literal(&rows, "key,serves\n");
        for (size_t i = 0; i < N_AREAS; i++)
            if (strcmp(areas[i].set, sets[s]) == 0) eg_buffer_printf(&rows, "%zu,%s\n", i, areas[i].code);
        assert_false(rows.failed);
        (void)snprintf(name, sizeof name, "served-%s.csv", sets[s]);
        (void)eg_test_temp_file(name, rows.data);
        eg_buffer_clear(&rows);
        eg_buffer_printf(
            yaml,
            "  - {id: of_%s, title: T, source: \"@served-%s.csv\", columns: {key: key, serves: "
            "serves}, constants: {name: N, kind: hub}, serves_boundaries: %s, id_prefix: 's:'}\n",
            sets[s], sets[s], sets[s]);
    }
}

struct served {
    struct eg_test_load load;
    struct eg_directory *directory;
};

static int open_served(void **state)
{
    static struct served served;
    struct eg_buffer yaml;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    eg_buffer_init(&yaml, 0);
    write_boundaries();
    eg_buffer_literal(&yaml, "boundaries:\n"
                             "  - {id: square, title: S, source: \"@served-squares.geojson\", key: code}\n"
                             "  - {id: half, title: H, dissolve: {of: square, column: half}}\n"
                             "  - {id: band, title: B, dissolve: {of: square, column: band}}\n"
                             "  - {id: strip, title: T, source: \"@served-strips.geojson\", key: code}\n");
    write_directories(&yaml);
    assert_false(yaml.failed);
    eg_test_load_well(yaml.data, &served.load);
    eg_buffer_clear(&yaml);
    if (eg_entries_load(served.load.atlas, &entries, &err)) fail_msg("%s", err.message);
    assert_int_equal(eg_directory_new(entries, served.load.generation, &served.directory, &err), EG_OK);
    assert_int_equal(eg_directory_entries(served.directory)->n, N_AREAS);
    *state = &served;
    return 0;
}

static int close_served(void **state)
{
    struct served *served = *state;
    eg_directory_free(served->directory);
    eg_test_load_clear(&served->load);
    eg_test_temp_clear();
    return 0;
}

/* More than a hairline of ground, or the whole width of what is that narrow itself. */
static bool have_common_ground(const struct rectangle *a, const struct rectangle *b)
{
    double wide = fmin(a->east, b->east) - fmax(a->west, b->west);
    double high = fmin(a->north, b->north) - fmax(a->south, b->south);
    bool is_narrow = a->east - a->west < 1.5 * HAIR || b->east - b->west < 1.5 * HAIR;
    return high > 1e-9 && wide > (is_narrow ? 1e-9 : 2 * HAIR);
}

static void an_area_is_served_by_all_that_have_ground_in_common_with_it(void **state)
{
    struct served *served = *state;
    for (size_t asked = 0; asked < N_AREAS; asked++) {
        struct eg_directory_query query = {.limit = N_AREAS};
        struct eg_directory_result result = {0};
        bool found[N_AREAS] = {false};
        query.serves_boundaries = eg_test_set(&served->load, areas[asked].set);
        query.serves_area = eg_test_area(&served->load, areas[asked].set, areas[asked].code);
        assert_int_equal(eg_directory_search(served->directory, &query, &result, NULL), EG_OK);
        for (uint32_t i = 0; i < result.n; i++) {
            const struct eg_entry *entry =
                eg_directory_entries(served->directory)->items[result.hits[i].entry];
            uint32_t key = 0;
            assert_true(eg_text_to_u32(entry->field[EG_ENTRY_KEY], &key) && key < N_AREAS);
            found[key] = true;
        }
        eg_directory_result_clear(&result);
        for (size_t i = 0; i < N_AREAS; i++) {
            bool expected = have_common_ground(&areas[asked], &areas[i]);
            if (found[i] != expected)
                print_error("%s:%s by who names %s:%s\n", areas[asked].set, areas[asked].code, areas[i].set,
                            areas[i].code);
            assert_int_equal(found[i], expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_is_served_by_all_that_have_ground_in_common_with_it),
    };
    return cmocka_run_group_tests(tests, open_served, close_served);
}
