/* Common ground against GEOS: stars that overlap, touch, lie in one another's holes or apart; neighbours whose common border was drawn
 * twice, so that they overlap by hairlines and by more. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/outline.h"
#include "support/failing_malloc.h"
#include "support/shared_circle.h"
#include "support/test_random.h"

#define N_TRIALS 800
#define N_VERTICES 200
#define SIDE 1e6

static struct eg_test_random dice;

static double between(double low, double high)
{
    return low + (high - low) * eg_test_random_unit(&dice);
}

/* A polygon of whole numbers, as GEOS and as the outline have it. */
struct ground {
    double xy[2 * N_VERTICES];
    uint32_t start[3], n_rings;
    struct eg_outline outline;
    GEOSGeometry *geometry;
};

static void add_point(struct ground *ground, double x, double y)
{
    uint32_t at = ground->start[ground->n_rings + 1]++;
    assert_true(at < N_VERTICES);
    ground->xy[2 * at] = round(x);
    ground->xy[2 * at + 1] = round(y);
}

static void end_ring(struct ground *ground)
{
    ground->n_rings++;
    if (ground->n_rings < 2) ground->start[ground->n_rings + 1] = ground->start[ground->n_rings];
}

static void add_star(struct ground *ground, double x, double y, double least, double most)
{
    uint32_t n = 8 + eg_test_random_below(&dice, 16); /* so many that the star's middle is within */
    for (uint32_t i = 0; i < n; i++) {
        double angle = 2 * M_PI * (i + between(0, 0.8)) / n, away = between(least, most);
        add_point(ground, x + away * cos(angle), y + away * sin(angle));
    }
    end_ring(ground);
}

static struct eg_point point_of(const struct ground *ground, uint32_t at)
{
    return (struct eg_point){(int32_t)ground->xy[2 * at], (int32_t)ground->xy[2 * at + 1]};
}

/* Edges in any direction, the last rings first. */
static void finish(struct ground *ground, GEOSContextHandle_t geos)
{
    ground->geometry = eg_test_geos_polygon(geos, ground->xy, ground->start, ground->n_rings);
    for (uint32_t r = ground->n_rings; r-- > 0;) {
        uint32_t n = ground->start[r + 1] - ground->start[r];
        for (uint32_t i = 0; i < n; i++) {
            struct eg_point a = point_of(ground, ground->start[r] + i);
            struct eg_point b = point_of(ground, ground->start[r] + (i + 1) % n);
            bool turns = eg_test_random_below(&dice, 2) == 0;
            assert_true(eg_outline_add(&ground->outline, turns ? b : a, turns ? a : b));
        }
    }
}

static void clear_ground(struct ground *ground, GEOSContextHandle_t geos)
{
    eg_outline_clear(&ground->outline);
    GEOSGeom_destroy_r(geos, ground->geometry);
}

static void make_stars(struct ground *one, struct ground *other)
{
    double size = between(2e3, SIDE), at = between(0, 2 * M_PI), away = between(0, 2) * size;
    add_star(one, 0, 0, 0.5 * size, size);
    if (eg_test_random_below(&dice, 2) == 0) add_star(one, 0, 0, 0.1 * size, 0.3 * size);
    if (eg_test_random_below(&dice, 3) == 0)
        add_star(other, between(-9, 9), between(-9, 9), 0.05 * size, 0.3 * size);
    else add_star(other, away * cos(at), away * sin(at), 0.1 * size, size);
}

/* A border from south to north that both have, one of them with each point moved by up to `off`. */
static void make_neighbours(struct ground *one, struct ground *other, double off)
{
    enum { N = 60 };
    double x[N], y[N], step = SIDE / N;
    for (int i = 0; i < N; i++) {
        x[i] = between(-step, step);
        y[i] = (i + between(-0.2, 0.2)) * step;
    }
    for (int i = 0; i < N; i++) add_point(one, x[i], y[i]);
    add_point(one, -SIDE, y[N - 1]);
    add_point(one, -SIDE, y[0]);
    end_ring(one);
    for (int i = 0; i < N; i++) add_point(other, x[i] + between(-off, off), y[i] + between(-0.5, 0.5) * off);
    add_point(other, SIDE, y[N - 1]);
    add_point(other, SIDE, y[0]);
    end_ring(other);
}

