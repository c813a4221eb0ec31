/* lists.c: what a list's import costs, beside what sealing and hashing the same bytes costs in the same run. */
#include "tools/bench/journal/journal_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/sealed_record.h"
#include "store/journal.h"
#include "store/watchlist.h"

#define BATCH          256
#define FINGERS        2
#define TEMPLATE_BYTES 500
#define RECORD_BYTES   300
#define COLUMNS        4
#define PAGE           100
#define RUNS           9

static uint8_t template[TEMPLATE_BYTES] = {'K', 'T'}, record[RECORD_BYTES] = "FMR";

struct batch {
    char case_numbers[BATCH][24];
    struct watchlist_entry entries[BATCH];
};

static void fill_entry(struct batch *batch, size_t place, uint64_t number)
{
    snprintf(
        batch->case_numbers[place], sizeof batch->case_numbers[place], "B-%llu", (unsigned long long)number);
    struct watchlist_entry *entry = &batch->entries[place];
    *entry = (struct watchlist_entry){.case_number = batch->case_numbers[place],
        .name = "Bench",
        .action = "tell",
        .instruction = "none",
        .legal_basis = "law",
        .authority = "authority",
        .entered = "2026-01-01",
        .expires = number % 2 == 0 ? "2099-01-01" : "2026-01-31", /* a half goes (expiry.c) */
        .purposes = {"border_check"},
        .purpose_count = 1,
        .finger_count = FINGERS};
    for (size_t j = 0; j < FINGERS; j++)
        entry->fingers[j] = (struct watchlist_finger){.position = FINGER_RIGHT_INDEX + j,
            .template_bytes = template,
            .template_size = sizeof template,
            .original_bytes = record,
            .original_size = sizeof record};
}

static struct watchlist_import *stage(struct bench *bench, uint64_t version)
{
    struct watchlist_import *import;
    struct failure failure = {0};
    struct batch *batch = calloc(1, sizeof *batch);
    const struct watchlist_import_options options = {.list_name = "bench", .list_version = version};
    if (batch == NULL || watchlist_import_begin(bench->store, &options, &import, &failure) != REASON_DONE)
        bench_stop("import", &failure);
    for (uint64_t i = 0; i < bench->people;) {
        size_t count = 0;
        for (; count < BATCH && i < bench->people; count++, i++)
            fill_entry(batch, count, i);
        if (watchlist_import_add(import, batch->entries, count, &failure) != REASON_DONE)
            bench_stop("import", &failure);
    }
    free(batch);
    return import;
}

static enum reason ignore(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)context, (void)entry, (void)failure;
    return REASON_DONE;
}

static void commit(struct watchlist_import *import)
{
    struct failure failure = {0};
    json_t *body = json_pack("{s:s, s:s}", "actor", "supervisor", "role", "supervisor");
    struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    struct journal_outcome outcome = {0};
    if (watchlist_import_commit(import, &draft, &outcome, &failure) != REASON_DONE)
        bench_stop("import", &failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
}

/* Seconds since *from, which becomes now. */
static double lap(double *from)
{
    double now = bench_now_us(), passed = (now - *from) / 1e6;
    *from = now;
    return passed;
}

static double import_list(struct bench *bench, uint64_t version, const char *phase)
{
    char name[64];
    struct watchlist_staged staged;
    struct failure failure = {0};
    double started = bench_now_us(), at = started;
    const char *const steps[] = {"stage", "prove", "commit", "sweep"};
    double times[4];
    struct watchlist_import *import = stage(bench, version);
    if (watchlist_import_seal(import, &staged, &failure) != REASON_DONE)
        bench_stop("seal", &failure);
    times[0] = lap(&at);
    if (watchlist_load_staged(bench->store, &staged, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, ignore,
            NULL, &failure) != REASON_DONE)
        bench_stop("staged rows", &failure);
    times[1] = lap(&at);
    commit(import);
    times[2] = lap(&at);
    if (watchlist_sweep_all(bench->store, &failure) != REASON_DONE)
        bench_stop("sweep", &failure);
    times[3] = lap(&at);
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s_%s_s", phase, steps[i]);
        bench_figure(bench, name, times[i]);
    }
    return (bench_now_us() - started) / 1e6;
}

