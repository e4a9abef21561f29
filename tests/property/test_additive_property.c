/* The oracle for what is withheld when nobody says that numbers add up: random hierarchies of sets with gains and losses, whose
 * larger areas are published as true sums, go the whole way through the recognition of sums and the withholding. Then linear
 * algebra looks whether a suppressed value is a combination of what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/aggregate.h"
#include "data/nest.h"
#include "data/series.h"
#include "geo/topology.h"
#include "support/test_random.h"

#define PRIME 1000003U
#define ATOMS 20
#define LEVELS 4
#define TRIALS 2000

struct trial {
    struct eg_arena *arena;
    struct eg_area_set sets[LEVELS];
    struct eg_nest nest;
    struct eg_atlas_indicator indicator;
    struct eg_atlas atlas;
    struct eg_draft draft[LEVELS];
    struct eg_draft *items[LEVELS];
    uint32_t parent_of_base[LEVELS][ATOMS]; /* of the set before it */
    uint32_t of_atom[LEVELS][ATOMS];
    uint8_t before[LEVELS][ATOMS];
    uint8_t state[LEVELS][ATOMS];
    uint8_t has[LEVELS][ATOMS];
    double value[LEVELS][ATOMS];
};

static void random_set(struct eg_test_random *random, struct trial *trial, uint32_t l)
{
    uint32_t below = l > 0 ? trial->sets[l - 1].n_areas : 0;
    uint32_t n =
        l == 0 ? 4 + eg_test_random_below(random, ATOMS - 3) : 1 + eg_test_random_below(random, below);
    trial->sets[l] = (struct eg_area_set){.n_areas = n, .base = EG_ATLAS_NONE};
    for (uint32_t a = 0; a < ATOMS && l == 0; a++) trial->of_atom[0][a] = a;
    if (l == 0) return;
    for (uint32_t i = 0; i < below; i++) trial->parent_of_base[l][i] = eg_test_random_below(random, n);
    for (uint32_t a = 0; a < trial->sets[0].n_areas; a++)
        trial->of_atom[l][a] = trial->parent_of_base[l][trial->of_atom[l - 1][a]];
    trial->sets[l].base = l - 1;
    trial->sets[l].parent_of_base = trial->parent_of_base[l];
}

static void random_values(struct eg_test_random *random, struct trial *trial)
{
    for (uint32_t a = 0; a < trial->sets[0].n_areas; a++) {
        double value = (double)eg_test_random_below(random, 41) - 20;
        for (uint32_t l = 0; l < LEVELS; l++) trial->value[l][trial->of_atom[l][a]] += value;
    }
    uint32_t percent = 3 + eg_test_random_below(random, 40);
    for (uint32_t l = 0; l < LEVELS; l++) {
        for (uint32_t i = 0; i < trial->sets[l].n_areas; i++) {
            bool hides = eg_test_random_below(random, 100) < (l == 0 ? percent : percent / 8);
            trial->state[l][i] = hides ? EG_SUPPRESSED : EG_VALID;
            if (hides) trial->value[l][i] = 0;
        }
    }
    memcpy(trial->before, trial->state, sizeof trial->before);
}

static void random_trial(struct eg_test_random *random, struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    trial->arena = eg_arena_new(1U << 20U);
    for (uint32_t l = 0; l < LEVELS; l++) random_set(random, trial, l);
    random_values(random, trial);
    trial->atlas = (struct eg_atlas){.indicators = &trial->indicator, .n_indicators = 1};
    assert_int_equal(eg_nest_build(trial->sets, LEVELS, trial->arena, &trial->nest, NULL), EG_OK);
    for (uint32_t l = 0; l < LEVELS; l++) {
        trial->draft[l].series = (struct eg_series){.boundaries = l,
                                                    .period = {.id = EG_TEXT("2020")},
                                                    .value = trial->value[l],
                                                    .state = trial->state[l],
                                                    .has = trial->has[l]};
        trial->items[(l * 3 + 1) % LEVELS] = &trial->draft[l];
    }
}

/* --- linear algebra over the hidden atoms, modulo a prime ------------------------------------------------------------- */

