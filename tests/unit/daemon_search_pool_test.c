/* The threads that enrol, compare and search: whose work comes first, what they leave behind, and that every callback comes once, whatever
 * fails and whenever the pool is closed.
 */
#include "tests/unit/daemon_search_post.h"

#include "daemon/scanners/image.h"
#include "tests/unit/made_record.h"

/* --- Enrolments */

struct sample {
    struct enrolment_job job;
    struct post *post;
    unsigned done;
};

static void on_enrolled(struct enrolment_job *job)
{
    struct sample *sample = job->data;
    sample->done++;
    write_down(sample->post, 'e');
}

static void start_enrolment(struct post *post, struct sample *sample)
{
    sample->post = post;
    sample->job.done = on_enrolled;
    sample->job.data = sample;
    enrolment_job_start(post->pool, &sample->job);
}

static void take_record(struct sample *sample)
{
    const struct made_view view = {FINGER_RIGHT_INDEX, 60, 30};
    struct made_record record;
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, &view, 1);
    *sample = (struct sample){.job = {.size = record.size, .claim = {.records = true}}};
    assert_int_equal(locked_memory_init(&sample->job.bytes, record.size, NULL), REASON_DONE);
    memcpy(sample->job.bytes.bytes, record.bytes, record.size);
}

/* A picture without a fingerprint. */
static void take_image(struct sample *sample)
{
    struct scanner_image *image;
    assert_int_equal(scanner_image_create(&image, 200 * 200, NULL), REASON_DONE);
    image->width = image->height = 200;
    image->ppi = 500;
    image->pixels = image->payload;
    memset(image->payload, 0x80, 200 * 200);
    *sample = (struct sample){.job = {.image = image}};
}

/* --- Comparisons */

struct compared {
    struct comparison_job job;
    struct post *post;
    unsigned done;
};

static void on_compared(struct comparison_job *job)
{
    struct compared *compared = job->data;
    compared->done++;
    write_down(compared->post, 'c');
}

static void start_comparison(struct post *post, struct compared *compared,
    const struct locked_template *references, size_t reference_count)
{
    *compared = (struct compared){.job = {.probes = &post->probe,
                                      .probe_count = 1,
                                      .references = references,
                                      .reference_count = reference_count,
                                      .done = on_compared,
                                      .data = compared},
        .post = post};
    comparison_job_start(post->pool, &compared->job);
}

/* --- Order */

/* A traveller's decision waits for no other traveller's picture, and these for no import. */
static void test_A9_decisions_go_before_pictures(void **state)
{
    struct post *post = *state;
    struct sample samples[3];
    struct compared compared;
    struct sought sought;
    list(post, FEW, 0);
    post->probe = print_of(0);
    hold(post);
    for (size_t i = 0; i < 3; i++) {
        take_record(&samples[i]);
        start_enrolment(post, &samples[i]);
    }
    start_search(post, &sought, 's', 2);
    start_comparison(post, &compared, &post->probe, 1);
    uv_sem_post(&post->gate);
    close_pool(post);
    assert_string_equal(post->done, "gsceee");
    assert_int_equal(person_found(&sought), 2);
    locked_template_finish(&sought.probe);
    for (size_t i = 0; i < 3; i++)
        enrolment_finish(&samples[i].job.enrolment);
}

/* --- Enrolments */

/* The sample is gone when its templates come, and when it was refused. */
static void test_M1_a_sample_ends_with_its_enrolment(void **state)
{
    struct post *post = *state;
    struct sample taken, refused, picture;
    open_pool(post, THREADS);
    take_record(&taken);
    take_record(&refused);
    refused.job.size = 20; /* cut off in its header */
    take_image(&picture);
    start_enrolment(post, &taken);
    start_enrolment(post, &refused);
    start_enrolment(post, &picture);
    close_pool(post);
    assert_string_equal(post->done, "eee");
    assert_int_equal(taken.job.reason, REASON_DONE);
    assert_int_equal(taken.job.enrolment.count, 1);
    assert_int_equal(taken.job.enrolment.fingers[0].position, FINGER_RIGHT_INDEX);
    assert_int_not_equal(refused.job.reason, REASON_DONE);
    assert_int_equal(refused.job.failure.reason, refused.job.reason);
    assert_int_equal(refused.job.enrolment.count, 0);
    assert_int_equal(picture.job.reason, REASON_SAMPLE_TOO_POOR);
    assert_null(taken.job.bytes.bytes);
    assert_null(refused.job.bytes.bytes);
    assert_null(picture.job.image);
    enrolment_finish(&taken.job.enrolment);
}

/* --- Comparisons */

