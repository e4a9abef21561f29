/* evenground directory import: reads, reports, and, when nothing was rejected or that was allowed, commits all of it at once. Where somebody
 * writes to the store between its being read and the commit, what depends on the store is done again: what it holds is read, the rows are
 * told apart, the plan is made. The file is read once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/directory.h"
#include "app/who.h"
#include "base/arena.h"
#include "data/area_codes.h"
#include "data/directory_records.h"
#include "data/generation.h"
#include "data/record_times.h"
#include "data/records_json.h"
#include "data/records_tabular.h"
#include "engine/ledger.h"
#include "engine/lines.h"

#define ARENA_CEILING_BYTES ((size_t)8 * 1024 * 1024 * 1024)
#define MOST_LOOKS 8U      /* at a store that others write to */
#define FIRST_PAUSE_MS 20U /* before the second look; each of the next is twice as long */

struct import_options {
    enum eg_directory_format format;
    bool has_format, partial, dry_run;
    const char *as; /* who imports; NULL: the user of the operating system */
};

static const struct option longs[] = {
    {"format", required_argument, NULL, 'f'},     {"partial", no_argument, NULL, 'p'},
    {"dry-run", no_argument, NULL, 'd'},          {"as", required_argument, NULL, 'a'},
    {"help", no_argument, NULL, EG_COMMAND_HELP}, {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    struct import_options *options = target;
    if (option == 'p') options->partial = true;
    else if (option == 'd') options->dry_run = true;
    else if (option == 'a' && eg_who_is_name(value)) options->as = value;
    else if (option == 'a')
        return eg_command_misused(command,
                                  "--as wants a name of 1 to %u bytes of UTF-8 without control characters",
                                  EG_WHO_NAME_BYTES);
    else if (!eg_directory_format_parse(value, &options->format))
        return eg_command_misused(
            command, "'%s' is no format; there are csv, geojson, hsds, tabular, 360giving", value);
    else options->has_format = true;
    return EG_EXIT_DONE;
}

struct importing {
    const struct import_options *options;
    const char *path;
    struct eg_atlas *atlas;
    uint32_t directory;
    struct eg_store *store;           /* NULL: not there yet */
    struct eg_generation *generation; /* loaded for the first row that names areas */
    bool has_tried_areas;
    struct eg_records *base, *read, *after; /* what was there, what the file says, what will be there */
    uint64_t revision;
    struct eg_arena *arena;
    struct eg_buffer text;          /* the file, unless it is a folder */
    struct eg_buffer remarks, told; /* of this look; what was printed of the look before it */
    struct eg_flat_counts counts;
    struct eg_import_plan plan;
};

/* --- the report ----------------------------------------------------------------------------------------------------------------- */

/* A stranger's bytes must not reach a terminal as they are. */
static void add_shown(struct eg_buffer *out, struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < ' ' || c == 0x7F) eg_buffer_printf(out, "\\x%02X", c);
        else eg_buffer_char(out, (char)c);
    }
}

static void take_remark(void *context, const struct eg_intake_remark *remark)
{
    struct importing *importing = context;
    struct eg_buffer *out = &importing->remarks;
    eg_buffer_literal(out, importing->path);
    if (remark->place.file.len > 0) eg_buffer_char(out, '/');
    add_shown(out, remark->place.file);
    if (remark->place.line > 0) eg_buffer_printf(out, ":%u", remark->place.line);
    if (remark->place.path.len > 0) eg_buffer_char(out, ' ');
    add_shown(out, remark->place.path);
    eg_buffer_printf(out, ": %s: ", remark->kind == EG_INTAKE_REJECTED ? "rejected" : "doubtful");
    add_shown(out, eg_text_from(remark->reason));
    eg_buffer_char(out, '\n');
}

