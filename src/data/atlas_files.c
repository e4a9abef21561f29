/* Paths: what atlas.yaml says to what GDAL and libcsv open, and whether it is there.
 *
 *   data/a.gpkg                   -> /folder/of/atlas/data/a.gpkg
 *   /vsizip/data/a.zip/a.shp      -> /vsizip//folder/of/atlas/data/a.zip/a.shp   (also vsigzip, vsitar)
 *   PG:dbname=health              -> unchanged
 *
 * Other /vsi... systems reach over the network or into memory and are refused. A local atlas is trusted for its paths;
 * ".." is allowed. */
#include "data/atlas_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool file_exists(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0;
}

/* --- looking for files --- */

/* Whether path with one of the usual endings of packed files is there. */
static const char *packed_beside(const char *path)
{
    static const char *const endings[] = {".gz", ".xz", ".zip"};
    char packed[4096];
    for (size_t i = 0; i < EG_ARRAY_LEN(endings); i++) {
        int n = snprintf(packed, sizeof packed, "%s%s", path, endings[i]);
        if (n > 0 && (size_t)n < sizeof packed && file_exists(packed)) return endings[i];
    }
    return NULL;
}

static enum eg_status check_exists(struct eg_reader *reader, const struct eg_at *at, const char *path)
{
    if (!reader->check_files || file_exists(path)) return EG_OK;
    const char *packed = packed_beside(path);
    if (packed)
        return eg_at_error(reader, at, EG_NOT_FOUND, "no file '%s', but there is one ending in '%s'; %s",
                           path, packed, strcmp(packed, ".gz") == 0 ? "name that one" : "unpack it");
    if (strstr(path, "/data/"))
        return eg_at_error(
            reader, at, EG_NOT_FOUND,
            "no file '%s'; if it has still to be fetched, the README beside the atlas says with which "
            "command",
            path);
    return eg_at_error(reader, at, EG_NOT_FOUND,
                       "no file '%s'; check the path, which is relative to the folder of %s", path,
                       reader->file);
}

/* The file that /vsizip/ and its like reach into: up to and with the first known ending of an archive. */
static struct eg_text archive_of(struct eg_text inside)
{
    static const char *const endings[] = {".zip", ".tar", ".tgz", ".gz", ".kmz"};
    for (size_t at = 0; at < inside.len; at++) {
        for (size_t i = 0; i < EG_ARRAY_LEN(endings); i++) {
            size_t end = at + strlen(endings[i]);
            bool here = end <= inside.len && strncasecmp(inside.data + at, endings[i], end - at) == 0;
            if (here && (end == inside.len || inside.data[end] == '/'))
                return (struct eg_text){inside.data, end};
        }
    }
    return inside;
}

/* --- resolving --- */

static enum eg_status resolve_plain(struct eg_reader *reader, struct eg_text path, struct eg_text *out)
{
    if (path.data[0] == '/') {
        *out = path;
        return EG_OK;
    }
    struct eg_text folder = reader->atlas->folder;
    *out = eg_text_format(reader->arena, "%.*s%s%.*s", EG_TEXT_ARG(folder),
                          eg_text_ends_with(folder, EG_TEXT("/")) ? "" : "/", EG_TEXT_ARG(path));
    return out->data ? EG_OK : eg_error_no_memory(reader->err, folder.len + path.len);
}

enum eg_status eg_path_resolve(struct eg_reader *reader, struct eg_text path, struct eg_text *out)
{
    if (!eg_text_starts_with(path, EG_TEXT("PG:"))) return resolve_plain(reader, path, out);
    *out = path;
    return EG_OK;
}

static enum eg_status resolve_inside(struct eg_reader *reader, const struct eg_at *at, struct eg_text path,
                                     size_t prefix, struct eg_text *out)
{
    struct eg_text inside = {path.data + prefix, path.len - prefix}, whole;
    if (inside.len == 0)
        return eg_at_error(reader, at, EG_INVALID, "names no archive; write '%s...zip/...'", path.data);
    enum eg_status st = resolve_plain(reader, inside, &whole);
    if (st) return st;
    struct eg_text archive = eg_text_copy(reader->scratch, archive_of(whole));
    if (!archive.data) return eg_error_no_memory(reader->err, whole.len);
    st = check_exists(reader, at, archive.data);
    if (st) return st;
    *out = eg_text_format(reader->arena, "%.*s%s", (int)prefix, path.data, whole.data);
    return out->data ? EG_OK : eg_error_no_memory(reader->err, path.len);
}

