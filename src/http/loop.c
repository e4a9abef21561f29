/* A loop: one thread, one daemon of libmicrohttpd that it alone drives, some hundred connections.
 *
 * libmicrohttpd's own epoll threads were measured to sleep with requests unread when exactly 128 connections are ready at
 * once: they ask the kernel again, and wait, before they look at what they have. So this thread waits itself, on an epoll of
 * two: the daemon's epoll, and the pipe of arrivals; and runs the daemon without letting it wait. That is one call of the
 * kernel more for each turn, which makes a single busy connection 4 to 5 % slower. With fewer connections than that fault
 * needs, the daemon may wait itself: then the pipe wakes it from within its own epoll, where it passes over an event without
 * a pointer. That is not documented, but so in 0.9.75; with other versions the thread always waits outside. The
 * measurements are in docs/decisions/0003-event-loop.md.
 *
 * Each turn: take in new connections; see whether a reload brought a new snapshot; wait and run the daemon; once a second
 * look for connections that are late. libmicrohttpd's time-out is of silence only, and one byte a second would defeat it:
 * each connection has a deadline here, and one that is late is shut down, which the daemon sees as the client's end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/tcp.h> /* glibc's own tcp_info ends before tcpi_bytes_received */
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/server_parts.h"

#define TURN_MS 500         /* the longest wait: time-outs and deadlines are seen that late */
#define LAST_TURN_MS 10     /* while stopping */
#define FEW_CONNECTIONS 120 /* fewer than the 128 events that the library takes from the kernel at once */
#define SWEEP_S 1.0
#define ARRIVALS_AT_ONCE 32

/* --- arrivals ------------------------------------------------------------------------------------------------------ */

static void take_in(struct eg_loop *loop, const struct eg_arrival *arrival)
{
    if (arrival->fd < 0) return;
    if (MHD_add_connection(loop->daemon, arrival->fd, (const struct sockaddr *)&arrival->address,
                           arrival->address_len) == MHD_YES)
        return;
    atomic_fetch_sub_explicit(&loop->n_connections, 1, memory_order_relaxed); /* it was closed */
}

/* The pipe takes each arrival whole (they are smaller than PIPE_BUF). */
static void take_arrivals(struct eg_loop *loop)
{
    struct eg_arrival arrivals[ARRIVALS_AT_ONCE];
    ssize_t len;
    do {
        len = read(loop->arrivals[0], arrivals, sizeof arrivals);
        for (ssize_t i = 0; i < len / (ssize_t)sizeof *arrivals; i++) take_in(loop, &arrivals[i]);
    } while (len == (ssize_t)sizeof arrivals);
}

/* `called` is set once the pipe has been written: the other way round, the loop might look into it too early, and then be
 * woken for ever by what it does not know of. */
void eg_loop_wake(struct eg_loop *loop)
{
    struct eg_arrival nobody = {.fd = -1};
    while (write(loop->arrivals[1], &nobody, sizeof nobody) < 0 && errno == EINTR) continue;
    atomic_store_explicit(&loop->called, true, memory_order_release);
}

/* --- turns --------------------------------------------------------------------------------------------------------- */

static int longest_wait_ms(const struct eg_loop *loop, bool stopping)
{
    MHD_UNSIGNED_LONG_LONG due_ms = 0;
    int most = stopping ? LAST_TURN_MS : TURN_MS;
    if (MHD_get_timeout(loop->daemon, &due_ms) != MHD_YES || due_ms > (MHD_UNSIGNED_LONG_LONG)most)
        return most;
    return (int)due_ms;
}

void eg_loop_tell_time(struct eg_loop *loop)
{
    if (!loop->now_is_stale) return;
    loop->now_s = eg_clock_monotonic_s();
    loop->now_is_stale = false;
}

/* A snapshot is taken once for each load, not for each request. */
void eg_loop_refresh_snapshot(struct eg_loop *loop)
{
    uint64_t generation = eg_engine_generation(loop->server->engine);
    if (generation == loop->generation) return;
    struct eg_snapshot *old = loop->snapshot;
    loop->snapshot = eg_engine_snapshot(loop->server->engine);
    loop->generation = generation;
    eg_snapshot_release(old);
}

static void run_after_wait(struct eg_loop *loop, bool stopping)
{
    struct epoll_event events[2];
    (void)epoll_wait(loop->wait_fd, events, 2, longest_wait_ms(loop, stopping));
    loop->now_is_stale = true;
    (void)MHD_run(loop->daemon);
}

static void run_waiting_inside(struct eg_loop *loop)
{
    loop->now_is_stale = true;
    (void)MHD_run_wait(loop->daemon, TURN_MS);
}

