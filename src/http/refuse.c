/* Answers that go to the socket past libmicrohttpd, because it has not got the connection (over the limit of them), or has no
 * memory left in it for the head of an answer.
 *
 * libmicrohttpd keeps request line, headers, a record of each and the head of the answer in one pool. When the request leaves
 * less than the head needs, it closes the connection without a byte: with 20 KiB that was so for a header of 19,941 to 20,227
 * bytes, 275 to 278 short ones, a cookie of 9,940 to 10,079 (it is kept twice). Those get a 431 from here. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <microhttpd.h>
#include <sys/socket.h>

#include "http/server_parts.h"

#define RECORD_BYTES                                                                                         \
    64 /* what libmicrohttpd keeps for a header or cookie besides its text, on 64-bit machines */
#define FEW_BYTES 512U   /* a byte of text costs 33 at most, in cookies of two: not worth the counting */
#define HEAD_BYTES 1280U /* the longest head of an answer of ours has some 900 */

/* --- over the limit of connections --------------------------------------------------------------------------------- */

enum eg_status eg_refusal_prepare(struct eg_server *server, struct eg_error *err)
{
    struct eg_error problem;
    struct eg_answer *answer = NULL;
    struct eg_buffer bytes;
    const struct eg_answer_form form = {.freshness = EG_FRESH_NEVER,
                                        .allowed_origin = server->settings.any_origin ? "*" : NULL};
    eg_error_set(&problem, EG_BUSY, "too many connections; try again in a second");
    enum eg_status status = eg_problem_new(MHD_HTTP_SERVICE_UNAVAILABLE, &problem, &answer, err);
    if (status != EG_OK) return status;
    eg_buffer_init(&bytes, 0);
    status = eg_answer_write(answer, &form, true, &bytes, err);
    if (status == EG_OK) {
        server->refusal = eg_text_copy(server->arena, (struct eg_text){bytes.data, bytes.len});
        if (!server->refusal.data) status = eg_error_no_memory(err, bytes.len);
    }
    eg_buffer_clear(&bytes);
    eg_answer_release(answer);
    return status;
}

/* --- no memory for an answer's head -------------------------------------------------------------------------------- */

bool eg_has_room_for_answer(struct MHD_Connection *mhd, size_t pool_bytes)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t text = info ? info->header_size : 0;
    if (text <= FEW_BYTES) return true;
    const char *cookie = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_COOKIE);
    int n = MHD_get_connection_values(mhd, MHD_HEADER_KIND, NULL, NULL) +
            MHD_get_connection_values(mhd, MHD_COOKIE_KIND, NULL, NULL);
    size_t used = text + (n > 0 ? (size_t)n : 0) * RECORD_BYTES;
    if (cookie) used += strlen(cookie) + 1;
    return used + HEAD_BYTES <= pool_bytes;
}

/* As RFC 9110, 5.6.7, wants it, in any locale. */
static void write_date(char text_out[40])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm utc = {0};
    (void)gmtime_r(&now, &utc);
    snprintf(text_out, 40, "%s, %02d %s %d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
             months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static enum eg_status send_answer(struct eg_connection *connection, struct eg_answer *answer, bool with_body,
                                  struct eg_error *err)
{
    char date[40];
    struct eg_buffer bytes;
    const struct eg_answer_form form = {.freshness = EG_FRESH_NEVER,
                                        .allowed_origin = eg_allowed_origin(connection)};
    write_date(date);
    enum eg_status status = eg_answer_add_header(answer, "Date", date, err);
    if (status != EG_OK) return status;
    eg_buffer_init(&bytes, 0);
    status = eg_answer_write(answer, &form, with_body, &bytes, err);
    if (status == EG_OK) (void)send(connection->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    eg_buffer_clear(&bytes);
    return status;
}

/* What was answered before on this connection has gone to the kernel by now: libmicrohttpd has one request at a time. */
bool eg_refuse_past(struct eg_connection *connection, unsigned http_status, const struct eg_error *problem,
                    bool with_body)
{
    struct eg_answer *answer = NULL;
    struct eg_error err;
    if (eg_problem_new(http_status, problem, &answer, &err) == EG_OK)
        (void)!send_answer(connection, answer, with_body, &err);
    eg_answer_release(answer);
    eg_count_answer(connection->loop, http_status, false);
    return false;
}
