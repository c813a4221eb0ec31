/* The threads that enrol, compare and search: whose work comes first, what they leave behind, that a search not done whole says so, and
 * that every callback comes once, whatever fails and whenever the pool is closed.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/scanners/image.h"
#include "daemon/search/pool_internal.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/made_record.h"
#include "tests/unit/matcher_prints.h"

#define FEW     5
#define MANY    400 /* more than are compared without the first stage */
#define THREADS 2
#define NOBODY  UINT32_MAX

struct post {
    uv_loop_t loop;
    struct search_pool *pool;
    struct reference_set *set;
    struct locked_template probe;
    char done[64]; /* names in the order of their coming back */
    uv_sem_t gate, at_gate;
    struct worker_job gate_keeper;
    unsigned closed;
    size_t locked_before;
};

static void write_down(struct post *post, char name)
{
    size_t used = strlen(post->done);
    assert_true(used + 1 < sizeof post->done);
    post->done[used] = name;
}

/* --- The post */

static int set_up(void **state)
{
    struct post *post = calloc(1, sizeof *post);
    assert_non_null(post);
    post->locked_before = locked_memory_total();
    assert_int_equal(uv_loop_init(&post->loop), 0);
    assert_int_equal(uv_sem_init(&post->gate, 0), 0);
    assert_int_equal(uv_sem_init(&post->at_gate, 0), 0);
    *state = post;
    return 0;
}

static void open_pool(struct post *post, uint32_t threads)
{
    assert_int_equal(search_pool_create(&post->pool, &post->loop, threads, NULL), REASON_DONE);
    assert_int_equal(search_pool_threads(post->pool), threads);
}

static void on_closed(void *data)
{
    struct post *post = data;
    post->closed++;
    post->pool = NULL;
}

static void run_to_the_end(struct post *post)
{
    uv_run(&post->loop, UV_RUN_DEFAULT);
    assert_int_equal(post->closed, 1);
    post->closed = 0;
}

static void close_pool(struct post *post)
{
    search_pool_close(post->pool, on_closed, post);
    run_to_the_end(post);
}

/* Nothing that was locked is left. */
static int tear_down(void **state)
{
    struct post *post = *state;
    failing_memory_set(-1);
    if (post->pool != NULL)
        close_pool(post);
    if (post->set != NULL && reference_set_release(post->set))
        reference_set_destroy(post->set);
    locked_template_finish(&post->probe);
    assert_int_equal(locked_memory_total(), post->locked_before);
    assert_int_equal(uv_loop_close(&post->loop), 0);
    uv_sem_destroy(&post->gate);
    uv_sem_destroy(&post->at_gate);
    free(post);
    return 0;
}

/* --- Work that holds a thread */

static struct post *post_of_gate(struct worker_job *work)
{
    return (struct post *)((char *)work - offsetof(struct post, gate_keeper));
}

static void keep_gate(struct worker_job *work, void *thread_context)
{
    struct post *post = post_of_gate(work);
    (void)thread_context;
    uv_sem_post(&post->at_gate);
    uv_sem_wait(&post->gate);
}

static void on_gate_left(struct worker_job *work)
{
    write_down(post_of_gate(work), 'g');
}

/* The only thread stands at the gate; what is started now waits. */
static void hold(struct post *post)
{
    open_pool(post, 1);
    post->gate_keeper = (struct worker_job){.run = keep_gate, .done = on_gate_left};
    search_pool_submit(post->pool, &post->gate_keeper, WORKER_BACKGROUND);
    uv_sem_wait(&post->at_gate);
}

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
    struct scanner_image *image = scanner_image_create(200 * 200);
    assert_non_null(image);
    image->width = image->height = 200;
    image->ppi = 500;
    image->pixels = image->payload;
    memset(image->payload, 0x80, 200 * 200);
    *sample = (struct sample){.job = {.image = image}};
}

/* --- Comparisons and searches */

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

