/* The store on a disk that fails: each act is repeated with its first, second, third ... call of the disk failing, until it
 * ends without that failure. Whatever it said, the state is whole each time, and says what it said. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/disk.h"
#include "tests/support/store_actions.h"

static const struct fault_kind {
    const char *name;
    struct disk_fault fault;
    bool
        behind_commit; /* the write-ahead log's first sync failed before: the fault meets what is done about that */
} fault_kinds[] = {
    {"an I/O error", {.call = DISK_ANY, .error = EIO}},
    {"an I/O error at a sync", {.call = DISK_SYNC, .error = EIO}},
    {"I/O errors until mended", {.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER}},
    {"an I/O error at a read", {.call = DISK_READ, .error = EIO}},
    {"no room for a moment", {.call = DISK_WRITE, .error = ENOSPC}},
    {"a full disk", {.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true}},
    {"short writes", {.call = DISK_WRITE, .times = DISK_FOREVER, .partly = true}},
    {"the end of the process", {.call = DISK_ANY, .kill = true}},
    {"an I/O error behind that of a commit", {.call = DISK_ANY, .error = EIO}, true},
    {"I/O errors behind that of a commit", {.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER}, true},
    {"a full disk behind the I/O error of a commit",
        {.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true}, true},
    {"the end of the process behind the I/O error of a commit", {.call = DISK_ANY, .kill = true}, true},
};
#define FAULT_KINDS (sizeof fault_kinds / sizeof fault_kinds[0])

/* A state grows with each round, and what a renewal copies with it: a new one takes its place after so many. */
#define ROUNDS_OF_ONE_STATE 8
#define FAR                 16 /* calls, up to which each one fails in its turn */

struct fault_case {
    const struct store_action *action;
    const struct fault_kind *kind;
    struct store_subject subject;
    long commit_sync; /* which sync of the write-ahead log is the commit's */
    int rounds;       /* with this subject */
    char name[128];
};

static int set_up(void **context)
{
    struct fault_case *at = *context;
    store_subject_init(&at->subject);
    return 0;
}

static int tear_down(void **context)
{
    struct fault_case *at = *context;
    store_subject_finish(&at->subject);
    return 0;
}

/* From here on the disk is watched; the store is closed. */
static void watch(struct fault_case *at)
{
    store_close(at->subject.state.store);
    at->subject.state.store = NULL;
    disk_watch(at->subject.state.path, NULL);
}

/* An open store, ready for the action. */
static void begin_round(struct fault_case *at)
{
    if (++at->rounds > ROUNDS_OF_ONE_STATE) {
        store_subject_finish(&at->subject);
        store_subject_init(&at->subject);
        watch(at);
        at->rounds = 1;
    }
    store_subject_prepare(&at->subject);
}

/* --- Faults -------------------------------------------------------------------------------------------------- */

static void set_fault(const struct fault_case *at, struct disk_fault fault)
{
    if (at->kind->behind_commit) {
        disk_fail(
            (struct disk_fault){.call = DISK_SYNC, .suffix = "-wal", .nth = at->commit_sync, .error = EIO});
        disk_fail_then(fault);
    } else {
        disk_fail(fault);
    }
}

/* The last sync whose failure leaves the outcome open; those before it are of staged rows, those behind it of what is swept
 * away. */
static void find_commit_sync(struct fault_case *at)
{
    struct store_subject *subject = &at->subject;
    struct disk_fault fault = {.call = DISK_SYNC, .suffix = "-wal", .error = EIO};
    at->commit_sync = 0;
    for (long hits = 1; hits > 0;) {
        store_subject_prepare(subject);
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        fault.nth++;
        disk_fail(fault);
        if (at->action->run(subject) == REASON_OUTCOME_UNKNOWN)
            at->commit_sync = fault.nth;
        hits = disk_hits();
        disk_mend();
        struct list_view found;
        char complaint[512];
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        assert_true(list_view_check(&subject->state, &subject->list, &subject->next, &found, complaint));
        subject->list = subject->next = found;
    }
    assert_true(at->commit_sync > 0);
}

