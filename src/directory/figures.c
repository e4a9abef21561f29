/* Read once when the index is made, so that a question compares numbers. */
#include "directory/figures.h"

#include "base/calendar.h"
#include "directory/bits.h"

static int32_t day_of(struct eg_text text)
{
    struct eg_text date = {text.data, text.len < EG_CALENDAR_DATE_LEN ? text.len : EG_CALENDAR_DATE_LEN};
    int64_t day;
    return eg_calendar_parse_date(date, &day) ? (int32_t)day : EG_FIGURES_NO_DAY;
}

/* Being made. */
struct figures {
    uint64_t *has_amount;
    double *amount;
    int32_t *reviewed_day;
};

static bool open_figures(struct figures *figures, uint32_t n, struct eg_arena *arena)
{
    *figures = (struct figures){eg_arena_array(arena, eg_bits_words(n), sizeof *figures->has_amount),
                                eg_arena_array(arena, n, sizeof *figures->amount),
                                eg_arena_array(arena, n, sizeof *figures->reviewed_day)};
    return figures->has_amount && figures->amount && figures->reviewed_day;
}

static void read_entry(struct figures *figures, const struct eg_entry *entry, uint32_t i)
{
    if (eg_text_to_double(entry->field[EG_ENTRY_AMOUNT], &figures->amount[i]))
        eg_bits_set(figures->has_amount, i);
    figures->reviewed_day[i] = day_of(entry->field[EG_ENTRY_LAST_REVIEWED]);
}

enum eg_status eg_figures_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                                struct eg_figures *figures_out, struct eg_error *err)
{
    struct figures figures;
    if (!open_figures(&figures, n, arena)) return eg_error_no_memory(err, n * sizeof *figures.amount);
    for (uint32_t i = 0; i < n; i++) read_entry(&figures, entries[i], i);
    *figures_out = (struct eg_figures){figures.has_amount, figures.amount, figures.reviewed_day};
    return EG_OK;
}

enum eg_status eg_figures_follow(const struct eg_figures *before, const struct eg_renumbering *renumbering,
                                 struct eg_arena *arena, struct eg_figures *figures_out, struct eg_error *err)
{
    struct figures figures;
    struct eg_renumbering_walk walk = {.by = renumbering};
    uint32_t now, old;
    if (!open_figures(&figures, renumbering->n_after, arena))
        return eg_error_no_memory(err, renumbering->n_after * sizeof *figures.amount);
    while (eg_renumbering_next(&walk, &now, &old)) {
        if (old == EG_NUMBER_GONE) {
            read_entry(&figures, renumbering->after[now], now);
            continue;
        }
        figures.amount[now] = before->amount[old];
        figures.reviewed_day[now] = before->reviewed_day[old];
        if (eg_bits_has(before->has_amount, old)) eg_bits_set(figures.has_amount, now);
    }
    *figures_out = (struct eg_figures){figures.has_amount, figures.amount, figures.reviewed_day};
    return EG_OK;
}

void eg_figures_keep_amounts(const struct eg_figures *figures, double least, double most, uint64_t *bits,
                             size_t n_bit_words)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        bits[w] &= figures->has_amount[w];
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            double amount = figures->amount[w * 64 + bit];
            if (amount < least || amount > most) bits[w] &= ~(UINT64_C(1) << bit);
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
