/* Ranks by one sort of the values that are present; tenths and Wilson limits are formulas. */
#include "stats/rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/sort.h"

static size_t collect(const double *values, const bool *present, size_t n, bool ascending,
                      struct eg_sort_item *items_out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!present[i]) continue;
        EG_ASSERT(isfinite(values[i]));
        uint64_t key = eg_sort_key(values[i]);
        items_out[count++] = (struct eg_sort_item){ascending ? key : ~key, (uint32_t)i};
    }
    return count;
}

enum eg_status eg_rank(const double *values, const bool *present, size_t n, bool ascending,
                       uint32_t *ranks_out, struct eg_error *err)
{
    if (n > UINT32_MAX) return eg_error_set(err, EG_LIMIT, "%zu values to rank; at most %u", n, UINT32_MAX);
    struct eg_sort_item *items = eg_memory_array(n, 2 * sizeof *items);
    if (!items) return eg_error_no_memory(err, n * 2 * sizeof *items);
    size_t count = collect(values, present, n, ascending, items);
    const struct eg_sort_item *sorted = eg_sort_items(items, items + n, count);
    for (size_t i = 0; i < n; i++) ranks_out[i] = 0;
    uint32_t rank = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i].key != sorted[i - 1].key) rank = (uint32_t)i + 1;
        ranks_out[sorted[i].row] = rank;
    }
    free(items);
    return EG_OK;
}

uint32_t eg_rank_decile(uint32_t rank, size_t n_ranked)
{
    if (rank == 0 || n_ranked == 0) return 0;
    EG_ASSERT(rank <= n_ranked);
    return (uint32_t)((10 * (uint64_t)rank + n_ranked - 1) / n_ranked);
}

bool eg_wilson_95(double numerator, double denominator, double *lower_out, double *upper_out)
{
    static const double z = 1.959963984540054; /* 97.5 % of the normal distribution lies below it */
    if (!(denominator > 0) || !(numerator >= 0) || !(numerator <= denominator) || isinf(denominator))
        return false;
    double share = numerator / denominator;
    double z2 = z * z / denominator;
    double middle = share + z2 / 2;
    double reach = z * sqrt((share * (1 - share) + z2 / 4) / denominator);
    double lower = (middle - reach) / (1 + z2);
    double upper = (middle + reach) / (1 + z2);
    /* At the ends both terms are equal in theory; rounding would leave a limit like -1e-18. */
    *lower_out = numerator > 0 ? fmax(lower, 0) : 0;
    *upper_out = numerator < denominator ? fmin(upper, 1) : 1;
    return true;
}
