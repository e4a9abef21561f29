/* The listening socket, and the thread that accepts and gives each connection to the loop that has the fewest: with one
 * socket shared by all loops, or one each (SO_REUSEPORT), two clients that draw cold tiles would often meet on one thread
 * while the other has nothing to do.
 *
 * Over the limit of connections a client gets a short 503 instead of waiting in the kernel's queue: behind a proxy, another
 * replica can take the request at once. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/server_parts.h"

#define BACKLOG 1024
#define SPARE_FILES 256     /* besides connections: data files, threads */
#define NO_FILES_WAIT_MS 50 /* when the process has no file descriptor left */

/* --- listening ----------------------------------------------------------------------------------------------------- */

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080". */
static bool split(struct eg_text listen, char host[256], char port[8])
{
    size_t colon = listen.len;
    while (colon > 0 && listen.data[colon - 1] != ':') colon--;
    if (colon == 0) return false;
    struct eg_text name = {listen.data, colon - 1}, number = {listen.data + colon, listen.len - colon};
    if (name.len >= 2 && name.data[0] == '[' && name.data[name.len - 1] == ']')
        name = (struct eg_text){name.data + 1, name.len - 2};
    uint32_t value;
    if (name.len >= 256 || !eg_text_to_u32(number, &value) || value > 65535) return false;
    memcpy(host, name.data, name.len);
    host[name.len] = '\0';
    snprintf(port, 8, "%u", value);
    return true;
}

static int listen_on(const struct addrinfo *address)
{
    int on = 1, off = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) return fd;
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return -1;
}

static int listen_on_any(const struct addrinfo *addresses)
{
    int fd = -1;
    for (const struct addrinfo *address = addresses; address && fd < 0; address = address->ai_next)
        if (address->ai_family == AF_INET6 || address->ai_family == AF_INET) fd = listen_on(address);
    return fd;
}

static enum eg_status remember_address(struct eg_server *server, struct eg_error *err)
{
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    if (getsockname(server->listen_fd, (struct sockaddr *)&own, &len) != 0)
        return eg_error_set(err, EG_IO, "the address listened on is not known: %s", strerror(errno));
    eg_public_url_from_address((const struct sockaddr *)&own, server->address);
    if (!server->any_address) return EG_OK;
    const char *port =
        strrchr(server->address, ':'); /* "0.0.0.0" is no address to go to; this machine's own is */
    char url[EG_PUBLIC_URL_BYTES];
    snprintf(url, sizeof url, "http://127.0.0.1%.8s", port);
    memcpy(server->address, url, sizeof url);
    return EG_OK;
}

enum eg_status eg_listen(struct eg_server *server, struct eg_text listen, struct eg_error *err)
{
    char host[256], port[8];
    if (!split(listen, host, port))
        return eg_error_set(err, EG_INVALID,
                            "'%.*s' is no address to listen on; give HOST:PORT, such as 127.0.0.1:8080",
                            EG_TEXT_ARG(listen));
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    int reason = getaddrinfo(host[0] ? host : NULL, port, &hints, &addresses);
    if (reason != 0)
        return eg_error_set(err, EG_IO, "cannot listen on %.*s: %s", EG_TEXT_ARG(listen),
                            gai_strerror(reason));
    server->any_address = host[0] == '\0' || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
    server->listen_fd = listen_on_any(addresses);
    int why = errno;
    freeaddrinfo(addresses);
    if (server->listen_fd >= 0) return remember_address(server, err);
    return eg_error_set(err, EG_IO,
                        "cannot listen on %.*s: %s; choose another address with --listen HOST:PORT",
                        EG_TEXT_ARG(listen), strerror(why));
}

/* --- accepting ----------------------------------------------------------------------------------------------------- */

static uint32_t count_of(const struct eg_loop *loop)
{
    return atomic_load_explicit(&loop->n_connections, memory_order_relaxed);
}

