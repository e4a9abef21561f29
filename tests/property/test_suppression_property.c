/* The oracle for secondary suppression: linear algebra. Everything published about one quantity is a set of sums over its atoms;
 * after subtracting the visible ones each published total is a row of zeros and ones over the hidden atoms. A suppressed
 * value is given away exactly when its own row is a combination of those. Rows are reduced modulo a prime, which can only
 * find more combinations than there are over the rationals, never fewer for these sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/atlas.h"
#include "data/suppress.h"
#include "geo/topology.h"
#include "support/test_random.h"

#define PRIME 1000003U
#define ATOMS 24
#define LEVELS 5
#define ROWS 256

struct trial {
    uint32_t n_levels;
    struct eg_suppress_level levels[LEVELS];
    uint8_t state[LEVELS][ATOMS];
    uint8_t before[LEVELS][ATOMS];
    double value[LEVELS][ATOMS];
    uint32_t of_atom[LEVELS][ATOMS];
};

struct matrix {
    uint32_t row[ROWS][ATOMS];
    uint32_t pivot[ROWS];
    uint32_t n;
};

static uint32_t inverse(uint32_t a)
{
    uint64_t result = 1;
    uint64_t base = a;
    for (uint32_t e = PRIME - 2; e > 0; e >>= 1U) {
        if (e & 1U) result = result * base % PRIME;
        base = base * base % PRIME;
    }
    return (uint32_t)result;
}

/* Takes multiples of the rows from v; true when nothing is left. */
static bool reduce(const struct matrix *m, uint32_t *v)
{
    for (uint32_t r = 0; r < m->n; r++) {
        uint64_t factor = v[m->pivot[r]];
        for (uint32_t i = 0; i < ATOMS && factor > 0; i++) {
            v[i] = (uint32_t)((v[i] + (uint64_t)(PRIME - m->row[r][i]) * factor) % PRIME);
        }
    }
    for (uint32_t i = 0; i < ATOMS; i++) {
        if (v[i] != 0) return false;
    }
    return true;
}

static void add_row(struct matrix *m, uint32_t *v)
{
    if (reduce(m, v)) return;
    uint32_t pivot = 0;
    while (v[pivot] == 0) pivot++;
    uint64_t scale = inverse(v[pivot]);
    for (uint32_t i = 0; i < ATOMS; i++) v[i] = (uint32_t)(v[i] * scale % PRIME);
    assert_true(m->n < ROWS);
    memcpy(m->row[m->n], v, sizeof m->row[0]);
    m->pivot[m->n++] = pivot;
}

/* The hidden atoms of an area as a row; false when the area has no atom with a value, hidden or not. */
static bool row_of(const struct trial *trial, uint32_t level, uint32_t area, uint32_t *v)
{
    bool any = false;
    for (uint32_t a = 0; a < ATOMS; a++) {
        bool inside =
            a < trial->levels[0].n_areas && (level == 0 ? a == area : trial->of_atom[level][a] == area);
        v[a] = inside && trial->state[0][a] == EG_SUPPRESSED;
        any = any || (inside && trial->state[0][a] != EG_MISSING);
    }
    return any;
}

static void collect(const struct trial *trial, struct matrix *m)
{
    m->n = 0;
    for (uint32_t l = 1; l < trial->n_levels; l++) {
        for (uint32_t i = 0; i < trial->levels[l].n_areas; i++) {
            uint32_t v[ATOMS];
            bool known = trial->state[l][i] == EG_VALID || trial->state[l][i] == EG_UNRELIABLE;
            if (known && row_of(trial, l, i, v)) add_row(m, v);
        }
    }
}

static uint8_t random_state(struct eg_test_random *random, uint32_t percent_hidden)
{
    uint32_t x = eg_test_random_below(random, 100);
    if (x < percent_hidden) return EG_SUPPRESSED;
    if (x >= 97) return EG_MISSING;
    return x >= 92 ? EG_UNRELIABLE : EG_VALID;
}

