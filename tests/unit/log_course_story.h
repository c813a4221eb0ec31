/* log_course_story.h: a match as people verified it, entry by entry, which tests change, and what is read from it. */
#ifndef KORDON_TESTS_LOG_COURSE_STORY_H
#define KORDON_TESTS_LOG_COURSE_STORY_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "log/course.h"

#define STORY_MAX    32
#define TRANSACTION  "00112233445566778899aabbccddeeff"
#define FIRST_SECOND 1764000000000ULL

/* The entries of a log, in order; body NULL: it is not there to be seen. */
static struct entry {
    const char *event;
    char *body;
} story[STORY_MAX];
static size_t story_size;

static void insert(size_t place, const char *event, char *body)
{
    assert_true(story_size < STORY_MAX && body != NULL);
    memmove(&story[place + 1], &story[place], (story_size - place) * sizeof story[0]);
    story[place] = (struct entry){event, body};
    story_size++;
}

static void drop(size_t place)
{
    free(story[place].body);
    story_size--;
    memmove(&story[place], &story[place + 1], (story_size - place) * sizeof story[0]);
}

static inline void repeat(size_t place)
{
    insert(place + 1, story[place].event, strdup(story[place].body));
}

static inline void swap(size_t place, size_t other)
{
    const struct entry kept = story[place];
    story[place] = story[other];
    story[other] = kept;
}

static inline void hide(size_t place)
{
    free(story[place].body);
    story[place].body = NULL;
}

/* In those entries, wherever it stands, and it must somewhere. */
static void replace(size_t first, size_t last, const char *from, const char *to)
{
    unsigned found = 0;
    for (size_t i = first; i <= last; i++) {
        char *place = strstr(story[i].body, from), *changed;
        if (place == NULL)
            continue;
        assert_true(asprintf(&changed, "%.*s%s%s", (int)(place - story[i].body), story[i].body, to,
                        place + strlen(from)) > 0);
        free(story[i].body);
        story[i].body = changed;
        found++;
    }
    assert_true(found > 0);
}

/* --- A course as it must be ------------------------------------------------------------------------------------ */