/* --- What must hold ------------------------------------------------------------------------------------------ */

/* A change that is known not to have happened must leave all as it was; one that is not known, this or that. */
static void check_size(const struct fault_case *at, enum reason reason, uint64_t before, uint64_t after)
{
    uint64_t whole = before + at->action->entries;
    if (reason == REASON_DONE)
        assert_int_equal(after, whole);
    else if (reason == REASON_OUTCOME_UNKNOWN)
        assert_true(after == before || after == whole);
    else
        assert_int_equal(after, before);
}

static void check_state(struct fault_case *at)
{
    struct store_subject *subject = &at->subject;
    struct list_view found;
    char complaint[512];
    if (!log_witness_check(&subject->witness, subject->state.store))
        fail_msg("%s", subject->witness.complaint);
    if (!list_view_check(&subject->state, &subject->list, &subject->next, &found, complaint))
        fail_msg("%s", complaint);
    subject->list = subject->next = found;
}

/* What the living store shows after a fault got out too, and a fresh open must show the same. Every other time the store goes
 * on first. */
static void check_living(struct fault_case *at, uint64_t before, enum reason reason, bool goes_on)
{
    struct store_subject *subject = &at->subject;
    struct failure failure;
    char *note;
    uint64_t shown = journal_size(subject->state.store);
    check_size(at, reason, before, shown);
    assert_int_equal(journal_checkpoint(subject->state.store, &note, &failure), REASON_DONE);
    if (!log_witness_checkpoint(&subject->witness, note))
        fail_msg("%s", subject->witness.complaint);
    free(note);
    if (goes_on)
        assert_int_equal(store_action_append->run(subject), REASON_DONE);
    assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
    assert_int_equal(journal_size(subject->state.store), shown + goes_on);
}

static void check_after_fault(struct fault_case *at, uint64_t before, enum reason reason, long nth)
{
    struct store_subject *subject = &at->subject;
    /* After more than one failure the store need not have come back by itself. */
    bool once = at->kind->fault.times != DISK_FOREVER && !at->kind->behind_commit;
    if (reason != REASON_DONE)
        print_message("# call %ld: %s: %.150s\n", nth, reason_name(reason), subject->state.failure.detail);
    /* A disk that fails is no evidence that somebody altered the log. */
    assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
    if (once && subject->state.store != NULL) {
        check_living(at, before, reason, nth % 2 == 1);
    } else {
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        check_size(at, reason, before, journal_size(subject->state.store));
    }
    check_state(at);
}

static void test_fault_at_each_call(void **context)
{
    struct fault_case *at = *context;
    struct store_subject *subject = &at->subject;
    struct disk_fault fault = at->kind->fault;
    watch(at);
    if (at->kind->behind_commit)
        find_commit_sync(at);
    long sum = 0;
    /* A renewal writes the whole file: far calls are tried in growing steps. */
    for (fault.nth = 1;; fault.nth += 1 + fault.nth / FAR) {
        begin_round(at);
        if (at->kind
                ->behind_commit) /* so that the write-ahead log begins anew, as it did when the sync was found */
            assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        uint64_t before = journal_size(subject->state.store);
        set_fault(at, fault);
        enum reason reason = at->action->run(subject);
        long hits = disk_hits();
        disk_mend();
        sum += hits;
        check_after_fault(at, before, reason, fault.nth);
        /* A short write is no failure. */
        if ((hits == 0 && !at->kind->behind_commit) || fault.error == 0)
            assert_int_equal(reason, REASON_DONE);
        if (hits == 0)
            break;
    }
    assert_true(sum > 0 ||
                at->kind->fault.call == DISK_READ || /* an append to a store in use reads nothing */
                (at->kind->behind_commit && at->action->entries == 0)); /* an open commits nothing */
    print_message("# %ld calls, %ld faults\n", fault.nth - 1, sum);
}

/* --- The process ends ---------------------------------------------------------------------------------------- */

