/* kordon-bench-journal: what the state costs by its log's length and its list's: appending, starting, reading, changing the list, verifying.
 *
 * Makes a state of --entries entries and a list of --people in --dir (a new folder), measures, and prints one JSON object: times
 * in microseconds (…_us), milliseconds (…_ms) or seconds (…_s), the median of several runs where there are several.
 */
#include "tools/bench/journal/journal_bench.h"

#include <argp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "log/export.h"
#include "log/verify.h"
#include "store/journal.h"
#include "store/watchlist.h"

#define GROUP   256
#define SINGLES 2000
#define RUNS    9

void bench_stop(const char *doing, const struct failure *failure)
{
    char line[700];
    fprintf(stderr, "kordon-bench-journal: %s: %s\n", doing, failure_line(failure, line, sizeof line));
    exit(EX_SOFTWARE);
}

double bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

void bench_figure(struct bench *bench, const char *name, double value)
{
    json_object_set_new(bench->figures, name, json_real(value));
}

/* The median of RUNS runs. */
static double measure(struct bench *bench, void (*work)(struct bench *bench))
{
    double times[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double started = bench_now_us();
        work(bench);
        times[i] = bench_now_us() - started;
    }
    qsort(times, RUNS, sizeof times[0], compare);
    return times[RUNS / 2];
}

/* --- The state ------------------------------------------------------------------------------------------------- */

static struct store_options options_of(const struct bench *bench)
{
    return (struct store_options){.directory = bench->directory,
        .provider = bench->provider,
        .anchor = bench->anchored ? bench->anchor : NULL,
        .receipts_wait_for_anchor = true};
}

static void open_store(struct bench *bench)
{
    struct failure failure = {0};
    const struct store_options options = options_of(bench);
    if (store_open(&options, STORE_WRITE, &bench->store, &failure) != REASON_DONE)
        bench_stop("open", &failure);
}

static void close_store(struct bench *bench)
{
    store_close(bench->store);
    bench->store = NULL;
}

static json_t *new_body(uint64_t number)
{
    char transaction[40];
    snprintf(transaction, sizeof transaction, "%032llx", (unsigned long long)number);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "actor", "officer 7", "role", "terminal",
        "purpose", "border_check", "legal_basis", "Resolution 1073", "justification", "first line",
        "transaction", transaction, "decision", "no_match", "searched", (json_int_t)100000);
}

static void append(struct bench *bench, enum log_event event, size_t count)
{
    struct log_draft drafts[GROUP];
    struct journal_outcome outcomes[GROUP];
    struct failure failure = {0};
    for (size_t i = 0; i < count; i++)
        drafts[i] = (struct log_draft){event, new_body(journal_size(bench->store) + i)};
    if (journal_append(bench->store, drafts, count, outcomes, &failure) != REASON_DONE)
        bench_stop("append", &failure);
    for (size_t i = 0; i < count; i++) {
        json_decref(drafts[i].body);
        journal_outcome_finish(&outcomes[i]);
    }
}

static void make_state(struct bench *bench)
{
    struct failure failure = {0};
    if (mkdir(bench->directory, 0700) != 0) {
        perror(bench->directory);
        exit(EX_CANTCREAT);
    }
    if (key_provider_create(bench->key_uri, &failure) != REASON_DONE ||
        key_provider_open(bench->key_uri, &bench->provider, &failure) != REASON_DONE)
        bench_stop("machine key", &failure);
    const struct store_options options = options_of(bench);
    if (store_create(&options, "bench.example/post", NULL, &failure) != REASON_DONE)
        bench_stop("create", &failure);
    open_store(bench);
    append(bench, LOG_EVENT_START, 1);
    bench_lists(bench);
}

/* --- What is measured ---------------------------------------------------------------------------------------------- */

static void append_one(struct bench *bench)
{
    append(bench, LOG_EVENT_CONSULTATION, 1);
}

static void measure_appends(struct bench *bench)
{
    double times[SINGLES], started = bench_now_us();
    for (size_t i = 0; i < SINGLES; i++) {
        double one = bench_now_us();
        append_one(bench);
        times[i] = bench_now_us() - one;
    }
    bench_figure(bench, "appends_per_second", SINGLES / ((bench_now_us() - started) / 1e6));
    qsort(times, SINGLES, sizeof times[0], compare);
    bench_figure(bench, "append_us", times[SINGLES / 2]);
    bench_figure(bench, "append_p99_us", times[SINGLES * 99 / 100]);
}

static void fill(struct bench *bench)
{
    uint64_t before = journal_size(bench->store);
    double started = bench_now_us();
    while (journal_size(bench->store) + GROUP <= bench->entries)
        append(bench, LOG_EVENT_CONSULTATION, GROUP);
    uint64_t added = journal_size(bench->store) - before;
    if (added > 0)
        bench_figure(bench, "append_in_groups_us", (bench_now_us() - started) / (double)added);
}

static void start(struct bench *bench)
{
    close_store(bench);
    open_store(bench);
}

