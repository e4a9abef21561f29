/* The file is read, changed and written anew beside itself, brought to the disk and renamed, while a lock (flock) on its folder keeps
 * another such command waiting. The lock ends with the process, and leaves no file behind. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "data/editors_parts.h"

#define PATH_BYTES 4096

/* One name's new state; an empty text takes away, one without data leaves. */
struct change {
    struct eg_text name, password, token;
};

static const struct eg_text gone = {"", 0};

static enum eg_status io_error(const char *path, struct eg_error *err)
{
    return eg_error_set(err, EG_IO, "%s: %s", path, strerror(errno));
}

/* --- text ------------------------------------------------------------------------------------------------------------------ */

static void write_editor(struct eg_buffer *out, const struct eg_editor *editor)
{
    if (editor->password.len > 0)
        eg_buffer_printf(out, "password:%.*s:%.*s\n", EG_TEXT_ARG(editor->name),
                         EG_TEXT_ARG(editor->password));
    if (editor->token.len > 0)
        eg_buffer_printf(out, "token:%.*s:%.*s\n", EG_TEXT_ARG(editor->name), EG_TEXT_ARG(editor->token));
}

static struct eg_editor changed(struct eg_editor editor, const struct change *change)
{
    if (change->password.data) editor.password = change->password;
    if (change->token.data) editor.token = change->token;
    return editor;
}

static enum eg_status write_text(const struct eg_editors *editors, const struct change *change,
                                 struct eg_buffer *out, struct eg_error *err)
{
    bool found = false;
    eg_buffer_literal(out,
                      "# Who may edit the directory; written by 'evenground editor'. For its owner only.\n");
    for (uint32_t i = 0; editors && i < editors->n; i++) {
        struct eg_editor editor = editors->items[i];
        bool is_it = eg_text_equal(editor.name, change->name);
        if (is_it) editor = changed(editor, change);
        found = found || is_it;
        write_editor(out, &editor);
    }
    struct eg_editor fresh = changed((struct eg_editor){.name = change->name}, change);
    if (!found && fresh.password.len == 0 && fresh.token.len == 0)
        return eg_error_set(err, EG_NOT_FOUND, "there is no editor '%.*s'", EG_TEXT_ARG(change->name));
    if (!found) write_editor(out, &fresh);
    if (out->failed) return eg_error_no_memory(err, out->len);
    return out->len <= EG_EDITORS_FILE_BYTES ? EG_OK
                                             : eg_error_set(err, EG_LIMIT, "the file would be too large");
}

/* --- file ------------------------------------------------------------------------------------------------------------------ */

/* To whom the old file belongs: a server that runs as another user than the one who edits has to read the new one, too. */
static enum eg_status give_owner(int fd, const char *path, struct eg_error *err)
{
    struct stat old, now;
    if (stat(path, &old) != 0) return errno == ENOENT ? EG_OK : io_error(path, err);
    if (fstat(fd, &now) != 0) return io_error(path, err);
    if (old.st_uid == now.st_uid && old.st_gid == now.st_gid) return EG_OK;
    return fchown(fd, old.st_uid, old.st_gid) == 0 ? EG_OK : io_error(path, err);
}

static enum eg_status fill(int fd, const char *path, const struct eg_buffer *text, struct eg_error *err)
{
    size_t done = 0;
    while (done < text->len) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error(path, err);
        done += (size_t)n;
    }
    if (fsync(fd) != 0) return io_error(path, err);
    return give_owner(fd, path, err);
}

static enum eg_status replace(const char *path, int folder_fd, const struct eg_buffer *text,
                              struct eg_error *err)
{
    char beside[PATH_BYTES + 8];
    int n = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof beside) return eg_error_set(err, EG_LIMIT, "the path is too long");
    int fd = mkostemp(beside, O_CLOEXEC); /* with mode 0600 */
    if (fd < 0) return io_error(beside, err);
    enum eg_status status = fill(fd, path, text, err);
    if (close(fd) != 0 && status == EG_OK) status = io_error(beside, err);
    if (status == EG_OK && rename(beside, path) != 0) status = io_error(path, err);
    if (status != EG_OK) (void)unlink(beside);
    else if (fsync(folder_fd) != 0) status = io_error(path, err);
    return status;
}

/* --- changes --------------------------------------------------------------------------------------------------------------- */

static enum eg_status change_locked(const char *path, int folder_fd, const struct change *change,
                                    struct eg_error *err)
{
    struct eg_editors *editors = NULL;
    struct eg_buffer text;
    eg_buffer_init(&text, 2 * (size_t)EG_EDITORS_FILE_BYTES);
    bool makes = change->password.len > 0 || change->token.len > 0;
    enum eg_status status = eg_editors_read(path, &editors, err);
    if (status == EG_NOT_FOUND && makes) status = EG_OK;
    if (status == EG_OK) status = write_text(editors, change, &text, err);
    if (status == EG_OK) status = replace(path, folder_fd, &text, err);
    eg_buffer_clear(&text);
    eg_editors_free(editors);
    return status;
}

static int open_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_BYTES] = ".";
    if (slash) {
        size_t len = slash > path ? (size_t)(slash - path) : 1;
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Where the path leads by symbolic links: the file there is replaced, not the link. */
static enum eg_status apply(const char *path, const struct change *change, struct eg_error *err)
{
    char *real = realpath(path, NULL);
    if (!real && errno != ENOENT) return io_error(path, err);
    const char *target = real ? real : path;
    int folder_fd = strlen(target) < PATH_BYTES ? open_folder(target) : -1;
    enum eg_status status = folder_fd >= 0 ? EG_OK : io_error(path, err);
    while (status == EG_OK && flock(folder_fd, LOCK_EX) != 0)
        if (errno != EINTR) status = io_error(path, err);
    if (status == EG_OK) status = change_locked(target, folder_fd, change, err);
    if (folder_fd >= 0) (void)close(folder_fd);
    free(real);
    return status;
}

enum eg_status eg_editors_set_password(const char *path, struct eg_text name, struct eg_text password,
                                       struct eg_error *err)
{
    char hash[EG_PASSWORD_HASH_BYTES];
    enum eg_status status = eg_editor_check_name(name, err);
    if (status == EG_OK) status = eg_password_check(password, err);
    if (status == EG_OK) status = eg_password_hash(password, hash, err);
    if (status != EG_OK) return status;
    struct change change = {.name = name, .password = eg_text_from(hash)};
    return apply(path, &change, err);
}

enum eg_status eg_editors_set_token(const char *path, struct eg_text name, char token_out[EG_TOKEN_LEN + 1],
                                    struct eg_error *err)
{
    char token[EG_TOKEN_LEN + 1], hash[EG_SECRET_LEN + 1];
    enum eg_status status = eg_editor_check_name(name, err);
    if (status == EG_OK) status = eg_token_new(token, err);
    if (status == EG_OK) status = eg_secret_hash(eg_text_from(token), hash, err);
    if (status != EG_OK) return status;
    struct change change = {.name = name, .token = eg_text_from(hash)};
    status = apply(path, &change, err);
    if (status == EG_OK) memcpy(token_out, token, sizeof token);
    explicit_bzero(token, sizeof token);
    return status;
}

enum eg_status eg_editors_remove(const char *path, struct eg_text name, struct eg_error *err)
{
    struct change change = {.name = name, .password = gone, .token = gone};
    return apply(path, &change, err);
}