static struct eg_loop *least_busy(struct eg_server *server, uint32_t *n_all_out)
{
    struct eg_loop *best = &server->loops[0];
    *n_all_out = 0;
    for (uint32_t i = 0; i < server->settings.n_threads; i++) {
        *n_all_out += count_of(&server->loops[i]);
        if (count_of(&server->loops[i]) < count_of(best)) best = &server->loops[i];
    }
    return best;
}

static void refuse(struct eg_server *server, int fd)
{
    atomic_fetch_add_explicit(&server->n_refused, 1, memory_order_relaxed);
    (void)send(fd, server->refusal.data, server->refusal.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(fd, SHUT_WR);
    (void)close(fd);
}

static void hand_over(struct eg_server *server, const struct eg_arrival *arrival)
{
    uint32_t n_all;
    struct eg_loop *loop = least_busy(server, &n_all);
    if (n_all >= server->settings.n_connections) {
        refuse(server, arrival->fd);
        return;
    }
    atomic_fetch_add_explicit(&loop->n_connections, 1, memory_order_relaxed);
    struct pollfd room = {.fd = loop->arrivals[1], .events = POLLOUT};
    while (write(loop->arrivals[1], arrival, sizeof *arrival) < 0) {
        if (errno != EAGAIN && errno != EINTR) break;
        (void)poll(&room, 1, 100);
    }
    atomic_store_explicit(&loop->called, true, memory_order_release);
}

/* False when there is nothing more to accept now. */
static bool accept_one(struct eg_server *server)
{
    struct eg_arrival arrival = {.address_len = sizeof arrival.address};
    arrival.fd = accept4(server->listen_fd, (struct sockaddr *)&arrival.address, &arrival.address_len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (arrival.fd >= 0) {
        hand_over(server, &arrival);
        return true;
    }
    if (errno == EINTR || errno == ECONNABORTED) return true;
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        eg_log(EG_LOG_WARNING, "serve", "a connection could not be accepted: %s", strerror(errno));
        (void)poll(NULL, 0, NO_FILES_WAIT_MS);
    }
    return false;
}

/* Whatever is in the kernel's queue when the end comes is accepted still. */
static void *run(void *argument)
{
    struct eg_server *server = argument;
    struct pollfd files[] = {{.fd = server->listen_fd, .events = POLLIN},
                             {.fd = server->stop_fd, .events = POLLIN}};
    do {
        (void)poll(files, EG_ARRAY_LEN(files), -1);
        while (accept_one(server)) continue;
    } while (!(files[1].revents & POLLIN));
    return NULL;
}

/* The usual soft limit of 1,024 files is less than the default limit of connections needs. */
static void raise_file_limit(const struct eg_server *server)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)server->settings.n_connections + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        eg_log(EG_LOG_WARNING, "serve", "the limit of open files is %llu; %llu connections are allowed",
               (unsigned long long)limit.rlim_cur, (unsigned long long)server->settings.n_connections);
}

enum eg_status eg_acceptor_start(struct eg_server *server, struct eg_error *err)
{
    raise_file_limit(server);
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int reason = server->stop_fd < 0 ? errno : pthread_create(&server->acceptor, NULL, run, server);
    if (reason != 0)
        return eg_error_set(err, EG_IO, "the accepting thread could not start: %s", strerror(reason));
    server->has_acceptor = true;
    return EG_OK;
}

void eg_acceptor_stop(struct eg_server *server)
{
    if (server->has_acceptor) {
        uint64_t one = 1;
        while (write(server->stop_fd, &one, sizeof one) < 0 && errno == EINTR) continue;
        pthread_join(server->acceptor, NULL);
        server->has_acceptor = false;
    }
    if (server->listen_fd >= 0) (void)close(server->listen_fd);
    if (server->stop_fd >= 0) (void)close(server->stop_fd);
    server->listen_fd = server->stop_fd = -1;
}
