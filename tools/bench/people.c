#include "tools/bench/people.h"

#include <stdlib.h>
#include <string.h>

#include "tools/bench/made_print.h"

/* Made people that are searched for where no set of real prints is given. */
#define MADE_KNOWN 200

/* Prints made at once, by all threads together. */
#define BATCH 4096

/* Made prints of known people have numbers of their own only by their place: those of subject s are
 * s * PEOPLE_FINGERS_MAX and following, known or not. */
static uint64_t print_number(uint32_t subject, uint32_t finger)
{
    return (uint64_t)subject * PEOPLE_FINGERS_MAX + finger;
}

const enum finger_position people_positions[PEOPLE_FINGERS_MAX] = {FINGER_RIGHT_INDEX, FINGER_LEFT_INDEX};

/* --- Known people --- */

static uint32_t subject_of_known(uint32_t known, uint32_t known_count, uint32_t subjects)
{
    return (uint32_t)(((uint64_t)known * 2 + 1) * subjects / (known_count * 2));
}

static enum reason allocate_known(struct people *people, uint32_t capacity, struct failure *failure)
{
    people->enrolled = calloc(capacity + 1, sizeof people->enrolled[0]);
    people->probes = calloc(capacity + 1, sizeof people->probes[0]);
    if (people->enrolled == NULL || people->probes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "people", NULL);
    return REASON_DONE;
}

static enum reason make_known(struct people *people, uint32_t subjects, struct failure *failure)
{
    uint32_t count = subjects / 2 < MADE_KNOWN ? subjects / 2 : MADE_KNOWN;
    people->made = calloc((size_t)count * people->fingers + 1, sizeof people->made[0]);
    if (people->made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "people", NULL);
    enum reason reason = allocate_known(people, count, failure);
    for (uint32_t i = 0; reason == REASON_DONE && i < count; i++) {
        struct known_person *enrolled = &people->enrolled[people->enrolled_count++];
        *enrolled = (struct known_person){.identity = i, .subject = subject_of_known(i, count, subjects)};
        struct known_person *probe = &people->probes[people->probe_count++];
        *probe = (struct known_person){.identity = i, .subject = PEOPLE_NOT_ENROLLED};
        for (uint32_t f = 0; reason == REASON_DONE && f < people->fingers; f++) {
            struct matcher_template *template = &people->made[i * people->fingers + f];
            reason = made_impression(print_number(enrolled->subject, f), 1, template, failure);
            probe->prints[f] = template;
        }
    }
    return reason;
}

/* The print behind the last one of the finger whose first print is given; prints are sorted by finger. */
static uint32_t end_of_finger(const struct print_set *set, uint32_t first)
{
    uint32_t end = first;
    while (end < set->count && strcmp(set->prints[end].finger, set->prints[first].finger) == 0)
        end++;
    return end;
}

/* Adds the impressions of one identity: of as many neighbouring fingers as a person has. Gives the first print behind
 * them. */
static uint32_t add_identity(
    struct people *people, const struct print_set *set, uint32_t first, uint32_t identity)
{
    uint32_t starts[PEOPLE_FINGERS_MAX + 1] = {first}, least = UINT32_MAX;
    for (uint32_t f = 0; f < people->fingers; f++) {
        starts[f + 1] = end_of_finger(set, starts[f]);
        uint32_t impressions = starts[f + 1] - starts[f];
        least = impressions < least ? impressions : least;
    }
    for (uint32_t i = 0; i < least; i++) {
        struct known_person person = {.identity = identity};
        bool whole = true;
        for (uint32_t f = 0; f < people->fingers; f++) {
            person.prints[f] = set->prints[starts[f] + i].template;
            whole = whole && person.prints[f] != NULL;
        }
        if (whole)
            people->enrolled[people->enrolled_count++] = person;
    }
    return starts[people->fingers];
}

static enum reason read_known(
    struct people *people, const struct measure_options *options, uint32_t subjects, struct failure *failure)
{
    uint32_t prints = 0;
    for (uint32_t i = 0; i < options->set_count; i++) {
        enum reason reason =
            print_set_read(&people->sets[i], options->sets[i], options->ppis[i], options->threads, failure);
        if (reason != REASON_DONE)
            return reason;
        prints += people->sets[i].count;
    }
    TRY(allocate_known(people, prints, failure));
    uint32_t identity = 0;
    for (uint32_t i = 0; i < options->set_count; i++)
        for (uint32_t first = 0; first < people->sets[i].count; identity++)
            first = add_identity(people, &people->sets[i], first, identity);
    if (people->enrolled_count > subjects / 2)
        return failure_set(failure, REASON_BAD_ARGUMENT, "search", "%u known people: --templates at least %u",
            people->enrolled_count, 2 * people->enrolled_count);
    for (uint32_t i = 0; i < people->enrolled_count; i++) {
        people->enrolled[i].subject = subject_of_known(i, people->enrolled_count, subjects);
        people->probes[people->probe_count++] = people->enrolled[i];
    }
    return REASON_DONE;
}

uint32_t people_mates(const struct people *people, const struct known_person *probe,
    struct matcher_range *ranges, uint32_t capacity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < people->enrolled_count && count < capacity; i++) {
        const struct known_person *person = &people->enrolled[i];
        if (person->identity == probe->identity && person->subject != probe->subject)
            ranges[count++] = (struct matcher_range){person->subject, person->subject + 1};
    }
    return count;
}

/* --- The reference set --- */

struct filling {
    struct people *people;
    uint32_t first; /* subject of the batch */
    struct matcher_template *batch;
    enum reason reasons[BATCH];
    struct failure failure;
};

