/* A form or a query in JSON has some 100 bytes to 10 KiB. It is gathered in a buffer of the exchange, up to 256 KiB; what comes
 * beyond is read and thrown away until the end or the deadline of the request, because libmicrohttpd takes no answer in the
 * middle of a body, and a client that is still sending would not see one. */
#include "http/body.h"

#include <microhttpd.h>

#include "http/accept.h"
#include "http/server_parts.h"

static bool refuse(unsigned *http_status_out, unsigned http_status)
{
    *http_status_out = http_status;
    return false;
}

/* --- headers ------------------------------------------------------------------------------------------------------- */

static const char *header(const struct eg_connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, name);
}

/* There is one of the two headers at most: eg_headers_check. */
static bool is_length_known(const struct eg_connection *connection, uint64_t *bytes_out)
{
    const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    *bytes_out = 0;
    if (header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING)) return false;
    return !length || eg_text_to_u64(eg_text_from(length), bytes_out);
}

static bool is_chunked(const struct eg_connection *connection)
{
    const char *coding = header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING);
    return eg_text_equal_any_case(eg_text_from(coding), EG_TEXT("chunked"));
}

static bool say_too_large(unsigned *http_status_out, struct eg_error *err)
{
    eg_error_set(err, EG_LIMIT, "the body has more than %u bytes", EG_BODY_BYTES);
    eg_error_field(err, "body");
    return refuse(http_status_out, MHD_HTTP_CONTENT_TOO_LARGE);
}

static bool say_wrong_type(const char *const *types, unsigned *http_status_out, struct eg_error *err)
{
    eg_error_set(err, EG_UNSUPPORTED, "the body has to be %s%s%s; Content-Type says otherwise", types[0],
                 types[1] ? " or " : "", types[1] ? types[1] : "");
    eg_error_field(err, MHD_HTTP_HEADER_CONTENT_TYPE);
    return refuse(http_status_out, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE);
}

/* --- body ---------------------------------------------------------------------------------------------------------- */

static bool begin_wanted(struct eg_connection *connection, uint64_t bytes, unsigned *http_status_out,
                         struct eg_error *err)
{
    struct eg_exchange *exchange = &connection->exchange;
    const char *const *types = exchange->route->body_types;
    exchange->content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (bytes > EG_BODY_BYTES) return say_too_large(http_status_out, err);
    bool known = false;
    for (const char *const *type = types; *type; type++)
        known = known || eg_media_type_is(exchange->content_type, *type);
    if (!known) return say_wrong_type(types, http_status_out, err);
    exchange->has_body = true;
    eg_buffer_init(&exchange->body, EG_BODY_BYTES);
    return true;
}

bool eg_body_begin(struct eg_connection *connection, bool may_have_body, unsigned *http_status_out,
                   struct eg_error *err)
{
    const struct eg_route *route = connection->exchange.route;
    bool wanted = may_have_body && route && route->body_types;
    uint64_t bytes;
    bool known = is_length_known(connection, &bytes);
    if (wanted && (known || is_chunked(connection)))
        return begin_wanted(connection, bytes, http_status_out, err);
    if (known && bytes <= EG_BODY_UNUSED_BYTES) return true;
    if (wanted) eg_error_set(err, EG_INVALID, "the body's length is said in no way that is known");
    else
        eg_error_set(err, EG_LIMIT,
                     "the request has a body of unknown length or of more than %u bytes; none is needed",
                     EG_BODY_UNUSED_BYTES);
    return refuse(http_status_out, wanted ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_CONTENT_TOO_LARGE);
}

static void forget(struct eg_connection *connection)
{
    connection->loop->body_bytes -= connection->exchange.body.len;
    eg_buffer_clear(&connection->exchange.body);
}

void eg_body_take(struct eg_connection *connection, const char *bytes, size_t len)
{
    struct eg_exchange *exchange = &connection->exchange;
    struct eg_loop *loop = connection->loop;
    if (!exchange->has_body || exchange->body_refused != EG_OK) return;
    if (exchange->body.len + len > EG_BODY_BYTES) exchange->body_refused = EG_LIMIT;
    else if (loop->body_bytes + len > EG_LOOP_BODY_BYTES) exchange->body_refused = EG_BUSY;
    size_t before = exchange->body.len;
    if (exchange->body_refused == EG_OK) eg_buffer_append(&exchange->body, bytes, len);
    loop->body_bytes += exchange->body.len - before;
    if (exchange->body.failed) exchange->body_refused = EG_NO_MEMORY;
    if (exchange->body_refused != EG_OK) forget(connection);
}

bool eg_body_end(const struct eg_connection *connection, unsigned *http_status_out, struct eg_error *err)
{
    enum eg_status refused = connection->exchange.body_refused;
    if (refused == EG_OK) return true;
    if (refused == EG_LIMIT) return say_too_large(http_status_out, err);
    eg_error_set(err, refused, "there is not enough memory for the body now; try again in a second");
    return refuse(http_status_out, MHD_HTTP_SERVICE_UNAVAILABLE);
}

void eg_body_drop(struct eg_connection *connection)
{
    struct eg_exchange *exchange = &connection->exchange;
    if (!exchange->has_body) return;
    forget(connection);
    exchange->has_body = false;
    exchange->body_refused = EG_OK;
    exchange->content_type = NULL;
}
