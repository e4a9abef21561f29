#include "data/record_ids.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "data/entries.h"

struct eg_text eg_record_id_of(struct eg_arena *arena, const char *what, struct eg_text name)
{
    struct eg_text full = eg_text_format(arena, "%s:%.*s", what, EG_TEXT_ARG(name));
    char *id = eg_arena_array(arena, EG_UUID_TEXT_LEN + 1, 1);
    if (!full.data || !id) return (struct eg_text){NULL, 0};
    EG_ASSERT(eg_uuid_v5(EG_ENTRIES_NAMESPACE, full, id) == EG_OK);
    return (struct eg_text){id, EG_UUID_TEXT_LEN};
}

struct eg_text eg_record_name_folded(struct eg_arena *arena, struct eg_text name)
{
    struct eg_buffer folded;
    struct eg_text kept = {NULL, 0};
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_text_fold(name, &folded, NULL);
    if (status == EG_OK && !folded.failed)
        kept = eg_text_copy(arena, (struct eg_text){folded.data ? folded.data : "", folded.len});
    eg_buffer_clear(&folded);
    return kept;
}

struct eg_text eg_record_id_of_name(struct eg_arena *arena, const char *what, struct eg_text name)
{
    struct eg_text folded = eg_record_name_folded(arena, name);
    return folded.data ? eg_record_id_of(arena, what, folded) : folded;
}

static bool is_ascii(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] >= 0x80) return false;
    return true;
}

bool eg_record_name_is(struct eg_text name, struct eg_text folded, struct eg_buffer *room)
{
    if (eg_text_equal_any_case(name, folded)) return true;
    if (is_ascii(name)) return false;
    room->len = 0;
    enum eg_status status = eg_text_fold(name, room, NULL);
    if (status == EG_NO_MEMORY) room->failed = true;
    return status == EG_OK && eg_text_equal((struct eg_text){room->data, room->len}, folded);
}