/* A real known person's own templates are copied in; all others are made. */
static void make_one(void *context, size_t index, struct matcher_workspace unused)
{
    (void)unused;
    struct filling *filling = context;
    uint32_t fingers = filling->people->fingers;
    struct failure failure;
    filling->reasons[index] =
        made_print(print_number(filling->first + (uint32_t)index / fingers, (uint32_t)index % fingers),
            &filling->batch[index], &failure);
}

static enum reason make_batch(
    struct filling *filling, uint32_t prints, uint32_t threads, struct failure *failure)
{
    struct measure_work work = {.context = filling, .count = prints, .workspace_size = 64, .run = make_one};
    enum reason reason = measure_run(&work, threads, failure);
    for (uint32_t i = 0; reason == REASON_DONE && i < prints; i++)
        if (filling->reasons[i] != REASON_DONE)
            reason = failure_set(failure, filling->reasons[i], "made print", NULL);
    return reason;
}

/* The mean size of the first ones with some margin for all, and that of the known ones. */
static size_t expected_bytes(const struct filling *filling, uint32_t made, uint64_t prints)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < made; i++)
        sum += filling->batch[i].size;
    const struct people *people = filling->people;
    uint64_t known = 0;
    for (uint32_t i = 0; i < people->enrolled_count; i++)
        for (uint32_t f = 0; f < people->fingers && people->enrolled[i].prints[f] != NULL; f++)
            known += people->enrolled[i].prints[f]->size;
    return sum * prints / made * 102 / 100 + known + (made < prints ? 65536 : 0);
}

static enum reason start_set(struct people *people, uint32_t prints, size_t bytes, struct failure *failure)
{
    people->size = matcher_reference_set_size(prints, bytes);
    people->memory = people->size > 0 ? aligned_alloc(64, (people->size + 63) / 64 * 64) : NULL;
    if (people->memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "references", "%zu bytes", people->size);
    return matcher_reference_set_init(people->memory, people->size, prints, bytes, &people->set, failure);
}

/* Adds the batch's people; *known is the next one to come. */
static enum reason add_batch(
    const struct filling *filling, uint32_t subjects, uint32_t *known, struct failure *failure)
{
    struct people *people = filling->people;
    enum reason reason = REASON_DONE;
    for (uint32_t s = 0; reason == REASON_DONE && s < subjects; s++) {
        const struct known_person *person = NULL;
        if (*known < people->enrolled_count && people->enrolled[*known].subject == filling->first + s)
            person = &people->enrolled[(*known)++];
        for (uint32_t f = 0; reason == REASON_DONE && f < people->fingers; f++) {
            const struct matcher_template *template = &filling->batch[s * people->fingers + f];
            if (person != NULL && person->prints[f] != NULL)
                template = person->prints[f];
            struct matcher_reference reference = {.subject = filling->first + s,
                .position = people_positions[f],
                .bytes = template->bytes,
                .size = template->size};
            reason = matcher_reference_set_add(people->set, &reference, failure);
        }
    }
    return reason;
}

static enum reason fill_set(
    struct filling *filling, uint32_t subjects, uint32_t threads, struct failure *failure)
{
    struct people *people = filling->people;
    uint32_t fingers = people->fingers, step = BATCH / fingers, known = 0;
    enum reason reason = REASON_DONE;
    for (filling->first = 0; reason == REASON_DONE && filling->first < subjects; filling->first += step) {
        uint32_t count = subjects - filling->first < step ? subjects - filling->first : step;
        reason = make_batch(filling, count * fingers, threads, failure);
        if (reason == REASON_DONE && people->set == NULL)
            reason = start_set(people, subjects * fingers,
                expected_bytes(filling, count * fingers, (uint64_t)subjects * fingers), failure);
        double start = measure_wall_milliseconds();
        if (reason == REASON_DONE)
            reason = add_batch(filling, count, &known, failure);
        people->fill_seconds += (measure_wall_milliseconds() - start) * 1e-3;
    }
    return reason;
}

static void prepare_share(void *context, size_t share, struct matcher_workspace unused)
{
    (void)unused;
    matcher_reference_set_prepare(context, (uint32_t)share);
}

static enum reason prepare_set(struct people *people, uint32_t threads, struct failure *failure)
{
    double start = measure_wall_milliseconds();
    matcher_reference_set_close(people->set);
    struct measure_work work = {
        .context = people->set, .count = MATCHER_PREPARE_SHARES, .workspace_size = 64, .run = prepare_share};
    enum reason reason = measure_run(&work, threads, failure);
    people->prepare_seconds = (measure_wall_milliseconds() - start) * 1e-3;
    return reason;
}

enum reason people_make(struct people *people, const struct measure_options *options, struct failure *failure)
{
    *people = (struct people){.fingers = options->own->fingers};
    enum reason reason = options->set_count > 0
                             ? read_known(people, options, options->own->templates, failure)
                             : make_known(people, options->own->templates, failure);
    struct filling *filling = calloc(1, sizeof *filling);
    if (reason == REASON_DONE && filling != NULL)
        filling->batch = calloc(BATCH, sizeof filling->batch[0]);
    if (reason == REASON_DONE && (filling == NULL || filling->batch == NULL))
        reason = failure_set(failure, REASON_NO_MEMORY, "people", NULL);
    if (reason == REASON_DONE) {
        filling->people = people;
        reason = fill_set(filling, options->own->templates, options->threads, failure);
    }
    if (filling != NULL)
        free(filling->batch);
    free(filling);
    if (reason == REASON_DONE)
        reason = prepare_set(people, options->threads, failure);
    return reason;
}

void people_finish(struct people *people)
{
    for (uint32_t i = 0; i < MEASURE_SETS_MAX; i++)
        print_set_finish(&people->sets[i]);
    free(people->made);
    free(people->enrolled);
    free(people->probes);
    free(people->memory);
    *people = (struct people){0};
}
