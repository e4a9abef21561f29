/* From a document to what has to be done. The rows that there are take the new texts in their order, contacts by their names, so that they
 * keep their ids and what the document has no words for; rows that are too many go, with all that refers to them. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "data/entries.h"
#include "data/entry_document_edit.h"
#include "data/geojson_rings.h"
#include "data/record_doubts.h"
#include "data/record_ids.h"
#include "data/record_review.h"
#include "data/topic_names.h"

enum eg_status eg_document_at_fault(struct eg_document_edit *edit, struct eg_document_place place,
                                    const char *member, const char *what)
{
    char path[64];
    if (!place.part) (void)snprintf(path, sizeof path, "%s", member);
    else if (place.item == UINT32_MAX) (void)snprintf(path, sizeof path, "%s.%s", place.part, member);
    else (void)snprintf(path, sizeof path, "%s[%u].%s", place.part, place.item, member);
    eg_error_set(edit->err, EG_INVALID, "%s %s", path, what);
    eg_error_field(edit->err, path);
    return EG_INVALID;
}

/* --- values ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status keep(struct eg_document_edit *edit, struct eg_text text, struct eg_text *text_out)
{
    *text_out = EG_TEXT("");
    if (text.len == 0) return EG_OK;
    *text_out = eg_text_copy(edit->arena, text);
    return text_out->data ? EG_OK : eg_error_no_memory(edit->err, text.len);
}

/* A text as it is, but a currency in capitals, a number or GeoJSON as JSON writes it. */
static enum eg_status read_value(struct eg_document_edit *edit, const struct eg_json_value *value,
                                 const struct eg_record_field *field, struct eg_text *text_out)
{
    struct eg_text text;
    double number;
    bool is_extent = strcmp(field->name, "extent") == 0;
    if (eg_json_is_text(value, &text)) {
        char code[EG_CURRENCY_BYTES];
        bool is_mended = strcmp(field->name, "currency") == 0 && eg_mend_currency(eg_text_trim(text), code);
        return keep(edit, is_mended ? eg_text_from(code) : eg_text_trim(text), text_out);
    }
    if (!(field->type == EG_RECORD_NUMBER && eg_json_is_number(value, &number)) &&
        !(is_extent && eg_json_get(value, "type")))
        return EG_INVALID;
    struct eg_buffer written;
    eg_buffer_init(&written, 0);
    enum eg_status status = eg_json_write(value, &written, edit->err);
    if (status == EG_OK) status = keep(edit, (struct eg_text){written.data, written.len}, text_out);
    eg_buffer_clear(&written);
    return status;
}

/* A polygon that can be used; its type goes with it. */
static enum eg_status check_extent(struct eg_document_edit *edit, struct eg_document_place place,
                                   struct eg_text *field)
{
    struct eg_geojson_rings rings;
    struct eg_text extent = field[EG_SERVICE_AREA_EXTENT];
    field[EG_SERVICE_AREA_EXTENT_TYPE] = extent.len > 0 ? EG_TEXT("geojson") : EG_TEXT("");
    if (extent.len == 0) return EG_OK;
    struct eg_error why = {0};
    enum eg_status status = eg_geojson_rings_read_sound(extent, edit->arena, &rings, &why);
    if (status == EG_OK || status == EG_NO_MEMORY) return status;
    return eg_document_at_fault(edit, place, "extent", why.message);
}

static void clear_members(const struct eg_document_part *part, struct eg_text *field)
{
    const struct eg_record_field *fields = eg_record_spec(part->table)->fields;
    for (uint32_t i = 0; i < eg_document_part_members(part); i++)
        if (!eg_document_stays(&fields[part->members[i].field])) field[part->members[i].field] = EG_TEXT("");
}

/* Lists within a place are read by themselves. */
static bool is_list_of_place(const struct eg_document_part *part, const struct eg_document_part *other,
                             const char *name)
{
    bool is_other = part == &eg_document_other_location || other == &eg_document_other_location;
    bool is_first = part == &eg_document_location || other == &eg_document_location;
    if (is_other && strcmp(name, "accessibility") == 0) return true;
    return (is_other || is_first) && eg_document_own_named(name) != NULL;
}

