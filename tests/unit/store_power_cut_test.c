/* The store after a power cut: of each act a record is made, cut at many places in many ways, and what is left must open by
 * itself and stand to all that got out before the cut: also a cut while it recovers from one, and one after a sync that
 * failed and lost its data. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/disk.h"
#include "tests/support/store_actions.h"

#define ROUNDS      3  /* an act, and an append behind it, in one record */
#define CUTS        40 /* of one record at random */
#define RECOVERIES  6  /* of one record, each cut again */
#define SECOND_CUTS 6
#define LIE_CUTS    4 /* after each failed sync, beside the two extremes */

/* Both views of names: POSIX's and ext4's. */
static const struct disk_options views[] = {{0}, {.names_follow_sync = true}};

struct cut_case {
    const struct store_action *action;
    void (*test)(struct cut_case *at);
    struct store_subject subject;
    uint64_t random;
    char name[128];
};

static int set_up(void **context)
{
    struct cut_case *at = *context;
    store_subject_init(&at->subject);
    at->random = 1;
    return 0;
}

static int tear_down(void **context)
{
    struct cut_case *at = *context;
    store_subject_finish(&at->subject);
    return 0;
}

/* The same numbers each time: a failing cut comes again. */
static size_t roll(struct cut_case *at, size_t sides)
{
    at->random = at->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(at->random >> 33) % sides;
}

/* --- What is left -------------------------------------------------------------------------------------------- */

/* A tree after a cut, and what got out before it. */
struct remains {
    struct state_directory state;
    struct log_witness witness;
    struct list_view list, next;
    char complaint[512];
};

static void see_mark(void *context, int id, const void *bytes, size_t size)
{
    struct remains *remains = context;
    if (id == MARK_RECEIPT) {
        if (!log_witness_receipt(&remains->witness, bytes))
            fail_msg("%s", remains->witness.complaint);
        return;
    }
    assert_int_equal(size, sizeof remains->next);
    memcpy(&remains->next, bytes, sizeof remains->next);
    if (id == MARK_INSTALLED)
        remains->list = remains->next;
}

/* from: what was in force, and had got out, when the record began. */
static void cut(struct remains *remains, const struct store_subject *from, size_t record, uint64_t seed,
    enum disk_cut_kind kind)
{
    *remains = (struct remains){.list = from->list, .next = from->list};
    log_witness_copy(&remains->witness, &from->witness);
    /* The tree lies elsewhere; the machine and its key are the same. */
    remains->state = from->state;
    remains->state.store = NULL;
    snprintf(remains->state.path, sizeof remains->state.path, "/tmp/kordon-cut-test.XXXXXX");
    assert_non_null(mkdtemp(remains->state.path));
    disk_marks(record, see_mark, remains);
    disk_cut(record, seed, kind, remains->state.path);
}

static void remains_finish(struct remains *remains)
{
    store_close(remains->state.store);
    disk_remove_tree(remains->state.path);
    log_witness_finish(&remains->witness);
}

/* Opens, holds it against what got out, goes on, and holds it again. */
static bool stands(struct remains *remains)
{
    struct list_view found;
    struct state_directory *state = &remains->state;
    enum reason reason = state_directory_reopen(state);
    if (reason != REASON_DONE) {
        snprintf(remains->complaint, sizeof remains->complaint, "it does not open: %s: %.200s",
            reason_name(reason), state->failure.detail);
        return false;
    }
    snprintf(remains->complaint, sizeof remains->complaint, "%s", "");
    bool holds = log_witness_check(&remains->witness, state->store) &&
                 list_view_check(state, &remains->list, &remains->next, &found, remains->complaint);
    if (holds) {
        struct store_subject probe = {.state = *state, .witness = remains->witness, .pipe = -1};
        reason = store_action_append->run(&probe);
        remains->witness = probe.witness;
        if (reason != REASON_DONE)
            snprintf(remains->complaint, sizeof remains->complaint, "it takes no entry: %s: %.200s",
                reason_name(reason), probe.state.failure.detail);
        holds = reason == REASON_DONE && log_witness_check(&remains->witness, state->store);
    }
    if (!holds && remains->complaint[0] == '\0')
        snprintf(remains->complaint, sizeof remains->complaint, "%s", remains->witness.complaint);
    return holds;
}

