/* Read once when the index is made, so that a question compares numbers. */
#include "directory/figures.h"

#include "base/calendar.h"

static int32_t day_of(struct eg_text text)
{
    struct eg_text date = {text.data, text.len < EG_CALENDAR_DATE_LEN ? text.len : EG_CALENDAR_DATE_LEN};
    int64_t day;
    return eg_calendar_parse_date(date, &day) ? (int32_t)day : EG_FIGURES_NO_DAY;
}

/* Being made. */
struct figures {
    uint32_t *amount_start;
    double *amounts;
    uint32_t *amount_funder;
    int32_t *reviewed_day;
    uint32_t n_amounts; /* so far */
};

static enum eg_status open_figures(struct figures *figures, uint32_t n, size_t n_amounts,
                                   struct eg_arena *arena, struct eg_error *err)
{
    *figures =
        (struct figures){.amount_start = eg_arena_array(arena, (size_t)n + 1, sizeof *figures->amount_start),
                         .amounts = eg_arena_array(arena, n_amounts, sizeof *figures->amounts),
                         .amount_funder = eg_arena_array(arena, n_amounts, sizeof *figures->amount_funder),
                         .reviewed_day = eg_arena_array(arena, n, sizeof *figures->reviewed_day)};
    bool has_room =
        figures->amount_start && figures->amounts && figures->amount_funder && figures->reviewed_day;
    return has_room ? EG_OK : eg_error_no_memory(err, n_amounts * sizeof *figures->amounts);
}

static struct eg_figures close_figures(const struct figures *figures)
{
    return (struct eg_figures){figures->amount_start, figures->amounts, figures->amount_funder,
                               figures->reviewed_day};
}

static void add_amount(struct figures *figures, double amount, uint32_t funder)
{
    figures->amounts[figures->n_amounts] = amount;
    figures->amount_funder[figures->n_amounts++] = funder;
}

/* Entries come in answer order. */
static void read_entry(struct figures *figures, const struct eg_entry *entry, uint32_t i)
{
    uint32_t n_funders = 0;
    for (uint32_t f = 0; f < eg_entry_count_fundings(entry); f++) {
        struct eg_entry_funding funding = eg_entry_funding_at(entry, f);
        double amount;
        uint32_t funder = funding.funder.len > 0 ? n_funders++ : EG_FIGURES_NO_FUNDER;
        if (eg_text_to_double(funding.amount, &amount)) add_amount(figures, amount, funder);
    }
    figures->amount_start[i + 1] = figures->n_amounts;
    figures->reviewed_day[i] = day_of(entry->field[EG_ENTRY_LAST_REVIEWED]);
}

static void keep_entry(struct figures *figures, uint32_t i, const struct eg_figures *before, uint32_t old)
{
    for (uint32_t a = before->amount_start[old]; a < before->amount_start[old + 1]; a++)
        add_amount(figures, before->amounts[a], before->amount_funder[a]);
    figures->amount_start[i + 1] = figures->n_amounts;
    figures->reviewed_day[i] = before->reviewed_day[old];
}

enum eg_status eg_figures_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                                struct eg_figures *figures_out, struct eg_error *err)
{
    struct figures figures;
    size_t most = 0;
    for (uint32_t i = 0; i < n; i++) most += eg_entry_count_fundings(entries[i]);
    enum eg_status status = open_figures(&figures, n, most, arena, err);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < n; i++) read_entry(&figures, entries[i], i);
    *figures_out = close_figures(&figures);
    return EG_OK;
}

enum eg_status eg_figures_follow(const struct eg_figures *before, const struct eg_renumbering *renumbering,
                                 struct eg_arena *arena, struct eg_figures *figures_out, struct eg_error *err)
{
    struct figures figures;
    struct eg_renumbering_walk walk = {.by = renumbering};
    uint32_t now, old;
    size_t most = before->amount_start[renumbering->n_before];
    for (uint32_t i = 0; i < renumbering->n_come; i++)
        most += eg_entry_count_fundings(renumbering->after[renumbering->come[i]]);
    enum eg_status status = open_figures(&figures, renumbering->n_after, most, arena, err);
    if (status != EG_OK) return status;
    while (eg_renumbering_next(&walk, &now, &old)) {
        if (old == EG_NUMBER_GONE) read_entry(&figures, renumbering->after[now], now);
        else keep_entry(&figures, now, before, old);
    }
    *figures_out = close_figures(&figures);
    return EG_OK;
}

static bool has_funding(const struct eg_figures *figures, uint32_t number,
                        const struct eg_figures_funding *asked)
{
    for (uint32_t a = figures->amount_start[number]; a < figures->amount_start[number + 1]; a++) {
        uint32_t funder = figures->amount_funder[a];
        if (figures->amounts[a] < asked->least || figures->amounts[a] > asked->most) continue;
        if (!asked->funders) return true;
        if (funder != EG_FIGURES_NO_FUNDER && eg_facets_at(asked->funders, number, funder) == asked->funder)
            return true;
    }
    return false;
}

void eg_figures_keep_amounts(const struct eg_figures *figures, const struct eg_figures_funding *asked,
                             uint64_t *bits, size_t n_bit_words)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            if (!has_funding(figures, (uint32_t)(w * 64 + bit), asked)) bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
}

void eg_figures_keep_reviewed(const struct eg_figures *figures, int64_t since_day, uint64_t *bits,
                              size_t n_bit_words)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            int32_t day = figures->reviewed_day[w * 64 + bit];
            if (day == EG_FIGURES_NO_DAY || day < since_day) bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
}
