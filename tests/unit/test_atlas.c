#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "data/atlas.h"
#include "support/failing_malloc.h"

#define EXAMPLE "docs/atlas.example.yaml"
#define HEAD "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: a.gpkg, key: code}\n"

static struct eg_atlas *parse(const char *yaml)
{
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    char text[1200];
    if (eg_atlas_parse(eg_text_from(yaml), "/x/atlas.yaml", false, &atlas, &err))
        fail_msg("%s", eg_error_format(&err, text, sizeof text));
    return atlas;
}

static void expect_text(struct eg_text text, const char *expected)
{
    assert_non_null(text.data);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.len, strlen(expected));
}

static void read_example(struct eg_buffer *yaml)
{
    char bytes[4096];
    size_t n;
    FILE *file = fopen(EXAMPLE, "r");
    assert_non_null(file);
    eg_buffer_init(yaml, 0);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0) eg_buffer_append(yaml, bytes, n);
    (void)fclose(file);
    assert_false(yaml->failed);
}

static struct eg_atlas *example(void)
{
    struct eg_buffer yaml;
    read_example(&yaml);
    struct eg_atlas *atlas = parse(yaml.data);
    eg_buffer_clear(&yaml);
    return atlas;
}

/* --- the example --- */

static void the_example_says_what_its_comments_say(void **state)
{
    (void)state;
    struct eg_atlas *atlas = example();
    expect_text(atlas->title, "Health in Saltmarsh County");
    expect_text(atlas->licence.title, "Open Government Licence v3.0");
    assert_true(atlas->fictional);
    assert_int_equal(atlas->n_boundaries, 3);
    expect_text(atlas->boundaries[0].source, "/x/data/neighbourhoods.gpkg");
    expect_text(atlas->boundaries[0].licence_title, "CC BY 4.0");
    assert_true(atlas->boundaries[0].dissolve_of == EG_ATLAS_NONE);
    assert_true(atlas->boundaries[0].snap_m == 0.05);
    assert_int_equal(atlas->boundaries[1].dissolve_of, 0);
    expect_text(atlas->boundaries[1].dissolve_name_column, "ward_name");
    assert_int_equal(atlas->boundaries[2].n_lookups, 2);
    expect_text(atlas->boundaries[2].lookups[1].source, "/x/data/district21_district23.csv");
    expect_text(atlas->boundaries[2].lookups[1].name, "new_name");
    assert_null(atlas->boundaries[2].lookups[0].name.data);
    assert_int_equal(atlas->n_views, 2);
    expect_text(atlas->views[1].layer, "deprivation.nbhd21");
    assert_true(atlas->views[0].box_deg.min_x == 0.9 && atlas->views[0].box_deg.max_y == 53.0);
    assert_int_equal(atlas->server.n_trusted_proxies, 3);
    assert_int_equal(atlas->server.n_crs, 3);
    assert_string_equal(atlas->server.crs[1].id.code, "27700");
    assert_true(atlas->server.crs[1].mark.line > 0);
    assert_int_equal(atlas->server.n_tile_sets, 1);
    expect_text(atlas->server.tile_sets[0].path, "/x/saltmarsh-grid.json");
    assert_true(atlas->server.tile_sets[0].mark.line > 0);
    assert_null(atlas->server.tile_sets[0].json.data);
    assert_int_equal(atlas->basemap.max_zoom, 18);
    eg_atlas_free(atlas);
}

static void the_example_has_a_layer_for_every_combination_with_numbers(void **state)
{
    static const char *const ids[] = {
        "deprivation.nbhd21",         "deprivation.ward21", "deprivation.district23",  "long_illness.nbhd21",
        "long_illness.district23",    "area_type.nbhd21",   "early_deaths.district23", "asthma.district23",
        "life_expectancy.district23", "smokers.district23"};
    (void)state;
    struct eg_atlas *atlas = example();
    assert_int_equal(atlas->n_layers, EG_ARRAY_LEN(ids));
    for (size_t i = 0; i < EG_ARRAY_LEN(ids); i++) expect_text(atlas->layers[i].id, ids[i]);
    expect_text(atlas->layers[0].title, "Deprivation by neighbourhood");
    assert_int_equal(atlas->layers[0].style, 1);
    assert_true(atlas->layers[1].hidden);
    assert_int_equal(atlas->layers[2].style, 0);
    assert_int_equal(atlas->layers[5].style, 3);
    assert_int_equal(atlas->layers[4].indicator, 1);
    assert_int_equal(atlas->layers[4].boundaries, 2);
    eg_atlas_free(atlas);
}