/* The number of cuts that what is left does not stand; the first complaint is said. */
static size_t count_fallen(struct cut_case *at, const struct store_subject *from, size_t record,
    enum disk_cut_kind kind, const char *where)
{
    struct remains remains;
    uint64_t seed = roll(at, SIZE_MAX >> 1);
    cut(&remains, from, record, seed, kind);
    bool holds = stands(&remains);
    if (!holds)
        print_message("# %s, record %zu of %zu, seed %llu: %s\n", where, record, disk_records(),
            (unsigned long long)seed, remains.complaint);
    remains_finish(&remains);
    return !holds;
}

/* Watches a living subject; *from is what a cut of the record begins with. */
static void begin_record(
    struct store_subject *subject, struct store_subject *from, const struct disk_options *options)
{
    store_subject_prepare(subject);
    if (!log_witness_check(&subject->witness, subject->state.store))
        fail_msg("%s", subject->witness.complaint);
    store_close(subject->state.store);
    subject->state.store = NULL;
    *from = *subject;
    log_witness_copy(&from->witness, &subject->witness);
    disk_watch(subject->state.path, options);
    assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
}

static void end_record(struct store_subject *subject)
{
    store_close(subject->state.store);
    subject->state.store = NULL;
    disk_forget();
}

static void record_rounds(struct cut_case *at, struct store_subject *from, const struct disk_options *options)
{
    begin_record(&at->subject, from, options);
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(at->action->run(&at->subject), REASON_DONE);
        assert_int_equal(store_action_append->run(&at->subject), REASON_DONE);
    }
    end_record(&at->subject);
}

/* --- Tests --------------------------------------------------------------------------------------------------- */

static void test_cut_anywhere(struct cut_case *at)
{
    struct store_subject from;
    size_t fallen = 0, cuts = 0;
    for (size_t view = 0; view < 2; view++) {
        record_rounds(at, &from, &views[view]);
        for (; cuts < CUTS / 2 * (view + 1); cuts++)
            fallen += count_fallen(at, &from, roll(at, disk_records() + 1), DISK_CUT_RANDOM, "cut");
        fallen += count_fallen(at, &from, disk_records(), DISK_CUT_LEAST, "least") +
                  count_fallen(at, &from, disk_records(), DISK_CUT_MOST, "most");
        log_witness_finish(&from.witness);
    }
    print_message("# %zu cuts of %zu records\n", cuts + 4, disk_records());
    assert_int_equal(fallen, 0);
}

/* The tests must be able to fail: where syncs do nothing, acknowledged entries are lost. */
static void test_cut_without_syncs_is_found_out(struct cut_case *at)
{
    struct store_subject from;
    size_t fallen = 0;
    record_rounds(at, &from, &(struct disk_options){.syncs_do_nothing = true});
    for (int i = 0; i < 8; i++)
        fallen += count_fallen(at, &from, disk_records(), DISK_CUT_RANDOM, "as it should be");
    log_witness_finish(&from.witness);
    assert_true(fallen > 0);
}

/* Power comes back, and goes again while the store opens or just after it. */
static void test_cut_while_recovering(struct cut_case *at)
{
    struct store_subject from;
    struct remains *first = calloc(RECOVERIES, sizeof *first);
    assert_non_null(first);
    size_t fallen = 0, cuts = 0;
    record_rounds(at, &from, NULL);
    for (size_t i = 0; i < RECOVERIES; i++)
        cut(&first[i], &from, roll(at, disk_records() + 1), i, DISK_CUT_RANDOM);
    log_witness_finish(&from.witness);
    for (size_t i = 0; i < RECOVERIES; i++) {
        struct store_subject again = {.state = first[i].state, .list = first[i].list, .pipe = -1};
        log_witness_copy(&again.witness, &first[i].witness);
        disk_watch(again.state.path, NULL);
        assert_int_equal(state_directory_reopen(&again.state), REASON_DONE);
        assert_int_equal(store_action_append->run(&again), REASON_DONE);
        end_record(&again);
        for (size_t j = 0; j < SECOND_CUTS; j++, cuts++) {
            struct remains second;
            cut(&second, &again, roll(at, disk_records() + 1), j, DISK_CUT_RANDOM);
            second.next = first[i].next;
            /* What the append in between got out counts from its mark on, not from the start. */
            log_witness_finish(&second.witness);
            log_witness_copy(&second.witness, &first[i].witness);
            bool holds = stands(&second);
            if (!holds)
                print_message("# recovery %zu, cut %zu: %s\n", i, j, second.complaint);
            fallen += !holds;
            remains_finish(&second);
        }
        log_witness_finish(&again.witness);
        remains_finish(&first[i]);
    }
    free(first);
    print_message("# %zu second cuts\n", cuts);
    assert_int_equal(fallen, 0);
}