/* A further look mostly finds what the first one found, which is not said twice. */
static enum eg_status print_remarks(struct importing *importing, struct eg_error *err)
{
    struct eg_text now = {importing->remarks.data, importing->remarks.len};
    struct eg_text before = {importing->told.data, importing->told.len};
    if (importing->remarks.failed) return eg_error_no_memory(err, now.len);
    if (now.len > 0 && !eg_text_equal(now, before)) (void)fwrite(now.data, 1, now.len, stdout);
    (void)fflush(stdout);
    eg_buffer_clear(&importing->told);
    importing->told = importing->remarks;
    eg_buffer_init(&importing->remarks, 0);
    return EG_OK;
}

/* The codes of areas are in the atlas's sources, which are loaded for this alone: seconds for a country. Without them the rest of the file can
 * be imported all the same. */
static const struct eg_generation *load_areas(struct importing *importing)
{
    struct eg_error err = {0};
    if (importing->has_tried_areas) return importing->generation;
    importing->has_tried_areas = true;
    fprintf(stderr,
            "The file names areas by their codes: the atlas's boundaries are read to look them up.\n");
    if (eg_generation_load(importing->atlas, 0, &importing->generation, &err) != EG_OK)
        fprintf(stderr, "evenground: whether the areas are there is not checked: %s\n", err.message);
    return importing->generation;
}

static struct eg_text boundaries_of(void *context, struct eg_text codes,
                                    char reason_out[EG_INTAKE_REASON_BYTES])
{
    struct importing *importing = context;
    uint32_t n = 0, found = EG_ATLAS_NONE;
    const struct eg_generation *generation = load_areas(importing);
    if (generation) found = eg_area_codes_boundaries(generation, codes, &n);
    if (found != EG_ATLAS_NONE) return importing->atlas->boundaries[found].id;
    (void)snprintf(reason_out, EG_INTAKE_REASON_BYTES, "%s of the atlas's boundaries have '%.*s'",
                   n == 0 ? "none" : "several", EG_TEXT_SHOWN(codes, 60));
    return EG_TEXT("");
}

static bool has_areas(void *context, struct eg_text boundaries, struct eg_text codes,
                      char reason_out[EG_INTAKE_REASON_BYTES])
{
    struct importing *importing = context;
    struct eg_area_codes_fault fault;
    if (boundaries.len + codes.len == 0) return true;
    (void)load_areas(importing);
    if (!importing->generation || eg_area_codes_are_known(importing->generation, boundaries, codes, &fault))
        return true;
    (void)snprintf(reason_out, EG_INTAKE_REASON_BYTES, "%s", fault.what);
    return false;
}

static void print_counts(const struct importing *importing)
{
    const struct eg_intake_counts *rows = &importing->counts.rows;
    printf("%u rows read, %u rejected, %u remarks of doubt", rows->n_rows, rows->n_rejected,
           rows->n_doubtful);
    if (importing->counts.n_unchanged > 0) printf(", %u as they are already", importing->counts.n_unchanged);
    printf("\n%u records new, %u changed, %u taken away\n", importing->plan.n_new, importing->plan.n_changed,
           importing->plan.n_taken_away);
}

/* --- files ---------------------------------------------------------------------------------------------------------------------- */

static enum eg_status not_read(const char *path, struct eg_error *err)
{
    return eg_error_set(err, errno == ENOENT ? EG_NOT_FOUND : EG_IO, "%s: %s", path, strerror(errno));
}

static enum eg_status too_large(const char *path, struct eg_error *err)
{
    return eg_error_set(err, EG_LIMIT, "%s has more than %zu MiB; import it in parts", path,
                        EG_INTAKE_FILE_BYTES >> 20);
}

