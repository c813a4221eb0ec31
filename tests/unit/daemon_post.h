/* daemon_post.h: the rooms of kordond up to the transactions, put together for tests without a server, with a configuration that tests
 * may change. journal and reader are the test's own to start, where it needs them. */
#ifndef KORDON_TESTS_UNIT_DAEMON_POST_H
#define KORDON_TESTS_UNIT_DAEMON_POST_H

#include <string.h>

#include "daemon/search/pool.h"
#include "daemon/transactions/transaction.h"
#include "tests/unit/unit.h"

struct post {
    uint32_t looks; /* at prints that are under way */
    uv_loop_t loop;
    struct configuration configuration;
    struct policy_in_force policy; /* the demonstration's, of which tests change what they want to see */
    struct workers workers;
    struct work work;
    struct metrics metrics;
    struct quota quota;
    struct events events;
    unsigned roles_lost;         /* by everybody, since he asked */
    struct staff_register staff; /* a demonstration, as long as nothing else is said */
    struct evidence evidence;
    struct guard guard;
    struct second_line second_line; /* likewise */
    struct list list;
    struct mode mode;
    struct transactions transactions;
    bool broken, lost; /* the rooms said so */
};

static inline void post_broken(void *data, const struct failure *failure)
{
    (void)failure;
    ((struct post *)data)->broken = true;
}

static inline void post_changed(void *data)
{
    (void)data;
}

static inline void post_lost(void *data)
{
    ((struct post *)data)->lost = true;
}

static inline void post_configure(struct configuration *configuration)
{
    configuration->identification.target_fpir = 0.01;
    configuration->identification.candidates = 8;
    configuration->identification.finger_swaps = true;
    configuration->verification.target_fmr = 0.001;
    configuration->policy.transaction_timeout_ms = 60000;
    strcpy(configuration->state.directory, "/tmp");
    strcpy(configuration->log.unit, "Post 7");
    configuration->api.entries_each = 100;
    configuration->api.transactions = 8;
    configuration->api.transactions_each = 4;
    configuration->api.sample_bytes = 1 << 20;
}

static inline void post_use_policy(struct post *post, const char *preset)
{
    const char *text = policy_preset(preset);
    policy_in_force_finish(&post->policy);
    assert_int_equal(policy_parse(preset, text, strlen(text), &post->policy.policy, NULL), REASON_DONE);
}

static inline unsigned post_roles_now(void *data, const struct principal *principal)
{
    return principal->roles & ~((const struct post *)data)->roles_lost;
}

static inline void post_begin(struct post *post)
{
    post_configure(&post->configuration);
    post_use_policy(post, POLICY_PRESET_DEMONSTRATION);
    quota_init(&post->quota, &post->configuration);
    post->staff.demonstration = true;
    post->second_line.demonstration = true;
    assert_int_equal(uv_loop_init(&post->loop), 0);
    post->guard = (struct guard){.configuration = &post->configuration,
        .workers = &post->workers,
        .changed = post_changed,
        .lost = post_lost,
        .data = post,
        .store = {.believed_ms = store_now_ms(), .probe_slots_free = PROBE_SLOTS_MAX}};
    post->evidence = (struct evidence){.unit = post->configuration.log.unit,
        .staff = &post->staff,
        .workers = &post->workers,
        .metrics = &post->metrics,
        .work = &post->work,
        .loop = &post->loop,
        .locked = &post->guard.locked,
        .broken = post_broken,
        .roles_now = post_roles_now,
        .data = post};
    post->list = (struct list){.configuration = &post->configuration,
        .policy = &post->policy,
        .loop = &post->loop,
        .workers = &post->workers,
        .guard = &post->guard,
        .evidence = &post->evidence,
        .events = &post->events,
        .metrics = &post->metrics,
        .work = &post->work};
    post->mode = (struct mode){.configuration = &post->configuration,
        .guard = &post->guard,
        .list = &post->list,
        .evidence = &post->evidence,
        .events = &post->events,
        .second_line = &post->second_line,
        .unfinished_transactions = &post->transactions.unfinished,
        .looks = &post->looks,
        .word = MODE_LOCKED};
    mode_init(&post->mode);
    post->transactions = (struct transactions){.configuration = &post->configuration,
        .policy = &post->policy,
        .staff = &post->staff,
        .loop = &post->loop,
        .workers = &post->workers,
        .guard = &post->guard,
        .list = &post->list,
        .mode = &post->mode,
        .evidence = &post->evidence,
        .events = &post->events,
        .metrics = &post->metrics,
        .quota = &post->quota,
        .work = &post->work};
    assert_int_equal(transactions_init(&post->transactions, NULL), REASON_DONE);
}

/* When the threads that the test started were told to close. */
static inline void post_end(struct post *post)
{
    uv_close((uv_handle_t *)&post->transactions.timer, NULL);
    uv_close((uv_handle_t *)&post->transactions.pacing.timer, NULL);
    uv_run(&post->loop, UV_RUN_DEFAULT);
    transactions_finish(&post->transactions);
    mode_finish(&post->mode);
    evidence_finish(&post->evidence);
    policy_in_force_finish(&post->policy);
    assert_int_equal(uv_loop_close(&post->loop), 0);
}

#endif