static char *made(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *made(const char *format, ...)
{
    va_list values;
    char *text;
    va_start(values, format);
    assert_true(vasprintf(&text, format, values) > 0);
    va_end(values);
    return text;
}

/* An act of that person's; more: further members, each with a comma before it. */
static char *act(const char *person, const char *role, const char *what, const char *more)
{
    return made("{\"actor\":\"person:%s\",\"role\":\"%s\",\"what\":\"%s\",\"referral\":\"" TRANSACTION
                "\",\"transaction\":\"" TRANSACTION
                "\",\"purpose\":\"border_check\",\"route\":\"second_line\",\"examiners\":2%s}",
        person, role, what, more);
}

/* Salts are that digit throughout. */
static void commit(const char *text, char digit, char hex[static DIGEST_HEX_SIZE])
{
    uint8_t salt[COMMIT_SALT_BYTES], code[DIGEST_BYTES];
    char salt_text[2 * COMMIT_SALT_BYTES + 1] = "";
    struct digest *digest;
    memset(salt_text, digit, sizeof salt_text - 1);
    assert_true(hex_parse(salt_text, salt, sizeof salt));
    assert_int_equal(digest_create(&digest, NULL), REASON_DONE);
    assert_int_equal(digest_commit(digest, salt, text, strlen(text), code, NULL), REASON_DONE);
    digest_destroy(digest);
    hex_format(code, sizeof code, hex);
}

static char *committing(const char *person, const char *what, const char *committed, char digit)
{
    char hex[DIGEST_HEX_SIZE], more[128];
    commit(committed, digit, hex);
    snprintf(more, sizeof more, ",\"commitment\":\"%s\"", hex);
    return act(person, "examiner", what, more);
}

static char *judging(const char *person, char digit)
{
    return committing(person, "probe judged", "{\"judgement\":\"usable\",\"words\":\"\"}", digit);
}

static char *giving(const char *person, const char *verdict, char digit)
{
    char text[96];
    snprintf(text, sizeof text, "{\"reason\":\"seen\",\"verdict\":\"%s\"}", verdict);
    return committing(person, "verdict given", text, digit);
}

static void salt_of(char digit, char text[static 2 * COMMIT_SALT_BYTES + 1])
{
    memset(text, digit, 2 * COMMIT_SALT_BYTES);
    text[2 * COMMIT_SALT_BYTES] = '\0';
}

/* A seat that is opened; verdict "": it had none yet. */
static char *opened(const char *person, char judged, const char *verdict, char given)
{
    char judged_salt[2 * COMMIT_SALT_BYTES + 1], given_salt[2 * COMMIT_SALT_BYTES + 1], more[300] = "";
    salt_of(judged, judged_salt);
    salt_of(given, given_salt);
    if (verdict[0] != '\0')
        snprintf(more, sizeof more, ",\"verdict\":\"%s\",\"reason\":\"seen\",\"verdict_salt\":\"%s\"",
            verdict, given_salt);
    return made(
        "{\"examiner\":\"person:%s\",\"role\":\"examiner\",\"judgement\":\"usable\",\"judgement_words\":\"\","
        "\"judgement_salt\":\"%s\"%s}",
        person, judged_salt, more);
}

/* Olena's verdict is that, and Taras', who is the last, the other one. */
static char *outcome(const char *outcome, const char *first, const char *last)
{
    char *olena = opened("olena", '1', first, '2'), *taras = opened("taras", '3', last, '4');
    char *more = made(",\"outcome\":\"%s\",\"verdicts\":[%s,%s]", outcome, olena, taras);
    char *body = act("taras", "examiner", "outcome", more);
    free(olena);
    free(taras);
    free(more);
    return body;
}

static inline char *word(const char *what, const char *outcome)
{
    char more[96];
    snprintf(more, sizeof more, ",\"outcome\":\"%s\",\"justification\":\"seen both\"", outcome);
    return act("sofia", "supervisor", what, more);
}

enum { MATCH, TAKEN, PROBE, JUDGED, REFERENCE, GIVEN, TAKEN_2, JUDGED_2, COMPARISON_2, OUTCOME, ERASED };

static void add(const char *event, char *body)
{
    insert(story_size, event, body);
}

static int tell(void **state)
{
    (void)state;
    add("consultation",
        strdup("{\"actor\":\"device:lane-1\",\"role\":\"terminal\",\"officer\":\"boris\",\"transaction\":"
               "\"" TRANSACTION
               "\",\"purpose\":\"border_check\",\"decision\":\"match\",\"told\":\"match\",\"identification\":"
               "{\"decision\":\"match\"}}"));
    add("decision", act("olena", "examiner", "referral taken", ""));
    add("consultation", act("olena", "examiner", "probe seen", ",\"finger\":\"right_index\""));
    add("decision", judging("olena", '1'));
    add("consultation", act("olena", "examiner", "reference seen", ",\"candidate\":1"));
    add("decision", giving("olena", "hit", '2'));
    add("decision", act("taras", "examiner", "referral taken", ""));
    add("decision", judging("taras", '3'));
    add("consultation", act("taras", "examiner", "comparison seen", ",\"candidate\":1"));
    add("decision", outcome("hit", "hit", "hit"));
    add("decision", strdup("{\"actor\":\"kordond\",\"role\":\"system\",\"what\":\"probe "
                           "erased\",\"transaction\":\"" TRANSACTION "\"}"));
    return 0;
}

static int forget(void **state)
{
    (void)state;
    while (story_size > 0)
        drop(0);
    return 0;
}

/* Olena and Taras do not agree, and nothing is erased. */
static inline void differ(void)
{
    free(story[OUTCOME].body);
    free(story[GIVEN].body);
    story[GIVEN].body = giving("olena", "false_positive", '2');
    story[OUTCOME].body = outcome("disagreed", "false_positive", "hit");
    drop(ERASED);
}

/* --- Read ------------------------------------------------------------------------------------------------------ */

static struct log_course_counts counts;
static struct failure failure;
static uint64_t last_ms; /* the last entry's time; 0: a second behind the one before, as all */

/* *told: all courses, where it is asked for. */
static enum reason read_story(json_t **told)
{
    struct log_courses *courses;
    failure = (struct failure){0};
    enum reason reason = log_courses_create(&courses, &failure);
    if (reason != REASON_DONE)
        return reason;
    for (size_t i = 0; i < story_size; i++) {
        struct entry_head head = {.seq = 100 + i, .time_ms = FIRST_SECOND + 1000 * i};
        if (i + 1 == story_size && last_ms != 0)
            head.time_ms = last_ms;
        snprintf(head.event, sizeof head.event, "%s", story[i].event);
        log_courses_add(courses, &head, (const uint8_t *)story[i].body,
            story[i].body != NULL ? strlen(story[i].body) : 0);
    }
    reason = log_courses_end(courses, &counts, &failure);
    if (told != NULL)
        *told = log_courses_json(courses);
    log_courses_destroy(courses);
    return reason;
}

static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* It is named by the entry, and in those words. */
static void assert_broken(size_t place, const char *why)
{
    char subject[32];
    snprintf(subject, sizeof subject, "entry %zu", 100 + place);
    assert_int_equal(read_story(NULL), REASON_COURSE_BROKEN);
    if (strstr(failure.detail, why) == NULL)
        assert_string_equal(failure.detail, why);
    assert_string_equal(failure.subject, subject);
    assert_int_equal(counts.broken, 1);
}

/* Likewise; then the story is as it must be again. told: what was changed in it. */
static inline void assert_one_break(const char *told, size_t place, const char *why)
{
    (void)told;
    assert_broken(place, why);
    forget(NULL);
    tell(NULL);
}

static void assert_proven(void)
{
    enum reason reason = read_story(NULL);
    assert_string_equal(failure.detail, "");
    assert_int_equal(reason, REASON_DONE);
    assert_int_equal(counts.broken + counts.unseen, 0);
}

#endif