static enum eg_status read_descriptor(int fd, const char *path, struct eg_buffer *text, struct eg_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return not_read(path, err);
    if (!S_ISREG(info.st_mode)) return eg_error_set(err, EG_INVALID, "%s is no file", path);
    if ((uint64_t)info.st_size > EG_INTAKE_FILE_BYTES)
        return too_large(path, err); /* it may still grow: see below */
    char *piece = malloc(1 << 16);
    if (!piece) return eg_error_no_memory(err, 1 << 16);
    ssize_t n = 1;
    while (n > 0 && !text->failed && text->len <= EG_INTAKE_FILE_BYTES) {
        n = read(fd, piece, 1 << 16);
        if (n > 0) eg_buffer_append(text, piece, (size_t)n);
    }
    free(piece);
    if (n < 0) return not_read(path, err);
    if (text->failed) return eg_error_no_memory(err, text->capacity);
    if (text->len > EG_INTAKE_FILE_BYTES) return too_large(path, err);
    return EG_OK;
}

/* A packed file is small, and what it holds may be without end: unpacking is left to who knows where it comes from. */
static enum eg_status check_packed(const struct eg_buffer *text, struct eg_error *err)
{
    struct eg_text begin = {text->data, text->len};
    bool is_gzip = eg_text_starts_with(begin, EG_TEXT("\x1F\x8B"));
    if (!is_gzip && !eg_text_starts_with(begin, EG_TEXT("PK\x03\x04"))) return EG_OK;
    return eg_error_set(err, EG_INVALID,
                        "the file is packed: unpack it first (%s), and import what comes out",
                        is_gzip ? "gunzip --keep" : "unzip");
}

/* `more` is for open(2): O_NOFOLLOW or 0. */
static enum eg_status read_file(const char *path, int more, struct eg_buffer *text, struct eg_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | more);
    if (fd < 0 && errno == ELOOP)
        return eg_error_set(err, EG_INVALID, "%s is a link: a package has its files in itself", path);
    if (fd < 0) return not_read(path, err);
    enum eg_status status = read_descriptor(fd, path, text, err);
    if (status == EG_OK) status = check_packed(text, err);
    (void)close(fd);
    return status;
}

/* --- formats -------------------------------------------------------------------------------------------------------------------- */

static enum eg_status read_member(struct importing *importing, const char *name, struct eg_intake *intake,
                                  struct eg_error *err)
{
    char path[4096];
    struct eg_buffer text;
    struct eg_text file = eg_text_from(name);
    enum eg_record_table table = eg_records_tabular_table(file);
    if (table == EG_N_RECORD_TABLES) {
        struct eg_intake_place place = {.file = file};
        if (eg_text_ends_with(file, EG_TEXT(".csv")))
            eg_intake_remark(intake, EG_INTAKE_DOUBTFUL, &place,
                             "no table of HSDS has this name: it is left out");
        return EG_OK;
    }
    (void)snprintf(path, sizeof path, "%s/%s", importing->path, name);
    eg_buffer_init(&text, 0);
    enum eg_status status = read_file(path, O_NOFOLLOW, &text, err);
    if (status == EG_OK)
        status = eg_records_tabular_read((struct eg_text){text.data, text.len}, file, table, intake, err);
    if (status != EG_OK) (void)eg_error_at(err, path, 0, 0);
    eg_buffer_clear(&text);
    return status;
}

/* In the order of their names, so that the report is the same wherever it is made. */
static enum eg_status read_package(struct importing *importing, struct eg_intake *intake,
                                   struct eg_error *err)
{
    struct dirent **members = NULL;
    uint32_t n_tables = 0;
    enum eg_status status = EG_OK;
    int n = scandir(importing->path, &members, NULL, alphasort);
    if (n < 0) return not_read(importing->path, err);
    for (int i = 0; i < n; i++) {
        n_tables += eg_records_tabular_table(eg_text_from(members[i]->d_name)) < EG_N_RECORD_TABLES;
        if (status == EG_OK) status = read_member(importing, members[i]->d_name, intake, err);
        free(members[i]);
    }
    free((void *)members);
    if (status == EG_OK && n_tables == 0)
        return eg_error_set(err, EG_INVALID, "%s has no file of a tabular data package, such as services.csv",
                            importing->path);
    return status;
}

