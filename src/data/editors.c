/* Some tens of lines of a hundred bytes. Read whole into an arena, into which all texts point; the lines of one name are one editor. */
#include "data/editors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "data/editors_parts.h"

#define CEILING_BYTES ((size_t)16 << 20)

/* What is read, with its memory. */
struct held {
    struct eg_editors editors; /* first: what callers have is a pointer to it */
    struct eg_arena *arena;
    struct eg_editor *items; /* [n_room] */
    uint32_t n_room;
};

/* --- words ----------------------------------------------------------------------------------------------------------------- */

bool eg_text_is_hex(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.data[i], 16)) return false;
    return true;
}

static bool has_control(struct eg_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool c1 = c == 0xC2U && i + 1 < name.len && (unsigned char)name.data[i + 1] < 0xA0U;
        if (c < 0x20U || c == 0x7FU || c1) return true;
    }
    return false;
}

enum eg_status eg_editor_check_name(struct eg_text name, struct eg_error *err)
{
    if (name.len == 0 || name.len > EG_EDITOR_NAME_BYTES)
        return eg_error_set(err, EG_INVALID, "a name has 1 to %u bytes", EG_EDITOR_NAME_BYTES);
    if (!eg_text_is_utf8(name) || has_control(name))
        return eg_error_set(err, EG_INVALID, "the name is no UTF-8, or has control characters");
    if (memchr(name.data, ':', name.len)) return eg_error_set(err, EG_INVALID, "a name has no colon");
    if (eg_text_trim(name).len != name.len)
        return eg_error_set(err, EG_INVALID, "a name has no blanks at its ends");
    return EG_OK;
}

/* --- reading --------------------------------------------------------------------------------------------------------------- */

static enum eg_status check_file(int fd, const char *path, size_t *size_out, struct eg_error *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0) return eg_error_set(err, EG_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode)) return eg_error_set(err, EG_INVALID, "%s is no file", path);
    if ((about.st_mode & 077U) != 0)
        return eg_error_set(err, EG_INVALID,
                            "%s may be read or written by others than its owner; say: chmod 600 %s", path,
                            path);
    if (about.st_size > EG_EDITORS_FILE_BYTES)
        return eg_error_set(err, EG_LIMIT, "%s has more than %u bytes", path, EG_EDITORS_FILE_BYTES);
    *size_out = (size_t)about.st_size;
    return EG_OK;
}

/* A file that becomes shorter meanwhile is one that somebody edits in place: what is there counts. */
static enum eg_status read_open(int fd, const char *path, struct eg_arena *arena, struct eg_text *text_out,
                                struct eg_error *err)
{
    size_t size = 0, len = 0;
    enum eg_status status = check_file(fd, path, &size, err);
    if (status != EG_OK) return status;
    char *bytes = eg_arena_array(arena, size + 1, 1);
    if (!bytes) return eg_error_no_memory(err, size + 1);
    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return eg_error_set(err, EG_IO, "%s: %s", path, strerror(errno));
        if (got == 0) break;
        len += (size_t)got;
    }
    *text_out = (struct eg_text){bytes, len};
    return EG_OK;
}

static enum eg_status read_whole(const char *path, struct eg_arena *arena, struct eg_text *text_out,
                                 struct eg_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return eg_error_set(err, errno == ENOENT ? EG_NOT_FOUND : EG_IO, "%s: %s", path, strerror(errno));
    enum eg_status status = read_open(fd, path, arena, text_out, err);
    (void)close(fd);
    return status;
}

static struct eg_editor *editor_of(struct held *held, struct eg_text name)
{
    for (uint32_t i = 0; i < held->editors.n; i++)
        if (eg_text_equal(held->items[i].name, name)) return &held->items[i];
    EG_ASSERT(held->editors.n < held->n_room);
    struct eg_editor *editor = &held->items[held->editors.n++];
    editor->name = name;
    return editor;
}

/* What is wrong with a line, never the line itself: it may be a password in the wrong place, and this is logged. */
static enum eg_status read_line(struct held *held, struct eg_text line, struct eg_error *err)
{
    struct eg_text kind, name, hash = eg_text_cut(eg_text_cut(line, ':', &kind), ':', &name);
    bool is_password = eg_text_equal(kind, EG_TEXT("password"));
    if (!is_password && !eg_text_equal(kind, EG_TEXT("token")))
        return eg_error_set(err, EG_INVALID, "expected password:NAME:HASH or token:NAME:HASH");
    enum eg_status status = eg_editor_check_name(name, err);
    if (status != EG_OK) return status;
    if (is_password ? !eg_password_hash_is_known(hash) : hash.len != EG_SECRET_LEN || !eg_text_is_hex(hash))
        return eg_error_set(err, EG_INVALID, "the hash is none of those that 'evenground editor' writes");
    struct eg_editor *editor = editor_of(held, name);
    struct eg_text *into = is_password ? &editor->password : &editor->token;
    if (into->len > 0) return eg_error_set(err, EG_INVALID, "is the name's second line of this kind");
    *into = eg_text_copy(held->arena, hash); /* with a NUL, for libargon2 */
    return into->data ? EG_OK : eg_error_no_memory(err, hash.len);
}

static enum eg_status read_lines(struct held *held, struct eg_text text, const char *path,
                                 struct eg_error *err)
{
    held->n_room = 1;
    for (size_t i = 0; i < text.len; i++) held->n_room += text.data[i] == '\n';
    held->items = eg_arena_array(held->arena, held->n_room, sizeof *held->items);
    if (!held->items) return eg_error_no_memory(err, held->n_room);
    held->editors.items = held->items;
    enum eg_status status = EG_OK;
    for (uint32_t number = 1; text.len > 0 && status == EG_OK; number++) {
        struct eg_text line;
        text = eg_text_cut(text, '\n', &line);
        if (eg_text_trim(line).len == 0 || line.data[0] == '#') continue;
        status = read_line(held, line, err);
        if (status != EG_OK) (void)eg_error_at(err, path, number, 0);
    }
    return status;
}

enum eg_status eg_editors_read(const char *path, struct eg_editors **editors_out, struct eg_error *err)
{
    struct eg_text text = {0};
    struct eg_arena *arena = eg_arena_new(CEILING_BYTES);
    struct held *held = arena ? eg_arena_array(arena, 1, sizeof *held) : NULL;
    enum eg_status status =
        held ? read_whole(path, arena, &text, err) : eg_error_no_memory(err, sizeof *held);
    if (status == EG_OK) {
        held->arena = arena;
        status = read_lines(held, text, path, err);
    }
    if (status != EG_OK) eg_arena_free(arena);
    else *editors_out = &held->editors;
    return status;
}

void eg_editors_free(struct eg_editors *editors)
{
    if (!editors) return;
    const struct held *held = (const struct held *)(const void *)editors;
    eg_arena_free(held->arena);
}
