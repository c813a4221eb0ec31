/* adversary_run.c: copies, mutations and verdicts by the thousand, in children, so that a crash is one verdict of many. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/adversary.h"

#define WORKERS           2
#define KINDS_MAX         32
#define SECONDS_TO_ANSWER 60

/* --- Chance -------------------------------------------------------------------------------------------------- */

/* splitmix64: one number gives one mutation, whatever ran before it. */
uint64_t adversary_random(struct adversary_case *work)
{
    uint64_t mixed = work->random += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

uint64_t adversary_below(struct adversary_case *work, uint64_t limit)
{
    return limit > 0 ? adversary_random(work) % limit : 0;
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text != NULL && text[0] != '\0' ? strtoull(text, NULL, 0) : otherwise;
}

/* A sanitized build is slower by much, and looks for other things: it makes a tenth. */
static size_t share(size_t of_ten_thousand)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    uint64_t all = number_of("KORDON_ADVERSARY_COUNT", 1000);
#else
    uint64_t all = number_of("KORDON_ADVERSARY_COUNT", 10000);
#endif
    return (size_t)(of_ten_thousand * all / 10000) + 1;
}

/* --- Files --------------------------------------------------------------------------------------------------- */

void adversary_said(struct adversary_case *work, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(work->what, sizeof work->what, format, list);
    va_end(list);
}

void adversary_join(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list list;
    va_start(list, format);
    vsnprintf(text + used, size - used, format, list);
    va_end(list);
}

const struct adversary_snapshot *adversary_older(struct adversary_case *work)
{
    uint64_t moment = adversary_below(work, MOMENT_COUNT - 1);
    return &work->world->snapshots[moment == MOMENT_LAST ? MOMENT_FORK : moment];
}

void adversary_path(const struct adversary_case *work, const char *name, char path[static 192])
{
    snprintf(path, 192, "%s/%s", work->directory, name);
}

/* Not durably: the copies live for milliseconds. */
void adversary_write(const char *path, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (size_t done = 0; file >= 0 && done < size;) {
        ssize_t wrote = write(file, (const uint8_t *)bytes + done, size - done);
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    if (file >= 0)
        close(file);
}

struct adversary_bytes adversary_read(const char *path)
{
    struct adversary_bytes bytes = {0};
    if (file_read(path, (size_t)1 << 28, &bytes.bytes, &bytes.size, NULL) != REASON_DONE)
        return (struct adversary_bytes){0};
    return bytes;
}

static void empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (struct dirent *file; (file = readdir(folder)) != NULL;)
        if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0)
            unlinkat(dirfd(folder), file->d_name, file->d_type == DT_DIR ? AT_REMOVEDIR : 0);
    closedir(folder);
}

void adversary_put(const struct adversary_case *work, const struct adversary_bytes *database,
    const struct adversary_bytes *wal)
{
    char path[192];
    adversary_path(work, "kordon.db", path);
    adversary_write(path, database->bytes, database->size);
    adversary_path(work, "kordon.db-wal", path);
    if (wal != NULL && wal->size > 0)
        adversary_write(path, wal->bytes, wal->size);
    else
        unlink(path);
}

