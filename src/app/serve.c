/* evenground serve: load an atlas, answer until SIGTERM or SIGINT; SIGHUP loads it anew beside the one in use. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/command.h"
#include "base/clock.h"
#include "base/log.h"
#include "data/atlas.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/undoing.h"
#include "http/server.h"

#define GRACE_S 10.0
#define LOOK_NS 100000000L
#define DAY_S 86400.0
#define HOUR_S 3600.0

struct serve_options {
    const char *atlas_path;
    const char *listen;
    bool has_cache;
    uint64_t cache_bytes;
    bool has_threads;
    uint32_t threads;
};

static const struct option longs[] = {{"listen", required_argument, NULL, 'l'},
                                      {"threads", required_argument, NULL, 't'},
                                      {"cache", required_argument, NULL, 'c'},
                                      {"help", no_argument, NULL, EG_COMMAND_HELP},
                                      {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    struct serve_options *options = target;
    switch (option) {
    case 'l':
        options->listen = value;
        return EG_EXIT_DONE;
    case 't':
        options->has_threads = eg_command_parse_number(value, 1, 256, &options->threads);
        if (options->has_threads) return EG_EXIT_DONE;
        return eg_command_misused(command, "--threads takes 1 to 256, not '%s'", value);
    default:
        options->has_cache = eg_command_parse_size(value, &options->cache_bytes);
        if (options->has_cache) return EG_EXIT_DONE;
        return eg_command_misused(command, "--cache takes a size such as 256MiB or 0, not '%s'", value);
    }
}

struct service {
    struct eg_atlas *settings; /* as read for addresses and limits; snapshots read their own */
    struct eg_engine *engine;
    struct eg_server *server;
    const char *atlas_path;
    bool misused; /* an option's value is malformed, which only the server can tell */
    sigset_t signals;
};

/* Nothing is served yet, and what a load writes (a store that is made from its seeds) it writes in one transaction. */
static void end_at_once(int signal_number)
{
    static const char words[] = "stopping before the atlas was loaded\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, words, sizeof words - 1);
    _exit(EG_EXIT_DONE);
}

/* SIGTERM and SIGINT end the first load at once, instead of when a country has been read. */
static enum eg_status load_first(const struct service *service, const char *atlas_path, struct eg_error *err)
{
    sigset_t ending;
    const struct sigaction at_once = {.sa_handler = end_at_once};
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigaction(SIGTERM, &at_once, NULL);
    sigaction(SIGINT, &at_once, NULL);
    pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
    enum eg_status status = eg_engine_load(service->engine, atlas_path, err);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    return status;
}

static enum eg_status start(struct service *service, const struct serve_options *options,
                            struct eg_error *err)
{
    enum eg_status status = eg_atlas_read(options->atlas_path, &service->settings, err);
    if (status != EG_OK) return status;
    const struct eg_atlas_server *settings = &service->settings->server;
    uint32_t threads = options->has_threads ? options->threads : settings->threads;
    struct eg_engine_options engine_options;
    eg_server_prepare_engine(options->has_cache ? options->cache_bytes : settings->cache_bytes, threads,
                             &engine_options);
    struct eg_server_options server_options = {.listen = settings->listen,
                                               .n_threads = threads,
                                               .settings = settings,
                                               .limits = &service->settings->limits};
    if (options->listen) server_options.listen = eg_text_from(options->listen);
    status = eg_engine_new(&engine_options, &service->engine, err);
    if (status == EG_OK) {
        status = eg_server_new(service->engine, &server_options, &service->server, err);
        service->misused = status == EG_INVALID && options->listen;
    }
    if (status == EG_OK) status = load_first(service, options->atlas_path, err);
    return status;
}

static void announce(const struct service *service)
{
    const char *address = eg_server_address(service->server);
    const struct eg_atlas *atlas = service->settings;
    fprintf(stderr, "serving %s/\n", address);
    if (atlas->n_layers > 0)
        fprintf(stderr, "in QGIS, add an XYZ layer: %s/tiles/%.*s/{z}/{x}/{y}.png\n", address,
                EG_TEXT_ARG(atlas->layers[0].id));
}

