/* Which organisation a row means. The rules stand at the head of data/entry_records.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/textmap.h"
#include "data/entry_flat_internal.h"
#include "data/entry_records.h"
#include "data/record_ids.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)
#define NONE UINT32_MAX

/* An organisation that the file makes. */
struct made {
    struct eg_text id, name;
    struct eg_text number; /* of a register, by which the file knows it; empty without */
};

struct eg_flat_owners {
    const struct eg_records *known; /* NULL: none */
    struct eg_arena *arena;
    struct eg_textmap *by_name;   /* folded -> the first of the known, as eg_records_at numbers them */
    uint32_t *next;               /* [number of known] the next of the same name, or NONE */
    struct eg_textmap *by_number; /* a number of a register -> its row among the known */
    struct made *made;            /* [n_made] */
    size_t capacity;
    uint32_t n_made;
    struct eg_textmap *made_by_name, *made_by_id;
    struct eg_buffer room;
    bool failed; /* memory was refused */
};

/* --- what is known ---------------------------------------------------------------------------------------------------------------- */

static const struct eg_record *known_by_id(const struct eg_flat_owners *owners, struct eg_text id)
{
    return owners->known && id.len > 0 ? eg_records_find(owners->known, EG_RECORD_ORGANIZATION, id) : NULL;
}

static struct eg_text name_of(const struct eg_record *organization)
{
    return organization->field[EG_ORGANIZATION_NAME];
}

static struct eg_text folded(struct eg_flat_owners *owners, struct eg_text name)
{
    struct eg_text text = eg_record_name_folded(owners->arena, name);
    owners->failed |= !text.data;
    return text;
}

static bool is_named(struct eg_flat_owners *owners, const struct eg_record *organization,
                     struct eg_text wanted)
{
    bool is = eg_record_name_is(name_of(organization), wanted, &owners->room);
    owners->failed |= owners->room.failed;
    return is;
}

static void index_names(struct eg_flat_owners *owners, uint32_t n)
{
    for (uint32_t i = n; i-- > 0 && !owners->failed;) {
        uint32_t first = EG_TEXTMAP_NONE;
        struct eg_text key = folded(owners, name_of(eg_records_at(owners->known, EG_RECORD_ORGANIZATION, i)));
        owners->next[i] = NONE;
        if (owners->failed) return;
        owners->failed |= eg_textmap_put(owners->by_name, key, i, &first) != EG_OK;
        if (first == EG_TEXTMAP_NONE) continue;
        owners->next[i] = owners->next[first];
        owners->next[first] = i;
    }
}

static void index_numbers(struct eg_flat_owners *owners)
{
    uint32_t n = eg_records_count(owners->known, EG_RECORD_ORGANIZATION_IDENTIFIER);
    for (uint32_t i = 0; i < n && !owners->failed; i++) {
        const struct eg_record *row = eg_records_at(owners->known, EG_RECORD_ORGANIZATION_IDENTIFIER, i);
        struct eg_text number = row->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER];
        struct eg_text whole = eg_entry_org_id_of(row, owners->arena, &owners->failed);
        owners->failed |= eg_textmap_put(owners->by_number, number, i, NULL) != EG_OK;
        if (whole.len > 0 && !owners->failed)
            owners->failed |= eg_textmap_put(owners->by_number, whole, i, NULL) != EG_OK;
    }
}

enum eg_status eg_flat_owners_new(const struct eg_records *known, struct eg_flat_owners **owners_out,
                                  struct eg_error *err)
{
    uint32_t n = known ? eg_records_count(known, EG_RECORD_ORGANIZATION) : 0;
    struct eg_flat_owners *owners = eg_memory_zeroed(1, sizeof *owners);
    if (!owners) return eg_error_no_memory(err, sizeof *owners);
    eg_buffer_init(&owners->room, 0);
    owners->known = known;
    owners->arena = eg_arena_new(ARENA_CEILING_BYTES);
    owners->by_name = eg_textmap_new(n);
    owners->by_number = eg_textmap_new(16);
    owners->made_by_name = eg_textmap_new(64);
    owners->made_by_id = eg_textmap_new(64);
    owners->next = owners->arena ? eg_arena_array(owners->arena, n, sizeof *owners->next) : NULL;
    owners->failed = !owners->arena || !owners->by_name || !owners->by_number || !owners->made_by_name ||
                     !owners->made_by_id || (n > 0 && !owners->next);
    if (!owners->failed) index_names(owners, n);
    if (!owners->failed && known) index_numbers(owners);
    if (owners->failed) {
        eg_flat_owners_free(owners);
        return eg_error_no_memory(err, n);
    }
    *owners_out = owners;
    return EG_OK;
}

