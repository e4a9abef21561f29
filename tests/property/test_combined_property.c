/* Figures of groups in random little atlases: each against the same worked out of the table's rows, and all groups together against
 * linear algebra: what is published of them adds nothing to what is published anyway, and no hidden value follows. EG_SEED
 * repeats a run. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "engine/combined.h"
#include "support/temp_file.h"
#include "support/test_generation.h"
#include "support/test_random.h"

enum { AREAS = 9, QUARTERS = 4, HALVES = 2, TRIALS = 30 };
#define PRIME 1000003U

/* Areas in quarters in halves; a number of cases that adds up, published at all levels, and a rate that is computed. */
static const char yaml[] =
    "boundaries:\n- {id: a, title: Areas, source: \"@squares.geojson\", key: code}\n"
    "- {id: q, title: Quarters, dissolve: {of: a, lookups: [{source: \"@q.csv\", key: code, code: q}]}}\n"
    "- {id: h, title: Halves, dissolve: {of: a, lookups: [{source: \"@h.csv\", key: code, code: h}]}}\n"
    "tables:\n"
    "- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", markers: {suppressed: \"*\"}, "
    "flags: "
    "{unreliable: u}}\n"
    "- {id: tq, source: \"@tq.csv\", key: code, boundaries: q, period: \"2020\", markers: {suppressed: "
    "\"*\"}}\n"
    "- {id: th, source: \"@th.csv\", key: code, boundaries: h, period: \"2020\", markers: {suppressed: "
    "\"*\"}}\n"
    "indicators:\n"
    "- {id: cases, title: Cases, additive: true, series: [{table: t, value: cases}, {table: tq, value: "
    "cases}, "
    "{table: th, value: cases}]}\n"
    "- {id: rate, title: Rate, series: {table: t, value: rate, numerator: n, denominator: d, flag: f}, "
    "aggregate: "
    "{from: a, to: [q, h], method: rate, per: 1000}}\n"
    "- {id: mean, title: Mean, series: {table: t, value: mean}, aggregate: {from: a, to: [q, h], method: "
    "weighted_mean, weight: {table: t, column: w}}}\n";

/* A table's row; a value without a state stands. */
struct row {
    enum eg_state cases, rate, mean;
    int n_cases, n, d, w;
    double score;
    uint32_t quarter, half;
};

struct trial {
    struct row rows[AREAS];
    uint32_t half_of_quarter[QUARTERS];
    bool quarter_hidden[QUARTERS], half_hidden[HALVES];
    struct eg_test_load load;
};

/* --- tables -------------------------------------------------------------------------------------------------------------- */

static enum eg_state random_state(struct eg_test_random *random, uint32_t percent_hidden)
{
    uint32_t x = eg_test_random_below(random, 100);
    if (x < percent_hidden) return EG_SUPPRESSED;
    return x >= 94 ? EG_MISSING : EG_VALID;
}

static void fill(struct trial *trial, struct eg_test_random *random)
{
    uint32_t hidden = eg_test_random_below(random, 45);
    bool nests = eg_test_random_below(random, 3) > 0;
    for (uint32_t q = 0; q < QUARTERS; q++) {
        trial->half_of_quarter[q] = eg_test_random_below(random, HALVES);
        trial->quarter_hidden[q] = eg_test_random_below(random, 8) == 0;
    }
    for (uint32_t h = 0; h < HALVES; h++) trial->half_hidden[h] = eg_test_random_below(random, 8) == 0;
    for (uint32_t i = 0; i < AREAS; i++) {
        uint32_t quarter = eg_test_random_below(random, QUARTERS),
                 other = eg_test_random_below(random, HALVES);
        int d = 20 + (int)eg_test_random_below(random, 500);
        trial->rows[i] = (struct row){.cases = random_state(random, hidden),
                                      .rate = random_state(random, hidden),
                                      .mean = random_state(random, 5),
                                      .n_cases = (int)eg_test_random_below(random, 40),
                                      .n = (int)eg_test_random_below(random, (uint32_t)d),
                                      .d = d,
                                      .w = (int)eg_test_random_below(random, 900),
                                      .score = eg_test_random_below(random, 1000) / 8.0,
                                      .quarter = quarter,
                                      .half = nests ? trial->half_of_quarter[quarter] : other};
    }
}

static void write_cell(struct eg_buffer *out, enum eg_state state, double value)
{
    if (state == EG_SUPPRESSED) eg_buffer_literal(out, ",*");
    else if (state == EG_MISSING) eg_buffer_literal(out, ",");
    else eg_buffer_printf(out, ",%.15g", value);
}

static void write_areas(const struct trial *trial)
{
    struct eg_buffer t, q, h;
    eg_buffer_init(&t, 0);
    eg_buffer_init(&q, 0);
    eg_buffer_init(&h, 0);
    eg_buffer_literal(&t, "code,cases,rate,n,d,f,mean,w\n");
    eg_buffer_literal(&q, "code,q\n");
    eg_buffer_literal(&h, "code,h\n");
    for (uint32_t i = 0; i < AREAS; i++) {
        const struct row *row = &trial->rows[i];
        eg_buffer_printf(&t, "S%02u", i);
        write_cell(&t, row->cases, row->n_cases);
        write_cell(&t, row->rate, 1000.0 * row->n / row->d);
        write_cell(&t, row->rate, row->n);
        write_cell(&t, row->rate, row->d);
        eg_buffer_char(&t, ',');
        write_cell(&t, row->mean, row->score);
        eg_buffer_printf(&t, ",%d\n", row->w);
        eg_buffer_printf(&q, "S%02u,Q%u\n", i, row->quarter);
        eg_buffer_printf(&h, "S%02u,H%u\n", i, row->half);
    }
    (void)eg_test_temp_file("t.csv", t.data);
    (void)eg_test_temp_file("q.csv", q.data);
    (void)eg_test_temp_file("h.csv", h.data);
    eg_buffer_clear(&t);
    eg_buffer_clear(&q);
    eg_buffer_clear(&h);
}

static void write_totals(const struct trial *trial)
{
    struct eg_buffer q, h;
    eg_buffer_init(&q, 0);
    eg_buffer_init(&h, 0);
    eg_buffer_literal(&q, "code,cases\n");
    eg_buffer_literal(&h, "code,cases\n");
    for (uint32_t k = 0; k < QUARTERS + HALVES; k++) {
        bool is_quarter = k < QUARTERS;
        uint32_t number = is_quarter ? k : k - QUARTERS;
        int total = 0;
        for (uint32_t i = 0; i < AREAS; i++) {
            uint32_t of = is_quarter ? trial->rows[i].quarter : trial->rows[i].half;
            if (of == number) total += trial->rows[i].n_cases;
        }
        struct eg_buffer *out = is_quarter ? &q : &h;
        bool hidden = is_quarter ? trial->quarter_hidden[number] : trial->half_hidden[number];
        eg_buffer_printf(out, "%c%u", is_quarter ? 'Q' : 'H', number);
        write_cell(out, hidden ? EG_SUPPRESSED : EG_VALID, total);
        eg_buffer_char(out, '\n');
    }
    (void)eg_test_temp_file("tq.csv", q.data);
    (void)eg_test_temp_file("th.csv", h.data);
    eg_buffer_clear(&q);
    eg_buffer_clear(&h);
}

static void open_trial(struct trial *trial, struct eg_test_random *random)
{
    *trial = (struct trial){0};
    fill(trial, random);
    write_areas(trial);
    write_totals(trial);
    eg_test_load_well(yaml, &trial->load);
}

/* --- groups -------------------------------------------------------------------------------------------------------------- */

/* The figures of the areas of a set whose bits are there; false for an empty group. */
static bool combine(const struct trial *trial, uint32_t set, uint32_t bits, struct eg_combined *combined_out)
{
    const struct eg_area_set *areas = &trial->load.generation->area_sets[set];
    struct eg_text codes[AREAS];
    struct eg_entry entry = {.serves = codes, .serves_boundaries = set};
    for (uint32_t i = 0; i < areas->n_areas; i++)
        if (bits >> i & 1U) codes[entry.n_serves++] = areas->codes[i];
    if (entry.n_serves == 0) return false;
    struct eg_group group = {0};
    assert_int_equal(eg_group_of_entry(trial->load.generation, &entry, &group, NULL), EG_OK);
    assert_int_equal(group.n_areas, entry.n_serves);
    assert_int_equal(eg_combined_make(trial->load.generation, &group, combined_out, NULL), EG_OK);
    eg_group_clear(&group);
    return true;
}

static const struct eg_combined_figure *figure_of(const struct trial *trial,
                                                  const struct eg_combined *combined, const char *indicator)
{
    for (uint32_t i = 0; i < combined->n_figures; i++) {
        const struct eg_combined_figure *figure = &combined->figures[i];
        if (eg_text_equal(trial->load.atlas->indicators[figure->indicator].id, eg_text_from(indicator)))
            return figure;
    }
    fail_msg("no figure of %s", indicator);
    return NULL;
}

/* --- against the rows ----------------------------------------------------------------------------------------------------- */

struct expected {
    double sum, weight, lost;
    uint32_t n, n_missing, n_hidden;
};

static void expect(const struct eg_combined_value *value, const struct expected *expected, bool is_sum,
                   double per)
{
    bool too_few = is_sum ? expected->n_missing > 0 : expected->lost > expected->weight;
    if (expected->n_hidden > 0) {
        assert_int_equal(value->state, EG_SUPPRESSED);
    } else if (expected->n == 0 || too_few || (!is_sum && expected->weight <= 0)) {
        assert_int_equal(value->state, EG_MISSING);
    } else {
        double wanted = is_sum ? expected->sum : per * expected->sum / expected->weight;
        assert_int_equal(value->state, expected->n_missing > 0 ? EG_UNRELIABLE : EG_VALID);
        assert_true(fabs(value->value - wanted) <= 1e-12 * fabs(wanted));
    }
}

static void check_values(const struct trial *trial, uint32_t bits)
{
    struct eg_combined combined;
    struct expected cases = {0}, rate = {0}, mean = {0};
    const struct eg_series *shown = eg_test_series(&trial->load, "cases", "a", NULL);
    if (!combine(trial, 0, bits, &combined)) return;
    for (uint32_t i = 0; i < AREAS; i++) {
        const struct row *row = &trial->rows[i];
        if (!(bits >> i & 1U)) continue;
        cases.n_hidden += shown->state[i] == EG_SUPPRESSED; /* with what is withheld beside */
        cases.n_missing += row->cases == EG_MISSING;
        cases.n += row->cases == EG_VALID;
        cases.sum += row->cases == EG_VALID ? row->n_cases : 0;
        rate.n_hidden += row->rate == EG_SUPPRESSED;
        rate.n_missing += row->rate == EG_MISSING;
        rate.n += row->rate == EG_VALID;
        rate.sum += row->rate == EG_VALID ? row->n : 0;
        rate.weight += row->rate == EG_VALID ? row->d : 0;
        mean.n_hidden += row->mean == EG_SUPPRESSED;
        if (row->w == 0) continue;
        mean.n_missing += row->mean == EG_MISSING;
        mean.lost += row->mean == EG_MISSING ? row->w : 0;
        mean.n += row->mean == EG_VALID;
        mean.sum += row->mean == EG_VALID ? row->w * row->score : 0;
        mean.weight += row->mean == EG_VALID ? row->w : 0;
    }
    bool single = (bits & (bits - 1)) == 0; /* its own value then, whatever it weighs */
    expect(&figure_of(trial, &combined, "cases")->group, &cases, true, 1);
    const struct eg_combined_value *of_rate = &figure_of(trial, &combined, "rate")->group;
    if (rate.n_missing > rate.n && rate.n_hidden == 0) assert_int_equal(of_rate->state, EG_MISSING);
    else expect(of_rate, &rate, false, 1000);
    if (!single) expect(&figure_of(trial, &combined, "mean")->group, &mean, false, 1);
    eg_combined_clear(&combined);
}

static void figures_are_what_the_rows_come_to(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    (void)eg_test_squares("squares.geojson", AREAS, 1);
    for (uint32_t k = 0; k < TRIALS; k++) {
        struct trial trial;
        open_trial(&trial, &random);
        for (uint32_t bits = 1; bits < 1U << AREAS; bits++) check_values(&trial, bits);
        eg_test_load_clear(&trial.load);
    }
    eg_test_temp_clear();
}

/* --- against linear algebra ------------------------------------------------------------------------------------------------ */

/* Rows over the hidden areas: what is known of them are the sums along these. */
struct matrix {
    uint32_t row[AREAS][AREAS], pivot[AREAS], n;
};

static uint32_t inverse(uint32_t a)
{
    uint64_t result = 1, base = a;
    for (uint32_t e = PRIME - 2; e > 0; e >>= 1U, base = base * base % PRIME)
        if (e & 1U) result = result * base % PRIME;
    return (uint32_t)result;
}

/* True when nothing is left of v beside the rows. */
static bool reduce(const struct matrix *m, uint32_t *v)
{
    uint32_t rest = 0;
    for (uint32_t r = 0; r < m->n; r++) {
        uint64_t factor = v[m->pivot[r]];
        for (uint32_t i = 0; i < AREAS; i++)
            v[i] = (uint32_t)((v[i] + (PRIME - m->row[r][i]) * factor) % PRIME);
    }
    for (uint32_t i = 0; i < AREAS; i++) rest |= v[i];
    return rest == 0;
}

static void add_row(struct matrix *m, uint32_t *v)
{
    if (reduce(m, v)) return;
    uint32_t pivot = 0;
    while (v[pivot] == 0) pivot++;
    uint64_t scale = inverse(v[pivot]);
    for (uint32_t i = 0; i < AREAS; i++) m->row[m->n][i] = (uint32_t)(v[i] * scale % PRIME);
    m->pivot[m->n++] = pivot;
}

/* The hidden areas within the members of a set. */
static void row_of(const struct trial *trial, const struct eg_series *areas, uint32_t set, uint32_t bits,
                   uint32_t *v)
{
    for (uint32_t i = 0; i < AREAS; i++) {
        uint32_t at = set == 0 ? i : eg_generation_parent(trial->load.generation, 0, i, set);
        v[i] = areas->state[i] == EG_SUPPRESSED && at != EG_NO_AREA && (bits >> at & 1U);
    }
}

/* What is published of an indicator at all levels, without any group. */
static void collect(const struct trial *trial, const char *indicator, struct matrix *m)
{
    static const char *const sets[] = {"a", "q", "h"};
    const struct eg_series *areas = eg_test_series(&trial->load, indicator, "a", NULL);
    m->n = 0;
    for (uint32_t set = 1; set < 3; set++) {
        const struct eg_series *series = eg_test_series(&trial->load, indicator, sets[set], NULL);
        for (uint32_t i = 0; i < trial->load.generation->area_sets[set].n_areas; i++) {
            uint32_t v[AREAS];
            row_of(trial, areas, set, 1U << i, v);
            if (eg_state_has_value(series->state[i])) add_row(m, v);
        }
    }
}

static void check_groups(const struct trial *trial, const char *indicator, uint32_t set, struct matrix *m)
{
    const struct eg_series *areas = eg_test_series(&trial->load, indicator, "a", NULL);
    uint32_t n_areas = trial->load.generation->area_sets[set].n_areas;
    for (uint32_t bits = 1; bits < 1U << n_areas; bits++) {
        struct eg_combined combined;
        uint32_t v[AREAS];
        assert_true(combine(trial, set, bits, &combined));
        const struct eg_combined_figure *figure = figure_of(trial, &combined, indicator);
        bool is_shown = figure->reason == EG_COMBINED && eg_state_has_value((uint8_t)figure->group.state);
        row_of(trial, areas, set, bits, v);
        if (is_shown && !reduce(m, v))
            fail_msg("group %x of set %u says something new of %s", bits, set, indicator);
        bool has_around = figure->reason == EG_COMBINED && eg_state_has_value((uint8_t)figure->around.state);
        uint32_t around_bits = combined.around_area == EG_NO_AREA ? UINT32_MAX : 1U << combined.around_area;
        row_of(trial, areas, combined.around_boundaries, around_bits, v);
        if (has_around && !reduce(m, v)) fail_msg("what surrounds group %x says something new", bits);
        eg_combined_clear(&combined);
    }
}

static void check_hidden(const struct trial *trial, const char *indicator, struct matrix *m)
{
    const struct eg_series *areas = eg_test_series(&trial->load, indicator, "a", NULL);
    for (uint32_t i = 0; i < AREAS; i++) {
        uint32_t v[AREAS];
        bool is_cases = strcmp(indicator, "cases") == 0;
        enum eg_state state = is_cases ? trial->rows[i].cases : trial->rows[i].rate;
        if (state != EG_SUPPRESSED) continue;
        assert_int_equal(areas->state[i], EG_SUPPRESSED);
        row_of(trial, areas, 0, 1U << i, v);
        if (reduce(m, v)) fail_msg("area %u of %s is given away", i, indicator);
    }
}

static void no_group_gives_a_hidden_value_away(void **state)
{
    (void)state;
    static const char *const indicators[] = {"cases", "rate"};
    struct eg_test_random random = eg_test_random_new();
    (void)eg_test_squares("squares.geojson", AREAS, 1);
    for (uint32_t k = 0; k < TRIALS; k++) {
        struct trial trial;
        open_trial(&trial, &random);
        for (uint32_t i = 0; i < EG_ARRAY_LEN(indicators); i++) {
            struct matrix m;
            collect(&trial, indicators[i], &m);
            for (uint32_t set = 0; set < 3; set++) check_groups(&trial, indicators[i], set, &m);
            check_hidden(&trial, indicators[i], &m);
        }
        eg_test_load_clear(&trial.load);
    }
    eg_test_temp_clear();
}

/* A quarter's total is published, and all of it but one area: the rest of the quarter is a group. */
static void a_quarter_without_its_hidden_area_is_shown_and_its_total_is_not(void **state)
{
    (void)state;
    struct trial trial = {0};
    struct eg_combined combined;
    (void)eg_test_squares("squares.geojson", AREAS, 1);
    for (uint32_t i = 0; i < AREAS; i++)
        trial.rows[i] = (struct row){.n_cases = 10 + (int)i, .n = 1, .d = 10, .w = 1, .quarter = i % 3};
    trial.rows[4].cases = EG_SUPPRESSED;
    write_areas(&trial);
    write_totals(&trial);
    eg_test_load_well(yaml, &trial.load);
    assert_true(combine(&trial, 0, 1U << 1 | 1U << 7, &combined));
    const struct eg_combined_figure *figure = figure_of(&trial, &combined, "cases");
    assert_int_equal(figure->group.state, EG_VALID);
    assert_true(figure->group.value == 28);
    assert_int_equal(figure->around.state, EG_SUPPRESSED);
    eg_combined_clear(&combined);
    assert_true(combine(&trial, 0, 1U << 1 | 1U << 4 | 1U << 7, &combined));
    assert_int_equal(figure_of(&trial, &combined, "cases")->group.state, EG_SUPPRESSED);
    eg_combined_clear(&combined);
    eg_test_load_clear(&trial.load);
    eg_test_temp_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_what_the_rows_come_to),
        cmocka_unit_test(no_group_gives_a_hidden_value_away),
        cmocka_unit_test(a_quarter_without_its_hidden_area_is_shown_and_its_total_is_not),
    };
    eg_log_set_level(EG_LOG_WARNING);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