static enum eg_status read_records(struct importing *importing, struct eg_error *err)
{
    struct eg_intake *intake = NULL;
    struct eg_text text = {importing->text.data, importing->text.len};
    struct eg_intake_sink sink = {take_remark, importing, has_areas, NULL};
    bool is_json = importing->options->format == EG_DIRECTORY_HSDS;
    enum eg_status status = eg_intake_new(sink, is_json, &intake, err);
    if (status == EG_OK && is_json) status = eg_records_json_read(text, EG_RECORD_SERVICE, intake, err);
    else if (status == EG_OK) status = read_package(importing, intake, err);
    if (status == EG_OK) status = eg_intake_finish(intake, &importing->read, err);
    if (status == EG_OK) importing->counts.rows = eg_intake_counts(intake);
    eg_intake_free(intake);
    return status;
}

/* Rows without ids are known by what the store has; records bring theirs, so that they are read but once. */
static enum eg_status read_rows(struct importing *importing, struct eg_error *err)
{
    struct eg_text text = {importing->text.data, importing->text.len};
    struct eg_flat_source source = {.atlas = importing->atlas,
                                    .directory = importing->directory,
                                    .known = importing->base,
                                    .sink = {take_remark, importing, has_areas, boundaries_of}};
    bool is_flat = eg_directory_is_flat(importing->options->format, &source.format);
    if (!is_flat && importing->read) return EG_OK;
    eg_records_release(importing->read);
    importing->read = NULL;
    importing->counts = (struct eg_flat_counts){0};
    enum eg_status status = is_flat ? eg_flat_read(text, &source, &importing->read, &importing->counts, err)
                                    : read_records(importing, err);
    enum eg_status printed = print_remarks(importing, status == EG_OK ? err : NULL);
    return status == EG_OK ? printed : status;
}

static enum eg_status read_all(struct importing *importing, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (importing->options->format != EG_DIRECTORY_TABULAR && !importing->text.data)
        status = read_file(importing->path, 0, &importing->text, err);
    if (status == EG_OK) status = read_rows(importing, err);
    if (status != EG_OK) (void)eg_error_at(err, importing->path, 0, 0);
    return status;
}

/* --- the store ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status read_base(struct importing *importing, struct eg_error *err)
{
    const struct eg_atlas_store *spec = &importing->atlas->directories[importing->directory].store;
    enum eg_status status = EG_OK;
    if (!importing->store) status = eg_store_open(spec->path, false, &importing->store, err);
    if (status == EG_NOT_FOUND) status = EG_OK;
    if (status != EG_OK) return status;
    return eg_directory_stored(importing->atlas, importing->store, &importing->base, &importing->revision,
                               err);
}

static enum eg_status plan(struct importing *importing, struct eg_error *err)
{
    enum eg_flat_format flat;
    bool is_flat = eg_directory_is_flat(importing->options->format, &flat);
    importing->arena = eg_arena_new(ARENA_CEILING_BYTES);
    if (!importing->arena) return eg_error_no_memory(err, 0);
    enum eg_status status = eg_directory_import(importing->base, importing->read, is_flat, importing->arena,
                                                &importing->plan, err);
    if (status == EG_OK)
        status = eg_records_apply(importing->base, &importing->plan.change, &importing->after, err);
    return status;
}

/* A store that is made now gets its seeds along with the import. */
static enum eg_status all_of(const struct eg_records *records, struct eg_arena *arena,
                             struct eg_records_change *change, struct eg_error *err)
{
    uint32_t n_all = 0, n = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(records, (enum eg_record_table)t);
    struct eg_record *puts = eg_arena_array(arena, (size_t)n_all + 1, sizeof *puts);
    if (!puts) return eg_error_no_memory(err, n_all * sizeof *puts);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++)
            puts[n++] = *eg_records_at(records, (enum eg_record_table)t, i);
    *change = (struct eg_records_change){.puts = puts, .n_puts = n};
    return EG_OK;
}