/* *n_fit_out and *n_not_out count the trials in which GEOS was sure. */
static void try(GEOSContextHandle_t geos, uint32_t *n_fit_out, uint32_t *n_not_out)
{
    struct ground one = {0}, other = {0};
    double clear = between(64, 3000);
    bool shares = false, shares_back = false;
    if (eg_test_random_below(&dice, 2) == 0) make_stars(&one, &other);
    else make_neighbours(&one, &other, clear * between(0, 2.5));
    finish(&one, geos);
    finish(&other, geos);
    assert_int_equal(eg_outline_share(&one.outline, &other.outline, clear, &shares, NULL), EG_OK);
    assert_int_equal(eg_outline_share(&other.outline, &one.outline, clear, &shares_back, NULL), EG_OK);
    if (eg_test_circle_fits(geos, one.geometry, other.geometry, clear * 1.07)) {
        assert_true(shares && shares_back);
        ++*n_fit_out;
    } else if (!eg_test_circle_fits(geos, one.geometry, other.geometry, clear * 0.999)) {
        assert_false(shares || shares_back);
        ++*n_not_out;
    }
    clear_ground(&one, geos);
    clear_ground(&other, geos);
}

static void ground_is_shared_where_geos_fits_a_circle(void **state)
{
    (void)state;
    dice = eg_test_random_new();
    GEOSContextHandle_t geos = GEOS_init_r();
    uint32_t n_fit = 0, n_not = 0;
    for (uint32_t i = 0; i < N_TRIALS; i++) try(geos, &n_fit, &n_not);
    GEOS_finish_r(geos);
    assert_true(n_fit > N_TRIALS / 5);
    assert_true(n_not > N_TRIALS / 5);
    assert_true(n_fit + n_not > N_TRIALS * 9 / 10);
}

static void add_rectangle(struct eg_outline *outline, int32_t x, int32_t y, int32_t wide, int32_t high)
{
    struct eg_point corner[] = {{x, y}, {x + wide, y}, {x + wide, y + high}, {x, y + high}};
    for (int i = 0; i < 4; i++) assert_true(eg_outline_add(outline, corner[i], corner[(i + 1) % 4]));
}

/* Also over the whole grid, where products of coordinates need more than 64 bits. */
static void neighbours_share_no_ground_and_a_strip_is_shared_when_it_is_wide_enough(void **state)
{
    (void)state;
    static const int32_t sides[] = {100000, INT32_MAX / 2};
    for (int i = 0; i < 2; i++) {
        int32_t side = sides[i];
        struct eg_outline west = {0}, east = {0}, strip = {0};
        bool shares = true;
        add_rectangle(&west, -side, -side, side, 2 * side);
        add_rectangle(&east, 0, -side, side, 2 * side);
        add_rectangle(&strip, -2200, -side, 1 << 20, 2 * side);
        assert_int_equal(eg_outline_share(&west, &east, side / 100, &shares, NULL), EG_OK);
        assert_false(shares);
        assert_int_equal(eg_outline_share(&west, &strip, 1000, &shares, NULL), EG_OK);
        assert_true(shares);
        assert_int_equal(eg_outline_share(&west, &strip, 1101, &shares, NULL), EG_OK);
        assert_false(shares);
        eg_outline_clear(&west);
        eg_outline_clear(&east);
        eg_outline_clear(&strip);
    }
}

static void the_middle_lies_in_the_widest_stretch(void **state)
{
    (void)state;
    struct eg_outline outline = {0};
    bool found = true;
    double x = 0, y = 0;
    assert_int_equal(eg_outline_middle(&outline, &found, &x, &y, NULL), EG_OK);
    assert_false(found);
    add_rectangle(&outline, 0, 0, 1000, 400);
    add_rectangle(&outline, 100, 100, 200, 200); /* a hole */
    assert_int_equal(eg_outline_middle(&outline, &found, &x, &y, NULL), EG_OK);
    assert_true(found && x == 650 && y == 200.5);
    eg_outline_clear(&outline);
}

static void a_lack_of_memory_is_told(void **state)
{
    (void)state;
    struct eg_outline one = {0}, other = {0};
    struct eg_error err = {0};
    bool shares = false;
    add_rectangle(&one, 0, 0, 100000, 100000);
    add_rectangle(&other, 99000, 0, 100000, 100000);
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = eg_outline_share(&one, &other, 600, &shares, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_false(shares);
        if (!failed) break;
        assert_true(n < 100);
    }
    eg_outline_clear(&one);
    eg_outline_clear(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground_is_shared_where_geos_fits_a_circle),
        cmocka_unit_test(neighbours_share_no_ground_and_a_strip_is_shared_when_it_is_wide_enough),
        cmocka_unit_test(the_middle_lies_in_the_widest_stretch),
        cmocka_unit_test(a_lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