static void turn(struct eg_loop *loop, bool stopping)
{
    eg_loop_tell_time(loop);
    if (atomic_exchange_explicit(&loop->called, false, memory_order_acquire)) take_arrivals(loop);
    eg_loop_refresh_snapshot(loop);
    bool few = atomic_load_explicit(&loop->n_connections, memory_order_relaxed) < FEW_CONNECTIONS;
    if (loop->hears_inside && few && !stopping) run_waiting_inside(loop);
    else run_after_wait(loop, stopping);
    eg_loop_tell_time(loop);
}

/* libmicrohttpd says nothing of a request before its line is complete, so the kernel is asked whether bytes have come since
 * the last sweep: the deadline counts from the sweep that sees them. Bytes that came between the end of the last request and
 * the first sweep are seen when others follow. */
static void notice_beginning(struct eg_connection *connection)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    if (getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) return;
    if (len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) return;
    uint64_t before = connection->n_received;
    connection->n_received = info.tcpi_bytes_received;
    if (before == EG_NOT_COUNTED || connection->n_received == before) return;
    connection->has_begun = true;
    connection->deadline_s = connection->loop->now_s + connection->loop->server->settings.request_s;
}

static bool is_late(const struct eg_connection *connection)
{
    if (connection->phase == EG_PHASE_WORKING) return false;
    if (connection->phase == EG_PHASE_WAITING && !connection->has_begun)
        return false; /* idle_s is for those */
    return connection->loop->now_s > connection->deadline_s;
}

static void sweep(struct eg_loop *loop)
{
    for (struct eg_connection *connection = loop->connections; connection; connection = connection->next) {
        if (connection->phase == EG_PHASE_WAITING && !connection->has_begun) notice_beginning(connection);
        if (is_late(connection)) (void)shutdown(connection->fd, SHUT_RDWR);
    }
    loop->swept_s = loop->now_s;
}

/* Connections between two requests are closed, unless bytes of a next one are waiting to be read. */
static void close_idle(struct eg_loop *loop)
{
    for (struct eg_connection *connection = loop->connections; connection; connection = connection->next) {
        char byte;
        if (connection->phase != EG_PHASE_WAITING) continue;
        if (recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
            (void)shutdown(connection->fd, SHUT_RDWR);
    }
}

/* After eg_server_stop: whether all that was begun is answered, or the grace is over. What workers have is waited for. */
static bool may_end(struct eg_loop *loop)
{
    if (loop->n_working > 0) return false;
    return !loop->connections || loop->now_s > loop->server->stop_by_s;
}

static void *run(void *argument)
{
    struct eg_loop *loop = argument;
    loop->now_is_stale = true;
    for (;;) {
        bool stopping = atomic_load_explicit(&loop->server->stopping, memory_order_acquire);
        turn(loop, stopping);
        if (stopping) {
            close_idle(loop);
            if (may_end(loop)) return NULL;
        } else if (loop->now_s - loop->swept_s >= SWEEP_S) {
            sweep(loop);
        }
    }
}

/* --- life cycle ---------------------------------------------------------------------------------------------------- */

static bool watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* The version with which it was tried. */
static bool passes_over_null(void)
{
    return strncmp(MHD_get_version(), "0.9.75", 6) == 0;
}

static bool open_files(struct eg_loop *loop)
{
    loop->wait_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->wait_fd < 0 || pipe2(loop->arrivals, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info || !watch(loop->wait_fd, info->epoll_fd) || !watch(loop->wait_fd, loop->arrivals[0]))
        return false;
    loop->hears_inside = passes_over_null() && watch(info->epoll_fd, loop->arrivals[0]);
    return true;
}

enum eg_status eg_loop_start(struct eg_server *server, struct eg_loop *loop, struct eg_error *err)
{
    loop->server = server;
    enum eg_status status = eg_handle_start_daemon(loop, err);
    if (status != EG_OK) return status;
    if (!open_files(loop))
        return eg_error_set(err, EG_IO, "a thread of the server could not start: %s", strerror(errno));
    int reason = pthread_create(&loop->thread, NULL, run, loop);
    if (reason != 0)
        return eg_error_set(err, EG_IO, "a thread of the server could not start: %s", strerror(reason));
    loop->has_thread = true;
    return EG_OK;
}

static void close_file(int *fd)
{
    if (*fd > 0) (void)close(*fd);
    *fd = 0;
}

void eg_loop_join(struct eg_loop *loop)
{
    if (loop->has_thread) pthread_join(loop->thread, NULL);
    loop->has_thread = false;
}

void eg_loop_free(struct eg_loop *loop)
{
    if (loop->daemon) MHD_stop_daemon(loop->daemon);
    loop->daemon = NULL;
    eg_snapshot_release(loop->snapshot);
    loop->snapshot = NULL;
    close_file(&loop->wait_fd);
    close_file(&loop->arrivals[0]);
    close_file(&loop->arrivals[1]);
}