/* Opens and acts; what got out goes through the pipe. Does not come back, and judges nothing. */
static void act_in_child(struct fault_case *at, struct disk_fault fault, int pipe_end)
{
    struct store_subject *subject = &at->subject;
    struct state_directory *state = &subject->state;
    subject->pipe = pipe_end;
    key_provider_close(state->provider); /* its memory is wiped in a child */
    if (key_provider_open(state->key_uri, &state->options.provider, &state->failure) != REASON_DONE)
        _exit(1);
    set_fault(at, fault);
    if (state_directory_reopen(state) == REASON_DONE)
        (void)at->action->run(subject);
    _exit(0);
}

/* The receipts that came through, to the witness; their number. */
static uint64_t take_receipts(struct store_subject *subject, int pipe_end)
{
    static char texts[1 << 20];
    size_t size = 0;
    uint64_t count = 0;
    for (ssize_t got = 1; got > 0; size += (size_t)got) {
        got = read(pipe_end, texts + size, sizeof texts - size);
        assert_true(got >= 0);
    }
    /* One that was cut short by the end of the process did not get out. */
    for (char *text = texts, *end; (end = memchr(text, 0, size)) != NULL; text = end + 1) {
        size -= (size_t)(end + 1 - text);
        store_subject_receipt(subject, text);
        count++;
    }
    return count;
}

static void test_end_at_each_call(void **context)
{
    struct fault_case *at = *context;
    struct store_subject *subject = &at->subject;
    struct disk_fault fault = at->kind->fault;
    int status = 1;
    if (at->kind->behind_commit) {
        watch(at);
        find_commit_sync(at);
        disk_forget();
    }
    for (fault.nth = 1; status != 0; fault.nth += at->kind->behind_commit ? 1 + fault.nth / FAR : 1) {
        int ends[2];
        begin_round(at);
        uint64_t before = journal_size(subject->state.store);
        subject->next = at->action->plan != NULL ? at->action->plan(subject) : subject->list;
        watch(at);
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            act_in_child(at, fault, ends[1]);
        close(ends[1]);
        uint64_t receipts = take_receipts(subject, ends[0]);
        close(ends[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && (status == 0 || WEXITSTATUS(status) == DISK_KILLED));
        disk_forget();
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        uint64_t after = journal_size(subject->state.store);
        bool done = receipts > 0 || (status == 0 && !at->kind->behind_commit);
        check_size(at, done ? REASON_DONE : REASON_OUTCOME_UNKNOWN, before, after);
        check_state(at);
    }
    assert_true(fault.nth > 2);
    print_message("# ended at each of %ld calls\n", fault.nth - 2);
}

/* An argument is the name of the one action that is tried. */
int main(int argument_count, char *arguments[])
{
    disk_spare_syncs();
    const char *wanted = argument_count > 1 ? arguments[1] : NULL;
    static struct fault_case cases[STORE_ACTIONS * FAULT_KINDS];
    struct CMUnitTest tests[STORE_ACTIONS * FAULT_KINDS];
    size_t count = 0;
    for (size_t i = 0; i < STORE_ACTIONS * FAULT_KINDS; i++) {
        struct fault_case *at = &cases[i];
        at->action = &store_actions[i / FAULT_KINDS];
        at->kind = &fault_kinds[i % FAULT_KINDS];
        if (wanted != NULL && strcmp(wanted, at->action->name) != 0)
            continue;
        if (at->kind->behind_commit && at->action->entries == 0)
            continue; /* it commits nothing */
        snprintf(
            at->name, sizeof at->name, "test_%s %s, %s", at->action->duty, at->action->name, at->kind->name);
        tests[count++] = (struct CMUnitTest){.name = at->name,
            .test_func = at->kind->fault.kill ? test_end_at_each_call : test_fault_at_each_call,
            .setup_func = set_up,
            .teardown_func = tear_down,
            .initial_state = at};
    }
    return count > 0 ? _cmocka_run_group_tests("store_faults", tests, count, NULL, NULL) : EXIT_FAILURE;
}