/* What cannot be spared: a key and a column sealed for each, and all of it hashed once. */
static double seal_the_same(struct bench *bench)
{
    static uint8_t plain[FINGERS * (TEMPLATE_BYTES + 16)], sealed[2 * sizeof plain];
    const size_t sizes[COLUMNS] = {64, 32, FINGERS * (TEMPLATE_BYTES + 6), FINGERS * (RECORD_BYTES + 4)};
    struct sealed_place place = {.table = "alert", .column = "templates"};
    struct sealer *sealer;
    struct digest *digest;
    uint8_t key[KEY_BYTES] = {0}, list_key[KEY_BYTES] = {0}, hash[DIGEST_BYTES];
    struct failure failure = {0};
    double started = bench_now_us();
    if (sealer_create(&sealer, &failure) != REASON_DONE || digest_create(&digest, &failure) != REASON_DONE)
        bench_stop("sealing", &failure);
    sealer_begin(sealer, list_key);
    digest_begin(digest);
    for (uint64_t i = 0; i < bench->people; i++) {
        enum reason reason = random_secret(key, sizeof key, &failure);
        if (reason == REASON_DONE)
            reason = sealed_record_wrap_key(sealer, list_key, &place, key, sealed, &failure);
        for (size_t j = 0; j < COLUMNS && reason == REASON_DONE; j++) {
            reason =
                sealed_record_seal(sealer, key, &place, plain, sizes[j], sealed, sizeof sealed, &failure);
            digest_add(digest, sealed, sealed_size(sizes[j]));
        }
        if (reason != REASON_DONE)
            bench_stop("sealing", &failure);
    }
    if (digest_end(digest, hash, &failure) != REASON_DONE)
        bench_stop("hashing", &failure);
    sealer_end(sealer);
    sealer_destroy(sealer);
    digest_destroy(digest);
    return (bench_now_us() - started) / 1e6;
}

static double file_mib(const struct bench *bench)
{
    char path[600];
    struct stat status;
    snprintf(path, sizeof path, "%s/kordon.db", bench->directory);
    return stat(path, &status) == 0 ? (double)status.st_size / (1 << 20) : 0;
}

static enum reason keep_id(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)failure;
    *(struct watchlist_id *)context = entry->id;
    return REASON_DONE;
}

/* Pages of 100 and entries one by one; the first page after a change reads the list whole. */
static void show_list(struct bench *bench)
{
    struct watchlist_id last;
    struct failure failure = {0};
    double at = bench_now_us();
    enum reason reason = REASON_DONE;
    for (int i = 0; i <= RUNS && reason == REASON_DONE; i++) {
        reason = watchlist_page(
            bench->store, i > 0 ? &last : NULL, PAGE, WATCHLIST_PART_ALERT, keep_id, &last, &failure);
        if (i == 0)
            bench_figure(bench, "page_first_ms", lap(&at) * 1e3);
    }
    bench_figure(bench, "page_ms", lap(&at) * 1e3 / RUNS);
    for (int i = 0; i < RUNS && reason == REASON_DONE; i++)
        reason = watchlist_read(bench->store, &last, WATCHLIST_PART_ALERT, keep_id, &last, &failure);
    bench_figure(bench, "entry_ms", lap(&at) * 1e3 / RUNS);
    if (reason != REASON_DONE)
        bench_stop("pages", &failure);
}

void bench_lists(struct bench *bench)
{
    double import = import_list(bench, 1, "import");
    double sealing = seal_the_same(bench);
    bench_figure(bench, "import_s", import);
    bench_figure(bench, "import_sealing_alone_s", sealing);
    bench_figure(bench, "import_to_sealing", import / sealing);
    bench_figure(bench, "list_mib", file_mib(bench));
    bench_figure(bench, "import_next_s", import_list(bench, 2, "import_next"));
    bench_figure(bench, "list_next_mib", file_mib(bench));
    show_list(bench);
}