enum eg_status eg_document_read_members(struct eg_document_edit *edit, const struct eg_document_part *part,
                                        const struct eg_document_part *other,
                                        const struct eg_json_value *object, struct eg_document_place place,
                                        struct eg_text *field)
{
    const struct eg_record_spec *spec = eg_record_spec(part->table);
    const char *name = NULL;
    clear_members(part, field);
    for (const struct eg_json_value *value; (value = eg_json_next(object, &name));) {
        const struct eg_document_member *member = eg_document_member_named(part, name);
        if (!member && other && eg_document_member_named(other, name)) continue;
        if (!member && is_list_of_place(part, other, name)) continue;
        if (!member) return eg_document_at_fault(edit, place, name, "is no member of this document");
        enum eg_status status = read_value(edit, value, &spec->fields[member->field], &field[member->field]);
        if (status == EG_INVALID) return eg_document_at_fault(edit, place, name, "has to be a text");
        if (status != EG_OK) return status;
    }
    return part->table == EG_RECORD_SERVICE_AREA ? check_extent(edit, place, field) : EG_OK;
}

/* The document's word for a field of its record; NULL: it has none. */
static const char *member_of(const struct eg_document_part *part, uint32_t field)
{
    for (uint32_t i = 0; i < eg_document_part_members(part); i++)
        if (part->members[i].field == field) return part->members[i].name;
    return NULL;
}

/* The items of a list move up when one before them goes: whichever row takes the number. */
static bool has_number(const struct eg_document_edit *edit, struct eg_text number)
{
    uint32_t n;
    const struct eg_record *const *phones =
        eg_records_with(edit->records, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, edit->wish->id, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(phones[i]->field[EG_PHONE_NUMBER], number)) return true;
    return false;
}

/* What has its form and cannot be meant is refused; a row that says so already may stay as it is. */
static enum eg_status check_doubts(struct eg_document_edit *edit, const struct eg_document_part *part,
                                   struct eg_document_place place, const struct eg_text *field)
{
    struct eg_record_doubt doubts[EG_RECORD_DOUBTS];
    uint32_t n = eg_record_doubts(part->table, field, doubts);
    const struct eg_record *now = n > 0 ? eg_records_find(edit->records, part->table, field[0]) : NULL;
    bool is_left_alone = now != NULL;
    for (uint32_t f = 1; f < eg_record_spec(part->table)->n_fields && is_left_alone; f++)
        is_left_alone = eg_text_equal(now->field[f], field[f]);
    for (uint32_t i = 0; i < n && !is_left_alone; i++) {
        const char *member = member_of(part, doubts[i].field);
        bool is_future =
            part->table == EG_RECORD_SERVICE; /* of which this alone can be said, and one field */
        if (is_future && now && eg_text_equal(now->field[doubts[i].field], field[doubts[i].field])) continue;
        if (part->table == EG_RECORD_PHONE && has_number(edit, field[EG_PHONE_NUMBER])) continue;
        if (member && doubts[i].is_fault)
            return eg_document_at_fault(edit, place, member, doubts[i].is_wrong);
    }
    return EG_OK;
}

enum eg_status eg_document_check_row(struct eg_document_edit *edit, const struct eg_document_part *part,
                                     struct eg_document_place place, const struct eg_text *field)
{
    struct eg_error why = {0};
    enum eg_status status = eg_record_check_incoming(part->table, field, &why);
    if (status == EG_OK) return check_doubts(edit, part, place, field);
    for (uint32_t i = 0; i < eg_document_part_members(part); i++) {
        const char *name = eg_record_spec(part->table)->fields[part->members[i].field].name;
        if (strcmp(name, why.field) != 0) continue;
        char what[200];
        (void)snprintf(what, sizeof what, "is wrong: %.180s", why.message);
        return eg_document_at_fault(edit, place, part->members[i].name, what);
    }
    if (edit->err) *edit->err = why;
    return status;
}

/* --- the service ------------------------------------------------------------------------------------------------------------- */