/* A record of a failed sync and of what the store makes of it: it acts, goes on as it likes, is opened again and goes on. */
struct sync_record {
    bool hit;
    size_t failed;    /* the place behind the act */
    size_t places[3]; /* behind each thing that got out later; the last is the end, closed in order */
    char description[96];
};

static void record_failed_sync(
    struct cut_case *at, struct disk_fault fault, bool beside_reader, struct sync_record *record)
{
    struct store_subject *subject = &at->subject;
    struct store *reader = NULL;
    if (beside_reader)
        assert_int_equal(state_directory_open_reader(&subject->state, &reader), REASON_DONE);
    disk_fail(fault);
    enum reason reason = at->action->run(subject);
    *record = (struct sync_record){.hit = disk_hits() > 0, .failed = disk_hit_record()};
    /* With the device away until its end the process leaves on the disk what one leaves that dies there: only the next open can
     * know that something was lost. */
    if (fault.spreads) {
        store_close(subject->state.store);
        subject->state.store = NULL;
    }
    disk_mend();
    snprintf(record->description, sizeof record->description, "sync %ld failed%s: %s", fault.nth,
        fault.spreads     ? ", then all"
        : fault.times > 1 ? " twice"
                          : "",
        reason_name(reason));
    for (int i = 0; i < 2; i++) {
        if (subject->state.store != NULL)
            (void)store_action_append->run(subject); /* refused or done: it says which */
        record->places[i] = disk_records();
        (void)state_directory_reopen(&subject->state);
    }
    store_close(reader);
    end_record(subject);
    record->places[2] = disk_records();
}

static size_t cut_failed_sync(
    struct cut_case *at, const struct store_subject *from, const struct sync_record *record)
{
    size_t fallen = 0;
    for (size_t i = 0; i < 3; i++)
        fallen += count_fallen(at, from, record->places[i], DISK_CUT_LEAST, record->description) +
                  count_fallen(at, from, record->places[i], DISK_CUT_MOST, record->description);
    for (int i = 0; i < LIE_CUTS; i++)
        fallen += count_fallen(at, from, record->failed + roll(at, disk_records() - record->failed + 1),
            DISK_CUT_RANDOM, record->description);
    return fallen;
}

/* A sync fails and its data is lost, though all can be read. Then the power is cut, before or after the store was opened
 * anew. Whatever got out before or after the failure stands. */
static void test_failed_sync(struct cut_case *at, struct disk_fault fault, bool beside_reader)
{
    struct store_subject *subject = &at->subject, from;
    struct sync_record record = {.hit = true};
    size_t fallen = 0, cuts = 0;
    for (long turn = 0; record.hit; turn++) {
        fault.nth = 1 + turn / 2;
        begin_record(subject, &from, &views[turn % 2]);
        record_failed_sync(at, fault, beside_reader, &record);
        fallen += cut_failed_sync(at, &from, &record);
        cuts += LIE_CUTS + 6;
        log_witness_finish(&from.witness);
        /* The machine goes on without the cut: what is in force now, the store says. */
        struct list_view found;
        char complaint[512];
        assert_int_equal(state_directory_reopen(&subject->state), REASON_DONE);
        if (!list_view_check(&subject->state, &subject->list, &subject->next, &found, complaint))
            fail_msg("%s", complaint);
        subject->list = found;
    }
    print_message("# %zu cuts, %zu do not stand\n", cuts, fallen);
    assert_int_equal(fallen, 0);
}