/* A larger level: by joining areas of the one before, or (now and then) across them. */
static void random_level(struct eg_test_random *random, struct trial *trial, uint32_t l)
{
    uint32_t n = 1 + eg_test_random_below(random, trial->levels[l - 1].n_areas / 2 + 1);
    uint32_t group[ATOMS];
    bool nests = l == 1 || eg_test_random_below(random, 4) > 0;
    for (uint32_t i = 0; i < ATOMS; i++) group[i] = eg_test_random_below(random, n);
    for (uint32_t a = 0; a < trial->levels[0].n_areas; a++) {
        uint32_t below = l == 1 || !nests ? a : trial->of_atom[l - 1][a];
        bool outside = below == EG_NO_AREA || eg_test_random_below(random, 40) == 0;
        trial->of_atom[l][a] = outside ? EG_NO_AREA : group[below];
    }
    trial->levels[l].n_areas = n;
    trial->levels[l].of_atom = trial->of_atom[l];
}

static void random_trial(struct eg_test_random *random, struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    uint32_t percent[LEVELS] = {eg_test_random_below(random, 60), 0, 0, 0, 0};
    for (uint32_t l = 1; l < LEVELS; l++)
        percent[l] = eg_test_random_below(random, 2) ? 0 : eg_test_random_below(random, 30);
    trial->n_levels = 1 + eg_test_random_below(random, LEVELS);
    trial->levels[0].n_areas = 1 + eg_test_random_below(random, ATOMS);
    for (uint32_t l = 0; l < trial->n_levels; l++) {
        if (l > 0) random_level(random, trial, l);
        for (uint32_t i = 0; i < trial->levels[l].n_areas; i++) {
            trial->state[l][i] = random_state(random, percent[l]);
            trial->value[l][i] = eg_test_random_below(random, 50);
        }
        trial->levels[l].state = trial->state[l];
        trial->levels[l].value = trial->value[l];
    }
    memcpy(trial->before, trial->state, sizeof trial->state);
}

static void assert_nothing_follows(const struct trial *trial, uint64_t number)
{
    struct matrix m;
    collect(trial, &m);
    for (uint32_t l = 0; l < trial->n_levels; l++) {
        for (uint32_t i = 0; i < trial->levels[l].n_areas; i++) {
            uint32_t v[ATOMS];
            if (trial->before[l][i] != EG_SUPPRESSED || !row_of(trial, l, i, v)) continue;
            if (reduce(&m, v))
                fail_msg("trial %llu: area %u of level %u is given away", (unsigned long long)number, i, l);
        }
    }
}

static void no_published_combination_gives_a_suppressed_value_away(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint64_t k = 0; k < 3000; k++) {
        struct trial trial;
        random_trial(&random, &trial);
        assert_int_equal(eg_suppress(trial.levels, trial.n_levels, NULL), EG_OK);
        assert_nothing_follows(&trial, k);
    }
}

static void only_values_are_withheld_and_each_is_counted(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint64_t k = 0; k < 1000; k++) {
        struct trial trial;
        random_trial(&random, &trial);
        assert_int_equal(eg_suppress(trial.levels, trial.n_levels, NULL), EG_OK);
        for (uint32_t l = 0; l < trial.n_levels; l++) {
            uint32_t n = 0;
            for (uint32_t i = 0; i < trial.levels[l].n_areas; i++) {
                if (trial.state[l][i] == trial.before[l][i]) continue;
                assert_int_equal(trial.state[l][i], EG_SUPPRESSED);
                assert_int_not_equal(trial.before[l][i], EG_MISSING);
                n++;
            }
            assert_int_equal(n, trial.levels[l].n_withheld);
        }
    }
}

static void without_a_suppressed_value_nothing_is_withheld(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint64_t k = 0; k < 200; k++) {
        struct trial trial;
        random_trial(&random, &trial);
        for (uint32_t l = 0; l < trial.n_levels; l++) {
            for (uint32_t i = 0; i < trial.levels[l].n_areas; i++) {
                if (trial.state[l][i] == EG_SUPPRESSED) trial.state[l][i] = EG_VALID;
            }
        }
        assert_int_equal(eg_suppress(trial.levels, trial.n_levels, NULL), EG_OK);
        for (uint32_t l = 0; l < trial.n_levels; l++) assert_int_equal(trial.levels[l].n_withheld, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_published_combination_gives_a_suppressed_value_away),
        cmocka_unit_test(only_values_are_withheld_and_each_is_counted),
        cmocka_unit_test(without_a_suppressed_value_nothing_is_withheld),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
