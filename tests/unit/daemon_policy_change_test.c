/* A policy approved on a state whose disk or memory fails in every call of the approval in turn: what decides is what the state keeps, or
 * nothing does. */
#include <errno.h>

#include "daemon/policy_change.h"
#include "retention/record.h"
#include "json/memory.h"
#include "store/document.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_list_desk.h"

#define FIRST_VERSION 1

/* The house, as far as a change of the policy goes through it. Its rooms are the desk's while something is done. */
static struct kordond *kordond;

/* Of what is done, that succeed before one fails; negative: none does. Whether one did. */
static long allocations = -1;
static bool one_failed;

struct waiting {
    struct policy_waiter waiter; /* first: the waiter is the waiting */
    unsigned told;
    struct failure failure;
};

static void on_told(
    struct policy_waiter *waiter, const struct policy_told *told, const struct failure *failure)
{
    struct waiting *waiting = (struct waiting *)waiter;
    (void)told;
    waiting->told++;
    waiting->failure = failure != NULL ? *failure : (struct failure){0};
}

static void take_rooms(void)
{
    const struct post *post = &desk->post;
    kordond->workers = post->workers;
    kordond->evidence = post->evidence;
    kordond->guard = post->guard;
    kordond->list = post->list;
}

static void give_rooms_back(void)
{
    assert_null(kordond->list.turn);
    desk->post.list = kordond->list;
}

/* Why it came to nothing, whether it was refused or the waiter was told. */
static enum reason act(const struct policy_request *request)
{
    struct waiting waiting = {.waiter.told = on_told};
    take_rooms();
    failing_memory_set(allocations);
    enum reason reason = policy_change_start(kordond, request, &waiting.waiter, &waiting.failure);
    if (reason == REASON_DONE) {
        desk_until(waiting.told > 0 && kordond->work.count == 0);
        desk_rest();
        assert_int_equal(waiting.told, 1);
        reason = waiting.failure.reason;
    } else {
        assert_int_equal(waiting.told, 0);
    }
    one_failed = failing_memory_has_failed();
    failing_memory_set(-1);
    give_rooms_back();
    return reason;
}

/* Those with even versions show border_check nobody of the desk's list, the others all. */
static uint32_t visible_under(uint32_t version)
{
    return version % 2 == 0 ? 0 : DESK_LIST;
}

static uint32_t visible(void)
{
    return opened_list_view(desk_list->set, "border_check").subjects;
}

static void drop_missing_persons(char *text)
{
    static const char shown[] = "categories = missing_person, ", less[] = "categories =                 ";
    _Static_assert(sizeof shown == sizeof less, "in its place");
    char *place = strstr(text, shown);
    assert_non_null(place);
    memcpy(place, less, strlen(less));
}

/* The demonstration's policy in that version; malloc'd. */
static char *text_of(uint32_t version)
{
    static const char first[] = "version = 1\n";
    const char *preset = policy_preset("demonstration"), *place = strstr(preset, first);
    char *text;
    assert_non_null(place);
    assert_true(asprintf(&text, "%.*sversion = %u\n%s", (int)(place - preset), preset, (unsigned)version,
                    place + strlen(first)) > 0);
    if (visible_under(version) == 0)
        drop_missing_persons(text);
    return text;
}

static enum reason propose(uint32_t version)
{
    char *text = text_of(version);
    enum reason reason = act(&(struct policy_request){.act = POLICY_ACT_PROPOSE,
        .principal = &desk->supervisor,
        .text = text,
        .size = strlen(text),
        .justification = "the law"});
    free(text);
    return reason;
}

static enum reason approve(uint32_t version)
{
    char *text = text_of(version), hash[DIGEST_HEX_SIZE];
    assert_int_equal(policy_hash(text, strlen(text), hash, NULL), REASON_DONE);
    free(text);
    return act(&(struct policy_request){.act = POLICY_ACT_APPROVE,
        .principal = &desk->supervisor,
        .hash = hash,
        .justification = "looked at it"});
}

/* As a start would find it; and whether something is proposed. */
static uint32_t stored_version(bool *proposed)
{
    struct store *reader;
    struct policy_in_force stored;
    struct policy_proposal proposal;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    assert_int_equal(policy_in_force_read(&stored, reader, true, NULL), REASON_DONE);
    *proposed = policy_proposal_read(reader, &proposal, NULL) == REASON_DONE;
    const uint32_t version = stored.policy->version;
    policy_in_force_finish(&stored);
    policy_proposal_finish(&proposal);
    store_close(reader);
    return version;
}

static uint32_t version_in_force(void)
{
    return kordond->policy.policy->version;
}

static void restart(void)
{
    struct store *reader;
    desk_restart();
    policy_in_force_finish(&kordond->policy);
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    assert_int_equal(policy_in_force_read(&kordond->policy, reader, true, NULL), REASON_DONE);
    store_close(reader);
    desk_load();
}

/* What was seen of all approvals. */
struct seen {
    unsigned done, refused, unknown, locked;
};