static void reload(const struct service *service)
{
    struct eg_error err;
    char text[1024];
    if (eg_engine_load(service->engine, service->atlas_path, &err) == EG_OK) {
        eg_log(EG_LOG_INFO, "serve", "the atlas was loaded anew");
        eg_server_prepare(service->server);
    } else
        eg_log(EG_LOG_ERROR, "serve", "the atlas could not be loaded anew, the present one stays: %s",
               eg_error_format(&err, text, sizeof text));
}

#define TOLD_BYTES 1024

/* What another program wrote to the directory's store is shown within a tenth of a second; why a store cannot be shown is told once. And a part of
 * what is being undone in parts. */
static void look_for_changes(const struct service *service, char told[TOLD_BYTES])
{
    struct eg_error err;
    char text[TOLD_BYTES] = "";
    if (eg_engine_refresh(service->engine, &err) != EG_OK) (void)eg_error_format(&err, text, sizeof text);
    if (text[0] != '\0' && strcmp(text, told) != 0)
        eg_log(EG_LOG_ERROR, "serve",
               "the directory's store cannot be read, what is shown of it stays as it is: %s", text);
    if (text[0] == '\0' && told[0] != '\0')
        eg_log(EG_LOG_INFO, "serve", "the directory's store can be read again");
    memcpy(told, text, sizeof text);
    (void)eg_undoing_continue(eg_engine_undoing(service->engine), service->engine);
}

/* Who sent a suggestion is forgotten some time after the decision: at the start, once a day, and an hour after a failure. */
static void forget_senders(const struct service *service, double *next_s)
{
    struct eg_error err;
    char text[1024];
    double now_s = eg_clock_monotonic_s();
    if (now_s < *next_s) return;
    bool done = eg_engine_forget(service->engine, &err) == EG_OK;
    *next_s = now_s + (done ? DAY_S : HOUR_S);
    if (!done)
        eg_log(EG_LOG_WARNING, "serve", "who sent old suggestions could not be forgotten: %s",
               eg_error_format(&err, text, sizeof text));
}

static void wait_for_end(const struct service *service)
{
    static const struct timespec between_looks = {.tv_nsec = LOOK_NS};
    char told[TOLD_BYTES] = "";
    double forget_s = eg_clock_monotonic_s();
    int signal_number;
    for (;;) {
        signal_number = sigtimedwait(&service->signals, NULL, &between_looks);
        if (signal_number == SIGHUP) reload(service);
        else if (signal_number > 0) break;
        else look_for_changes(service, told);
        forget_senders(service, &forget_s);
    }
    eg_log(EG_LOG_INFO, "serve", "stopping on %s", signal_number == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* Blocked before any thread starts, so that only sigwait sees them. A client that goes away must not kill us. */
static void take_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct serve_options options = {0};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    options.atlas_path = argv[optind];
    struct service service = {.atlas_path = options.atlas_path};
    struct eg_error err = {0};
    take_signals(&service.signals);
    enum eg_status status = start(&service, &options, &err);
    if (status == EG_OK) {
        eg_server_prepare(service.server);
        announce(&service);
        wait_for_end(&service);
    }
    if (service.server) eg_server_stop(service.server, GRACE_S);
    eg_server_free(service.server);
    eg_engine_free(service.engine);
    eg_atlas_free(service.settings);
    if (service.misused) return eg_command_misused(command, "--listen: %s", err.message);
    return status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
}

const struct eg_command eg_command_serve = {
    .name = "serve",
    .summary = "load an atlas and answer over HTTP",
    .usage = "Usage: evenground serve ATLAS.yaml [--listen HOST:PORT] [--threads N] [--cache SIZE]\n\n"
             "Loads an atlas and serves tiles, legends, areas and coalitions until SIGTERM or SIGINT, which "
             "let requests\n"
             "in flight finish. SIGHUP loads the atlas anew; the present one serves until that is done.\n\n"
             "  --listen HOST:PORT  address to listen on (default: the atlas's, 127.0.0.1:8080); port 0 "
             "takes a free one\n"
             "  --threads N         threads that answer (default: one per processor)\n"
             "  --cache SIZE        memory for drawn tiles, such as 256MiB; 0 keeps none (default: the "
             "atlas's, 256MiB)\n"
             "  --help              this text\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 1,
    .arguments = "name one atlas: evenground serve ATLAS.yaml",
};