/* A day that only the service's metadata say is shown as its own, and stays where it is until the document says another. */
static void leave_review(const struct eg_document_edit *edit, struct eg_text *field)
{
    const struct eg_record *now = eg_records_find(edit->records, EG_RECORD_SERVICE, edit->wish->id);
    if (now && now->field[EG_SERVICE_ASSURED_DATE].len == 0 &&
        eg_text_equal(field[EG_SERVICE_ASSURED_DATE], eg_record_reviewed(edit->records, now)))
        field[EG_SERVICE_ASSURED_DATE] = EG_TEXT("");
}

static enum eg_status read_service_members(struct eg_document_edit *edit, struct eg_text *field)
{
    const struct eg_record_spec *spec = eg_record_spec(EG_RECORD_SERVICE);
    struct eg_document_place top = {NULL, 0};
    const char *name = NULL;
    clear_members(&eg_document_service, field);
    for (const struct eg_json_value *value; (value = eg_json_next(edit->wish->document, &name));) {
        const struct eg_document_member *member = eg_document_member_named(&eg_document_service, name);
        if (!member && eg_document_has_part(name)) continue;
        if (!member) return eg_document_at_fault(edit, top, name, "is no member of an entry's document");
        enum eg_status status = read_value(edit, value, &spec->fields[member->field], &field[member->field]);
        if (status == EG_INVALID) return eg_document_at_fault(edit, top, name, "has to be a text");
        if (status != EG_OK) return status;
    }
    if (field[EG_SERVICE_STATUS].len == 0) field[EG_SERVICE_STATUS] = EG_TEXT("active");
    leave_review(edit, field);
    return EG_OK;
}

static enum eg_status check_id(struct eg_document_edit *edit)
{
    struct eg_text stated = edit->wish->id;
    const struct eg_json_value *value = eg_json_get(edit->wish->document, "id");
    if (value && (!eg_json_is_text(value, &stated) || !eg_text_equal_any_case(stated, edit->wish->id)))
        return eg_document_at_fault(edit, (struct eg_document_place){NULL, 0}, "id",
                                    "is that of another entry");
    return EG_OK;
}

/* A programme or topic known by its name: the row that is there, or a new one. */
static enum eg_status find_or_make(struct eg_document_edit *edit, enum eg_record_table table,
                                   struct eg_text name, struct eg_text *id_out)
{
    *id_out = eg_record_id_of_name(edit->arena, eg_record_spec(table)->name, name);
    if (!id_out->data) return eg_error_no_memory(edit->err, name.len);
    if (eg_records_find(edit->records, table, *id_out)) return EG_OK;
    for (uint32_t i = 0; i < edit->n_puts; i++)
        if (edit->puts[i].table == table && eg_text_equal(edit->puts[i].field[0], *id_out)) return EG_OK;
    struct eg_text *field = eg_document_texts(edit, table, NULL);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    field[0] = *id_out;
    if (table == EG_RECORD_PROGRAM) {
        field[EG_PROGRAM_NAME] = name;
    } else {
        field[EG_TAXONOMY_TERM_NAME] = name;
        field[EG_TAXONOMY_TERM_TAXONOMY] = EG_TEXT(EG_TOPICS_NAME);
        field[EG_TAXONOMY_TERM_TAXONOMY_ID] = eg_record_id_of(edit->arena, "taxonomy", EG_TEXT("topics"));
        if (!field[EG_TAXONOMY_TERM_TAXONOMY_ID].data) return eg_error_no_memory(edit->err, 0);
    }
    return eg_document_put(edit, table, field);
}

static enum eg_status read_program(struct eg_document_edit *edit, struct eg_text *service)
{
    const struct eg_json_value *value = eg_json_get(edit->wish->document, "programme");
    struct eg_text name = EG_TEXT("");
    if (value && !eg_json_is_text(value, &name))
        return eg_document_at_fault(edit, (struct eg_document_place){NULL, 0}, "programme",
                                    "has to be a text");
    enum eg_status status = keep(edit, eg_text_trim(name), &name);
    const struct eg_record *now =
        eg_records_find(edit->records, EG_RECORD_PROGRAM, service[EG_SERVICE_PROGRAM_ID]);
    if (status != EG_OK || (now && eg_text_equal(now->field[EG_PROGRAM_NAME], name))) return status;
    if (name.len == 0) service[EG_SERVICE_PROGRAM_ID] = EG_TEXT("");
    else status = find_or_make(edit, EG_RECORD_PROGRAM, name, &service[EG_SERVICE_PROGRAM_ID]);
    return status;
}