static void tables_keep_delimiter_key_filter_and_expectations(void **state)
{
    (void)state;
    struct eg_atlas *atlas = example();
    const struct eg_atlas_table *plain = &atlas->tables[0], *table = &atlas->tables[1];
    assert_int_equal(plain->delimiter, ',');
    expect_text(plain->encoding, "UTF-8");
    assert_int_equal(plain->header_row, 1);
    assert_int_equal(table->delimiter, ';');
    assert_int_equal(table->header_row, 3);
    expect_text(table->key, "area");
    assert_int_equal(table->key_pad, 8);
    assert_true(table->key_trim);
    assert_int_equal(table->n_filter, 2);
    expect_text(table->filter[1].column, "age");
    expect_text(table->filter[1].values[1], "65+");
    assert_int_equal(table->expect.areas_without_row, 2);
    assert_true(table->expect.rows_without_area == UINT32_MAX);
    expect_text(table->flag_text[EG_UNRELIABLE][0], "u");
    eg_atlas_free(atlas);
}

static void long_tables_give_each_indicator_its_columns_and_periods_their_days(void **state)
{
    (void)state;
    struct eg_atlas *atlas = example();
    const struct eg_atlas_table *rows = &atlas->tables[2], *yearly = &atlas->tables[3];
    assert_true(rows->is_long && yearly->is_long && !atlas->tables[1].is_long);
    assert_int_equal(rows->long_boundaries, 2);
    expect_text(rows->long_indicator, "measure");
    expect_text(rows->long_indicators[0].text, "Early deaths");
    expect_text(rows->long_indicators[1].columns.lower, "low95");
    expect_text(rows->long_periods[1].text, "2021/22");
    expect_text(rows->long_periods[1].period.id, "2021-22");
    expect_text(rows->long_periods[1].period.start, "2021-04-01");
    expect_text(rows->long_periods[1].period.label, "2021/22");
    assert_null(yearly->long_indicator.data);
    assert_null(yearly->long_indicators[0].text.data);
    expect_text(yearly->long_period, "year");
    expect_text(yearly->long_indicators[0].columns.upper, "le_high");
    expect_text(yearly->long_indicators[1].columns.value, "smokers_pct");
    eg_atlas_free(atlas);
}

static void a_pattern_of_columns_becomes_a_series_for_each_period(void **state)
{
    (void)state;
    struct eg_atlas *atlas = example();
    const struct eg_atlas_indicator *indicator = &atlas->indicators[1];
    assert_int_equal(indicator->n_series, 3);
    expect_text(indicator->series[0].columns.value, "share_2019");
    expect_text(indicator->series[2].columns.flag, "flag_2021");
    expect_text(indicator->series[2].period.id, "2021");
    expect_text(indicator->series[2].period.start, "2021-01-01");
    expect_text(indicator->series[2].period.end, "2021-12-31");
    assert_null(indicator->series[2].columns.rank.data);
    assert_int_equal(indicator->series[2].boundaries, 0);
    assert_true(indicator->multiplier == 100);
    eg_atlas_free(atlas);
}

static void directories_map_columns_and_constants(void **state)
{
    (void)state;
    struct eg_atlas *atlas = example();
    const struct eg_atlas_directory *d = &atlas->directories[0], *hubs = &atlas->directories[1];
    expect_text(d->column[EG_ENTRY_KEY].first, "id");
    expect_text(d->column[EG_ENTRY_LATITUDE].first, "lat");
    expect_text(d->constant[EG_ENTRY_KIND], "coalition");
    assert_null(d->column[EG_ENTRY_KIND].first.data);
    expect_text(d->id_prefix, "coalitions:");
    assert_int_equal(d->serves_boundaries, 1);
    assert_int_equal(d->list_separator, ';');
    expect_text(d->licence_title, "CC0");
    expect_text(hubs->filter_sql, "closed IS NULL");
    expect_text(hubs->id_prefix, "saltmarsh:hub:");
    assert_true(hubs->serves_boundaries == EG_ATLAS_NONE);
    eg_atlas_free(atlas);
}

