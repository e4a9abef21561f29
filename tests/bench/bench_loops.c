/* Ways to drive libmicrohttpd, each answering every request with the same 10 kB: the ground of docs/decisions/0003.
 *
 *     bench_loops MODE PORT [POOL_KIB]    serves until it is killed; two threads
 *     bench_loops                          serves each way in turn under wrk, against the first one, and prints ratios
 *
 *   internal-epoll   the library's own threads, epoll
 *   internal-poll    the library's own threads, poll
 *   shared           threads of ours, one listening socket for all daemons, MHD_run_wait
 *   reuseport        the same with a listening socket each (SO_REUSEPORT)
 *   handed           an acceptor gives each connection to the thread that has the fewest; the thread waits on an epoll of the
 *                    daemon's epoll and its pipe, and lets the daemon not wait
 *   handed-short     the same, but after a turn with requests the daemon waits itself, a millisecond at most, and the thread
 *                    only when that was in vain
 *   handed-inside    as handed, but the pipe stands in the daemon's own epoll under a null pointer, which 0.9.75 passes over,
 *                    and the daemon waits where fewer than 120 connections cannot lead it into the fault described there
 *
 * One connection is measured by a client here: blocks of 100 round trips, the servers in turn, and the lower quartile of each,
 * which other work on the machine hardly moves. More connections are wrk's: the median of the ratios of each round.
 *
 * ROUNDS (default 5), SECONDS (1), CONNECTIONS ("1 16 64 128 256"). Prints one line a figure: name, tab, number. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <microhttpd.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/text.h"

#define THREADS 2
#define BODY_BYTES 10000
#define FEW 120
#define MOST_ROUNDS 50

struct server {
    struct MHD_Response *response;
    size_t pool_bytes;
    uint16_t port;
    bool inside, brief;
    int listen_fd;
    struct loop {
        struct server *server;
        struct MHD_Daemon *daemon;
        int inner_fd, wait_fd, arrivals[2];
        atomic_int n_connections, n_waiting; /* n_waiting: in the pipe */
        unsigned n_requests;
        bool hot;
    } loops[THREADS];
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* --- what every way shares ----------------------------------------------------------------------------------------- */

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body, size_t *body_len,
                              void **context)
{
    (void)url;
    (void)method;
    (void)version;
    (void)body;
    (void)body_len;
    struct loop *loop = cls;
    if (*context != cls) {
        *context = cls;
        return MHD_YES;
    }
    loop->n_requests++; /* of the library's own threads, all count into one; nobody reads it there */
    return MHD_queue_response(connection, MHD_HTTP_OK, loop->server->response);
}

static void notify(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code)
{
    (void)connection;
    (void)context;
    struct loop *loop = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) atomic_fetch_sub(&loop->n_connections, 1);
}

static void make_response(struct server *server)
{
    char *body = calloc(1, BODY_BYTES);
    if (!body) fail("calloc");
    server->response = MHD_create_response_from_buffer(BODY_BYTES, body, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(server->response, "Content-Type", "image/png");
    MHD_add_response_header(server->response, "Cache-Control", "public, max-age=86400");
    MHD_add_response_header(server->response, "ETag", "\"x1\"");
}

static int listen_on(uint16_t port, bool share_port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share_port) (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1024) != 0)
        fail("listen");
    return fd;
}

static void start_daemon(struct loop *loop, int listen_fd)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (listen_fd < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0U);
    loop->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, loop, MHD_OPTION_CONNECTION_LIMIT, 4000U, MHD_OPTION_CONNECTION_TIMEOUT,
        60U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, loop->server->pool_bytes, MHD_OPTION_NOTIFY_CONNECTION,
        notify, loop, listen_fd < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_END);
    if (!loop->daemon) fail("MHD_start_daemon");
    loop->inner_fd = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

static void start_thread(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, argument) != 0) fail("pthread_create");
}

/* --- the ways ------------------------------------------------------------------------------------------------------ */

