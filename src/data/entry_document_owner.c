/* Whose an entry is, as its document says it. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "data/entry_document_edit.h"
#include "data/entry_records.h"
#include "data/record_ids.h"

struct owner {
    struct eg_document_edit *edit;
    struct eg_text *service;     /* the service's texts, whose organisation is to be set */
    const struct eg_record *now; /* the organisation that the entry has, or NULL */
    struct eg_text *given;       /* an organisation's texts, as far as the document says them */
};

/* --- what the document says ------------------------------------------------------------------------------------------------------ */

static enum eg_status blame(struct owner *owner, const char *member, const char *what)
{
    return eg_document_at_fault(owner->edit, (struct eg_document_place){"organisation", UINT32_MAX}, member,
                                what);
}

static bool says_only_id(const struct owner *owner)
{
    for (uint32_t i = 0; i < eg_document_part_members(&eg_document_organisation); i++) {
        uint32_t f = eg_document_organisation.members[i].field;
        if (f != EG_ORGANIZATION_ID && owner->given[f].len > 0) return false;
    }
    return true;
}

static enum eg_status need_name(struct owner *owner)
{
    return owner->given[EG_ORGANIZATION_NAME].len > 0
               ? EG_OK
               : blame(owner, "name", "is missing and has to be given");
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status put(struct owner *owner, const struct eg_text *field)
{
    struct eg_document_place place = {"organisation", UINT32_MAX};
    enum eg_status status = eg_document_check_row(owner->edit, &eg_document_organisation, place, field);
    if (status == EG_OK) status = eg_document_put(owner->edit, EG_RECORD_ORGANIZATION, field);
    owner->service[EG_SERVICE_ORGANIZATION_ID] = field[EG_ORGANIZATION_ID];
    return status;
}

/* The id that is made of a text, if it is not taken. */
static struct eg_text free_id(struct owner *owner, struct eg_text id, struct eg_text of)
{
    uint32_t from = 2;
    if (!id.data || !eg_records_find(owner->edit->records, EG_RECORD_ORGANIZATION, id)) return id;
    return eg_document_free_id(owner->edit, EG_RECORD_ORGANIZATION, of, &from);
}

static enum eg_status make(struct owner *owner, struct eg_text id)
{
    owner->given[EG_ORGANIZATION_ID] = id;
    return id.data ? put(owner, owner->given) : eg_error_no_memory(owner->edit->err, EG_UUID_TEXT_LEN);
}

/* The organisation that the entry has says from now on what the document says, for all that have it. */
static enum eg_status edit_present(struct owner *owner)
{
    if (says_only_id(owner)) return EG_OK;
    enum eg_status status = need_name(owner);
    if (status != EG_OK) return status;
    struct eg_text *field = eg_document_texts(owner->edit, EG_RECORD_ORGANIZATION, owner->now);
    if (!field) return eg_error_no_memory(owner->edit->err, sizeof *field);
    for (uint32_t i = 0; i < eg_document_part_members(&eg_document_organisation); i++) {
        uint32_t f = eg_document_organisation.members[i].field;
        if (f != EG_ORGANIZATION_ID) field[f] = owner->given[f];
    }
    return put(owner, field);
}

/* --- one that the entry does not have yet ---------------------------------------------------------------------------------------- */

/* The first member in which the document says of an organisation something else than it says itself; NULL: none. Names are compared where
 * they decide. */
static const char *disagreement(const struct owner *owner, const struct eg_record *organization)
{
    for (uint32_t i = 0; i < eg_document_part_members(&eg_document_organisation); i++) {
        const struct eg_document_member *member = &eg_document_organisation.members[i];
        bool counts = member->field != EG_ORGANIZATION_ID && member->field != EG_ORGANIZATION_NAME;
        struct eg_text given = owner->given[member->field];
        if (counts && given.len > 0 && !eg_text_equal(given, organization->field[member->field]))
            return member->name;
    }
    return NULL;
}

static enum eg_status join(struct owner *owner, const struct eg_record *organization)
{
    char what[240];
    const char *member = disagreement(owner, organization);
    owner->service[EG_SERVICE_ORGANIZATION_ID] = organization->field[0];
    if (!member) return EG_OK;
    (void)snprintf(
        what, sizeof what,
        "is not what the organisation '%.*s' that there is says: leave it away to join that one, or "
        "give another 'organisation.id' for one more of the name",
        EG_TEXT_SHOWN(organization->field[EG_ORGANIZATION_NAME], 60));
    return blame(owner, member, what);
}

static enum eg_status by_id(struct owner *owner, struct eg_buffer *room)
{
    struct eg_document_edit *edit = owner->edit;
    struct eg_text id = owner->given[EG_ORGANIZATION_ID], name = owner->given[EG_ORGANIZATION_NAME];
    const struct eg_record *row = eg_records_find(edit->records, EG_RECORD_ORGANIZATION, id);
    if (row && row == owner->now) return edit_present(owner);
    if (!row && says_only_id(owner)) return blame(owner, "id", "is no organisation's of this directory");
    if (!row) {
        enum eg_status status = need_name(owner);
        return status == EG_OK ? put(owner, owner->given) : status;
    }
    struct eg_text wanted = eg_record_name_folded(edit->arena, name);
    if (!wanted.data) return eg_error_no_memory(edit->err, name.len);
    if (name.len > 0 && !eg_record_name_is(row->field[EG_ORGANIZATION_NAME], wanted, room))
        return blame(owner, "name", "is not what the organisation with this 'organisation.id' is called");
    return join(owner, row);
}

/* The organisations of a name: how many, one of them, and the same of those with which the document agrees. */
struct namesakes {
    const struct eg_record *any, *agreeing;
    uint32_t n, n_agreeing;
};

static struct namesakes find_namesakes(const struct owner *owner, struct eg_text wanted,
                                       struct eg_buffer *room)
{
    struct namesakes found = {0};
    uint32_t n = eg_records_count(owner->edit->records, EG_RECORD_ORGANIZATION);
    for (uint32_t i = 0; i < n && !room->failed; i++) {
        const struct eg_record *row = eg_records_at(owner->edit->records, EG_RECORD_ORGANIZATION, i);
        if (!eg_record_name_is(row->field[EG_ORGANIZATION_NAME], wanted, room)) continue;
        found.any = row;
        found.n++;
        if (disagreement(owner, row)) continue;
        found.agreeing = row;
        found.n_agreeing++;
    }
    return found;
}

static enum eg_status by_name(struct owner *owner, struct eg_buffer *room)
{
    char what[160];
    struct eg_arena *arena = owner->edit->arena;
    struct eg_text name = owner->given[EG_ORGANIZATION_NAME];
    struct eg_text wanted = eg_record_name_folded(arena, name);
    if (!wanted.data) return eg_error_no_memory(owner->edit->err, name.len);
    if (owner->now && eg_record_name_is(owner->now->field[EG_ORGANIZATION_NAME], wanted, room))
        return edit_present(owner);
    struct namesakes found = find_namesakes(owner, wanted, room);
    if (room->failed) return eg_error_no_memory(owner->edit->err, name.len);
    if (found.n == 0)
        return make(owner, free_id(owner, eg_record_id_of(arena, "organization", wanted), wanted));
    if (found.n_agreeing == 1) return join(owner, found.agreeing);
    if (found.n == 1) return join(owner, found.any);
    (void)snprintf(what, sizeof what, "is that of %u organisations: give as 'organisation.id' which is meant",
                   found.n);
    return blame(owner, "name", what);
}

/* --- all ------------------------------------------------------------------------------------------------------------------------- */

/* It stays; one that is no more than the entry is called as the entry, and an entry without any is its own. */
static enum eg_status stay(struct owner *owner)
{
    struct eg_document_edit *edit = owner->edit;
    struct eg_text name = owner->service[EG_SERVICE_NAME], id = owner->service[EG_SERVICE_ID];
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_ORGANIZATION, owner->now);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    if (owner->now && !eg_entry_own_organization(edit->records, edit->service)) return EG_OK;
    if (!owner->now) field[0] = free_id(owner, eg_record_id_of(edit->arena, "organization", id), id);
    field[EG_ORGANIZATION_NAME] = name;
    return field[0].data ? put(owner, field) : eg_error_no_memory(edit->err, EG_UUID_TEXT_LEN);
}

