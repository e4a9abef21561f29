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

struct eg_text eg_record_id_of_name(struct eg_arena *arena, const char *what, struct eg_text name)
{
    struct eg_buffer folded;
    struct eg_text id = {NULL, 0};
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_text_fold(name, &folded, NULL);
    if (status == EG_OK && !folded.failed)
        id = eg_record_id_of(arena, what, (struct eg_text){folded.data ? folded.data : "", folded.len});
    eg_buffer_clear(&folded);
    return id;
}
