/* The county's numbers: an index of deprivation (wide table, with the publisher's ranks and tenths) and four outcomes over five
 * years (long table), whose chances follow the neighbourhood's need. Numerators are drawn, not computed, so that small numbers
 * jump about as real ones do; counts of 1 to 4 are suppressed with everything that gives them away.
 *
 * One suppressed or unreliable neighbourhood makes its district so, too. Where few people live (islands) counts are small and
 * suppressed, samples small and unreliable; a district with gaps in its data has nearly all that is missing. Everywhere else
 * populations are large enough for counts above 4, all but always, so most districts have plain values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/sample_parts.h"
#include "stats/rank.h"

enum { STREAM_SCORE = 200, STREAM_OUTCOME = 210, STREAM_GAP = 300 };

static double round_to(double value, double steps)
{
    return round(value * steps) / steps;
}

static double score_of(const struct eg_sample_land *land, uint32_t area, uint32_t edition)
{
    double drift = 0.12 * eg_sample_normal(land->seed, STREAM_SCORE + edition, area);
    double score = 19.0 * exp(0.62 * (land->areas[area].need + drift));
    return round_to(score > 88 ? 88 : score, 1000);
}

static const char *type_of(const struct eg_sample_land *land, uint32_t area)
{
    double distance = land->areas[area].town_cells / land->town_radius;
    if (distance < 0.7) return "Town centre";
    if (distance < 1.5) return "Suburb";
    if (distance < 2.4) return "Town fringe";
    return "Countryside";
}

struct ranked {
    double *score;
    bool *present;
    uint32_t *rank;
};

static enum eg_status rank_scores(const struct eg_sample_land *land, uint32_t edition, struct ranked *ranked,
                                  struct eg_error *err)
{
    for (uint32_t a = 0; a < land->n_areas; a++) {
        ranked->score[a] = score_of(land, a, edition);
        ranked->present[a] = true;
    }
    return eg_rank(ranked->score, ranked->present, land->n_areas, false, ranked->rank, err);
}

static void write_score_row(FILE *out, const struct eg_sample_land *land, uint32_t a,
                            const struct ranked *now, const struct ranked *before)
{
    char code[12];
    eg_sample_area_code(a, code);
    fprintf(out, "%s,%u,%s,%.3f,%u,%u,%.3f,%u,%u\n", code, land->areas[a].population, type_of(land, a),
            before->score[a], before->rank[a], eg_rank_decile(before->rank[a], land->n_areas), now->score[a],
            now->rank[a], eg_rank_decile(now->rank[a], land->n_areas));
}

static enum eg_status write_scores(const struct eg_sample_land *land, const char *folder,
                                   struct ranked edition[2], struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = rank_scores(land, 0, &edition[0], err);
    if (status == EG_OK) status = rank_scores(land, 1, &edition[1], err);
    if (status == EG_OK) status = eg_sample_file_open(folder, "deprivation.csv", &file, err);
    if (status != EG_OK) return status;
    fputs("code,population,type,score_2019,rank_2019,decile_2019,score_2024,rank_2024,decile_2024\n",
          file.stream);
    for (uint32_t a = 0; a < land->n_areas; a++)
        write_score_row(file.stream, land, a, &edition[1], &edition[0]);
    return eg_sample_file_close(&file, err);
}

struct outcome {
    const char *name;
    double share_at_mean; /* of the denominator */
    double slope;         /* on the log odds, per unit of need */
    double trend;         /* on the log odds, per year */
    double per_resident;  /* denominator; 0: a survey's sample */
    double lost;          /* share of neighbourhoods without a value in districts with gaps */
    double scale;
};

static const struct outcome outcomes[] = {
    {"smoking", 0.16, 0.42, -0.015, 0, 0.7, 100},
    {"childhood_obesity", 0.21, 0.24, 0.02, 0.09, 0.12, 100},
    {"early_deaths", 0.006, 0.3, -0.02, 5, 0.12, 100000},
};

static double chance(const struct outcome *outcome, double need, int year)
{
    double odds = log(outcome->share_at_mean / (1 - outcome->share_at_mean));
    odds += outcome->slope * need + outcome->trend * year;
    return 1 / (1 + exp(-odds));
}

static uint64_t draw_index(uint32_t area, int year)
{
    return (uint64_t)area * EG_SAMPLE_YEARS + (uint64_t)year;
}

/* Binomial, by the normal approximation, rounded and kept in range. */
static uint32_t draw_cases(const struct eg_sample_land *land, size_t which, uint32_t area, int year,
                           uint32_t base)
{
    double p = chance(&outcomes[which], land->areas[area].need, year);
    double noise = eg_sample_normal(land->seed, STREAM_OUTCOME + which, draw_index(area, year));
    double cases = round(base * p + noise * sqrt(base * p * (1 - p)));
    if (cases < 0) return 0;
    return cases > base ? base : (uint32_t)cases;
}