static void serve_internal(struct server *server, unsigned flags)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!MHD_start_daemon(flags, server->port, NULL, NULL, handle, &server->loops[0], MHD_OPTION_SOCK_ADDR,
                          &address, MHD_OPTION_CONNECTION_LIMIT, 4000U, MHD_OPTION_CONNECTION_TIMEOUT, 60U,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, server->pool_bytes, MHD_OPTION_THREAD_POOL_SIZE,
                          (unsigned)THREADS, MHD_OPTION_END))
        fail("MHD_start_daemon");
}

static void wait_inside(struct loop *loop)
{
    struct pollfd inner = {.fd = loop->inner_fd, .events = POLLIN};
    if (atomic_load_explicit(&loop->n_connections, memory_order_relaxed) < FEW) {
        (void)MHD_run_wait(loop->daemon, 200);
        return;
    }
    (void)poll(&inner, 1, 200);
    (void)MHD_run(loop->daemon);
}

static void *run_listening(void *argument)
{
    for (;;) wait_inside(argument);
    return NULL;
}

static void take_arrivals(struct loop *loop)
{
    int fds[64];
    struct sockaddr_in nobody = {.sin_family = AF_INET};
    ssize_t len = read(loop->arrivals[0], fds, sizeof fds);
    for (ssize_t i = 0; i < len / (ssize_t)sizeof *fds; i++)
        (void)MHD_add_connection(loop->daemon, fds[i], (const struct sockaddr *)&nobody, sizeof nobody);
}

static void turn_handed(struct loop *loop)
{
    struct epoll_event events[2];
    MHD_UNSIGNED_LONG_LONG due_ms = 200;
    if (MHD_get_timeout(loop->daemon, &due_ms) != MHD_YES || due_ms > 200) due_ms = 200;
    int n = epoll_wait(loop->wait_fd, events, 2, (int)due_ms);
    for (int i = 0; i < n; i++)
        if (events[i].data.u32 == 1) take_arrivals(loop);
    (void)MHD_run(loop->daemon);
}

static void *run_handed(void *argument)
{
    for (;;) turn_handed(argument);
    return NULL;
}

static void *run_handed_short(void *argument)
{
    struct loop *loop = argument;
    for (;;) {
        unsigned seen = loop->n_requests;
        if (loop->hot && atomic_load_explicit(&loop->n_connections, memory_order_relaxed) < FEW)
            (void)MHD_run_wait(loop->daemon, 1);
        else turn_handed(loop);
        if (atomic_exchange_explicit(&loop->n_waiting, 0, memory_order_acquire) > 0) take_arrivals(loop);
        loop->hot = loop->n_requests != seen;
    }
    return NULL;
}

static void *run_handed_inside(void *argument)
{
    struct loop *loop = argument;
    for (;;) {
        wait_inside(loop);
        if (atomic_exchange_explicit(&loop->n_waiting, 0, memory_order_acquire) > 0) take_arrivals(loop);
    }
    return NULL;
}

static void *accept_all(void *argument)
{
    struct server *server = argument;
    struct pollfd listening = {.fd = server->listen_fd, .events = POLLIN};
    for (;;) {
        (void)poll(&listening, 1, -1);
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct loop *best = &server->loops[0];
        for (int i = 1; i < THREADS; i++)
            if (server->loops[i].n_connections < best->n_connections) best = &server->loops[i];
        if (fd < 0) continue;
        atomic_fetch_add(&best->n_connections, 1);
        if (write(best->arrivals[1], &fd, sizeof fd) != sizeof fd) fail("write");
        atomic_fetch_add_explicit(&best->n_waiting, 1, memory_order_release);
    }
    return NULL;
}