sqlite3 *adversary_database(const struct adversary_case *work)
{
    char path[192], uri[224];
    sqlite3 *database;
    adversary_path(work, "kordon.db", path);
    snprintf(uri, sizeof uri, "file:%s", path);
    if (sqlite3_open_v2(uri, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) != SQLITE_OK) {
        sqlite3_close(database);
        return NULL;
    }
    if (work->live)
        sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    adversary_sql(database,
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    return database;
}

bool adversary_sql(sqlite3 *database, const char *format, ...)
{
    char sql[4096];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(sql, sizeof sql, format, list);
    va_end(list);
    return size < (int)sizeof sql && sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

int64_t adversary_number(sqlite3 *database, const char *format, ...)
{
    char sql[1024];
    sqlite3_stmt *statement;
    int64_t number = 0;
    va_list list;
    va_start(list, format);
    vsnprintf(sql, sizeof sql, format, list);
    va_end(list);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return 0;
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

void adversary_drop_triggers(sqlite3 *database)
{
    for (;;) {
        sqlite3_stmt *statement;
        char name[64] = "";
        if (sqlite3_prepare_v2(database, "SELECT name FROM main.sqlite_schema WHERE type = 'trigger'", -1,
                &statement, NULL) != SQLITE_OK)
            return;
        if (sqlite3_step(statement) == SQLITE_ROW)
            snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        if (name[0] == '\0' || !adversary_sql(database, "DROP TRIGGER main.\"%s\"", name))
            return;
    }
}

void adversary_restore_triggers(const struct adversary_case *work, sqlite3 *database)
{
    sqlite3_stmt *statement;
    char sqls[4096] = "";
    if (!adversary_sql(
            database, "ATTACH 'file:%s?immutable=1' AS true_file", work->world->snapshots[MOMENT_LAST].path))
        return;
    if (sqlite3_prepare_v2(database, "SELECT sql FROM true_file.sqlite_schema WHERE type = 'trigger'", -1,
            &statement, NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(statement) == SQLITE_ROW)
        adversary_join(sqls, sizeof sqls, "%s;", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    adversary_sql(database, "%s", sqls);
}

/* --- One after the other ------------------------------------------------------------------------------------- */

/* What a worker has seen; shared memory, so that it outlives a crash. */
struct tally {
    uint64_t index; /* of the mutation at work */
    char what[256]; /* and what it is */
    uint32_t counts[KINDS_MAX][OUTCOME_COUNT];
    char examples[KINDS_MAX][OUTCOME_COUNT][600];
};

struct running {
    const struct adversary_world *world;
    const struct adversary_group *group;
    size_t count;
    uint64_t seed;
    struct tally *tallies; /* [WORKERS] */
};

static void note(struct tally *tally, size_t kind, uint64_t index, const char *what,
    const struct adversary_verdict *verdict)
{
    if (tally->counts[kind][verdict->outcome]++ == 0)
        snprintf(tally->examples[kind][verdict->outcome], sizeof tally->examples[0][0], "%llu: %s: %s",
            (unsigned long long)index, what, verdict->why);
}

struct meanwhile {
    const struct adversary_kind *kind;
    struct adversary_case *work;
    struct tally *tally;
    bool done;
};

static void mutate(void *context)
{
    struct meanwhile *meanwhile = context;
    meanwhile->done = meanwhile->kind->mutate(meanwhile->work);
    snprintf(meanwhile->tally->what, sizeof meanwhile->tally->what, "%s", meanwhile->work->what);
}

static void judge_one(
    const struct running *running, struct tally *tally, uint64_t index, const char *directory)
{
    size_t kind = index % running->group->kind_count;
    struct adversary_case work = {.world = running->world,
        .random = running->seed * 0x9e3779b97f4a7c15u + index,
        .turn = index / running->group->kind_count};
    struct adversary_verdict verdict = {.outcome = OUTCOME_IMPOSSIBLE};
    const struct adversary_snapshot *last = &running->world->snapshots[MOMENT_LAST];
    snprintf(work.directory, sizeof work.directory, "%s", directory);
    empty_folder(directory);
    work.live = adversary_below(&work, 2) == 0;
    adversary_put(&work, work.live ? &last->live : &last->closed, work.live ? &last->live_wal : NULL);
    tally->index = index;
    alarm(SECONDS_TO_ANSWER);
    struct meanwhile meanwhile = {&running->group->kinds[kind], &work, tally, false};
    struct adversary_question question = {.directory = directory,
        .older_copies = running->group->kinds[kind].older_copies,
        .reader = running->group->reader,
        .seed = adversary_random(&work)};
    char anchor[128];
    if (running->group->anchored) {
        struct adversary_bytes bytes = adversary_read(running->world->anchor);
        snprintf(anchor, sizeof anchor, "%s.anchor", directory);
        adversary_write(anchor, bytes.bytes, bytes.size);
        free(bytes.bytes);
        question.anchor = anchor;
    }
    if (running->group->while_open) {
        question.meanwhile = mutate;
        question.context = &meanwhile;
        work.live = true; /* its connection must not take the WAL away */
        verdict = adversary_judge(running->world, &question);
        if (!meanwhile.done)
            verdict = (struct adversary_verdict){.outcome = OUTCOME_IMPOSSIBLE};
    } else {
        mutate(&meanwhile);
        if (meanwhile.done)
            verdict = adversary_judge(running->world, &question);
    }
    alarm(0);
    note(tally, kind, index, work.what, &verdict);
}

static void work_on(const struct running *running, size_t worker, uint64_t first)
{
    static struct adversary_world world;
    struct running own = *running;
    char directory[96];
    /* The machine key's memory is not handed on to children. */
    world = *running->world;
    own.world = &world;
    if (key_provider_open(world.key_uri, &world.provider, NULL) != REASON_DONE)
        _exit(2);
    snprintf(directory, sizeof directory, "%s/work-%zu", world.base, worker);
    mkdir(directory, 0700);
    uint64_t only = number_of("KORDON_ADVERSARY_ONLY", UINT64_MAX);
    for (uint64_t index = first; index < own.count; index += WORKERS)
        if (only == UINT64_MAX || only == index)
            judge_one(&own, &own.tallies[worker], index, directory);
    _exit(0);
}

static pid_t start(const struct running *running, size_t worker, uint64_t first)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        work_on(running, worker, first);
    return child;
}

/* A worker that died leaves the number of what it was at. */
static void note_death(const struct running *running, size_t worker, int status)
{
    struct tally *tally = &running->tallies[worker];
    struct adversary_verdict verdict = {.outcome = OUTCOME_CRASHED};
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        verdict.outcome = OUTCOME_HUNG;
    snprintf(verdict.why, sizeof verdict.why, WIFSIGNALED(status) ? "signal %d" : "exit status %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    note(tally, tally->index % running->group->kind_count, tally->index, tally->what, &verdict);
}

static void run_workers(const struct running *running)
{
    pid_t children[WORKERS];
    size_t alive = WORKERS;
    for (size_t i = 0; i < WORKERS; i++)
        children[i] = start(running, i, i);
    while (alive > 0) {
        int status;
        pid_t ended = wait(&status);
        size_t worker = 0;
        while (worker < WORKERS && children[worker] != ended)
            worker++;
        if (worker == WORKERS)
            break;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            alive--;
            continue;
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
            alive--;
            note_death(running, worker, status);
            continue;
        }
        note_death(running, worker, status);
        children[worker] = start(running, worker, running->tallies[worker].index + WORKERS);
    }
}

/* --- The table ----------------------------------------------------------------------------------------------- */

static void add_up(struct running *running)
{
    struct tally *sum = &running->tallies[0];
    for (size_t worker = 1; worker < WORKERS; worker++)
        for (size_t kind = 0; kind < running->group->kind_count; kind++)
            for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
                const struct tally *other = &running->tallies[worker];
                if (sum->counts[kind][outcome] == 0)
                    memcpy(sum->examples[kind][outcome], other->examples[kind][outcome],
                        sizeof sum->examples[0][0]);
                sum->counts[kind][outcome] += other->counts[kind][outcome];
            }
}

static size_t print_table(const struct running *running, double seconds)
{
    const struct tally *tally = &running->tallies[0];
    const struct adversary_kind *kinds = running->group->kinds;
    size_t faults = 0, totals[OUTCOME_COUNT] = {0};
    bool every = getenv("KORDON_ADVERSARY_EXAMPLES") != NULL;
    printf("# %s: %zu mutations, seed %llu, %.1f s\n", running->group->title, running->count,
        (unsigned long long)running->seed, seconds);
    for (size_t kind = 0; kind < running->group->kind_count; kind++) {
        printf("#   %-28s", kinds[kind].name);
        for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            totals[outcome] += tally->counts[kind][outcome];
            if (tally->counts[kind][outcome] > 0)
                printf(" %s %u;", adversary_outcome_name(outcome), tally->counts[kind][outcome]);
        }
        printf("\n");
    }
    printf("#   %-28s", "together");
    for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        faults += adversary_outcome_legal(outcome) ? 0 : totals[outcome];
        if (totals[outcome] > 0)
            printf(" %s %zu;", adversary_outcome_name(outcome), totals[outcome]);
    }
    printf("\n");
    for (size_t kind = 0; kind < running->group->kind_count; kind++)
        for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            if (tally->counts[kind][outcome] > 0 && (every || !adversary_outcome_legal(outcome)))
                printf("#   %s: %s %s\n", adversary_outcome_name(outcome), kinds[kind].name,
                    tally->examples[kind][outcome]);
    fflush(stdout);
    return faults;
}

size_t adversary_run(const struct adversary_world *world, const struct adversary_group *group)
{
    struct timespec began, ended;
    struct running running = {.world = world,
        .group = group,
        .count = share(group->share),
        .seed = number_of("KORDON_ADVERSARY_SEED", 20261126)};
    running.tallies =
        mmap(NULL, WORKERS * sizeof(struct tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (running.tallies == MAP_FAILED)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &began);
    run_workers(&running);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    add_up(&running);
    size_t faults = print_table(
        &running, (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
    munmap(running.tallies, WORKERS * sizeof(struct tally));
    return faults;
}
