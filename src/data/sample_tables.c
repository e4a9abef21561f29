/* The county's numbers: an index of deprivation (wide table, with the publisher's ranks and tenths) and four outcomes over five
 * years (long table), whose chances follow the neighbourhood's need. Numerators are drawn, not computed, so that small numbers
 * jump about as real ones do; counts of 1 to 4 are suppressed with everything that gives them away. */
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
    double share_at_mean;       /* of the population asked or at risk */
    double slope;               /* on the log odds, per unit of need */
    double trend;               /* on the log odds, per year */
    double base_low, base_high; /* denominator */
    bool suppress;
};

static const struct outcome outcomes[] = {
    {"smoking", 0.16, 0.42, -0.05, 35, 160, false},
    {"childhood_obesity", 0.21, 0.24, 0.02, 45, 150, true},
    {"early_deaths", 0.009, 0.35, -0.02, 900, 2200, true},
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

static void write_proportion(FILE *out, const struct eg_sample_land *land, size_t which, uint32_t area,
                             int year)
{
    const struct outcome *outcome = &outcomes[which];
    uint64_t index = draw_index(area, year);
    char code[12];
    eg_sample_area_code(area, code);
    fprintf(out, "%s,%s,%d,", code, outcome->name, EG_SAMPLE_FIRST_YEAR + year);
    if (eg_sample_uniform(land->seed, STREAM_GAP + which, index) < 0.008) {
        fputs(":,,,,,\n", out);
        return;
    }
    double span = outcome->base_high - outcome->base_low;
    uint32_t base = (uint32_t)(outcome->base_low +
                               span * eg_sample_uniform(land->seed, STREAM_OUTCOME + 10 + which, area));
    uint32_t cases = draw_cases(land, which, area, year, base);
    if (outcome->suppress && cases >= 1 && cases <= 4) {
        fputs("*,,,,,\n", out);
        return;
    }
    double lower = 0, upper = 0, scale = which == 2 ? 100000 : 100;
    if (!eg_wilson_95(cases, base, &lower, &upper)) lower = upper = 0;
    fprintf(out, "%.2f,%u,%u,%.2f,%.2f,%s\n", scale * cases / base, cases, base, scale * lower, scale * upper,
            which == 0 && base < 50 ? "u" : "");
}

static void write_life_expectancy(FILE *out, const struct eg_sample_land *land, uint32_t area, int year)
{
    char code[12];
    eg_sample_area_code(area, code);
    double noise = eg_sample_normal(land->seed, STREAM_OUTCOME + 9, draw_index(area, year));
    double years = 81.2 - 1.9 * land->areas[area].need + 0.1 * year + 0.6 * noise;
    double half = 1.96 * 9.5 / sqrt(land->areas[area].population / 50.0);
    fprintf(out, "%s,life_expectancy,%d,%.1f,,,%.1f,%.1f,\n", code, EG_SAMPLE_FIRST_YEAR + year, years,
            years - half, years + half);
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