/* --- topics -------------------------------------------------------------------------------------------------------------------- */

/* One that the document names. */
struct topic {
    struct eg_text name, term;
    const struct eg_record *now; /* the link through which the service has it, or NULL */
};

static enum eg_status make_taxonomy(struct eg_document_edit *edit)
{
    struct eg_text taxonomy = eg_record_id_of(edit->arena, "taxonomy", EG_TEXT("topics"));
    if (!taxonomy.data) return eg_error_no_memory(edit->err, 0);
    if (eg_records_find(edit->records, EG_RECORD_TAXONOMY, taxonomy)) return EG_OK;
    for (uint32_t i = 0; i < edit->n_puts; i++)
        if (edit->puts[i].table == EG_RECORD_TAXONOMY) return EG_OK;
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_TAXONOMY, NULL);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    field[EG_TAXONOMY_ID] = taxonomy;
    field[EG_TAXONOMY_NAME] = EG_TEXT(EG_TOPICS_NAME);
    field[EG_TAXONOMY_DESCRIPTION] = EG_TEXT(EG_TOPICS_DESCRIPTION);
    return eg_document_put(edit, EG_RECORD_TAXONOMY, field);
}

static enum eg_status link_topic(struct eg_document_edit *edit, const struct topic *topic,
                                 struct eg_text service, struct eg_text id)
{
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_ATTRIBUTE, topic->now);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    field[EG_ATTRIBUTE_ID] = id;
    field[EG_ATTRIBUTE_LINK_ID] = service;
    field[EG_ATTRIBUTE_LINK_ENTITY] = EG_TEXT("service");
    if (!topic->now) field[EG_ATTRIBUTE_TAXONOMY_TERM_ID] = topic->term;
    return eg_document_put(edit, EG_RECORD_ATTRIBUTE, field);
}

