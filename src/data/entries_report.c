/* What reading the directories found, for `evenground check`. */
#include "data/entries.h"
#include "data/report_internal.h"

bool eg_entries_beyond_expected(const struct eg_entries *entries, uint32_t directory)
{
    return entries->reports[directory].n_rejected >
           entries->atlas->directories[directory].expect.rejected_rows;
}

static void write_line(struct eg_buffer *out, uint32_t n, const char *what)
{
    char text[24];
    if (n > 0) eg_buffer_printf(out, "    %s %s\n", eg_report_count(n, text), what);
}

static void write_rejected(struct eg_buffer *out, const struct eg_entries_report *report)
{
    char text[24];
    if (report->n_rejected == 0) return;
    eg_buffer_printf(out, "    %s rejected", eg_report_count(report->n_rejected, text));
    if (report->n_duplicate_keys > 0) {
        eg_buffer_printf(out, ", %s of them for a key that came before",
                         eg_report_count(report->n_duplicate_keys, text));
    }
    eg_buffer_printf(out, "; the first: %.*s\n", EG_TEXT_ARG(report->rejected[0]));
}

static void write_doubtful_hours(struct eg_buffer *out, const struct eg_entries_report *report)
{
    char text[24];
    if (report->n_doubtful_hours == 0) return;
    eg_buffer_printf(out, "    %s with hours that only people can read; the first: %.*s\n",
                     eg_report_count(report->n_doubtful_hours, text),
                     EG_TEXT_SHOWN(report->doubtful_hours, 80));
}

static void write_doubtful(struct eg_buffer *out, const struct eg_entries_report *report)
{
    char text[24];
    if (report->n_doubtful == 0) return;
    eg_buffer_printf(out, "    %s doubtful; the first: %.*s\n", eg_report_count(report->n_doubtful, text),
                     EG_TEXT_ARG(report->doubtful));
}

enum eg_status eg_entries_report_text(const struct eg_entries *entries, struct eg_buffer *out,
                                      struct eg_error *err)
{
    if (entries->atlas->n_directories > 0) eg_buffer_literal(out, "\nDirectories\n-----------\n");
    for (uint32_t i = 0; i < entries->atlas->n_directories; i++) {
        const struct eg_atlas_directory *spec = &entries->atlas->directories[i];
        const struct eg_entries_report *report = &entries->reports[i];
        char n_entries[24];
        char n_rows[24];
        if (spec->is_seed && report->n_rows == 0) {
            eg_buffer_printf(out, "%.*s  %.*s: not read any more, since the store was filled from it\n",
                             EG_TEXT_ARG(spec->id), EG_TEXT_ARG(spec->title));
            continue;
        }
        eg_buffer_printf(out, "%.*s  %.*s: %s entries of %s rows\n", EG_TEXT_ARG(spec->id),
                         EG_TEXT_ARG(spec->title), eg_report_count(report->n_entries, n_entries),
                         eg_report_count(report->n_rows, n_rows));
        write_line(out, report->n_filtered, "left out by the filter");
        write_line(out, report->n_without_position, "without position");
        write_rejected(out, report);
        write_doubtful_hours(out, report);
        write_doubtful(out, report);
    }
    return out->failed ? eg_error_no_memory(err, out->capacity) : EG_OK;
}

void eg_entries_report_json(const struct eg_entries *entries, struct eg_json *json,
                            struct eg_json_value *into)
{
    struct eg_json_value *list = eg_json_array(json, into, "directories");
    for (uint32_t i = 0; i < entries->atlas->n_directories; i++) {
        const struct eg_entries_report *report = &entries->reports[i];
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        eg_json_text(json, item, "id", entries->atlas->directories[i].id);
        eg_json_integer(json, item, "rows", report->n_rows);
        eg_json_integer(json, item, "filtered", report->n_filtered);
        eg_json_integer(json, item, "entries", report->n_entries);
        eg_json_integer(json, item, "without_position", report->n_without_position);
        eg_json_integer(json, item, "rejected", report->n_rejected);
        eg_json_integer(json, item, "duplicate_keys", report->n_duplicate_keys);
        eg_json_integer(json, item, "doubtful_hours", report->n_doubtful_hours);
        eg_json_integer(json, item, "doubtful_rows", report->n_doubtful);
        if (report->n_doubtful > 0) eg_json_text(json, item, "first_doubtful_row", report->doubtful);
        if (report->n_rejected == 0) continue;
        eg_json_text(json, item, "first_rejected", report->rejected[0]);
        struct eg_json_value *examples = eg_json_array(json, item, "rejected_examples");
        for (uint32_t s = 0; s < EG_ENTRIES_SAMPLES && s < report->n_rejected; s++)
            eg_json_text(json, examples, NULL, report->rejected[s]);
    }
}