enum eg_status eg_source_resolve(struct eg_reader *reader, const struct eg_at *at, struct eg_text path,
                                 struct eg_text *out)
{
    static const char *const archives[] = {"/vsizip/", "/vsigzip/", "/vsitar/"};
    if (eg_text_starts_with(path, EG_TEXT("PG:"))) {
        *out = path;
        return EG_OK;
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(archives); i++) {
        if (eg_text_starts_with(path, eg_text_from(archives[i])))
            return resolve_inside(reader, at, path, strlen(archives[i]), out);
    }
    if (eg_text_starts_with(path, EG_TEXT("/vsi")))
        return eg_at_error(reader, at, EG_UNSUPPORTED,
                           "'%s' is not read; use a file, /vsizip/..., /vsigzip/..., /vsitar/... or PG:...",
                           path.data);
    struct eg_text whole;
    enum eg_status st = resolve_plain(reader, path, &whole);
    if (!st) st = check_exists(reader, at, whole.data);
    if (!st) *out = whole;
    return st;
}

enum eg_status eg_file_place(struct eg_reader *reader, const char *path)
{
    char here[4096] = "";
    bool relative = path[0] != '/';
    if (relative && !getcwd(here, sizeof here))
        return eg_error_set(reader->err, EG_IO, "cannot tell the current folder: %s", strerror(errno));
    struct eg_text whole = eg_text_format(reader->arena, "%s%s%s", here, relative ? "/" : "", path);
    if (!whole.data) return eg_error_no_memory(reader->err, strlen(path));
    size_t len = whole.len;
    while (len > 1 && whole.data[len - 1] != '/') len--;
    if (len > 1) len--;
    struct eg_text folder = eg_text_copy(reader->arena, (struct eg_text){whole.data, len});
    if (!folder.data) return eg_error_no_memory(reader->err, len);
    reader->atlas->path = whole;
    reader->atlas->folder = folder;
    return EG_OK;
}

/* --- reading --- */

static enum eg_status read_open_file(int fd, struct eg_arena *arena, struct eg_text *out,
                                     struct eg_error *err)
{
    struct stat found;
    if (fstat(fd, &found) != 0) return eg_error_set(err, EG_IO, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(found.st_mode))
        return eg_error_set(err, EG_INVALID, "is not a file; name the atlas.yaml itself");
    if ((uintmax_t)found.st_size > EG_TREE_MAX_BYTES)
        return eg_error_set(err, EG_LIMIT, "larger than 4 MiB; move the numbers into tables");
    size_t size = (size_t)found.st_size, used = 0;
    char *bytes = eg_arena_array(arena, size + 1, 1);
    if (!bytes) return eg_error_no_memory(err, size);
    while (used < size) {
        ssize_t n = read(fd, bytes + used, size - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return eg_error_set(err, EG_IO, "cannot be read: %s", strerror(errno));
        if (n == 0) break;
        used += (size_t)n;
    }
    *out = (struct eg_text){bytes, used};
    return EG_OK;
}

enum eg_status eg_file_read(const char *path, struct eg_arena *arena, struct eg_text *out,
                            struct eg_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum eg_status st = EG_OK;
    if (fd < 0) {
        bool absent = errno == ENOENT || errno == ENOTDIR;
        st = eg_error_set(err, absent ? EG_NOT_FOUND : EG_IO, "cannot be opened: %s", strerror(errno));
    } else {
        st = read_open_file(fd, arena, out, err);
        (void)close(fd);
    }
    if (st) (void)eg_error_at(err, path, 0, 0);
    return st;
}

bool eg_atlas_is_csv(struct eg_text source)
{
    static const char *const endings[] = {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"};
    for (size_t i = 0; i < EG_ARRAY_LEN(endings); i++) {
        size_t len = strlen(endings[i]);
        if (source.len >= len && strncasecmp(source.data + source.len - len, endings[i], len) == 0)
            return true;
    }
    return false;
}
