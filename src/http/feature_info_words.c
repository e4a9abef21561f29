/* Feature info for people: plain text and a small page.
 *
 *     Illness, Neighbourhoods
 *       Area: Fenwick 3
 *       Value: 30.0 %
 *       State: unreliable: read with caution */
#include "http/feature_info_parts.h"

#include <string.h>

static const char nothing[] = "No area of these layers lies here.";
static const char invented[] = "Fictional data.";

static bool has_unit(const struct eg_info_field *field, const struct eg_info_feature *feature)
{
    static const char *const numbers[] = {"value", "lower", "upper"};
    for (size_t i = 0; i < EG_ARRAY_LEN(numbers); i++)
        if (strcmp(field->name, numbers[i]) == 0) return feature->unit.len > 0;
    return false;
}

static enum eg_status finish(struct eg_buffer *body, const char *media_type, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    enum eg_status status = eg_entity_from_buffer(body, media_type, true, entity_out, err);
    eg_buffer_clear(body);
    return status;
}

/* --- plain text ---------------------------------------------------------------------------------------------------- */

/* A line break in a name would look like a field of its own. */
static void add_line(struct eg_buffer *body, struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        eg_buffer_char(body, (unsigned char)text.data[i] < 0x20 ? ' ' : text.data[i]);
}

static void add_text_feature(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                             struct eg_buffer *body)
{
    struct eg_info_field fields[EG_INFO_FIELDS];
    uint32_t n = eg_info_fields(w, feature, fields);
    add_line(body, feature->title);
    eg_buffer_char(body, '\n');
    for (uint32_t i = 0; i < n; i++) {
        eg_buffer_printf(body, "  %s: ", fields[i].label);
        add_line(body, fields[i].text);
        if (has_unit(&fields[i], feature)) {
            eg_buffer_char(body, ' ');
            add_line(body, feature->unit);
        }
        eg_buffer_char(body, '\n');
    }
}

enum eg_status eg_info_text(const struct eg_info_writer *w, struct eg_entity *entity_out,
                            struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    if (w->snapshot->atlas->fictional) eg_buffer_printf(&body, "%s\n", invented);
    if (w->n_features == 0) eg_buffer_printf(&body, "%s\n", nothing);
    for (uint32_t i = 0; i < w->n_features; i++) add_text_feature(w, &w->features[i], &body);
    return finish(&body, "text/plain; charset=utf-8", entity_out, err);
}

/* --- a page -------------------------------------------------------------------------------------------------------- */

static void add_escaped(struct eg_buffer *body, struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '&') eg_buffer_literal(body, "&amp;");
        else if (c == '<') eg_buffer_literal(body, "&lt;");
        else if (c == '>') eg_buffer_literal(body, "&gt;");
        else if (c == '"') eg_buffer_literal(body, "&quot;");
        else if (c == '\'') eg_buffer_literal(body, "&#39;");
        else eg_buffer_char(body, c);
    }
}

static void add_html_feature(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                             struct eg_buffer *body)
{
    struct eg_info_field fields[EG_INFO_FIELDS];
    uint32_t n = eg_info_fields(w, feature, fields);
    eg_buffer_literal(body, "<table>\n<caption>");
    add_escaped(body, feature->title);
    eg_buffer_literal(body, "</caption>\n");
    for (uint32_t i = 0; i < n; i++) {
        eg_buffer_printf(body, "<tr><th scope=\"row\">%s</th><td>", fields[i].label);
        add_escaped(body, fields[i].text);
        if (has_unit(&fields[i], feature)) {
            eg_buffer_char(body, ' ');
            add_escaped(body, feature->unit);
        }
        eg_buffer_literal(body, "</td></tr>\n");
    }
    eg_buffer_literal(body, "</table>\n");
}

enum eg_status eg_info_html(const struct eg_info_writer *w, struct eg_entity *entity_out,
                            struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    eg_buffer_literal(&body, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    add_escaped(&body, w->snapshot->atlas->title);
    eg_buffer_literal(&body, "</title></head>\n<body>\n");
    if (w->snapshot->atlas->fictional) eg_buffer_printf(&body, "<p><strong>%s</strong></p>\n", invented);
    if (w->n_features == 0) eg_buffer_printf(&body, "<p>%s</p>\n", nothing);
    for (uint32_t i = 0; i < w->n_features; i++) add_html_feature(w, &w->features[i], &body);
    eg_buffer_literal(&body, "</body>\n</html>\n");
    return finish(&body, "text/html; charset=utf-8", entity_out, err);
}
