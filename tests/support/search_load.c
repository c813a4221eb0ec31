/* search_load: how long a decision waits at a post where many pictures are enrolled at the same time, and what these cost.
 *
 * usage: search_load [CLIENTS] [SECONDS]
 *
 * Measures; decides nothing. CLIENTS hand in a picture each, and the next one when that is a template; beside them a traveller is compared
 * every 100 ms, 8 fingers with 8. Figures of daemon/search/ alone: no log, no network. On a machine with other work compare the processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/search/pool.h"
#include "sample/sample.h"
#include "tools/synth/synth.h"

#define FINGERS       8
#define DECISIONS_MAX 10000
#define PAUSE_MS      100 /* between two decisions */

struct picture {
    uint8_t *file;
    size_t size;
};

struct load {
    uv_loop_t loop;
    struct search_pool *pool;
    struct picture pictures[FINGERS];
    struct locked_template probes[FINGERS];
    uint64_t end_ns;
    size_t enrolments;
    size_t under_way; /* jobs */
    uv_timer_t pause;
    struct comparison_job comparison;
    uint64_t began_ns;
    double *waits_ms;
    size_t decisions;
};

struct client {
    struct enrolment_job job;
    struct load *load;
    size_t next; /* picture */
};

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "search_load: %s\n", what);
    exit(1);
}

static void make_picture(uint32_t number, struct picture *picture)
{
    static uint8_t pixels[SYNTH_WIDTH_DEFAULT * SYNTH_HEIGHT_DEFAULT];
    const struct synth_conditions ordinary = {
        .width = SYNTH_WIDTH_DEFAULT, .height = SYNTH_HEIGHT_DEFAULT, .strain = SYNTH_STRAIN_DEFAULT};
    struct synth_finger *finger;
    enum reason reason = synth_finger_create(1, number + 1, &finger, NULL);
    if (reason == REASON_DONE)
        reason = synth_impression(finger, 1, &ordinary, pixels, NULL);
    synth_finger_destroy(finger);
    if (reason == REASON_DONE)
        reason = sample_encode_png(
            pixels, ordinary.width, ordinary.height, SYNTH_PPI, &picture->file, &picture->size, NULL);
    require(reason == REASON_DONE, "a picture can't be made");
}

static void make_probe(const struct picture *picture, struct locked_template *probe)
{
    const struct enrol_claim claim = {.position = FINGER_RIGHT_INDEX};
    struct enrolment enrolment;
    require(enrol_file(picture->file, picture->size, &claim, &enrolment, NULL) == REASON_DONE,
        "a picture can't be enrolled");
    *probe = enrolment.fingers[0];
}

/* --- Pictures */

static void hand_in(struct client *client);

static void on_enrolled(struct enrolment_job *job)
{
    struct client *client = job->data;
    require(job->reason == REASON_DONE, "a picture can't be enrolled");
    enrolment_finish(&job->enrolment);
    client->load->enrolments++;
    client->load->under_way--;
    if (uv_hrtime() < client->load->end_ns)
        hand_in(client);
}

static void hand_in(struct client *client)
{
    const struct picture *picture = &client->load->pictures[client->next++ % FINGERS];
    client->job = (struct enrolment_job){.size = picture->size,
        .claim = {.position = FINGER_RIGHT_INDEX},
        .done = on_enrolled,
        .data = client};
    require(locked_memory_init(&client->job.bytes, picture->size, NULL) == REASON_DONE,
        "memory for a picture can't be locked");
    memcpy(client->job.bytes.bytes, picture->file, picture->size);
    client->load->under_way++;
    enrolment_job_start(client->load->pool, &client->job);
}

/* --- Decisions */

static void decide(uv_timer_t *pause);

static void on_compared(struct comparison_job *job)
{
    struct load *load = job->data;
    load->under_way--;
    load->waits_ms[load->decisions++] = (double)(uv_hrtime() - load->began_ns) / 1e6;
    if (load->decisions < DECISIONS_MAX)
        uv_timer_start(&load->pause, decide, PAUSE_MS, 0);
}

static void decide(uv_timer_t *pause)
{
    struct load *load = pause->data;
    if (uv_hrtime() >= load->end_ns)
        return;
    load->comparison = (struct comparison_job){.probes = load->probes,
        .probe_count = FINGERS,
        .references = load->probes,
        .reference_count = FINGERS,
        .done = on_compared,
        .data = load};
    load->began_ns = uv_hrtime();
    load->under_way++;
    comparison_job_start(load->pool, &load->comparison);
}

static int compare_waits(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return difference < 0 ? -1 : difference > 0;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void print(struct load *load, size_t clients, uint64_t seconds)
{
    struct rusage used;
    require(getrusage(RUSAGE_SELF, &used) == 0 && load->enrolments > 0 && load->decisions > 0,
        "nothing was measured");
    qsort(load->waits_ms, load->decisions, sizeof(double), compare_waits);
    printf(
        "%zu clients, %u threads: %.1f enrolments/s, %.2f ms processor time each and %.2f ms the system's; "
        "a decision waits %.1f ms (median), %.1f (95 %%), %.1f (longest of %zu)\n",
        clients, search_pool_threads(load->pool), (double)load->enrolments / (double)seconds,
        1e3 * seconds_of(used.ru_utime) / (double)load->enrolments,
        1e3 * seconds_of(used.ru_stime) / (double)load->enrolments, load->waits_ms[load->decisions / 2],
        load->waits_ms[load->decisions * 95 / 100], load->waits_ms[load->decisions - 1], load->decisions);
}

static void finish(struct load *load)
{
    search_pool_close(load->pool, NULL, NULL);
    uv_close((uv_handle_t *)&load->pause, NULL);
    uv_run(&load->loop, UV_RUN_DEFAULT);
    uv_loop_close(&load->loop);
    for (size_t i = 0; i < FINGERS; i++) {
        locked_template_finish(&load->probes[i]);
        free(load->pictures[i].file);
    }
    free(load->waits_ms);
}

int main(int count, char **arguments)
{
    size_t clients = count > 1 ? strtoul(arguments[1], NULL, 10) : 64;
    uint64_t seconds = count > 2 ? strtoul(arguments[2], NULL, 10) : 10;
    struct load load = {.waits_ms = calloc(DECISIONS_MAX, sizeof(double))};
    struct client *all = calloc(clients + 1, sizeof *all);
    require(load.waits_ms != NULL && all != NULL && uv_loop_init(&load.loop) == 0 &&
                uv_timer_init(&load.loop, &load.pause) == 0 &&
                search_pool_create(&load.pool, &load.loop, 0, NULL) == REASON_DONE,
        "no memory");
    load.pause.data = &load;
    for (uint32_t i = 0; i < FINGERS; i++) {
        make_picture(i, &load.pictures[i]);
        make_probe(&load.pictures[i], &load.probes[i]);
    }
    load.end_ns = uv_hrtime() + seconds * 1000000000u;
    for (size_t i = 0; i < clients; i++) {
        all[i] = (struct client){.load = &load, .next = i};
        hand_in(&all[i]);
    }
    decide(&load.pause);
    while (load.under_way > 0 || uv_is_active((uv_handle_t *)&load.pause))
        uv_run(&load.loop, UV_RUN_ONCE);
    print(&load, clients, seconds);
    finish(&load);
    free(all);
    return 0;
}
