/* What reading the tables of places found, for `evenground check`. */
#include "data/place_table.h"
#include "data/report_internal.h"

static void write_line(struct eg_buffer *out, uint32_t n, const char *what)
{
    char text[24];
    if (n > 0) eg_buffer_printf(out, "    %s %s\n", eg_report_count(n, text), what);
}

void eg_place_report_text(const struct eg_atlas *atlas, const struct eg_place_report *reports,
                          struct eg_buffer *out)
{
    if (atlas->n_place_tables > 0) eg_buffer_literal(out, "\nPlaces\n------\n");
    for (uint32_t i = 0; i < atlas->n_place_tables; i++) {
        const struct eg_atlas_place_table *spec = &atlas->place_tables[i];
        const struct eg_place_report *report = &reports[i];
        char n_places[24], n_rows[24], n_rejected[24];
        eg_buffer_printf(out, "%.*s  %.*s: %s places of %s rows\n", EG_TEXT_ARG(spec->id),
                         EG_TEXT_ARG(spec->title), eg_report_count(report->n_places, n_places),
                         eg_report_count(report->n_rows, n_rows));
        write_line(out, report->n_filtered, "left out by the filter");
        write_line(out, report->n_without_position, "without position, left out");
        write_line(out, report->n_repeated, "repeated: those of one postcode count as one, in the middle");
        if (report->n_rejected == 0) continue;
        eg_buffer_printf(out, "    %s rejected; the first: %.*s\n",
                         eg_report_count(report->n_rejected, n_rejected), EG_TEXT_ARG(report->rejected[0]));
    }
}

void eg_place_report_json(const struct eg_atlas *atlas, const struct eg_place_report *reports,
                          struct eg_json *json, struct eg_json_value *into)
{
    struct eg_json_value *list = atlas->n_place_tables > 0 ? eg_json_array(json, into, "places") : NULL;
    for (uint32_t i = 0; i < atlas->n_place_tables; i++) {
        const struct eg_place_report *report = &reports[i];
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        eg_json_text(json, item, "id", atlas->place_tables[i].id);
        eg_json_integer(json, item, "rows", report->n_rows);
        eg_json_integer(json, item, "filtered", report->n_filtered);
        eg_json_integer(json, item, "places", report->n_places);
        eg_json_integer(json, item, "without_position", report->n_without_position);
        eg_json_integer(json, item, "repeated", report->n_repeated);
        eg_json_integer(json, item, "rejected", report->n_rejected);
        if (report->n_rejected == 0) continue;
        struct eg_json_value *examples = eg_json_array(json, item, "rejected_examples");
        for (uint32_t s = 0; s < EG_PLACE_SAMPLES && s < report->n_rejected; s++)
            eg_json_text(json, examples, NULL, report->rejected[s]);
    }
}