/* --- what is inherited and what is left open --- */

static void indicators_inherit_from_their_first_table_and_keep_what_they_state(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse(
        HEAD
        "tables:\n- {id: t, source: t.csv, key: k, boundaries: a, period: 2019, defaults: {unit: '%', "
        "polarity: "
        "high_is_better, decimals: 2, source: S, source_url: 'https://s.example', licence: {title: L, url: "
        "'https://l.example'}, modelled: true}}\n"
        "indicators:\n- {id: i, title: I, series: {table: t, value: v}}\n"
        "- {id: j, title: J, unit: years, polarity: neutral, decimals: 0, source: Other, modelled: false, "
        "series: {table: t, value: w}}\n");
    const struct eg_atlas_facts *i = &atlas->indicators[0].facts, *j = &atlas->indicators[1].facts;
    expect_text(i->unit, "%");
    assert_int_equal(i->polarity, EG_POLARITY_HIGH_IS_BETTER);
    assert_true(i->has_decimals && i->decimals == 2 && i->has_modelled && i->modelled);
    expect_text(i->licence_url, "https://l.example");
    expect_text(j->unit, "years");
    assert_int_equal(j->polarity, EG_POLARITY_NEUTRAL);
    assert_true(j->has_decimals && j->decimals == 0 && j->has_modelled && !j->modelled);
    expect_text(j->source, "Other");
    assert_null(j->source_url.data); /* another source's address would be a false claim */
    eg_atlas_free(atlas);
}

static void what_nobody_states_stays_not_stated(void **state)
{
    (void)state;
    struct eg_atlas *atlas =
        parse(HEAD "tables: [{id: t, source: t.csv, key: k, boundaries: a, period: Q1-19}]\n"
                   "indicators: [{id: i, title: I, series: {table: t, value: v}}]\n");
    const struct eg_atlas_facts *facts = &atlas->indicators[0].facts;
    assert_null(facts->unit.data);
    assert_null(facts->licence_title.data);
    assert_int_equal(facts->polarity, EG_POLARITY_NOT_STATED);
    assert_false(facts->has_decimals || facts->has_modelled);
    assert_null(atlas->indicators[0].series[0].period.start.data);
    expect_text(atlas->indicators[0].series[0].period.label, "Q1-19");
    assert_null(atlas->licence.title.data);
    assert_null(atlas->basemap.url.data);
    eg_atlas_free(atlas);
}

static void server_and_limits_have_the_documented_defaults(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse(HEAD);
    assert_int_equal(atlas->limits.connections, 1000);
    assert_int_equal(atlas->limits.image_px, 4096);
    assert_int_equal(atlas->limits.results, 1000);
    assert_int_equal(atlas->limits.idle_s, 15);
    assert_int_equal(atlas->limits.request_s, 30);
    assert_int_equal(atlas->limits.boundaries_vertices, 200000000);
    expect_text(atlas->server.listen, "127.0.0.1:8080");
    assert_int_equal(atlas->server.threads, 0);
    assert_int_equal(atlas->server.cache_bytes, 268435456);
    assert_int_equal(atlas->server.n_cors_origins, 1);
    expect_text(atlas->server.cors_origins[0], "*");
    assert_int_equal(atlas->server.n_crs, 4);
    assert_string_equal(atlas->server.crs[3].id.code, "3035");
    assert_int_equal(atlas->server.projected_cache_bytes, 536870912);
    expect_text(atlas->path, "/x/atlas.yaml");
    expect_text(atlas->folder, "/x");
    eg_atlas_free(atlas);
}

static bool has_marker(const struct eg_atlas_markers *markers, enum eg_state state, const char *text)
{
    for (uint32_t i = 0; i < markers->n[state]; i++) {
        if (eg_text_equal(markers->text[state][i], eg_text_from(text))) return true;
    }
    return false;
}