static const struct eg_record *linked_term(const struct eg_document_edit *edit, const struct eg_record *link)
{
    return eg_records_find(edit->records, EG_RECORD_TAXONOMY_TERM,
                           link->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
}

/* The link through which the service has a topic of this name, of whichever taxonomy, else that which has its term, else that of the same
 * topic written in another way; or NULL. */
static const struct eg_record *link_to(const struct eg_document_edit *edit, struct eg_text service,
                                       struct eg_text name, struct eg_text term_id)
{
    uint32_t n;
    const struct eg_record *of_term = NULL, *same = NULL;
    const struct eg_record *const *links =
        eg_records_with(edit->records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, service, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_record *term = linked_term(edit, links[i]);
        if (term && eg_text_equal(term->field[EG_TAXONOMY_TERM_NAME], name)) return links[i];
        if (term && eg_text_equal(term->field[0], term_id)) of_term = links[i];
        if (term && eg_topic_is(term->field[EG_TAXONOMY_TERM_NAME], name)) same = links[i];
    }
    bool is_there = of_term || eg_records_find(edit->records, EG_RECORD_TAXONOMY_TERM, term_id);
    return is_there ? of_term : same;
}

/* Links that none of the topics named, or that have another id now. */
static enum eg_status drop_links(struct eg_document_edit *edit, struct eg_text service,
                                 const struct eg_text *named, uint32_t n_named)
{
    uint32_t n;
    enum eg_status status = EG_OK;
    const struct eg_record *const *links =
        eg_records_with(edit->records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, service, &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        bool stays = !linked_term(edit, links[i]);
        for (uint32_t k = 0; k < n_named && !stays; k++) stays = eg_text_equal(named[k], links[i]->field[0]);
        if (!stays) status = eg_document_delete(edit, EG_RECORD_ATTRIBUTE, links[i]->field[0]);
    }
    return status;
}

/* The name that an item is, and how the service has that topic. */
static enum eg_status read_topic(struct eg_document_edit *edit, struct eg_text service,
                                 const struct eg_json_value *value, struct topic *topic_out)
{
    struct eg_text name = EG_TEXT("");
    if (!eg_json_is_text(value, &name) || eg_text_trim(name).len == 0) return EG_INVALID;
    enum eg_status status = keep(edit, eg_text_trim(name), &topic_out->name);
    if (status != EG_OK) return status;
    topic_out->term =
        eg_record_id_of_name(edit->arena, eg_record_spec(EG_RECORD_TAXONOMY_TERM)->name, topic_out->name);
    if (!topic_out->term.data) return eg_error_no_memory(edit->err, topic_out->name.len);
    topic_out->now = link_to(edit, service, topic_out->name, topic_out->term);
    if (topic_out->now || eg_records_find(edit->records, EG_RECORD_TAXONOMY_TERM, topic_out->term))
        return EG_OK;
    const struct eg_record *there = eg_topic_term(edit->records, topic_out->name);
    if (there) topic_out->term = there->field[0];
    return EG_OK;
}

/* Whether the same was named before: in another case, or with other accents, it is no other topic, and a new one not with a hyphen either. */
static bool is_named(const struct eg_document_edit *edit, const struct topic *topics, uint32_t n,
                     const struct topic *topic)
{
    bool is_new = !topic->now && !eg_records_find(edit->records, EG_RECORD_TAXONOMY_TERM, topic->term);
    for (uint32_t i = 0; i < n; i++)
        if ((topic->now ? topics[i].now == topic->now : eg_text_equal(topics[i].term, topic->term)) ||
            (is_new && eg_topic_is(topics[i].name, topic->name)))
            return true;
    return false;
}

static enum eg_status find_topics(struct eg_document_edit *edit, struct eg_text service, struct topic *topics,
                                  uint32_t *n_out)
{
    const struct eg_json_value *list = eg_json_get(edit->wish->document, "topics");
    *n_out = 0;
    for (uint32_t i = 0; i < eg_json_length(list); i++) {
        enum eg_status status = read_topic(edit, service, eg_json_at(list, i), &topics[*n_out]);
        if (status == EG_INVALID)
            return eg_document_at_fault(edit, (struct eg_document_place){"topics", i}, "name",
                                        "has to be a text");
        if (status != EG_OK) return status;
        *n_out += !is_named(edit, topics, *n_out, &topics[*n_out]);
    }
    return EG_OK;
}

/* The id that a link has, or would have best. */
static struct eg_text id_of_link(struct eg_document_edit *edit, struct eg_text service,
                                 const struct topic *topic)
{
    if (topic->now) return topic->now->field[0];
    struct eg_text name =
        eg_text_format(edit->arena, "%.*s:%.*s", EG_TEXT_ARG(service), EG_TEXT_ARG(topic->term));
    struct eg_text id = name.data ? eg_record_id_of(edit->arena, "attribute", name) : name;
    return id;
}

static enum eg_status read_topics(struct eg_document_edit *edit, struct eg_text service)
{
    size_t n_listed = eg_json_length(eg_json_get(edit->wish->document, "topics"));
    struct eg_text ids[EG_DOCUMENT_ITEMS];
    uint32_t n = 0;
    if (n_listed > EG_DOCUMENT_ITEMS)
        return eg_error_set(edit->err, EG_LIMIT, "topics may have %u items", EG_DOCUMENT_ITEMS);
    struct topic *topics = eg_arena_array(edit->arena, n_listed, sizeof *topics);
    if (!topics && n_listed > 0) return eg_error_no_memory(edit->err, n_listed * sizeof *topics);
    enum eg_status status = find_topics(edit, service, topics, &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        ids[i] = id_of_link(edit, service, &topics[i]);
        if (!ids[i].data) status = eg_error_no_memory(edit->err, EG_UUID_TEXT_LEN);
        if (status != EG_OK || topics[i].now ||
            eg_records_find(edit->records, EG_RECORD_TAXONOMY_TERM, topics[i].term))
            continue;
        status = make_taxonomy(edit);
        if (status == EG_OK)
            status = find_or_make(edit, EG_RECORD_TAXONOMY_TERM, topics[i].name, &topics[i].term);
    }
    if (status == EG_OK) status = eg_document_order_ids(edit, EG_RECORD_ATTRIBUTE, service, ids, n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        if (!topics[i].now || !eg_text_equal(ids[i], topics[i].now->field[0]))
            status = link_topic(edit, &topics[i], service, ids[i]);
    return status == EG_OK ? drop_links(edit, service, ids, n) : status;
}

/* --- lists ----------------------------------------------------------------------------------------------------------------------- */

/* The only member of an item that is no field of its row. */
static const struct eg_document_part of_place = {.members = {{EG_DOCUMENT_OF, 0}}};

static uint32_t parent_field(const struct eg_document_listing *listing)
{
    return listing->at ? eg_document_own_field(listing->own, listing->whose) : listing->part->parent;
}

enum eg_status eg_document_find_listed(struct eg_document_edit *edit,
                                       const struct eg_document_listing *listing,
                                       struct eg_document_listed *listed)
{
    uint32_t n, n_items = (uint32_t)eg_json_length(listing->list);
    if (n_items > EG_DOCUMENT_ITEMS)
        return eg_error_set(edit->err, EG_LIMIT, "%s may have %u items", listing->path, EG_DOCUMENT_ITEMS);
    const struct eg_record *const *rows =
        eg_records_with(edit->records, listing->part->table, parent_field(listing), listing->parent, &n);
    listed->rows = eg_arena_array(edit->arena, n, sizeof *listed->rows);
    listed->n = listed->n_rows = 0;
    if (!listed->rows && n > 0) return eg_error_no_memory(edit->err, n * sizeof *listed->rows);
    for (uint32_t i = 0; i < n_items; i++)
        if (eg_document_listing_has(listing, eg_json_at(listing->list, i))) listed->item[listed->n++] = i;
    for (uint32_t i = 0; i < n; i++) {
        bool is_other =
            listing->at && !eg_document_is_own(listing->at, listing->own, listing->whose, rows[i]);
        if (!is_other && !eg_document_keeps(edit->records, edit->wish, rows[i]))
            listed->rows[listed->n_rows++] = rows[i];
    }
    for (uint32_t i = 0; i < listed->n; i++) listed->row[i] = i < listed->n_rows ? i : UINT32_MAX;
    return listing->part->table == EG_RECORD_CONTACT ? eg_document_match_people(edit, listing, listed)
                                                     : EG_OK;
}

/* Rows take the numbers in their order: the extension that nothing is said of is that of the number, wherever else it was. */
static struct eg_text extension_of(const struct eg_document_edit *edit,
                                   const struct eg_document_listing *listing, struct eg_text number)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(edit->records, EG_RECORD_PHONE, parent_field(listing), listing->parent, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(rows[i]->field[EG_PHONE_NUMBER], number)) return rows[i]->field[EG_PHONE_EXTENSION];
    return EG_TEXT("");
}

static enum eg_status read_item(struct eg_document_edit *edit, const struct eg_document_listing *listing,
                                uint32_t item, struct eg_text *field)
{
    const struct eg_document_part *part = listing->part;
    const struct eg_document_place place = {listing->path, item};
    bool is_phone = part->table == EG_RECORD_PHONE;
    struct eg_text number = is_phone ? field[EG_PHONE_NUMBER] : EG_TEXT("");
    enum eg_status status = eg_document_read_members(edit, part, listing->at ? &of_place : NULL,
                                                     eg_json_at(listing->list, item), place, field);
    if (status != EG_OK) return status;
    if (edit->wish->keeps_private && part->visibility != UINT32_MAX) field[part->visibility] = EG_TEXT("");
    if (is_phone && !eg_text_equal(number, field[EG_PHONE_NUMBER]) &&
        !eg_json_get(eg_json_at(listing->list, item), "extension"))
        field[EG_PHONE_EXTENSION] = extension_of(edit, listing, field[EG_PHONE_NUMBER]);
    bool loses_contact = false;
    if (is_phone) status = eg_document_phone_loses_contact(edit, field, &loses_contact);
    if (status != EG_OK) return status;
    if (loses_contact) field[EG_PHONE_CONTACT_ID] = EG_TEXT("");
    status = eg_document_check_row(edit, part, place, field);
    return status == EG_OK ? eg_document_put(edit, part->table, field) : status;
}

static bool is_among(const struct eg_text *ids, uint32_t n, struct eg_text id)
{
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(ids[i], id)) return true;
    return false;
}