void eg_flat_owners_free(struct eg_flat_owners *owners)
{
    if (!owners) return;
    eg_textmap_free(owners->by_name);
    eg_textmap_free(owners->by_number);
    eg_textmap_free(owners->made_by_name);
    eg_textmap_free(owners->made_by_id);
    eg_arena_free(owners->arena);
    eg_buffer_clear(&owners->room);
    free(owners->made);
    free(owners);
}

/* --- what is made ----------------------------------------------------------------------------------------------------------------- */

/* Makes an organisation; the first of a name is what later rows mean by it. */
static void make(struct eg_flat_owners *owners, struct eg_text id, struct eg_text name, struct eg_text number)
{
    void *made = owners->made;
    struct made fresh = {eg_text_copy(owners->arena, id), eg_text_copy(owners->arena, name),
                         eg_text_copy(owners->arena, number)};
    struct eg_text key = folded(owners, name);
    owners->failed |= !fresh.id.data || !fresh.name.data || !fresh.number.data ||
                      !eg_memory_reserve(&made, &owners->capacity, (size_t)owners->n_made + 1, sizeof fresh);
    if (made) owners->made = made;
    if (owners->failed) return;
    owners->failed |= eg_textmap_put(owners->made_by_id, fresh.id, owners->n_made, NULL) != EG_OK ||
                      eg_textmap_put(owners->made_by_name, key, owners->n_made, NULL) != EG_OK;
    owners->made[owners->n_made++] = fresh;
}

static const struct made *made_at(const struct eg_flat_owners *owners, uint32_t i)
{
    return i != EG_TEXTMAP_NONE ? &owners->made[i] : NULL;
}

/* The id that is made of a text, or of it and a number, where another organisation has taken that id. */
static struct eg_text free_id(struct eg_flat_owners *owners, struct eg_text of)
{
    struct eg_text id = eg_record_id_of(owners->arena, "organization", of);
    for (uint32_t i = 2;
         id.data && (known_by_id(owners, id) || eg_textmap_get(owners->made_by_id, id) != EG_TEXTMAP_NONE);
         i++) {
        struct eg_text next = eg_text_format(owners->arena, "%.*s:%u", EG_TEXT_ARG(of), i);
        id = next.data ? eg_record_id_of(owners->arena, "organization", next) : next;
    }
    owners->failed |= !id.data;
    return id;
}

/* --- which is meant --------------------------------------------------------------------------------------------------------------- */

/* The entry takes the organisation's name as the directory spells it; one that is called as the entry is needs none. */
static void tie(struct eg_entry *entry, struct eg_text id, struct eg_text name)
{
    entry->organization_id = id;
    entry->field[EG_ENTRY_ORGANISATION] =
        eg_text_equal(name, entry->field[EG_ENTRY_NAME]) ? EG_TEXT("") : name;
}

static struct eg_text entry_id(const struct eg_entry *entry)
{
    return (struct eg_text){entry->id, EG_UUID_TEXT_LEN};
}

/* Nothing is said of it: what there is stays, and an organisation that is no more than its entry is called as that. */
static void tie_silent(struct eg_flat_owners *owners, const struct eg_flat_claim *claim,
                       const struct eg_record *present, struct eg_entry *entry)
{
    if (!claim->service) {
        struct eg_text id = free_id(owners, entry_id(entry));
        if (!owners->failed) make(owners, id, entry->field[EG_ENTRY_NAME], EG_TEXT(""));
        entry->organization_id = id;
    } else if (present) {
        bool is_own = eg_entry_own_organization(owners->known, claim->service) != NULL;
        tie(entry, present->field[0], is_own ? entry->field[EG_ENTRY_NAME] : name_of(present));
    } else entry->field[EG_ENTRY_ORGANISATION] = EG_TEXT("");
}