static void the_empty_cell_is_missing_unless_a_list_claims_it(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse(
        HEAD
        "tables:\n- {id: t, source: t.csv, key: k}\n"
        "- {id: u, source: t.csv, key: k, markers: {suppressed: ['', '*'], missing: -999}, column_markers: "
        "{income: {missing: 0}, 2019: {not_applicable: ''}}}\n");
    const struct eg_atlas_table *t = &atlas->tables[0], *u = &atlas->tables[1];
    assert_int_equal(t->n_markers, 1);
    assert_null(t->markers[0].column.data);
    assert_int_equal(t->markers[0].n[EG_MISSING], 1);
    assert_true(has_marker(&t->markers[0], EG_MISSING, ""));
    assert_int_equal(u->n_markers, 3);
    assert_true(has_marker(&u->markers[0], EG_SUPPRESSED, "") &&
                has_marker(&u->markers[0], EG_MISSING, "-999"));
    assert_false(has_marker(&u->markers[0], EG_MISSING, ""));
    expect_text(u->markers[1].column, "income");
    assert_true(has_marker(&u->markers[1], EG_MISSING, "0") && has_marker(&u->markers[1], EG_MISSING, ""));
    assert_false(has_marker(&u->markers[1], EG_SUPPRESSED, "*"));
    expect_text(u->markers[2].column, "2019");
    assert_true(has_marker(&u->markers[2], EG_NOT_APPLICABLE, ""));
    assert_int_equal(u->markers[2].n[EG_MISSING], 0);
    eg_atlas_free(atlas);
}

static void bare_numbers_in_cells_keep_their_zeros(void **state)
{
    (void)state;
    struct eg_atlas *atlas =
        parse(HEAD "tables: [{id: t, source: t.csv, key: k, filter: {state: [01, 1.0, true]}}]\n");
    expect_text(atlas->tables[0].filter[0].values[0], "01");
    expect_text(atlas->tables[0].filter[0].values[1], "1.0");
    expect_text(atlas->tables[0].filter[0].values[2], "true");
    eg_atlas_free(atlas);
}

/* --- styles --- */

static void expect_colour(struct eg_colour colour, uint32_t rgba)
{
    uint32_t found =
        (uint32_t)colour.r << 24U | (uint32_t)colour.g << 16U | (uint32_t)colour.b << 8U | colour.a;
    assert_int_equal(found, rgba);
}

static void an_atlas_without_styles_has_the_documented_one(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse(HEAD);
    assert_int_equal(atlas->n_styles, 1);
    const struct eg_atlas_style *style = &atlas->styles[0];
    expect_text(style->id, "default");
    assert_int_equal(style->choice, EG_CHOICE_PUBLISHED_DECILE);
    assert_int_equal(style->method, EG_CLASS_QUANTILE);
    assert_int_equal(style->n_classes, 5);
    expect_text(style->ramp, "YlGnBu");
    assert_int_equal(style->n_colours, 9);
    assert_int_equal(style->direction, EG_RAMP_BY_POLARITY);
    assert_false(style->diverging || style->left_closed || style->per_period || style->aliased);
    assert_true(style->opacity == 1);
    assert_int_equal(style->n_outlines, 1);
    assert_true(style->outlines[0].boundaries == EG_ATLAS_NONE && style->outlines[0].width_px == 0.5);
    assert_int_equal(style->outlines[0].min_zoom, 12);
    expect_colour(style->look[EG_MISSING].colour, 0xd9d9d9ffU);
    assert_int_equal(style->look[EG_MISSING].pattern, EG_LOOK_PLAIN);
    assert_int_equal(style->look[EG_SUPPRESSED].pattern, EG_LOOK_DOTS);
    assert_int_equal(style->look[EG_UNRELIABLE].pattern, EG_LOOK_HATCH);
    assert_int_equal(style->look[EG_NOT_APPLICABLE].pattern, EG_LOOK_CROSS);
    expect_colour(style->background, 0);
    eg_atlas_free(atlas);
}

