/* Classes and methods in words: the same ones in legends, catalogues and the answers about areas. */
#include "engine/layer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MORE_DECIMALS_MAX 6 /* what then still looks alike differs by rounding alone */

/* A comma between groups of three digits before the point: "1,141,816.5". */
static void group_digits(char *text, size_t size)
{
    size_t len = strlen(text), first = text[0] == '-', n = strspn(text + first, "0123456789");
    if (text[first + n] != '\0' && text[first + n] != '.') return;
    for (size_t from_end = 3; from_end < n && len + 1 < size; from_end += 3, len++) {
        char *at = text + first + n - from_end;
        memmove(at + 1, at, strlen(at) + 1);
        *at = ',';
    }
}

/* As many decimals as the atlas says, else six significant digits, and `more` than that; never "-0.0". */
static void format_bound(const struct eg_atlas_facts *facts, uint32_t more, double value, char *text_out,
                         size_t size)
{
    if (facts->has_decimals) (void)snprintf(text_out, size, "%.*f", (int)(facts->decimals + more), value);
    else if (fabs(value) >= 1e6 && fabs(value) < 1e15)
        (void)snprintf(text_out, size, "%.*f", (int)more, value);
    else (void)snprintf(text_out, size, "%.*g", (int)(6 + more), value);
    if (text_out[0] == '-' && strspn(text_out, "-0.") == strlen(text_out))
        memmove(text_out, text_out + 1, strlen(text_out));
    group_digits(text_out, size);
}

/* False for bounds further apart than the last digit shown, as nearly all are: saves writing them. */
static bool may_look_alike(const struct eg_atlas_facts *facts, double below, double above)
{
    double step =
        facts->has_decimals ? pow(10, -(double)facts->decimals) : 1e-5 * fmax(fabs(below), fabs(above));
    return below < above && above - below < 1.01 * step;
}

/* How many of the bounds that the labels name look like the one before them, though they differ. */
static uint32_t count_alike(const struct eg_atlas_facts *facts, const struct eg_layer_classes *classed,
                            uint32_t more)
{
    const struct eg_classes *classes = &classed->classes;
    uint32_t first = classed->open_ended, n_alike = 0;
    uint32_t end = classes->n + (classes->categorical || classed->open_ended ? 0 : 1);
    for (uint32_t i = first + 1; i < end; i++) {
        char below[64], above[64];
        if (!may_look_alike(facts, classes->bounds[i - 1], classes->bounds[i])) continue;
        format_bound(facts, more, classes->bounds[i - 1], below, sizeof below);
        format_bound(facts, more, classes->bounds[i], above, sizeof above);
        n_alike += strcmp(below, above) == 0;
    }
    return n_alike;
}

/* How many of the breaks that the atlas gives are not shown whole: 0.25 as "0.2". */
static uint32_t count_cut(const struct eg_atlas_facts *facts, const struct eg_layer_classes *classed,
                          uint32_t more)
{
    uint32_t n_cut = 0;
    for (uint32_t i = 1; classed->open_ended && i < classed->classes.n; i++) {
        double bound = classed->classes.bounds[i];
        if (bound == 0) continue;
        double decimals = facts->has_decimals ? facts->decimals : fmax(0, 5 - floor(log10(fabs(bound))));
        double in_units = bound * pow(10, decimals + more);
        n_cut += fabs(in_units - round(in_units)) > 1e-3;
    }
    return n_cut;
}

/* Decimals that a legend needs beyond those stated, so that given breaks are shown whole and bounds which differ look different: a rate in one decimal, in
 * ten classes, may have three bounds that are all "0.8". The fewest that tell most bounds apart; all of a legend's labels
 * have the same. */
static uint32_t more_decimals(const struct eg_atlas_facts *facts, const struct eg_layer_classes *classed)
{
    uint32_t best = 0, least = UINT32_MAX;
    for (uint32_t more = 0; more <= MORE_DECIMALS_MAX && least > 0; more++) {
        uint32_t n_wrong = count_alike(facts, classed, more) + count_cut(facts, classed, more);
        if (n_wrong >= least) continue;
        least = n_wrong;
        best = more;
    }
    return best;
}

