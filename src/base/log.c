/* A line is put together in a local buffer of 4 KiB and written at once under the sink's lock, so that lines of several
 * threads never mix. Longer messages are cut and end in "...". */
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define MESSAGE_BYTES 1024
#define LINE_BYTES                                                                                           \
    (4 * MESSAGE_BYTES +                                                                                     \
     128) /* every byte of a message may become an escape of four, plus date, level and module */
#define BAR_WIDTH 30U
#define REDRAW_S 0.1

/* The sink: the program's only mutable file-scope state. `lock` guards both fields and the writing of a line; it is
 * taken last and nothing else is taken under it (a leaf). */
static struct {
    pthread_mutex_t lock;
    enum eg_log_level level;
    bool bar_drawn; /* a progress bar stands on the terminal's last line */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = EG_LOG_INFO};

void eg_log_set_level(enum eg_log_level level)
{
    pthread_mutex_lock(&sink.lock);
    sink.level = level;
    pthread_mutex_unlock(&sink.lock);
}

static const char *level_name(enum eg_log_level level)
{
    switch (level) {
    case EG_LOG_DEBUG:
        return "debug";
    case EG_LOG_INFO:
        return "info";
    case EG_LOG_WARNING:
        return "warning";
    case EG_LOG_ERROR:
        return "error";
    }
    return "unknown";
}

/* Standard error is where failures are told; when it fails too there is nobody left to tell. */
static void write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, len);
        if (written <= 0) return;
        bytes += written;
        len -= (size_t)written;
    }
}

/* Writes one byte, escaped when it could move a terminal's cursor or end the line; returns the bytes written (1 to 4). */
static size_t write_escaped(char *out, unsigned char byte, bool is_utf8)
{
    static const char digits[] = "0123456789abcdef";
    char letter = byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : '\0';
    if (letter) {
        out[0] = '\\';
        out[1] = letter;
        return 2;
    }
    if (byte >= 0x20 && byte != 0x7F && (byte < 0x80 || is_utf8)) {
        out[0] = (char)byte;
        return 1;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4U];
    out[3] = digits[byte & 15U];
    return 4;
}

/* U+0080 to U+009F are control characters too: some terminals take them for the start of a command. */
static bool has_c1_control(const char *message)
{
    for (const char *c = message; *c; c++) {
        if ((unsigned char)c[0] == 0xC2 && (unsigned char)c[1] < 0xA0) return true;
    }
    return false;
}

static size_t escape_message(char *out, const char *message)
{
    bool is_plain = eg_text_is_utf8(eg_text_from(message)) && !has_c1_control(message);
    size_t len = 0;
    for (const char *c = message; *c; c++) len += write_escaped(out + len, (unsigned char)*c, is_plain);
    return len;
}

static void write_line(enum eg_log_level level, const char *module, const char *message)
{
    char line[LINE_BYTES];
    char now[21];
    eg_clock_utc(now);
    int head = snprintf(line, 120, "%s %s %.32s: ", now, level_name(level), module);
    size_t len = head > 0 ? (size_t)head : 0;
    len += escape_message(line + len, message);
    line[len++] = '\n';
    pthread_mutex_lock(&sink.lock);
    if (level >= sink.level) {
        if (sink.bar_drawn) write_all("\r\033[K", 4);
        sink.bar_drawn = false;
        write_all(line, len);
    }
    pthread_mutex_unlock(&sink.lock);
}

/* Ends a message that was cut in "..."; a cut UTF-8 sequence goes with it. */
static void mark_cut(char *message, int wanted_len, size_t size)
{
    if (wanted_len < 0 || (size_t)wanted_len < size) return;
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)message[end] & 0xC0U) == 0x80U) end--;
    memcpy(message + end, "...", 4);
}

void eg_log(enum eg_log_level level, const char *module, const char *format, ...)
{
    char message[MESSAGE_BYTES] = "";
    va_list args;
    va_start(args, format);
    int len = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    mark_cut(message, len, sizeof message);
    write_line(level, module, message);
}

void eg_log_stage_begin(struct eg_stage *stage, const char *name)
{
    double now_s = eg_clock_monotonic_s();
    *stage = (struct eg_stage){.name = name, .started_s = now_s, .shown_s = now_s};
}

void eg_log_stage_step(struct eg_stage *stage, size_t done, size_t total)
{
    double now_s = eg_clock_monotonic_s();
    if (now_s - stage->shown_s < REDRAW_S || total == 0) return;
    stage->shown_s = now_s;
    if (!isatty(STDERR_FILENO)) return;
    double share = done < total ? (double)done / (double)total : 1;
    unsigned filled = (unsigned)(share * BAR_WIDTH);
    char bar[BAR_WIDTH + 1];
    memset(bar, ' ', BAR_WIDTH);
    memset(bar, '#', filled);
    bar[BAR_WIDTH] = '\0';
    char line[200];
    int len = snprintf(line, sizeof line, "\r[%s] %3.0f %% %.120s\033[K", bar, share * 100, stage->name);
    pthread_mutex_lock(&sink.lock);
    if (sink.level <= EG_LOG_INFO && len > 0 && (size_t)len < sizeof line) {
        write_all(line, (size_t)len);
        sink.bar_drawn = true;
    }
    pthread_mutex_unlock(&sink.lock);
}

void eg_log_stage_done(struct eg_stage *stage, const char *detail_format, ...)
{
    char detail[MESSAGE_BYTES] = "";
    va_list args;
    va_start(args, detail_format);
    int len = vsnprintf(detail, sizeof detail, detail_format, args);
    va_end(args);
    mark_cut(detail, len, sizeof detail);
    eg_log(EG_LOG_INFO, "load", "%s: %s in %.2f s", stage->name, detail,
           eg_clock_monotonic_s() - stage->started_s);
}