/* A child appends and is killed with everything open. */
static double start_after_kill(struct bench *bench)
{
    close_store(bench);
    pid_t child = fork();
    if (child == 0) {
        /* Locked memory does not come along into a child: it reads the key itself. */
        struct failure failure = {0};
        if (key_provider_open(bench->key_uri, &bench->provider, &failure) != REASON_DONE)
            bench_stop("machine key", &failure);
        open_store(bench);
        append(bench, LOG_EVENT_START, 1);
        for (int i = 0; i < 100; i++)
            append_one(bench);
        kill(getpid(), SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    double started = bench_now_us();
    open_store(bench);
    return bench_now_us() - started;
}

static void summarize(struct bench *bench)
{
    struct watchlist_summary summary;
    struct failure failure = {0};
    if (watchlist_summarize(bench->store, &summary, &failure) != REASON_DONE)
        bench_stop("summary", &failure);
}

struct first {
    struct watchlist_id id;
    size_t count;
};

static enum reason note_first(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct first *first = context;
    (void)failure;
    if (first->count++ == 0)
        first->id = entry->id;
    return REASON_DONE;
}

static struct first list_page(struct bench *bench)
{
    struct first first = {0};
    struct failure failure = {0};
    if (watchlist_load(bench->store, WATCHLIST_PART_ALERT, note_first, &first, &failure) != REASON_DONE)
        bench_stop("list", &failure);
    return first;
}

static void load_page(struct bench *bench)
{
    list_page(bench);
}

static double erase_one(struct bench *bench)
{
    struct first first = list_page(bench);
    struct failure failure = {0};
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "bench");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    double started = bench_now_us();
    if (watchlist_erase(bench->store, NULL, &first.id, &draft, &outcome, &failure) != REASON_DONE)
        bench_stop("erase", &failure);
    double time = bench_now_us() - started;
    journal_outcome_finish(&outcome);
    json_decref(body);
    return time;
}

static void show(struct bench *bench)
{
    static uint64_t at = 12345;
    json_t *entry;
    struct failure failure = {0};
    at = (at * 6364136223846793005ull + 1442695040888963407ull);
    if (journal_read(bench->store, at % journal_size(bench->store), &entry, &failure) != REASON_DONE)
        bench_stop("show", &failure);
    json_decref(entry);
}

static double verify(struct bench *bench, struct log_source source)
{
    struct log_verification verification;
    const struct log_verify_options options = {.verifier_key = store_verifier_key(bench->store)};
    struct failure failure = {0};
    double started = bench_now_us();
    if (log_verify(source, &options, &verification, &failure) != REASON_DONE)
        bench_stop("verify", &failure);
    return (bench_now_us() - started) / 1e6;
}

static void measure_verification(struct bench *bench)
{
    char export[600];
    struct log_directory_source source = {""};
    struct failure failure = {0};
    snprintf(export, sizeof export, "%s/export", bench->directory);
    double started = bench_now_us();
    if (log_export(log_source_store(bench->store), export, &failure) != REASON_DONE)
        bench_stop("export", &failure);
    bench_figure(bench, "export_s", (bench_now_us() - started) / 1e6);
    /* Each twice, in turns: the first round warms what the other would find warm. */
    double in_place = verify(bench, log_source_store(bench->store));
    double exported = verify(bench, log_source_directory(&source, export));
    double again = verify(bench, log_source_store(bench->store));
    in_place = again < in_place ? again : in_place;
    again = verify(bench, log_source_directory(&source, export));
    exported = again < exported ? again : exported;
    bench_figure(bench, "verify_in_place_s", in_place);
    bench_figure(bench, "verify_export_s", exported);
    bench_figure(bench, "verify_in_place_to_export", in_place / exported);
}

static void measure_all(struct bench *bench)
{
    measure_appends(bench);
    fill(bench);
    bench_figure(bench, "entries", (double)journal_size(bench->store));
    bench_figure(bench, "start_ms", measure(bench, start) / 1e3);
    bench_figure(bench, "start_after_kill_ms", start_after_kill(bench) / 1e3);
    bench_figure(bench, "summary_us", measure(bench, summarize));
    bench_figure(bench, "list_page_ms", measure(bench, load_page) / 1e3);
    bench_figure(bench, "erase_ms", erase_one(bench) / 1e3);
    bench_figure(bench, "show_us", measure(bench, show));
    measure_verification(bench);
    bench_expiry(bench);
}

/* --- Options --------------------------------------------------------------------------------------------------------- */

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct bench *bench = state->input;
    switch (key) {
    case 'd':
        bench->directory = argument;
        return 0;
    case 'n':
        bench->entries = strtoull(argument, NULL, 10);
        return 0;
    case 'p':
        bench->people = strtoull(argument, NULL, 10);
        return 0;
    case 'a':
        bench->anchored = true;
        return 0;
    case ARGP_KEY_END:
        if (bench->directory == NULL || bench->people < 2)
            argp_error(state, "--dir and at least 2 --people are needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"dir", 'd', "DIR", 0, "a new folder for the state", 0},
            {"entries", 'n', "N", 0, "of the log (10000)", 0},
            {"people", 'p', "N", 0, "on the list (1000)", 0},
            {"anchor", 'a', NULL, 0, "with an anchor that receipts wait for", 0},
            {0},
        },
    .parser = parse_option,
    .doc = "Measures what the state costs by its log's length.",
};

int main(int argc, char **argv)
{
    struct bench bench = {.entries = 10000, .people = 1000, .figures = json_object()};
    argp_parse(&argp, argc, argv, 0, NULL, &bench);
    snprintf(bench.key_uri, sizeof bench.key_uri, "file:%s/machine.key", bench.directory);
    snprintf(bench.anchor, sizeof bench.anchor, "%s/anchor", bench.directory);
    make_state(&bench);
    measure_all(&bench);
    close_store(&bench);
    key_provider_close(bench.provider);
    json_dumpf(bench.figures, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
    putchar('\n');
    json_decref(bench.figures);
    return 0;
}
