/* daemon_search_post.h: a pool of search threads, a list, and whom to search for: for the tests of daemon/search/. */
#ifndef KORDON_TESTS_DAEMON_SEARCH_POST_H
#define KORDON_TESTS_DAEMON_SEARCH_POST_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/search/pool_internal.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/matcher_prints.h"

#define FEW     5
#define MANY    400 /* more than are compared without the first stage */
#define THREADS 2
#define NOBODY  UINT32_MAX

struct post {
    uv_loop_t loop;
    struct search_pool *pool;
    struct opened_list *set;
    struct locked_template probe;
    char done[64]; /* names in the order of their coming back */
    uv_sem_t gate, at_gate;
    struct worker_job gate_keeper;
    unsigned closed;
    size_t locked_before;
};

static inline void write_down(struct post *post, char name)
{
    size_t used = strlen(post->done);
    assert_true(used + 1 < sizeof post->done);
    post->done[used] = name;
}

/* --- The post */

static inline int set_up(void **state)
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

static inline void open_pool(struct post *post, uint32_t threads)
{
    assert_int_equal(search_pool_create(&post->pool, &post->loop, threads, NULL), REASON_DONE);
    assert_int_equal(search_pool_threads(post->pool), threads);
}

static inline void on_closed(void *data)
{
    struct post *post = data;
    post->closed++;
    post->pool = NULL;
}

static inline void run_to_the_end(struct post *post)
{
    uv_run(&post->loop, UV_RUN_DEFAULT);
    assert_int_equal(post->closed, 1);
    post->closed = 0;
}

static inline void close_pool(struct post *post)
{
    search_pool_close(post->pool, on_closed, post);
    run_to_the_end(post);
}

/* Nothing that was locked is left. */
static inline int tear_down(void **state)
{
    struct post *post = *state;
    failing_memory_set(-1);
    if (post->pool != NULL)
        close_pool(post);
    if (post->set != NULL && opened_list_release(post->set))
        opened_list_destroy(post->set);
    locked_template_finish(&post->probe);
    assert_int_equal(locked_memory_total(), post->locked_before);
    assert_int_equal(uv_loop_close(&post->loop), 0);
    uv_sem_destroy(&post->gate);
    uv_sem_destroy(&post->at_gate);
    free(post);
    return 0;
}

/* --- Work that holds a thread */

static inline struct post *post_of_gate(struct worker_job *work)
{
    return (struct post *)((char *)work - offsetof(struct post, gate_keeper));
}

static inline void keep_gate(struct worker_job *work, void *thread_context)
{
    struct post *post = post_of_gate(work);
    (void)thread_context;
    uv_sem_post(&post->at_gate);
    uv_sem_wait(&post->gate);
}

static inline void on_gate_left(struct worker_job *work)
{
    write_down(post_of_gate(work), 'g');
}

/* The only thread stands at the gate; what is started now waits. */
static inline void hold(struct post *post)
{
    open_pool(post, 1);
    post->gate_keeper = (struct worker_job){.run = keep_gate, .done = on_gate_left};
    search_pool_submit(post->pool, &post->gate_keeper, WORKER_BACKGROUND);
    uv_sem_wait(&post->at_gate);
}

/* --- Searches */

static inline struct locked_template print_of(uint32_t person)
{
    struct locked_template template = {.position = FINGER_RIGHT_INDEX};
    assert_int_equal(
        locked_memory_init(&template.memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    *locked_template_get(&template) = prints_pack(prints_make(person + 1, 40));
    return template;
}

static inline enum reason load(const struct reference_source *source, unsigned parts,
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

static inline void list(struct post *post, uint32_t people, uint32_t scan_shares)
{
    static const struct list_purposes purposes = {
        .names = {"border_check"}, .categories = {(1u << ALERT_CATEGORY_COUNT) - 1}, .count = 1};
    const struct reference_source source = {
        .load = load, .summary = {.list_version = 1, .entry_count = people, .installed_ms = store_now_ms()}};
    int32_t day = 0;
    assert_true(day_parse("2026-06-15", &day));
    const struct reference_options options = {
        .purposes = &purposes, .day = day, .threads = 1, .scan_shares = scan_shares};
    struct opened_list *set;
    assert_int_equal(opened_list_build(&source, &options, &set, NULL), REASON_DONE);
    post->set = opened_list_hold(set);
}

struct sought {
    struct search search;
    struct post *post;
    struct locked_template probe;
    char name;
    unsigned done;
};

static inline void on_searched(struct search *search)
{
    struct sought *sought = search->data;
    sought->done++;
    write_down(sought->post, sought->name);
}

static inline void start_search(struct post *post, struct sought *sought, char name, uint32_t person)
{
    *sought = (struct sought){.post = post, .name = name, .probe = print_of(person)};
    sought->search = (struct search){.view = opened_list_view(post->set, "border_check"),
        .probes = &sought->probe,
        .probe_count = 1,
        .floor = 20,
        .candidates = 8,
        .done = on_searched,
        .data = sought};
    search_start(post->pool, &sought->search);
}

static inline uint32_t person_found(const struct sought *sought)
{
    const struct search *search = &sought->search;
    assert_true(search->complete);
    if (search->list.count == 0)
        return NOBODY;
    const struct watchlist_id *id =
        &opened_list_subject(sought->post->set, search->list.candidates[0].subject)->id;
    return (uint32_t)id->bytes[0] << 8 | id->bytes[1];
}

static inline void start_three(struct post *post, struct sought sought[3])
{
    for (uint32_t i = 0; i < 3; i++)
        start_search(post, &sought[i], (char)('1' + i), 100 * i + 7);
}

static inline void finish_three(struct sought sought[3])
{
    for (size_t i = 0; i < 3; i++)
        locked_template_finish(&sought[i].probe);
}

#define POST_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