/* Cut between characters where it is too long. */
static void copy_name(struct eg_text name, char *text_out, size_t size)
{
    size_t n = name.len < size ? name.len : size - 1;
    while (n > 0 && n < name.len && ((unsigned char)name.data[n] & 0xC0U) == 0x80U) n--;
    memcpy(text_out, name.data, n);
    text_out[n] = '\0';
}

static void label_decile(const struct eg_layer_classes *classed, enum eg_polarity polarity, uint32_t decile,
                         char *text_out, size_t size)
{
    bool has_worse = polarity == EG_POLARITY_HIGH_IS_WORSE || polarity == EG_POLARITY_HIGH_IS_BETTER;
    bool worst = classed->rising_worse == (decile == 10);
    if (has_worse && (decile == 1 || decile == 10))
        (void)snprintf(text_out, size, "%u (%s tenth)", decile, worst ? "worst" : "best");
    else (void)snprintf(text_out, size, "%u", decile);
}

/* Given breaks bound inner classes only: what the data happen to reach is no bound of the outer ones. */
static void label_interval(const struct eg_layer_classes *classed, uint32_t number, const char *low,
                           const char *high, char *text_out, size_t size)
{
    bool first = classed->open_ended && number == 0;
    bool last = classed->open_ended && number + 1 == classed->classes.n;
    bool right = classed->classes.right_closed;
    if (first && last) (void)snprintf(text_out, size, "all values");
    else if (first) (void)snprintf(text_out, size, "%s %s", right ? "up to" : "under", high);
    else if (last) (void)snprintf(text_out, size, right ? "over %s" : "%s and over", low);
    else if (strcmp(low, high) == 0) (void)snprintf(text_out, size, "%s", low);
    else (void)snprintf(text_out, size, "%s to %s", low, high);
}

void eg_layer_class_label(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                          const struct eg_layer_classes *classed, uint32_t class_number, char *text_out,
                          size_t size)
{
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    const struct eg_atlas_facts *facts = &snapshot->atlas->indicators[series->indicator].facts;
    const struct eg_classes *classes = &classed->classes;
    char low[64], high[64];
    if (classed->by_decile) {
        label_decile(classed, facts->polarity, class_number + 1, text_out, size);
        return;
    }
    const struct eg_text *name = eg_layer_category(series, classed, class_number);
    if (name) {
        copy_name(*name, text_out, size);
        return;
    }
    uint32_t more = more_decimals(facts, classed);
    format_bound(facts, more, classes->bounds[class_number], low, sizeof low);
    if (classes->categorical) {
        (void)snprintf(text_out, size, "%s", low);
        return;
    }
    format_bound(facts, more, classes->bounds[class_number + 1], high, sizeof high);
    label_interval(classed, class_number, low, high, text_out, size);
}

const struct eg_text *eg_layer_category(const struct eg_series *series,
                                        const struct eg_layer_classes *classed, uint32_t class_number)
{
    if (!classed->classes.categorical || classed->by_decile || !series->categories) return NULL;
    uint32_t category = (uint32_t)classed->classes.bounds[class_number];
    return category < series->n_categories ? &series->categories[category] : NULL;
}

const char *eg_layer_method_name(const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    static const char *const names[] = {
        [EG_CLASS_QUANTILE] = "quantiles",        [EG_CLASS_EQUAL] = "equal intervals",
        [EG_CLASS_NATURAL] = "natural breaks",    [EG_CLASS_STDDEV] = "standard deviations",
        [EG_CLASS_HEADTAIL] = "head/tail breaks", [EG_CLASS_GIVEN] = "given breaks",
        [EG_CLASS_CATEGORY] = "categories",
    };
    if (classed->by_decile) return "the publisher's deciles";
    if (classed->fell_back) return names[EG_CLASS_QUANTILE];
    if (classed->classes.categorical) return names[EG_CLASS_CATEGORY];
    return names[style->method];
}