static void test_Q10_a_comparison_with_nothing_is_no_score(void **state)
{
    struct post *post = *state;
    struct locked_template other = print_of(1);
    struct compared same, different, none;
    post->probe = print_of(0);
    open_pool(post, THREADS);
    start_comparison(post, &same, &post->probe, 1);
    start_comparison(post, &different, &other, 1);
    start_comparison(post, &none, NULL, 0);
    close_pool(post);
    assert_int_equal(same.job.reason, REASON_DONE);
    assert_int_equal(same.job.fingers, 1);
    assert_int_equal(different.job.reason, REASON_DONE);
    assert_true(same.job.score > different.job.score);
    assert_int_equal(none.job.reason, REASON_NO_COMMON_FINGER);
    assert_int_equal(none.job.failure.reason, REASON_NO_COMMON_FINGER);
    assert_int_equal(none.job.fingers, 0);
    locked_template_finish(&other);
}

struct look {
    struct worker_job work;
    size_t left; /* bytes of scratch that are not zero */
};

static void look_at_scratch(struct worker_job *work, void *thread_context)
{
    struct look *look = (struct look *)work;
    struct matcher_workspace workspace = search_thread_workspace(thread_context);
    const uint8_t *bytes = workspace.memory;
    for (size_t i = 0; i < workspace.size; i++)
        look->left += bytes[i] != 0;
}

static void on_looked(struct worker_job *work)
{
    (void)work;
}

static void test_M1_nothing_of_a_print_stays_with_the_thread(void **state)
{
    struct post *post = *state;
    struct look after_comparison = {.work = {.run = look_at_scratch, .done = on_looked}},
                after_search = after_comparison;
    struct compared compared;
    struct sought sought;
    list(post, FEW, 0);
    post->probe = print_of(0);
    open_pool(post, 1);
    start_comparison(post, &compared, &post->probe, 1);
    search_pool_submit(post->pool, &after_comparison.work, WORKER_DECISION);
    start_search(post, &sought, 's', 1);
    search_pool_submit(post->pool, &after_search.work, WORKER_DECISION);
    close_pool(post);
    assert_string_equal(post->done, "cs");
    assert_int_equal(after_comparison.left, 0);
    assert_int_equal(after_search.left, 0);
    locked_template_finish(&sought.probe);
}

/* --- The end */

/* What is under way and what waits comes back before the end; a list let go meanwhile is wiped at once. */
static void test_A9_what_is_left_comes_back_before_the_end(void **state)
{
    struct post *post = *state;
    struct sample sample;
    struct sought sought[3];
    list(post, FEW, 0);
    struct opened_list *replaced = post->set;
    hold(post);
    list(post, MANY, 1);
    take_record(&sample);
    start_enrolment(post, &sample);
    start_three(post, sought);
    search_pool_close(post->pool, on_closed, post);
    size_t locked = locked_memory_total();
    assert_true(opened_list_release(replaced));
    search_pool_destroy_set(post->pool, replaced);
    assert_true(locked_memory_total() < locked);
    uv_run(&post->loop, UV_RUN_NOWAIT);
    assert_string_equal(post->done, "");
    uv_sem_post(&post->gate);
    run_to_the_end(post);
    assert_int_equal(strlen(post->done), 5);
    assert_int_equal(sample.done, 1);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(person_found(&sought[i]), 100 * i + 7);
    enrolment_finish(&sample.job.enrolment);
    finish_three(sought);
}

/* A set is destroyed by a thread, or, where there is no memory to ask one or no pool, at once. */
static void test_M1_a_list_that_is_let_go_is_wiped(void **state)
{
    struct post *post = *state;
    for (int way = 0; way < 3; way++) {
        list(post, FEW, 0);
        struct opened_list *set = post->set;
        post->set = NULL;
        assert_true(opened_list_release(set));
        if (way > 0)
            open_pool(post, 1);
        if (way == 1)
            failing_memory_set(0);
        search_pool_destroy_set(post->pool, set);
        failing_memory_set(-1);
        if (way > 0)
            close_pool(post);
        assert_int_equal(locked_memory_total(), post->locked_before);
    }
}

static void test_A8_a_pool_that_cannot_be_made_leaves_nothing(void **state)
{
    struct post *post = *state;
    enum reason reason;
    long successes = 0;
    do {
        struct failure failure = {0};
        failing_memory_set(successes++);
        reason = search_pool_create(&post->pool, &post->loop, THREADS, &failure);
        assert_int_equal(reason != REASON_DONE, failing_memory_has_failed());
        failing_memory_set(-1);
        assert_int_equal(failure.reason, reason);
        assert_int_equal(post->pool == NULL, reason != REASON_DONE);
        if (reason != REASON_DONE)
            uv_run(&post->loop, UV_RUN_DEFAULT);
        assert_true(reason == REASON_DONE || locked_memory_total() == post->locked_before);
    } while (reason != REASON_DONE);
    assert_true(successes > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POST_TEST(test_A9_decisions_go_before_pictures),
        POST_TEST(test_M1_a_sample_ends_with_its_enrolment),
        POST_TEST(test_Q10_a_comparison_with_nothing_is_no_score),
        POST_TEST(test_M1_nothing_of_a_print_stays_with_the_thread),
        POST_TEST(test_A9_what_is_left_comes_back_before_the_end),
        POST_TEST(test_M1_a_list_that_is_let_go_is_wiped),
        POST_TEST(test_A8_a_pool_that_cannot_be_made_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