static void a_ramp_gives_its_hand_picked_list_for_the_number_of_classes(void **state)
{
    (void)state;
    struct eg_atlas *atlas = parse(
        HEAD
        "styles:\n- {id: a, classification: {method: quantile, classes: 4}}\n"
        "- {id: b, ramp: RdYlBu, classification: {method: given, breaks: [1, 2]}}\n"
        "- {id: c, ramp: {direction: reversed, name: RdYlBu}, classification: {method: published_decile}}\n"
        "- {id: d, classification: {method: category}}\n");
    assert_int_equal(atlas->styles[0].n_colours, 4);
    expect_colour(atlas->styles[0].colours[3], 0x225ea8ffU);
    assert_int_equal(atlas->styles[1].n_colours, 3);
    assert_true(atlas->styles[1].diverging);
    expect_colour(atlas->styles[1].colours[0], 0xfc8d59ffU);
    assert_int_equal(atlas->styles[2].n_colours, 10);
    assert_int_equal(atlas->styles[2].direction, EG_RAMP_REVERSED);
    expect_colour(atlas->styles[2].colours[0], 0xa50026ffU);
    assert_int_equal(atlas->styles[3].n_colours, 9);
    eg_atlas_free(atlas);
}

static void given_colours_are_taken_as_listed_unless_polarity_is_to_decide(void **state)
{
    (void)state;
    struct eg_atlas *atlas =
        parse(HEAD "styles:\n- {id: a, ramp: {colours: ['#000', '#ffffff80']}}\n"
                   "- {id: b, ramp: {colours: ['#000', '#fff'], direction: by_polarity}}\n"
                   "- {id: c, ramp: {colours: ['#000', '#fff'], diverging: true, direction: by_polarity}}\n");
    assert_int_equal(atlas->styles[0].direction, EG_RAMP_FORWARD);
    expect_colour(atlas->styles[0].colours[0], 0x000000ffU);
    expect_colour(atlas->styles[0].colours[1], 0xffffff80U);
    expect_colour(atlas->styles[1].colours[1], 0x000000ffU); /* the darker end last: it is the worse one */
    expect_colour(atlas->styles[2].colours[0], 0x000000ffU);
    assert_null(atlas->styles[0].ramp.data);
    eg_atlas_free(atlas);
}

static void a_categorical_indicator_takes_the_first_style_for_categories(void **state)
{
    (void)state;
    struct eg_atlas *atlas =
        parse(HEAD "tables: [{id: t, source: t.csv, key: k, boundaries: a, period: 2019}]\n"
                   "styles: [{id: p}, {id: q, classification: {method: category}}, {id: r}]\n"
                   "indicators:\n- {id: i, title: I, categorical: true, series: {table: t, value: v}}\n"
                   "- {id: j, title: J, style: r, categorical: true, series: {table: t, value: v}}\n"
                   "- {id: k, title: K, series: {table: t, value: v}}\n");
    assert_int_equal(atlas->layers[0].style, 1);
    assert_int_equal(atlas->layers[1].style, 2);
    assert_int_equal(atlas->layers[2].style, 0);
    eg_atlas_free(atlas);
}

/* --- helpers that others use --- */

static void csv_is_told_by_the_name(void **state)
{
    (void)state;
    assert_true(eg_atlas_is_csv(EG_TEXT("a.csv")) && eg_atlas_is_csv(EG_TEXT("/x/a.CSV.gz")));
    assert_true(eg_atlas_is_csv(EG_TEXT("a.tsv")) && eg_atlas_is_csv(EG_TEXT("a.txt.gz")));
    assert_false(eg_atlas_is_csv(EG_TEXT("a.gpkg")) || eg_atlas_is_csv(EG_TEXT("a.gz")));
    assert_false(eg_atlas_is_csv(EG_TEXT("csv")) || eg_atlas_is_csv(EG_TEXT("a.csv/b.shp")));
}

