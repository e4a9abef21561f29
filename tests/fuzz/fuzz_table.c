/* Any bytes as a table. The first byte chooses encoding, delimiter and whether a header is put before the rest. Whatever is
 * handed over must be valid UTF-8; every cell is then read as a number, a flag and a key. */
#include "fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/cells.h"
#include "data/keys.h"
#include "data/table.h"

#define HEADER "code,v\n"

struct trial {
    const struct eg_atlas_table *table;
    struct eg_keys keys;
    uint32_t last_row;
};

static void check_cell(const struct eg_atlas_table *table, struct eg_text cell)
{
    EG_ASSERT(eg_text_is_utf8(cell));
    struct eg_cell read = eg_cells_number(&table->markers[0], cell);
    EG_ASSERT(read.kind != EG_CELL_NUMBER || isfinite(read.number));
    EG_ASSERT(read.kind != EG_CELL_MARKER || (read.state != EG_VALID && read.state < EG_N_STATES));
    enum eg_state state;
    (void)eg_cells_flag(table, cell, &state);
    EG_ASSERT(state < EG_N_STATES);
}

static enum eg_status take_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct trial *trial = context;
    EG_ASSERT(row > trial->last_row);
    trial->last_row = row;
    check_cell(trial->table, cells[0]);
    check_cell(trial->table, cells[1]);
    struct eg_key_match match;
    enum eg_status status = eg_keys_find(&trial->keys, cells[0], &match, err);
    if (status == EG_OK) (void)eg_keys_is_alike(&trial->keys, cells[1]);
    return status;
}

static bool write_file(const char *path, bool with_header, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wbe");
    if (!file) return false;
    bool done = !with_header || fwrite(HEADER, 1, sizeof HEADER - 1, file) == sizeof HEADER - 1;
    done = fwrite(data, 1, size, file) == size && done;
    return fclose(file) == 0 && done;
}

static void try_table(const char *path, uint8_t options)
{
    static const char *const encodings[] = {"UTF-8", "ISO-8859-1", "UTF-16", "SHIFT_JIS"};
    struct eg_text suppressed[] = {EG_TEXT("*"), EG_TEXT("-999")};
    struct eg_text flag[] = {EG_TEXT("u")};
    struct eg_atlas_markers markers = {.text = {[EG_SUPPRESSED] = suppressed}, .n = {[EG_SUPPRESSED] = 2}};
    struct eg_atlas_table table = {.id = EG_TEXT("t"),
                                   .source = eg_text_from(path),
                                   .delimiter = options & 4U ? ';' : ',',
                                   .encoding = eg_text_from(encodings[options & 3U]),
                                   .header_row = options & 8U ? 2 : 1,
                                   .key = EG_TEXT("code"),
                                   .key_pad = options & 32U ? 5 : 0,
                                   .key_trim = (options & 64U) != 0,
                                   .markers = &markers,
                                   .n_markers = 1,
                                   .flag_text = {[EG_UNRELIABLE] = flag},
                                   .n_flag_text = {[EG_UNRELIABLE] = 1}};
    const struct eg_text codes[] = {EG_TEXT("00001"), EG_TEXT("S1")};
    const struct eg_text columns[] = {EG_TEXT("code"), EG_TEXT("v")};
    struct eg_textmap *by_code = eg_textmap_new(2);
    EG_ASSERT(by_code && eg_textmap_put(by_code, codes[0], 0, NULL) == EG_OK &&
              eg_textmap_put(by_code, codes[1], 1, NULL) == EG_OK);
    struct trial trial = {.table = &table};
    eg_keys_init(&trial.keys, &table, by_code, codes, 2);
    struct eg_table_source source = eg_table_source_of(&table);
    struct eg_table_wish wish = {.columns = columns, .n_columns = 2, .on_row = take_row, .context = &trial};
    struct eg_error err = {0};
    enum eg_status status = eg_table_read(&source, &wish, NULL, &err);
    EG_ASSERT(status == EG_OK || err.message[0] != '\0');
    eg_keys_clear(&trial.keys);
    eg_textmap_free(by_code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    (void)mkdir("build", 0755);
    (void)mkdir("build/test-tmp", 0755);
    (void)snprintf(path, sizeof path, "build/test-tmp/fuzz-%ld.csv", (long)getpid());
    uint8_t options = size > 0 ? data[0] : 0;
    const uint8_t *rest = size > 0 ? data + 1 : data;
    EG_ASSERT(write_file(path, (options & 16U) != 0, rest, size > 0 ? size - 1 : 0));
    try_table(path, options);
    (void)unlink(path);
    return 0;
}