/* A number of a register is looked for there; what is no UUID has one that stands for it. */
static struct eg_text id_meant(struct eg_flat_owners *owners, struct eg_text given)
{
    uint32_t row = eg_textmap_get(owners->by_number, given);
    if (row != EG_TEXTMAP_NONE)
        return eg_records_at(owners->known, EG_RECORD_ORGANIZATION_IDENTIFIER, row)
            ->field[EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID];
    struct eg_text id;
    if (eg_record_text_is(EG_RECORD_ID, given)) {
        char *lower = eg_arena_array(owners->arena, EG_UUID_TEXT_LEN + 1, 1);
        for (size_t i = 0; lower && i < EG_UUID_TEXT_LEN; i++) {
            char c = given.data[i];
            lower[i] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
        }
        id = (struct eg_text){lower, EG_UUID_TEXT_LEN};
    } else id = eg_record_id_of(owners->arena, "organization", given);
    owners->failed |= !id.data;
    return id;
}

/* "GB-CHC-1234567" is no other number than the charity number "1234567". */
static bool has_other_number(const struct eg_flat_owners *owners, const struct eg_record *organization,
                             struct eg_text number)
{
    uint32_t n, i = 0;
    const struct eg_record *const *rows =
        eg_records_with(owners->known, EG_RECORD_ORGANIZATION_IDENTIFIER,
                        EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID, organization->field[0], &n);
    while (i < n && eg_text_ends_with(number, rows[i]->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER])) i++;
    return i < n;
}

static void tie_by_id(struct eg_flat_owners *owners, const struct eg_flat_claim *claim,
                      const struct eg_record *present, struct eg_entry *entry, char *doubt)
{
    struct eg_text given = entry->field[EG_ENTRY_ORGANISATION], name = given,
                   id = id_meant(owners, claim->id);
    if (owners->failed) return;
    const struct eg_record *known = known_by_id(owners, id);
    const struct made *made = made_at(owners, eg_textmap_get(owners->made_by_id, id));
    struct eg_text wanted = folded(owners, given);
    /* What came without its number, from another file, is not made a second time for it. */
    bool is_unnumbered = !known && !made && claim->is_number && present && given.len > 0 &&
                         !has_other_number(owners, present, claim->id) && is_named(owners, present, wanted);
    if (is_unnumbered) known = present;
    if (known && known == present && given.len == 0) {
        tie_silent(owners, claim, present, entry);
        return;
    }
    if (known) name = name_of(known);
    else if (made) name = made->name;
    else if (given.len == 0) name = entry->field[EG_ENTRY_NAME];
    bool is_number = claim->is_number && !eg_record_text_is(EG_RECORD_ID, claim->id);
    if (is_unnumbered && is_number) entry->giving[EG_GIVING_RECIPIENT_ID] = claim->id;
    if (!known && !made) make(owners, id, name, is_number ? claim->id : EG_TEXT(""));
    if (given.len > 0 && !owners->failed && !eg_record_name_is(name, wanted, &owners->room))
        (void)snprintf(doubt, EG_ENTRY_DOUBT_BYTES,
                       "the organisation %.*s is called '%.*s' and not '%.*s': a row does not rename one; to "
                       "name another, leave its id away",
                       EG_TEXT_ARG(id), EG_TEXT_SHOWN(name, 60), EG_TEXT_SHOWN(given, 60));
    owners->failed |= owners->room.failed;
    tie(entry, known ? known->field[0] : id, name);
}

static bool agrees(const struct eg_record *organization, const struct eg_entry *entry)
{
    struct eg_text url = organization->field[EG_ORGANIZATION_WEBSITE];
    struct eg_text email = organization->field[EG_ORGANIZATION_EMAIL];
    return (url.len > 0 && eg_text_equal(url, entry->field[EG_ENTRY_URL])) ||
           (email.len > 0 && eg_text_equal_any_case(email, entry->field[EG_ENTRY_EMAIL]));
}