static void watch(int epoll_fd, int fd, uint32_t what)
{
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u64 = what; /* 0: the null pointer */
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

static void serve_handed(struct server *server)
{
    server->listen_fd = listen_on(server->port, false);
    for (int i = 0; i < THREADS; i++) {
        struct loop *loop = &server->loops[i];
        start_daemon(loop, -1);
        if (pipe2(loop->arrivals, O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe2");
        loop->wait_fd = epoll_create1(EPOLL_CLOEXEC);
        if (!server->inside) watch(loop->wait_fd, loop->inner_fd, 0);
        watch(server->inside ? loop->inner_fd : loop->wait_fd, loop->arrivals[0], server->inside ? 0 : 1);
        start_thread(server->inside  ? run_handed_inside
                     : server->brief ? run_handed_short
                                     : run_handed,
                     loop);
    }
    start_thread(accept_all, server);
}

static void serve_listening(struct server *server, bool share_port)
{
    int fd = share_port ? -1 : listen_on(server->port, false);
    for (int i = 0; i < THREADS; i++) {
        start_daemon(&server->loops[i], share_port ? listen_on(server->port, true) : fd);
        start_thread(run_listening, &server->loops[i]);
    }
}

static void serve(const char *mode, uint16_t port, size_t pool_bytes)
{
    static struct server server;
    server.port = port;
    server.pool_bytes = pool_bytes;
    make_response(&server);
    for (int i = 0; i < THREADS; i++) server.loops[i].server = &server;
    server.inside = strcmp(mode, "handed-inside") == 0;
    server.brief = strcmp(mode, "handed-short") == 0;
    if (strcmp(mode, "internal-epoll") == 0) serve_internal(&server, MHD_USE_EPOLL_INTERNAL_THREAD);
    else if (strcmp(mode, "internal-poll") == 0) serve_internal(&server, MHD_USE_POLL_INTERNAL_THREAD);
    else if (strcmp(mode, "shared") == 0 || strcmp(mode, "reuseport") == 0)
        serve_listening(&server, mode[0] == 'r');
    else serve_handed(&server);
    for (;;) (void)pause();
}

/* --- measuring ----------------------------------------------------------------------------------------------------- */

static FILE *start_wrk(const char *seconds, const char *connections, uint16_t port, pid_t *child_out)
{
    int ends[2];
    char url[64];
    const char *threads = strcmp(connections, "1") == 0 ? "1" : "2";
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/12/2045/1361.png", port);
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
    *child_out = fork();
    if (*child_out == 0) {
        if (dup2(ends[1], STDOUT_FILENO) < 0) fail("dup2");
        execlp("wrk", "wrk", "-t", threads, "-c", connections, "-d", seconds, url, (char *)NULL);
        fail("wrk");
    }
    (void)close(ends[1]);
    return fdopen(ends[0], "r");
}

static double requests_per_s(const char *seconds, const char *connections, uint16_t port)
{
    char line[256];
    double found = 0;
    pid_t child;
    FILE *output = start_wrk(seconds, connections, port, &child);
    while (output && fgets(line, sizeof line, output)) {
        struct eg_text name, text = eg_text_cut(eg_text_from(line), ':', &name);
        if (eg_text_equal(name, EG_TEXT("Requests/sec"))) (void)eg_text_to_double(eg_text_trim(text), &found);
    }
    if (output) (void)fclose(output);
    (void)waitpid(child, NULL, 0);
    if (found <= 0) fail("wrk");
    return found;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char *setting(const char *name, const char *usual)
{
    const char *value = getenv(name);
    return value ? value : usual;
}

static const char *const modes[] = {"internal-epoll", "internal-poll", "shared",       "reuseport",
                                    "handed",         "handed-short",  "handed-inside"};
enum { N_MODES = EG_ARRAY_LEN(modes), FIRST_PORT = 18800 };

static void start_children(const char *program, pid_t children[N_MODES])
{
    for (int m = 0; m < N_MODES; m++) {
        char port[8];
        (void)snprintf(port, sizeof port, "%d", FIRST_PORT + m);
        children[m] = fork();
        if (children[m] == 0) execl(program, program, modes[m], port, "20", (char *)NULL);
    }
    (void)usleep(500000);
}

/* They are asked in turn, so that what else the machine does hits them alike. */
static void compare(const char *connections, uint32_t rounds)
{
    static double ratios[N_MODES][MOST_ROUNDS];
    for (uint32_t round = 0; round < rounds; round++) {
        double first = 0;
        for (int m = 0; m < N_MODES; m++) {
            double got = requests_per_s(setting("SECONDS", "1"), connections, (uint16_t)(FIRST_PORT + m));
            if (m == 0) first = got;
            ratios[m][round] = got / first;
        }
    }
    for (int m = 0; m < N_MODES; m++) {
        qsort(ratios[m], rounds, sizeof ratios[m][0], by_size);
        printf("%s at %s connections, of internal-epoll\t%.3f\n", modes[m], connections,
               ratios[m][rounds / 2]);
    }
    (void)fflush(stdout);
}

#define BLOCK 100
#define BLOCKS 200

static int connect_to(int m)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(FIRST_PORT + m))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    return fd;
}

static double round_trip_s(int fd, size_t *answer_bytes)
{
    static const char request[] = "GET /12/2045/1361.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    static char answer[2 * BODY_BYTES];
    double began = eg_clock_monotonic_s();
    if (write(fd, request, sizeof request - 1) < 0) fail("write");
    for (size_t got = 0; got == 0 || got < *answer_bytes;) {
        ssize_t n = read(fd, answer, sizeof answer);
        if (n <= 0) fail("read");
        got += (size_t)n;
        if (*answer_bytes == 0) *answer_bytes = got;
    }
    return eg_clock_monotonic_s() - began;
}

static void compare_one(void)
{
    static double times[N_MODES][BLOCK * BLOCKS];
    int fds[N_MODES];
    size_t answer_bytes[N_MODES] = {0};
    for (int m = 0; m < N_MODES; m++) {
        fds[m] = connect_to(m);
        (void)round_trip_s(fds[m], &answer_bytes[m]);
    }
    for (size_t block = 0; block < BLOCKS; block++)
        for (int m = 0; m < N_MODES; m++)
            for (size_t i = 0; i < BLOCK; i++)
                times[m][block * BLOCK + i] = round_trip_s(fds[m], &answer_bytes[m]);
    for (int m = 0; m < N_MODES; m++) {
        qsort(times[m], (size_t)BLOCK * BLOCKS, sizeof times[m][0], by_size);
        printf("%s at 1 connection, of internal-epoll\t%.3f\n", modes[m],
               times[0][BLOCK * BLOCKS / 4] / times[m][BLOCK * BLOCKS / 4]);
        (void)close(fds[m]);
    }
    (void)fflush(stdout);
}

static void measure(const char *program)
{
    pid_t children[N_MODES];
    uint32_t rounds = 5;
    (void)eg_text_to_u32(eg_text_from(setting("ROUNDS", "5")), &rounds);
    start_children(program, children);
    struct eg_text rest = eg_text_from(setting("CONNECTIONS", "1 16 64 128 256")), word;
    while (rest.len > 0) {
        char connections[16];
        rest = eg_text_cut(rest, ' ', &word);
        (void)snprintf(connections, sizeof connections, "%.*s", EG_TEXT_ARG(word));
        if (strcmp(connections, "1") == 0) compare_one();
        else compare(connections, rounds < MOST_ROUNDS ? rounds : MOST_ROUNDS);
    }
    for (int m = 0; m < N_MODES; m++) {
        (void)kill(children[m], SIGKILL);
        (void)waitpid(children[m], NULL, 0);
    }
}

int main(int argc, char **argv)
{
    uint32_t port = 0, pool_kib = 32;
    if (argc < 3) {
        measure(argv[0]);
        return 0;
    }
    if (argc > 3) (void)eg_text_to_u32(eg_text_from(argv[3]), &pool_kib);
    if (!eg_text_to_u32(eg_text_from(argv[2]), &port) || port > 65535) return 2;
    serve(argv[1], (uint16_t)port, (size_t)pool_kib << 10);
}