enum eg_status eg_document_read_list(struct eg_document_edit *edit, const struct eg_document_listing *listing)
{
    enum eg_record_table table = listing->part->table;
    struct eg_document_listed listed = {.n = 0};
    const struct eg_record *row[EG_DOCUMENT_ITEMS];
    struct eg_text ids[EG_DOCUMENT_ITEMS];
    enum eg_status status = eg_document_find_listed(edit, listing, &listed);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < listed.n; i++) {
        row[i] = listed.row[i] != UINT32_MAX ? listed.rows[listed.row[i]] : NULL;
        ids[i] = row[i] ? row[i]->field[0] : (struct eg_text){NULL, 0};
    }
    status = eg_document_order_ids(edit, table, listing->parent, ids, listed.n);
    for (uint32_t i = 0; i < listed.n && status == EG_OK; i++) {
        struct eg_text *field = eg_document_texts(edit, table, row[i]);
        if (!field) return eg_error_no_memory(edit->err, sizeof *field);
        field[0] = ids[i];
        field[parent_field(listing)] = listing->parent;
        status = read_item(edit, listing, listed.item[i], field);
    }
    for (uint32_t i = 0; i < listed.n_rows && status == EG_OK; i++)
        if (!is_among(ids, listed.n, listed.rows[i]->field[0]))
            status = eg_document_delete(edit, table, listed.rows[i]->field[0]);
    return status;
}