enum eg_status eg_document_read_owner(struct eg_document_edit *edit, struct eg_text *service)
{
    struct eg_document_place place = {"organisation", UINT32_MAX};
    const struct eg_json_value *object = eg_json_get(edit->wish->document, "organisation");
    struct owner owner = {
        edit, service,
        eg_records_find(edit->records, EG_RECORD_ORGANIZATION, service[EG_SERVICE_ORGANIZATION_ID]),
        eg_document_texts(edit, EG_RECORD_ORGANIZATION, NULL)};
    struct eg_buffer room;
    if (!owner.given) return eg_error_no_memory(edit->err, sizeof *owner.given);
    if (!object) return stay(&owner);
    enum eg_status status =
        eg_document_read_members(edit, &eg_document_organisation, NULL, object, place, owner.given);
    bool has_id = owner.given[EG_ORGANIZATION_ID].len > 0;
    if (status == EG_OK && !has_id) status = need_name(&owner);
    if (status != EG_OK) return status;
    eg_buffer_init(&room, 0);
    status = has_id ? by_id(&owner, &room) : by_name(&owner, &room);
    if (room.failed) status = eg_error_no_memory(edit->err, room.capacity);
    eg_buffer_clear(&room);
    return status;
}

static bool is_the_service(void *context, const struct eg_record *referring)
{
    const struct eg_document_edit *edit = context;
    return referring == edit->service;
}

/* Whether a row other than that of the service refers to it. */
static bool is_held(struct eg_document_edit *edit, struct eg_text organization)
{
    return !eg_records_visit_referring(edit->records, EG_RECORD_ORGANIZATION, organization, is_the_service,
                                       edit);
}

enum eg_status eg_document_leave_owner(struct eg_document_edit *edit, const struct eg_text *service)
{
    struct eg_text before = edit->service ? edit->service->field[EG_SERVICE_ORGANIZATION_ID] : EG_TEXT("");
    if (before.len == 0 || eg_text_equal(before, service[EG_SERVICE_ORGANIZATION_ID])) return EG_OK;
    if (is_held(edit, before)) return EG_OK;
    return eg_document_delete(edit, EG_RECORD_ORGANIZATION, before);
}
