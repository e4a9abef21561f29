/* Any bytes as the form of an entry that was sent, by the public and by an editor. What is taken must leave alone what the form does not
 * show; what is refused must name a fault, and be shown again whole. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/entry_form.h"

#define ARENA_BYTES (64U << 20)

static const char document[] =
    "{\"id\":\"585a9093-5c12-5388-b7de-8ecc54e58082\",\"kind\":\"hub\",\"name\":\"Walks\",\"status\":"
    "\"active\",\"alert\":\"Shut\","
    "\"topics\":[\"Smoking\"],\"location\":{\"longitude\":\"-1.25\",\"latitude\":\"52.5\",\"city\":"
    "\"Saltmarsh\"},"
    "\"phones\":[{\"number\":\"1\",\"type\":\"voice\"},{\"number\":\"2\"}],\"contacts\":[{\"name\":\"Jo\"}],"
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"},"
    "{\"valid_from\":\"2026-03-01\",\"valid_to\":\"2026-03-02\"}],\"languages\":[{\"name\":\"Cymraeg\","
    "\"code\":\"cy\"}],"
    "\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W01\"},{\"description\":\"Town\"}],"
    "\"funding\":[{\"source\":\"Harbour Fund\",\"amount\":\"12500\"}]}";

static const char *const others[] = {"note", NULL};

/* What was sent, with the version of the document that is in the form. */
static struct eg_kvp parse(struct eg_entry_form *form, const uint8_t *data, size_t size)
{
    struct eg_kvp kvp = {0};
    struct eg_error err;
    char version[64];
    struct eg_html html;
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write(form, &html);
    EG_ASSERT(html.n_open == 0 && !html.out.failed);
    const char *at = strstr(html.out.data, "name=\"version\" value=\"");
    EG_ASSERT(at);
    (void)snprintf(version, sizeof version, "&version=%.32s", at + strlen("name=\"version\" value=\""));
    eg_html_clear(&html);
    char *body = eg_arena_array(form->arena, size + sizeof version, 1);
    EG_ASSERT(body);
    memcpy(body, data, size);
    memcpy(body + size, version, strlen(version));
    if (eg_entry_form_parse(body, size + strlen(version), form->arena, &kvp, &err) != EG_OK)
        EG_ASSERT(err.message[0] && err.field[0]);
    return kvp;
}

static void must_be(const struct eg_json_value *one, const struct eg_json_value *other)
{
    struct eg_buffer a, b;
    eg_buffer_init(&a, 0);
    eg_buffer_init(&b, 0);
    EG_ASSERT(eg_json_write(one, &a, NULL) == EG_OK && eg_json_write(other, &b, NULL) == EG_OK);
    EG_ASSERT(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    eg_buffer_clear(&a);
    eg_buffer_clear(&b);
}

static void check_faults(struct eg_entry_form *form, const struct eg_entry_faults *faults)
{
    struct eg_html html;
    EG_ASSERT(faults->n > 0 && faults->n <= EG_ENTRY_FAULTS);
    form->faults = faults;
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write_faults(form, &html);
    eg_entry_form_write(form, &html);
    EG_ASSERT(html.n_open == 0 && !html.out.failed);
    EG_ASSERT(eg_text_is_utf8((struct eg_text){html.out.data, html.out.len}));
    eg_html_clear(&html);
    form->faults = NULL;
}

/* Of the public's form: what it has no controls for. */
static void check_kept(const struct eg_json_value *before, const struct eg_json_value *after)
{
    static const char *const names[] = {"id", "status", "alert", "contacts", "funding"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        must_be(eg_json_get(before, names[i]), eg_json_get(after, names[i]));
    const struct eg_json_value *area = eg_json_at(eg_json_get(after, "service_areas"), 0);
    must_be(eg_json_get(area, "area_codes"),
            eg_json_get(eg_json_at(eg_json_get(before, "service_areas"), 0), "area_codes"));
}

static void check_blame(const struct eg_entry_form *form, const char *field)
{
    struct eg_entry_faults faults = {.n = 0};
    struct eg_error err = {0};
    eg_error_set(&err, EG_INVALID, "wrong");
    eg_error_field(&err, field);
    eg_entry_form_blame(form, &err, &faults);
    EG_ASSERT(faults.n == 1);
}

static void try_scope(const struct eg_locales *locales, const uint8_t *data, size_t size,
                      enum eg_entry_form_scope scope)
{
    static const char *const fields[] = {"phones[1].number", "schedules[0].byday", "topics[0].name", "name"};
    struct eg_json *present = NULL, *made = NULL;
    struct eg_entry_faults faults = {.n = 0};
    struct eg_entry_form form = {
        .scope = scope, .locale = eg_locales_at(locales, 0), .arena = eg_arena_new(ARENA_BYTES)};
    struct eg_error err = {0};
    EG_ASSERT(form.arena && eg_json_parse(eg_text_from(document), &present, NULL) == EG_OK);
    form.document = eg_json_root(present);
    struct eg_kvp posted = parse(&form, data, size);
    form.posted = &posted;
    enum eg_status status = eg_entry_form_read(&form, others, &faults, &made, &err);
    if (status == EG_INVALID) check_faults(&form, &faults);
    else EG_ASSERT(status == EG_OK || status == EG_CONFLICT);
    if (status == EG_OK && scope == EG_ENTRY_FORM_PUBLIC) check_kept(form.document, eg_json_root(made));
    for (size_t i = 0; i < EG_ARRAY_LEN(fields); i++) check_blame(&form, fields[i]);
    eg_json_free(made);
    eg_json_free(present);
    eg_arena_free(form.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_locales *locales = NULL;
    if (size > EG_ENTRY_FORM_BYTES) return 0;
    EG_ASSERT(eg_locales_new(&locales, NULL) == EG_OK);
    try_scope(locales, data, size, EG_ENTRY_FORM_PUBLIC);
    try_scope(locales, data, size, EG_ENTRY_FORM_EDITOR);
    eg_locales_free(locales);
    return 0;
}
