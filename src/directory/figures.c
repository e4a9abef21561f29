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

enum eg_status eg_figures_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                                struct eg_figures *figures_out, struct eg_error *err)
{
    uint64_t *has_amount = eg_arena_array(arena, eg_bits_words(n), sizeof *has_amount);
    double *amount = eg_arena_array(arena, n, sizeof *amount);
    int32_t *reviewed_day = eg_arena_array(arena, n, sizeof *reviewed_day);
    if (!has_amount || !amount || !reviewed_day) return eg_error_no_memory(err, n * sizeof *amount);
    for (uint32_t i = 0; i < n; i++) {
        if (eg_text_to_double(entries[i]->field[EG_ENTRY_AMOUNT], &amount[i])) eg_bits_set(has_amount, i);
        reviewed_day[i] = day_of(entries[i]->field[EG_ENTRY_LAST_REVIEWED]);
    }
    *figures_out = (struct eg_figures){has_amount, amount, reviewed_day};
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
