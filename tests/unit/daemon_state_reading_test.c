/* Readings of log and list for clients who come, ask and leave, beside one who wants to read, too. The reading thread and what leaves for the
 * client are the test's own (link with --wrap=store_reader_run, --wrap=server_answer). */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/state_reading.h"

#define READINGS 100

struct reading {
    struct state_reading base; /* first: the base's job is the reading */
    struct http_request request;
    bool done;
};

static struct kordond *kordond;
static struct reading readings[READINGS], another;
static struct reader_job *waiting[READINGS + 1]; /* for the thread, which has other things to do */
static size_t waiting_count;

void __wrap_store_reader_run(struct store_reader *reader, struct reader_job *job);
void __wrap_store_reader_run(struct store_reader *reader, struct reader_job *job)
{
    (void)reader;
    waiting[waiting_count++] = job;
}

void __wrap_server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size);
void __wrap_server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size)
{
    (void)request, (void)status, (void)content_type, (void)size;
    free(body);
}

static void on_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    reading->done = true;
    if (job->reason != REASON_DONE)
        call_fail(&reading->base.call, &job->failure);
    state_reading_end(&reading->base);
}

static int set_up(void **state)
{
    static struct configuration configuration;
    (void)state;
    configuration.api.entries_each = 100;
    kordond = calloc(1, sizeof *kordond);
    assert_non_null(kordond);
    quota_init(&kordond->quota, &configuration);
    memset(readings, 0, sizeof readings);
    memset(&another, 0, sizeof another);
    waiting_count = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(kordond);
    return 0;
}

static void ask(struct reading *reading, uint32_t uid)
{
    reading->base.job.done = on_done;
    reading->request.principal =
        (struct principal){.proof = PRINCIPAL_BY_SOCKET, .uid = uid, .roles = ROLE_AUDITOR};
    state_reading_start_unrecorded(&reading->base, kordond, &reading->request);
}

static void leave(struct reading *reading)
{
    if (!reading->done)
        reading->request.gone(&reading->request);
}

static void read_all(void)
{
    for (size_t i = 0; i < waiting_count; i++)
        waiting[i]->done(waiting[i]);
    waiting_count = 0;
}

static void test_A9_who_asks_and_leaves_does_not_fill_the_reading_thread(void **state)
{
    (void)state;
    for (size_t i = 0; i < READINGS; i++) {
        ask(&readings[i], 1);
        leave(&readings[i]);
    }
    assert_in_range(waiting_count, 1, 8);
    assert_true(readings[READINGS - 1].done);
    assert_int_equal(readings[READINGS - 1].base.job.reason, REASON_BUSY);
    ask(&another, 2);
    assert_false(another.done);
    read_all();
    assert_true(another.done);
    assert_int_equal(another.base.job.reason, REASON_DONE);
    assert_int_equal(kordond->work.count, 0);
    assert_int_equal(kordond->quota.used[QUOTA_READINGS], 0);
}

/* One after the other, he may read without end; what was refused holds nothing. */
static void test_A9_what_was_read_is_given_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < READINGS; i++) {
        ask(&readings[i], 1);
        read_all();
        assert_int_equal(readings[i].base.job.reason, REASON_DONE);
    }
    assert_int_equal(quota_held(&kordond->quota, QUOTA_READINGS, &readings[0].request.principal), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_A9_who_asks_and_leaves_does_not_fill_the_reading_thread),
        TEST(test_A9_what_was_read_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