/* --- all together ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status begin(struct eg_document_edit *edit, const struct eg_records *records,
                            struct eg_arena *arena, struct eg_error *err)
{
    edit->records = records;
    edit->arena = arena;
    edit->err = err;
    edit->puts = eg_arena_array(arena, EG_DOCUMENT_CHANGES, sizeof *edit->puts);
    edit->deletes = eg_arena_array(arena, EG_DOCUMENT_CHANGES, sizeof *edit->deletes);
    return edit->puts && edit->deletes ? EG_OK
                                       : eg_error_no_memory(err, EG_DOCUMENT_CHANGES * sizeof *edit->deletes);
}

static void finish(const struct eg_document_edit *edit, struct eg_records_change *change_out)
{
    *change_out = (struct eg_records_change){edit->puts, edit->n_puts, edit->deletes, edit->n_deletes};
}

/* A list that is none would otherwise be read as an empty one, and all rows taken away. */
static enum eg_status check_lists(struct eg_document_edit *edit)
{
    const struct eg_document_place top = {NULL, 0};
    const struct eg_json_value *topics = eg_json_get(edit->wish->document, "topics");
    if (topics && !eg_json_is_array(topics))
        return eg_document_at_fault(edit, top, "topics", "has to be a list");
    for (uint32_t i = 0; i < EG_DOCUMENT_N_LISTS; i++) {
        const char *name = eg_document_lists[i].name;
        const struct eg_json_value *list = eg_json_get(edit->wish->document, name);
        if (list && !eg_json_is_array(list)) return eg_document_at_fault(edit, top, name, "has to be a list");
        for (size_t k = 0; k < eg_json_length(list); k++) {
            char item[64];
            (void)snprintf(item, sizeof item, "%s[%zu]", name, k);
            if (!eg_json_is_object(eg_json_at(list, k)))
                return eg_document_at_fault(edit, top, item, "has to be an object");
        }
    }
    return EG_OK;
}