/* The only one of the name, or the only one of several that agrees with the row in more; NULL: none, or several (*n_out). */
static const struct eg_record *namesake(const struct eg_flat_owners *owners, struct eg_text wanted,
                                        const struct eg_entry *entry, uint32_t *n_out)
{
    const struct eg_record *any = NULL, *agreeing = NULL;
    uint32_t n = 0, n_agreeing = 0;
    for (uint32_t i = eg_textmap_get(owners->by_name, wanted); i != EG_TEXTMAP_NONE; i = owners->next[i]) {
        any = eg_records_at(owners->known, EG_RECORD_ORGANIZATION, i);
        n++;
        if (!agrees(any, entry)) continue;
        agreeing = any;
        n_agreeing++;
    }
    *n_out = n;
    return n == 1 ? any : n_agreeing == 1 ? agreeing : NULL;
}

static void tie_by_name(struct eg_flat_owners *owners, const struct eg_record *present,
                        struct eg_entry *entry, char *doubt)
{
    uint32_t n = 0;
    struct eg_text given = entry->field[EG_ENTRY_ORGANISATION], wanted = folded(owners, given), id;
    if (owners->failed) return;
    const struct eg_record *known =
        present && is_named(owners, present, wanted) ? present : namesake(owners, wanted, entry, &n);
    const struct made *made =
        known || n > 0 ? NULL : made_at(owners, eg_textmap_get(owners->made_by_name, wanted));
    if (known || made) {
        tie(entry, known ? known->field[0] : made->id, known ? name_of(known) : made->name);
        return;
    }
    if (n > 0)
        (void)snprintf(doubt, EG_ENTRY_DOUBT_BYTES,
                       "%u organisations of the directory are called '%.*s': the entry gets one more of its "
                       "own; say by 'organisation_id' which is meant",
                       n, EG_TEXT_SHOWN(given, 60));
    id = free_id(owners, n > 0 ? entry_id(entry) : wanted);
    if (!owners->failed) make(owners, id, given, EG_TEXT(""));
    tie(entry, id, given);
}

enum eg_status eg_flat_owner_find(struct eg_flat_owners *owners, const struct eg_flat_claim *claim,
                                  struct eg_entry *entry, char *doubt_out, struct eg_error *err)
{
    const struct eg_record *present =
        claim->service ? known_by_id(owners, claim->service->field[EG_SERVICE_ORGANIZATION_ID]) : NULL;
    struct eg_text given = entry->field[EG_ENTRY_ORGANISATION];
    /* Formats that need a name for it have the entry's where there is none. */
    bool is_silent =
        given.len == 0 || (claim->service && !present && eg_text_equal(given, entry->field[EG_ENTRY_NAME]));
    doubt_out[0] = '\0';
    if (claim->id.len > 0) tie_by_id(owners, claim, present, entry, doubt_out);
    else if (is_silent) tie_silent(owners, claim, present, entry);
    else tie_by_name(owners, present, entry, doubt_out);
    return owners->failed ? eg_error_no_memory(err, 0) : EG_OK;
}

enum eg_status eg_flat_owners_record(const struct eg_flat_owners *owners, struct eg_records_builder *builder,
                                     struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < owners->n_made && status == EG_OK; i++) {
        const struct made *made = &owners->made[i];
        struct eg_text field[EG_RECORD_FIELDS] = {{0}};
        if (made->number.len == 0) continue;
        struct eg_text name =
            eg_text_format(owners->arena, "%.*s:%.*s", EG_TEXT_ARG(made->id), EG_TEXT_ARG(made->number));
        if (name.data) field[0] = eg_record_id_of(owners->arena, "organization_identifier", name);
        if (!field[0].data) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
        field[EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID] = made->id;
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME] = EG_TEXT(EG_ORG_ID_SCHEME);
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = EG_TEXT(EG_ORG_ID_TYPE);
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = made->number;
        status = eg_records_add(builder, EG_RECORD_ORGANIZATION_IDENTIFIER, field, err);
    }
    return status;
}