static void test_cut_after_a_failed_sync(struct cut_case *at)
{
    test_failed_sync(at, (struct disk_fault){.call = DISK_SYNC, .error = EIO}, false);
}

/* A reader that is open keeps the write-ahead log where the writer's close would take it in and remove it. */
static void test_cut_after_a_failed_sync_beside_a_reader(struct cut_case *at)
{
    test_failed_sync(at, (struct disk_fault){.call = DISK_SYNC, .error = EIO}, true);
}

static void test_cut_after_two_failed_syncs(struct cut_case *at)
{
    test_failed_sync(at, (struct disk_fault){.call = DISK_SYNC, .error = EIO, .times = 2}, false);
}

/* As a process that ends there: nothing after the failed sync reaches the files, but they still show what it lost. */
static void test_cut_after_the_device_went_away(struct cut_case *at)
{
    test_failed_sync(at, (struct disk_fault){.call = DISK_SYNC, .error = EIO, .spreads = true}, false);
}

/* --- The oracle ---------------------------------------------------------------------------------------------- */

/* An older copy put back is found out by each of the questions: by the log where entries are lost, by the signed roots where
 * others stand in their place, by the list where only the list is asked. */
static void test_older_copy_is_found_out(struct cut_case *at)
{
    struct store_subject from;
    struct remains remains;
    struct list_view found;
    record_rounds(at, &from, NULL);
    cut(&remains, &from, disk_records(), 0, DISK_CUT_LEAST);
    disk_cut(0, 0, DISK_CUT_LEAST, remains.state.path);
    assert_false(stands(&remains));
    assert_non_null(strstr(remains.complaint, "does not stand to what got out"));
    print_message("# %s\n", remains.complaint);
    if (at->action->plan != NULL) {
        assert_false(
            list_view_check(&remains.state, &remains.list, &remains.next, &found, remains.complaint));
        print_message("# %s\n", remains.complaint);
    }
    for (int i = 0; i < ROUNDS; i++)
        state_directory_append(&remains.state, "another history");
    assert_false(log_witness_check(&remains.witness, remains.state.store));
    print_message("# %s\n", remains.witness.complaint);
    if (at->action == store_action_append)
        assert_non_null(strstr(remains.witness.complaint, "two roots are signed"));
    remains_finish(&remains);
    log_witness_finish(&from.witness);
}

static void run_case(void **context)
{
    struct cut_case *at = *context;
    at->test(at);
}

/* An argument is the name of the one action that is tried. */
int main(int argument_count, char *arguments[])
{
    disk_spare_syncs();
    const char *wanted = argument_count > 1 ? arguments[1] : NULL;
    static const struct {
        const char *name;
        void (*test)(struct cut_case *at);
    } rows[] = {
        {"power cut anywhere", test_cut_anywhere},
        {"power cut while recovering from one", test_cut_while_recovering},
        {"power cut after a failed sync", test_cut_after_a_failed_sync},
        {"power cut after a failed sync beside a reader", test_cut_after_a_failed_sync_beside_a_reader},
        {"power cut after two failed syncs", test_cut_after_two_failed_syncs},
        {"power cut after the device went away", test_cut_after_the_device_went_away},
        {"power cut where syncs do nothing is found out", test_cut_without_syncs_is_found_out},
        {"older copy is found out", test_older_copy_is_found_out},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };
    static struct cut_case cases[STORE_ACTIONS * ROWS];
    struct CMUnitTest tests[STORE_ACTIONS * ROWS];
    size_t count = 0;
    for (size_t i = 0; i < STORE_ACTIONS * ROWS; i++) {
        struct cut_case *at = &cases[i];
        at->action = &store_actions[i / ROWS];
        at->test = rows[i % ROWS].test;
        if (wanted != NULL && strcmp(wanted, at->action->name) != 0)
            continue;
        snprintf(at->name, sizeof at->name, "test_%s %s, %s", at->action->duty, at->action->name,
            rows[i % ROWS].name);
        tests[count++] = (struct CMUnitTest){.name = at->name,
            .test_func = run_case,
            .setup_func = set_up,
            .teardown_func = tear_down,
            .initial_state = at};
    }
    return count > 0 ? _cmocka_run_group_tests("store_power_cut", tests, count, NULL, NULL) : EXIT_FAILURE;
}