static void sizes_have_units(void **state)
{
    uint64_t bytes = 7;
    (void)state;
    assert_true(eg_atlas_size_bytes(EG_TEXT("256MiB"), &bytes) && bytes == 268435456);
    assert_true(eg_atlas_size_bytes(EG_TEXT("1 GiB"), &bytes) && bytes == 1073741824);
    assert_true(eg_atlas_size_bytes(EG_TEXT("12"), &bytes) && bytes == 12);
    assert_true(eg_atlas_size_bytes(EG_TEXT("3B"), &bytes) && bytes == 3);
    assert_true(eg_atlas_size_bytes(EG_TEXT("0"), &bytes) && bytes == 0);
    assert_false(eg_atlas_size_bytes(EG_TEXT(""), &bytes) || eg_atlas_size_bytes(EG_TEXT("MiB"), &bytes));
    assert_false(eg_atlas_size_bytes(EG_TEXT("-1MiB"), &bytes) ||
                 eg_atlas_size_bytes(EG_TEXT("1MB"), &bytes));
    assert_false(eg_atlas_size_bytes(EG_TEXT("18014398509481985GiB"), &bytes));
    assert_int_equal(bytes, 0);
}

/* --- memory and speed --- */

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    struct eg_buffer yaml;
    read_example(&yaml);
    struct eg_text text = {yaml.data, yaml.len};
    for (long n = 1;; n++) {
        struct eg_atlas *atlas = NULL;
        struct eg_error err = {0};
        eg_failing_malloc_after(n);
        enum eg_status st = eg_atlas_parse(text, "/x/atlas.yaml", false, &atlas, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) {
            assert_int_equal(st, EG_OK);
            eg_atlas_free(atlas);
            break;
        }
        assert_int_equal(st, EG_NO_MEMORY);
        assert_int_equal(err.status, EG_NO_MEMORY);
        assert_null(atlas);
    }
    eg_buffer_clear(&yaml);
}

static void three_hundred_indicators_are_read(void **state)
{
    (void)state;
    struct eg_buffer yaml;
    eg_buffer_init(&yaml, 0);
    eg_buffer_literal(&yaml, HEAD "tables: [{id: t, source: t.csv, key: k, boundaries: a}]\nindicators:\n");
    for (int i = 0; i < 300; i++)
        eg_buffer_printf(
            &yaml,
            "- id: indicator_%d\n  title: Indicator %d\n  description: What is counted, of whom, and how.\n"
            "  unit: per 100,000\n  polarity: high_is_worse\n  decimals: 1\n  theme: Health\n  series:\n"
            "  - {table: t, period: 2019, value: v%d, lower: l%d, upper: u%d}\n"
            "  - {table: t, periods: [2015, 2016, 2017, 2018], value: 'v%d_{period}'}\n",
            i, i, i, i, i, i);
    double start = eg_clock_monotonic_s();
    struct eg_atlas *atlas = parse(yaml.data);
    print_message("# 300 indicators, %zu bytes: %.1f ms\n", yaml.len, (eg_clock_monotonic_s() - start) * 1e3);
    assert_int_equal(atlas->n_layers, 300);
    assert_int_equal(atlas->indicators[299].n_series, 5);
    expect_text(atlas->indicators[299].series[4].columns.value, "v299_2018");
    eg_atlas_free(atlas);
    eg_buffer_clear(&yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_says_what_its_comments_say),
        cmocka_unit_test(the_example_has_a_layer_for_every_combination_with_numbers),
        cmocka_unit_test(tables_keep_delimiter_key_filter_and_expectations),
        cmocka_unit_test(long_tables_give_each_indicator_its_columns_and_periods_their_days),
        cmocka_unit_test(a_pattern_of_columns_becomes_a_series_for_each_period),
        cmocka_unit_test(directories_map_columns_and_constants),
        cmocka_unit_test(indicators_inherit_from_their_first_table_and_keep_what_they_state),
        cmocka_unit_test(what_nobody_states_stays_not_stated),
        cmocka_unit_test(server_and_limits_have_the_documented_defaults),
        cmocka_unit_test(the_empty_cell_is_missing_unless_a_list_claims_it),
        cmocka_unit_test(bare_numbers_in_cells_keep_their_zeros),
        cmocka_unit_test(an_atlas_without_styles_has_the_documented_one),
        cmocka_unit_test(a_ramp_gives_its_hand_picked_list_for_the_number_of_classes),
        cmocka_unit_test(given_colours_are_taken_as_listed_unless_polarity_is_to_decide),
        cmocka_unit_test(a_categorical_indicator_takes_the_first_style_for_categories),
        cmocka_unit_test(csv_is_told_by_the_name),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(three_hundred_indicators_are_read),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
