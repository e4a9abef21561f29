/* The two ways to add arcs to cells write the same numbers, wherever arcs lie and however long their segments are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "render/cells_wide.h"
#include "render/scratch.h"
#include "support/test_random.h"

#define N_ARCS 300u
#define MOST_POINTS 400u
#define FAR 60000 /* grid units: some of which make a pixel */

struct arcs {
    struct eg_point *points;
    uint32_t start[N_ARCS + 1];
    struct eg_cells_arc arcs[N_ARCS];
    struct eg_plane_level level;
};

static struct eg_cells_table some_colours(void)
{
    struct eg_cells_table table;
    for (uint32_t p = 0; p < 256; p++) {
        int v = (int)p;
        table.pairs[p] = eg_simd_pairs(v, 255 - v, v * 7 % 256, p % 3 == 0 ? 0 : 255);
        table.same_as[p] = (uint8_t)p;
    }
    return table;
}

static int32_t near(struct eg_test_random *random, int32_t at, uint32_t step)
{
    int32_t next = at + (int32_t)eg_test_random_below(random, 2 * step + 1) - (int32_t)step;
    return next < -FAR ? -FAR : next > 2 * FAR ? 2 * FAR : next;
}

/* Walks of 2 points to some hundred: in steps of up to `step`, some of them straight along a row or column. */
static void walk(struct arcs *arcs, struct eg_test_random *random, uint32_t step)
{
    uint32_t n = 0;
    for (uint32_t a = 0; a < N_ARCS; a++) {
        uint32_t n_points = 2 + eg_test_random_below(random, a % 16 == 0 ? MOST_POINTS - 2 : 12);
        struct eg_point at = {near(random, FAR / 2, 2 * FAR / 3), near(random, FAR / 2, 2 * FAR / 3)};
        arcs->start[a] = n;
        arcs->arcs[a] = (struct eg_cells_arc){a, (uint8_t)eg_test_random_below(random, 256),
                                              (uint8_t)eg_test_random_below(random, 256)};
        for (uint32_t i = 0; i < n_points; i++) {
            uint32_t way = eg_test_random_below(random, 8);
            arcs->points[n++] = at;
            if (way != 0) at.x = near(random, at.x, step);
            if (way != 1) at.y = near(random, at.y, step);
        }
    }
    arcs->start[N_ARCS] = n;
    arcs->level = (struct eg_plane_level){arcs->start, arcs->points};
}

static struct eg_cells *cells_of(struct eg_render_scratch *scratch, const struct eg_window *window)
{
    struct eg_cells *cells = &scratch->cells;
    assert_int_equal(eg_scratch_for_cells(scratch, NULL), EG_OK);
    cells->width = (int32_t)window->width;
    cells->height = (int32_t)window->height;
    cells->count_left = 1;
    cells->count_right = 0;
    return cells;
}

static void assert_same(const struct eg_cells *a, const struct eg_cells *b)
{
    size_t n = (size_t)EG_CELLS_HEIGHT * EG_CELLS_PITCH;
    assert_memory_equal(a->sums, b->sums, n * sizeof *a->sums);
    assert_memory_equal(a->edge, b->edge, (EG_CELLS_HEIGHT + 1) * sizeof *a->edge);
    assert_memory_equal(&a->corner, &b->corner, sizeof a->corner);
}

/* Sweeping finds all that was added only where the flags say so. */
static void assert_swept_clean(struct eg_cells *cells, struct eg_rgba *pixels)
{
    static const eg_u32x4 nothing;
    (void)eg_cells_sweep(cells, nothing, pixels, EG_CELLS_WIDTH);
    for (size_t i = 0; i < (size_t)EG_CELLS_HEIGHT * EG_CELLS_PITCH; i++)
        for (int k = 0; k < 4; k++) assert_int_equal(cells->sums[i][k], 0);
}

static void both_ways_add_the_same(void **state)
{
    static const uint32_t steps[] = {3, 20, 60, 200, 900, 5000, 60000};
    (void)state;
    if (!eg_cells_wide_works()) {
        print_message("# this processor has no AVX-512: one way to compare with itself\n");
        skip();
    }
    struct eg_test_random random = eg_test_random_new();
    struct arcs *arcs = calloc(1, sizeof *arcs);
    arcs->points = calloc((size_t)N_ARCS * MOST_POINTS, sizeof *arcs->points);
    struct eg_render_scratch *narrow = eg_render_scratch_new(), *wide = eg_render_scratch_new();
    struct eg_rgba *pixels = calloc((size_t)EG_CELLS_WIDTH * EG_CELLS_HEIGHT, 2 * sizeof *pixels),
                   *others = pixels + (size_t)EG_CELLS_WIDTH * EG_CELLS_HEIGHT;
    struct eg_cells_table table = some_colours();
    for (uint32_t round = 0; round < 10 * EG_ARRAY_LEN(steps); round++) {
        double px_per_unit = (0.3 + eg_test_random_unit(&random)) / 100;
        struct eg_view view = {.width = 1000,
                               .height = 700,
                               .top = FAR,
                               .px_per_unit_x = px_per_unit,
                               .px_per_unit_y = px_per_unit};
        struct eg_window window =
            eg_window_of(&view, eg_test_random_below(&random, 400), eg_test_random_below(&random, 300),
                         1 + eg_test_random_below(&random, EG_CELLS_WIDTH),
                         1 + eg_test_random_below(&random, EG_CELLS_HEIGHT), 0);
        struct eg_cells *a = cells_of(narrow, &window), *b = cells_of(wide, &window);
        walk(arcs, &random, steps[round % EG_ARRAY_LEN(steps)]);
        eg_cells_add_narrow(a, &window, &arcs->level, arcs->arcs, N_ARCS, &table);
        eg_cells_add_wide(b, &window, &arcs->level, arcs->arcs, N_ARCS, &table);
        assert_same(a, b);
        assert_swept_clean(a, pixels);
        assert_swept_clean(b, others);
        assert_memory_equal(pixels, others, (size_t)EG_CELLS_WIDTH * EG_CELLS_HEIGHT * sizeof *pixels);
    }
    eg_render_scratch_free(narrow);
    eg_render_scratch_free(wide);
    free(arcs->points);
    free(arcs);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_add_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