static struct locked_template print_of(uint32_t person)
{
    struct locked_template template = {.position = FINGER_RIGHT_INDEX};
    assert_int_equal(
        locked_memory_init(&template.memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    *locked_template_get(&template) = prints_pack(prints_make(person + 1, 40));
    return template;
}

static enum reason load(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    (void)parts;
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < source->summary.entry_count && reason == REASON_DONE; i++) {
        struct matcher_template template = prints_pack(prints_make(i + 1, 40));
        struct watchlist_entry entry = {.id = {{(uint8_t)(i >> 8), (uint8_t)i, 1}},
            .action = "inform",
            .instruction = "",
            .entered = "2000-01-01",
            .expires = "9999-12-31",
            .purposes = {"border_check"},
            .purpose_count = 1,
            .finger_count = 1};
        entry.fingers[0] = (struct watchlist_finger){
            .position = FINGER_RIGHT_INDEX, .template_bytes = template.bytes, .template_size = template.size};
        reason = each(context, &entry, failure);
    }
    return reason;
}

static void list(struct post *post, uint32_t people, uint32_t scan_shares)
{
    static const char *const purposes[] = {"border_check"};
    const struct reference_source source = {
        .load = load, .summary = {.list_version = 1, .entry_count = people}};
    int32_t day = 0;
    assert_true(day_parse("2026-06-15", &day));
    const struct reference_options options = {.purposes = purposes,
        .purpose_count = 1,
        .day = day,
        .threads = 1,
        .scan_shares = scan_shares};
    struct reference_set *set;
    assert_int_equal(reference_set_build(&source, &options, &set, NULL), REASON_DONE);
    post->set = reference_set_hold(set);
}

struct sought {
    struct search search;
    struct post *post;
    struct locked_template probe;
    char name;
    unsigned done;
};

static void on_searched(struct search *search)
{
    struct sought *sought = search->data;
    sought->done++;
    write_down(sought->post, sought->name);
}

static void start_search(struct post *post, struct sought *sought, char name, uint32_t person)
{
    *sought = (struct sought){.post = post, .name = name, .probe = print_of(person)};
    sought->search = (struct search){.view = reference_set_view(post->set, "border_check"),
        .probes = &sought->probe,
        .probe_count = 1,
        .floor = 20,
        .candidates = 8,
        .done = on_searched,
        .data = sought};
    search_start(post->pool, &sought->search);
}

static uint32_t person_found(const struct sought *sought)
{
    const struct search *search = &sought->search;
    assert_true(search->complete);
    if (search->list.count == 0)
        return NOBODY;
    const struct watchlist_id *id =
        &reference_set_subject(sought->post->set, search->list.candidates[0].subject)->id;
    return (uint32_t)id->bytes[0] << 8 | id->bytes[1];
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

/* --- Searches */

static void start_three(struct post *post, struct sought sought[3])
{
    for (uint32_t i = 0; i < 3; i++)
        start_search(post, &sought[i], (char)('1' + i), 100 * i + 7);
}

static void finish_three(struct sought sought[3])
{
    for (size_t i = 0; i < 3; i++)
        locked_template_finish(&sought[i].probe);
}

/* The first stage's memory serves one after another; each finds whom it seeks. */
static void test_Q10_staged_searches_follow_one_another(void **state)
{
    struct post *post = *state;
    struct sought sought[3];
    list(post, MANY, THREADS);
    open_pool(post, THREADS);
    start_three(post, sought);
    close_pool(post);
    assert_string_equal(post->done, "123");
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(sought[i].search.staged);
        assert_int_equal(person_found(&sought[i]), 100 * i + 7);
    }
    size_t size;
    const uint8_t *memory = reference_set_scan_memory(post->set, &size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(memory[i], 0);
    finish_three(sought);
}

/* The list was loaded when there were fewer threads than now: a search is cut into no more than there is memory for. */
static void test_A8_more_threads_than_shares_search_all_the_same(void **state)
{
    struct post *post = *state;
    struct sought sought;
    list(post, MANY, 1);
    open_pool(post, 3);
    start_search(post, &sought, 's', 42);
    close_pool(post);
    assert_true(sought.search.staged);
    assert_int_equal(person_found(&sought), 42);
    locked_template_finish(&sought.probe);
}

static void check_not_searched(const struct sought *sought, enum reason reason)
{
    assert_int_equal(sought->done, 1);
    assert_false(sought->search.complete);
    assert_int_equal(sought->search.reason, reason);
    assert_int_equal(sought->search.failure.reason, reason);
}

/* Without memory for the first stage nobody was searched for, and it says so. The one behind it does not wait for ever. */
static void test_Q10_a_search_that_cannot_begin_is_not_complete(void **state)
{
    struct post *post = *state;
    struct sought sought[3];
    list(post, MANY, 0);
    open_pool(post, THREADS);
    start_three(post, sought);
    assert_string_equal(post->done, "123");
    for (size_t i = 0; i < 3; i++)
        check_not_searched(&sought[i], REASON_INTERNAL_ERROR);
    finish_three(sought);
}

static void test_Q10_a_search_that_is_ended_is_not_complete(void **state)
{
    struct post *post = *state;
    struct sought few, many;
    hold(post);
    list(post, FEW, 1);
    start_search(post, &few, 'f', 1);
    struct reference_set *short_list = post->set;
    list(post, MANY, 1);
    start_search(post, &many, 'm', 1);
    few.search.stop = many.search.stop = true;
    uv_sem_post(&post->gate);
    close_pool(post);
    check_not_searched(&few, REASON_STOPPING);
    check_not_searched(&many, REASON_STOPPING);
    assert_true(reference_set_release(short_list));
    reference_set_destroy(short_list);
    locked_template_finish(&few.probe);
    locked_template_finish(&many.probe);
}

/* Each allocation fails once, for the first or for one that waits behind it: who could not be searched for hears so, the others' results
 * are what they would have been, and everybody hears once. */
static void test_Q10_without_memory_a_search_is_not_complete(void **state)
{
    struct post *post = *state;
    list(post, MANY, THREADS);
    open_pool(post, THREADS);
    int has_failed = 1;
    for (long successes = 0; has_failed; successes++) {
        struct sought sought[3];
        memset(post->done, 0, sizeof post->done);
        failing_memory_set(successes);
        start_three(post, sought);
        while (strlen(post->done) < 3)
            uv_run(&post->loop, UV_RUN_ONCE);
        has_failed = failing_memory_has_failed();
        failing_memory_set(-1);
        int failed = 0;
        for (uint32_t i = 0; i < 3; i++) {
            failed += !sought[i].search.complete;
            if (!sought[i].search.complete)
                check_not_searched(&sought[i], REASON_NO_MEMORY);
            else
                assert_int_equal(person_found(&sought[i]), 100 * i + 7);
        }
        assert_int_equal(failed, has_failed);
        finish_three(sought);
    }
}

/* --- The end */

/* What is under way and what waits comes back before the end; a list let go meanwhile is wiped at once. */
static void test_A9_what_is_left_comes_back_before_the_end(void **state)
{
    struct post *post = *state;
    struct sample sample;
    struct sought sought[3];
    list(post, FEW, 0);
    struct reference_set *replaced = post->set;
    hold(post);
    list(post, MANY, 1);
    take_record(&sample);
    start_enrolment(post, &sample);
    start_three(post, sought);
    search_pool_close(post->pool, on_closed, post);
    size_t locked = locked_memory_total();
    assert_true(reference_set_release(replaced));
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
        struct reference_set *set = post->set;
        post->set = NULL;
        assert_true(reference_set_release(set));
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

#define POST_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POST_TEST(test_A9_decisions_go_before_pictures),
        POST_TEST(test_M1_a_sample_ends_with_its_enrolment),
        POST_TEST(test_Q10_a_comparison_with_nothing_is_no_score),
        POST_TEST(test_M1_nothing_of_a_print_stays_with_the_thread),
        POST_TEST(test_Q10_staged_searches_follow_one_another),
        POST_TEST(test_A8_more_threads_than_shares_search_all_the_same),
        POST_TEST(test_Q10_a_search_that_cannot_begin_is_not_complete),
        POST_TEST(test_Q10_a_search_that_is_ended_is_not_complete),
        POST_TEST(test_Q10_without_memory_a_search_is_not_complete),
        POST_TEST(test_A9_what_is_left_comes_back_before_the_end),
        POST_TEST(test_M1_a_list_that_is_let_go_is_wiped),
        POST_TEST(test_A8_a_pool_that_cannot_be_made_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