static void check_approval(enum reason reason, uint32_t before, struct seen *seen)
{
    bool proposed;
    const bool locked = kordond->guard.locked.reason != REASON_DONE;
    seen->done += reason == REASON_DONE;
    seen->unknown += reason == REASON_OUTCOME_UNKNOWN;
    seen->refused += reason != REASON_DONE && reason != REASON_OUTCOME_UNKNOWN;
    seen->locked += locked;
    const uint32_t decides = version_in_force();
    assert_true(locked || visible() == visible_under(decides));
    restart();
    assert_int_equal(visible(), visible_under(version_in_force()));
    const uint32_t stored = stored_version(&proposed);
    assert_int_equal(proposed, stored == before);
    assert_true(stored == before || stored == before + 1);
    assert_int_equal(version_in_force(), stored);
    /* Nobody goes on by a policy that may not be the state's. */
    assert_true(locked || decides == stored);
    assert_true(!locked || reason == REASON_OUTCOME_UNKNOWN);
    if (reason == REASON_DONE)
        assert_int_equal(stored, before + 1);
    else if (reason != REASON_OUTCOME_UNKNOWN)
        assert_int_equal(stored, before);
}

static struct seen approve_on_a_failing_disk(struct disk_fault fault)
{
    struct seen seen = {0};
    for (long hits = 1; hits > 0;) {
        const uint32_t before = version_in_force();
        assert_int_equal(propose(before + 1), REASON_DONE);
        fault.nth++;
        disk_fail(fault);
        enum reason reason = approve(before + 1);
        hits = disk_hits();
        disk_mend();
        assert_true(hits > 0 || reason == REASON_DONE);
        check_approval(reason, before, &seen);
    }
    assert_true(seen.done > 0);
    return seen;
}

static void test_A8_a_disk_that_fails_once_anywhere_in_an_approval(void **state)
{
    (void)state;
    struct seen seen = approve_on_a_failing_disk((struct disk_fault){.call = DISK_ANY, .error = EIO});
    assert_true(seen.unknown > 0);
}

static void test_A8_a_disk_that_is_gone_from_anywhere_in_an_approval_on(void **state)
{
    (void)state;
    struct seen seen =
        approve_on_a_failing_disk((struct disk_fault){.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER});
    assert_true(seen.unknown > 0);
    assert_true(seen.locked > 0);
}

static void test_A8_a_disk_that_is_full_anywhere_in_an_approval(void **state)
{
    (void)state;
    struct seen seen = approve_on_a_failing_disk(
        (struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
    assert_true(seen.refused > 0);
}

/* An allocation that fails behind the commit makes it OUTCOME_UNKNOWN; those before leave everything as it was. */
static void test_A8_memory_that_ends_anywhere_in_an_approval(void **state)
{
    struct seen seen = {0};
    (void)state;
    one_failed = true;
    for (long successes = 0; one_failed; successes++) {
        const uint32_t before = version_in_force();
        bool proposed;
        if (stored_version(&proposed) != before || !proposed)
            assert_int_equal(propose(before + 1), REASON_DONE);
        allocations = successes;
        enum reason reason = approve(before + 1);
        allocations = -1;
        assert_true(one_failed || reason == REASON_DONE);
        check_approval(reason, before, &seen);
    }
    assert_true(seen.refused > 20);
}

/* How long what was recorded until then is kept stays known, though no run of retention came between two policies. */
static void test_L5_an_approval_notes_the_former_policys_retention(void **state)
{
    struct retention_record *record = malloc(sizeof *record);
    struct store *reader;
    (void)state;
    assert_non_null(record);
    assert_int_equal(propose(FIRST_VERSION + 1), REASON_DONE);
    assert_int_equal(approve(FIRST_VERSION + 1), REASON_DONE);
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    assert_int_equal(retention_record_read(reader, record, NULL), REASON_DONE);
    assert_int_equal(record->rules.count, kordond->policy.policy->purpose_count + 1);
    assert_string_equal(record->rules.items[0].purpose, "border_check");
    assert_int_equal(record->rules.items[0].days, 365);
    store_close(reader);
    free(record);
}

/* --- The house */

static void put_first_policy(void)
{
    char *text = text_of(FIRST_VERSION);
    const struct document_change document = {DOCUMENT_POLICY, text, strlen(text)};
    const struct journal_change change = {.documents = &document, .document_count = 1}, *changes = &change;
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test");
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, body};
    struct journal_outcome outcome = {0};
    desk_close_reader();
    desk_close_journal();
    assert_int_equal(
        journal_append_changing(desk->state.store, &draft, &changes, 1, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(body);
    free(text);
    desk_start_threads();
}

static int set_up_house(void)
{
    kordond = calloc(1, sizeof *kordond);
    if (kordond == NULL)
        return -1;
    desk->post.list.policy = &kordond->policy;
    put_first_policy();
    restart();
    return 0;
}

static int set_up(void **state)
{
    desk_set_up(state);
    return set_up_house();
}

static int set_up_on_a_disk(void **state)
{
    desk_set_up_on_a_disk(state);
    return set_up_house();
}

static int tear_down(void **state)
{
    desk->post.list.policy = &desk->post.policy;
    policy_in_force_finish(&kordond->policy);
    free(kordond);
    return desk_tear_down(state);
}

#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, set_up_on_a_disk, tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        ON_DISK(test_A8_a_disk_that_fails_once_anywhere_in_an_approval),
        ON_DISK(test_A8_a_disk_that_is_gone_from_anywhere_in_an_approval_on),
        ON_DISK(test_A8_a_disk_that_is_full_anywhere_in_an_approval),
        cmocka_unit_test_setup_teardown(
            test_L5_an_approval_notes_the_former_policys_retention, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A8_memory_that_ends_anywhere_in_an_approval, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