static uint32_t base_of(const struct eg_sample_land *land, size_t which, uint32_t area)
{
    const struct eg_sample_area *it = &land->areas[area];
    if (outcomes[which].per_resident > 0) return (uint32_t)(outcomes[which].per_resident * it->population);
    double share = eg_sample_uniform(land->seed, STREAM_OUTCOME + 10 + which, area);
    return it->thin ? 18 + (uint32_t)(30 * share) : 70 + (uint32_t)(150 * share);
}

/* Mostly the same neighbourhoods year after year. */
static bool is_lost(const struct eg_sample_land *land, size_t which, uint32_t area, int year)
{
    if (!land->towns[land->areas[area].district].has_gaps) return false;
    double always = eg_sample_uniform(land->seed, STREAM_GAP, area);
    double now = eg_sample_uniform(land->seed, STREAM_GAP + 1 + which, draw_index(area, year));
    return 0.9 * always + 0.1 * now < outcomes[which].lost;
}

static void write_proportion(FILE *out, const struct eg_sample_land *land, size_t which, uint32_t area,
                             int year)
{
    const struct outcome *outcome = &outcomes[which];
    char code[12];
    eg_sample_area_code(area, code);
    fprintf(out, "%s,%s,%d,", code, outcome->name, EG_SAMPLE_FIRST_YEAR + year);
    if (is_lost(land, which, area, year)) {
        fputs(":,,,,,\n", out);
        return;
    }
    bool survey = outcome->per_resident <= 0;
    uint32_t base = base_of(land, which, area), cases = draw_cases(land, which, area, year, base);
    if (!survey && cases >= 1 && cases <= 4) {
        fputs("*,,,,,\n", out);
        return;
    }
    double lower = 0, upper = 0, scale = outcome->scale;
    if (!eg_wilson_95(cases, base, &lower, &upper)) lower = upper = 0;
    fprintf(out, "%.2f,%u,%u,%.2f,%.2f,%s\n", scale * cases / base, cases, base, scale * lower, scale * upper,
            survey && base < 50 ? "u" : "");
}

static void write_life_expectancy(FILE *out, const struct eg_sample_land *land, uint32_t area, int year)
{
    const struct eg_sample_area *it = &land->areas[area];
    char code[12];
    eg_sample_area_code(area, code);
    double noise = eg_sample_normal(land->seed, STREAM_OUTCOME + 9, draw_index(area, year));
    double years = 81.2 - 1.9 * it->need + 0.1 * year + 0.6 * noise;
    double half = 1.96 * 9.5 / sqrt(it->population / 50.0);
    fprintf(out, "%s,life_expectancy,%d,%.1f,,,%.1f,%.1f,%s\n", code, EG_SAMPLE_FIRST_YEAR + year, years,
            years - half, years + half, it->thin ? "u" : "");
}

static enum eg_status write_outcomes(const struct eg_sample_land *land, const char *folder,
                                     struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = eg_sample_file_open(folder, "outcomes.csv", &file, err);
    if (status != EG_OK) return status;
    fputs("code,indicator,year,value,numerator,denominator,lower,upper,flag\n", file.stream);
    int first = land->n_areas > EG_SAMPLE_LARGE ? EG_SAMPLE_YEARS - 1 : 0;
    for (uint32_t a = 0; a < land->n_areas; a++)
        for (int year = first; year < EG_SAMPLE_YEARS; year++) {
            for (size_t i = 0; i < EG_ARRAY_LEN(outcomes); i++)
                write_proportion(file.stream, land, i, a, year);
            write_life_expectancy(file.stream, land, a, year);
        }
    return eg_sample_file_close(&file, err);
}

enum eg_status eg_sample_write_tables(const struct eg_sample_land *land, const char *folder,
                                      struct eg_error *err)
{
    struct ranked edition[2] = {{0}, {0}};
    enum eg_status status = EG_OK;
    for (int i = 0; i < 2; i++) {
        edition[i].score = eg_memory_array(land->n_areas, sizeof *edition[i].score);
        edition[i].present = eg_memory_array(land->n_areas, sizeof *edition[i].present);
        edition[i].rank = eg_memory_array(land->n_areas, sizeof *edition[i].rank);
        if (!edition[i].score || !edition[i].present || !edition[i].rank)
            status = eg_error_no_memory(err, land->n_areas * sizeof *edition[i].score);
    }
    if (status == EG_OK) status = write_scores(land, folder, edition, err);
    if (status == EG_OK) status = write_outcomes(land, folder, err);
    for (int i = 0; i < 2; i++) {
        free(edition[i].score);
        free(edition[i].present);
        free(edition[i].rank);
    }
    return status;
}