static enum eg_status check_types(struct eg_document_edit *edit)
{
    static const char *const objects[] = {"organisation", "location"};
    for (size_t i = 0; i < EG_ARRAY_LEN(objects); i++) {
        const struct eg_json_value *object = eg_json_get(edit->wish->document, objects[i]);
        if (object && !eg_json_is_object(object))
            return eg_document_at_fault(edit, (struct eg_document_place){NULL, 0}, objects[i],
                                        "has to be an object");
    }
    enum eg_status status = check_lists(edit);
    return status == EG_OK ? eg_document_check_places(edit) : status;
}

static enum eg_status read_top_list(struct eg_document_edit *edit, const struct eg_document_part *part,
                                    struct eg_text service)
{
    struct eg_document_listing listing = {.part = part,
                                          .path = part->name,
                                          .list = eg_json_get(edit->wish->document, part->name),
                                          .parent = service};
    return eg_document_read_list(edit, &listing);
}

static enum eg_status read_all(struct eg_document_edit *edit)
{
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_SERVICE, edit->service);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    enum eg_status status = edit->service ? EG_OK : keep(edit, edit->wish->id, &field[EG_SERVICE_ID]);
    if (status == EG_OK) status = check_id(edit);
    if (status == EG_OK) status = check_types(edit);
    if (status == EG_OK) status = read_service_members(edit, field);
    if (status == EG_OK)
        status =
            eg_document_check_row(edit, &eg_document_service, (struct eg_document_place){NULL, 0}, field);
    if (status == EG_OK) status = read_program(edit, field);
    if (status == EG_OK) status = eg_document_read_owner(edit, field);
    if (status == EG_OK) status = eg_document_put(edit, EG_RECORD_SERVICE, field);
    if (status == EG_OK) status = eg_document_leave_owner(edit, field);
    if (status == EG_OK) status = read_topics(edit, field[0]);
    if (status == EG_OK) status = eg_document_read_places(edit, field[0]);
    for (uint32_t i = 0; i < EG_DOCUMENT_N_LISTS && status == EG_OK; i++)
        if (eg_document_lists[i].table != EG_RECORD_ACCESSIBILITY)
            status = read_top_list(edit, &eg_document_lists[i], field[0]);
    return status == EG_OK ? eg_document_leave_phones(edit) : status;
}

enum eg_status eg_entry_document_change(const struct eg_records *records, const struct eg_document_wish *wish,
                                        struct eg_arena *arena, struct eg_records_change *change_out,
                                        struct eg_error *err)
{
    struct eg_document_edit edit = {.wish = wish};
    enum eg_status status = begin(&edit, records, arena, err);
    if (status != EG_OK) return status;
    edit.service = eg_records_find(records, EG_RECORD_SERVICE, wish->id);
    status = read_all(&edit);
    if (status == EG_OK) finish(&edit, change_out);
    return status;
}

enum eg_status eg_entry_document_removal(const struct eg_records *records, struct eg_text id,
                                         struct eg_arena *arena, struct eg_records_change *change_out,
                                         struct eg_error *err)
{
    struct eg_document_edit edit = {0};
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, id);
    if (!service)
        return eg_error_set(err, EG_NOT_FOUND, "there is no entry '%.*s' in the store", EG_TEXT_ARG(id));
    enum eg_status status = begin(&edit, records, arena, err);
    if (status == EG_OK) status = eg_document_leave_places(&edit, service->field[0]);
    if (status == EG_OK) status = eg_document_delete(&edit, EG_RECORD_SERVICE, service->field[0]);
    struct eg_text organization = service->field[EG_SERVICE_ORGANIZATION_ID];
    struct eg_text program = service->field[EG_SERVICE_PROGRAM_ID];
    if (status == EG_OK && organization.len > 0 &&
        !eg_document_is_needed(&edit, EG_RECORD_ORGANIZATION, organization))
        status = eg_document_delete(&edit, EG_RECORD_ORGANIZATION, organization);
    if (status == EG_OK && program.len > 0 && !eg_document_is_needed(&edit, EG_RECORD_PROGRAM, program))
        status = eg_document_delete(&edit, EG_RECORD_PROGRAM, program);
    if (status == EG_OK) finish(&edit, change_out);
    return status;
}