struct matrix {
    uint32_t row[ATOMS][ATOMS];
    uint32_t pivot[ATOMS];
    uint32_t n;
};

static uint32_t inverse(uint64_t base)
{
    uint64_t result = 1;
    for (uint32_t e = PRIME - 2; e > 0; e >>= 1U) {
        if (e & 1U) result = result * base % PRIME;
        base = base * base % PRIME;
    }
    return (uint32_t)result;
}

static bool reduce(const struct matrix *m, uint32_t *v)
{
    uint32_t left = 0;
    for (uint32_t r = 0; r < m->n; r++) {
        uint64_t factor = v[m->pivot[r]];
        for (uint32_t i = 0; i < ATOMS && factor > 0; i++)
            v[i] = (uint32_t)((v[i] + (uint64_t)(PRIME - m->row[r][i]) * factor) % PRIME);
    }
    for (uint32_t i = 0; i < ATOMS; i++) left |= v[i];
    return left == 0;
}

static void add_row(struct matrix *m, uint32_t *v)
{
    if (reduce(m, v)) return;
    uint32_t pivot = 0;
    while (v[pivot] == 0) pivot++;
    uint64_t scale = inverse(v[pivot]);
    for (uint32_t i = 0; i < ATOMS; i++) m->row[m->n][i] = (uint32_t)(v[i] * scale % PRIME);
    m->pivot[m->n++] = pivot;
}

static void row_of(const struct trial *trial, uint32_t l, uint32_t area, uint32_t *v)
{
    for (uint32_t a = 0; a < ATOMS; a++)
        v[a] = a < trial->sets[0].n_areas && trial->of_atom[l][a] == area && trial->state[0][a] != EG_VALID;
}

static bool has_atoms(const struct trial *trial, uint32_t l, uint32_t area)
{
    for (uint32_t a = 0; a < trial->sets[0].n_areas; a++) {
        if (trial->of_atom[l][a] == area) return true;
    }
    return false;
}

static void assert_nothing_follows(const struct trial *trial, uint32_t number)
{
    struct matrix m = {.n = 0};
    uint32_t v[ATOMS];
    for (uint32_t l = 1; l < LEVELS; l++) {
        for (uint32_t i = 0; i < trial->sets[l].n_areas; i++) {
            row_of(trial, l, i, v);
            if (trial->state[l][i] == EG_VALID) add_row(&m, v);
        }
    }
    for (uint32_t l = 0; l < LEVELS; l++) {
        for (uint32_t i = 0; i < trial->sets[l].n_areas; i++) {
            row_of(trial, l, i, v);
            bool was_suppressed = trial->before[l][i] == EG_SUPPRESSED && has_atoms(trial, l, i);
            if (was_suppressed && reduce(&m, v))
                fail_msg("trial %u: area %u of level %u is given away", number, i, l);
        }
    }
}

/* Where all losses are hidden, gains without losses are seen, which fall short of their totals as rates do: a stated limit. */
static bool shows_losses(const struct trial *trial)
{
    bool all = true;
    for (uint32_t l = 0; l < LEVELS && all; l++) {
        bool any = false;
        for (uint32_t i = 0; i < trial->sets[l].n_areas; i++)
            any = any || (trial->state[l][i] == EG_VALID && trial->value[l][i] < 0);
        all = any || trial->sets[l].n_areas < 2;
    }
    return all;
}

static void no_suppressed_gain_or_loss_follows_from_totals_of_any_level(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    uint32_t n_checked = 0;
    for (uint32_t k = 0; k < TRIALS; k++) {
        struct trial trial;
        random_trial(&random, &trial);
        bool is_checked = shows_losses(&trial);
        struct eg_aggregate_work work = {&trial.atlas, trial.sets, &trial.nest, trial.arena};
        struct eg_draft_list list = {trial.items, LEVELS, LEVELS};
        assert_int_equal(eg_series_withhold(&work, &list, NULL), EG_OK);
        if (is_checked) assert_nothing_follows(&trial, k);
        n_checked += is_checked;
        eg_arena_free(trial.arena);
    }
    assert_true(n_checked > TRIALS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_suppressed_gain_or_loss_follows_from_totals_of_any_level),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