/* What the import does to each entry, and, of a store that is made now, that it was filled. */
static enum eg_status write_lines(struct importing *importing, struct eg_commit *whole, struct eg_error *err)
{
    struct eg_lines_wish wish = {
        .before = importing->base, .after = importing->after, .change = &importing->plan.change};
    const struct eg_change_entry *lines = NULL;
    char who[EG_WHO_BYTES];
    eg_who_write(importing->options->as, who);
    wish.head = (struct eg_change_entry){.by = eg_text_from(who), .action = EG_CHANGE_IMPORT};
    eg_ledger_stamp(importing->arena, wish.head.id, &wish.head.at);
    wish.head.reason = eg_text_format(
        importing->arena, "%u rows imported, %u rejected; %u records new, %u changed, %u taken away",
        importing->counts.rows.n_rows, importing->counts.rows.n_rejected, importing->plan.n_new,
        importing->plan.n_changed, importing->plan.n_taken_away);
    if (!wish.head.at.data || !wish.head.reason.data) return eg_error_no_memory(err, 0);
    enum eg_status status = eg_lines_make(&wish, importing->arena, &lines, &whole->n_history, err);
    whole->history = lines;
    bool is_filled = importing->revision == 0 && eg_records_count(importing->base, EG_RECORD_SERVICE) > 0;
    if (status != EG_OK || !is_filled) return status;
    struct eg_change_entry *all = eg_arena_array(importing->arena, whole->n_history + 1U, sizeof *all);
    if (!all) return eg_error_no_memory(err, whole->n_history * sizeof *all);
    all[0] = eg_ledger_seed_line(importing->arena);
    all[0].at = wish.head.at;
    if (whole->n_history > 0) memcpy(&all[1], lines, whole->n_history * sizeof *all);
    whole->history = all;
    whole->n_history++;
    return EG_OK;
}

static enum eg_status commit(struct importing *importing, struct eg_error *err)
{
    const struct eg_atlas_store *spec = &importing->atlas->directories[importing->directory].store;
    struct eg_commit whole = {.expected_revision = importing->revision, .change = importing->plan.change};
    enum eg_status status = EG_OK;
    if (importing->plan.change.n_puts + importing->plan.change.n_deletes == 0) return EG_OK;
    if (!importing->store) status = eg_store_open(spec->path, true, &importing->store, err);
    if (status == EG_OK) status = write_lines(importing, &whole, err);
    if (status == EG_OK && importing->revision == 0)
        status = all_of(importing->after, importing->arena, &whole.change, err);
    if (status != EG_OK) return status;
    /* What a file does not say of times stays unsaid, so that the same file changes nothing when it comes again. */
    struct eg_records_moment moment = {.at = whole.n_history > 0 ? whole.history[0].at : EG_TEXT("")};
    if (importing->revision > 0 && whole.n_history > 0)
        status = eg_records_state_times(importing->base, &moment, importing->arena, &whole.change, err);
    if (status != EG_OK) return status;
    return eg_store_commit(importing->store, &whole, &importing->revision, err);
}

/* --- the command ---------------------------------------------------------------------------------------------------------------- */

/* What was made of the store as it was. */
static void forget_look(struct importing *importing)
{
    eg_arena_free(importing->arena);
    eg_records_release(importing->after);
    eg_records_release(importing->base);
    importing->arena = NULL;
    importing->after = importing->base = NULL;
    importing->plan = (struct eg_import_plan){0};
}

static enum eg_status look(struct importing *importing, struct eg_error *err)
{
    forget_look(importing);
    enum eg_status status = read_base(importing, err);
    if (status == EG_OK) status = read_all(importing, err);
    return status == EG_OK ? plan(importing, err) : status;
}

static bool is_refused(const struct importing *importing)
{
    return importing->counts.rows.n_rejected > 0 && !importing->options->partial;
}

static void pause_ms(uint32_t ms)
{
    struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    (void)nanosleep(&pause, NULL);
}

/* Looks and commits, until nobody has written between the two. */
static enum eg_status import(struct importing *importing, struct eg_error *err)
{
    importing->directory = eg_atlas_store_of(importing->atlas);
    if (importing->directory == EG_ATLAS_NONE)
        return eg_error_set(err, EG_UNSUPPORTED,
                            "the atlas keeps no directory of its own: give one of its directories a 'store'");
    for (uint32_t n_looks = 1;; n_looks++) {
        enum eg_status status = look(importing, err);
        if (status != EG_OK || importing->options->dry_run || is_refused(importing)) return status;
        status = commit(importing, err);
        if (status != EG_CONFLICT || n_looks == MOST_LOOKS) return status;
        fprintf(stderr,
                "Somebody else changed the directory meanwhile: it is looked at again, and the import "
                "planned anew (%u of %u).\n",
                n_looks + 1, MOST_LOOKS);
        pause_ms(FIRST_PAUSE_MS << (n_looks - 1));
    }
}

static int finish(const struct importing *importing)
{
    bool rejected = importing->counts.rows.n_rejected > 0;
    print_counts(importing);
    if (importing->options->dry_run) puts("Nothing is written: this was a dry run.");
    else if (is_refused(importing))
        puts("Nothing is imported, because rows were rejected. Mend them, or import the others with "
             "--partial.");
    else puts("Imported.");
    if (importing->options->dry_run) return is_refused(importing) ? EG_EXIT_FAILED : EG_EXIT_DONE;
    return rejected ? EG_EXIT_FAILED : EG_EXIT_DONE;
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct import_options options = {0};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    if (!options.has_format) return eg_command_misused(command, "say which --format the file has");
    struct importing importing = {.options = &options, .path = argv[optind + 1]};
    struct eg_error err = {0};
    eg_buffer_init(&importing.text, 0);
    eg_buffer_init(&importing.remarks, 0);
    eg_buffer_init(&importing.told, 0);
    enum eg_status status = eg_atlas_read(argv[optind], &importing.atlas, &err);
    if (status == EG_OK) status = import(&importing, &err);
    exit_status = status == EG_OK ? finish(&importing) : eg_command_failed(&err);
    forget_look(&importing);
    eg_generation_release(importing.generation);
    eg_store_close(importing.store);
    eg_records_release(importing.read);
    eg_buffer_clear(&importing.text);
    eg_buffer_clear(&importing.remarks);
    eg_buffer_clear(&importing.told);
    eg_atlas_free(importing.atlas);
    return exit_status;
}

const struct eg_command eg_command_directory_import = {
    .name = "directory import",
    .summary = "read a file into the directory's store",
    .usage = "Usage: evenground directory import ATLAS.yaml FILE --format FORMAT [--as NAME] [--partial] "
             "[--dry-run]\n\n"
             "Reads a file into the store of an atlas. Every row that is rejected or doubtful is told with "
             "its line and the\n"
             "reason. All of the file is imported, at once, or nothing: nothing when a row is rejected. "
             "Entries that the store\n"
             "has get what the file says of them, others are added, and none is taken away. When somebody "
             "writes to the store\n"
             "meanwhile, it is read again and the import planned anew, a few times if need be.\n\n"
             "  --format FORMAT  csv, geojson, hsds, tabular (FILE is a folder) or 360giving, as\n"
             "                   'evenground directory export' writes them; hsds may also be a page of an "
             "HSDS API, of\n"
             "                   services or of organisations with theirs, or one service; cells of csv may "
             "be separated\n"
             "                   by semicolons or tabs\n"
             "  --as NAME        who imports, for the history; otherwise the name of the operating system's "
             "user\n"
             "  --partial        import what is not rejected\n"
             "  --dry-run        only tell what would be done\n"
             "  --help           this text\n\n"
             "Exit status: 0 done, 1 something was rejected or failed, 2 wrong usage.\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 2,
    .arguments = "name an atlas and a file: evenground directory import ATLAS.yaml FILE --format FORMAT",
};
