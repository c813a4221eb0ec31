#include "log/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/instant.h"
#include "json/writer.h"

#define CELL_SIZE   160
#define REFUSED_MAX 1000 /* in one transaction: more than it may have attempts */

/* --- The month */

/* Its first day, and that of the next one, which the last month that a date can name has not. */
static bool find_month(const char *month, int32_t *first, int32_t *next)
{
    char text[32];
    snprintf(text, sizeof text, "%.7s-01", month);
    if (strlen(month) != 7 || !day_parse(text, first) || *first < 0)
        return false;
    unsigned year = (unsigned)strtoul(month, NULL, 10), number = (unsigned)strtoul(month + 5, NULL, 10);
    snprintf(text, sizeof text, "%04u-%02u-01", year + number / 12, number % 12 + 1);
    return day_parse(text, next);
}

enum reason log_figures_init(struct log_figures *figures, const char *month, struct failure *failure)
{
    int32_t first, next;
    *figures = (struct log_figures){0};
    if (!find_month(month, &first, &next))
        return failure_set(failure, REASON_BAD_VALUE, "month", "must be a month such as 2026-11");
    figures->purposes = json_object();
    if (figures->purposes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "figures", NULL);
    snprintf(figures->month, sizeof figures->month, "%s", month);
    figures->since_ms = (int64_t)first * 86400 * 1000;
    figures->until_ms = (int64_t)next * 86400 * 1000;
    return REASON_DONE;
}

void log_figures_finish(struct log_figures *figures)
{
    json_decref(figures->purposes);
    figures->purposes = NULL;
}

/* --- Counting */

static const char *text_in(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text != NULL ? text : "not said";
}

/* The member of that name, an object, which is made where it is missing; borrowed. NULL without memory, or without a parent. */
static json_t *child(struct log_figures *figures, json_t *parent, const char *key)
{
    struct json_writer json;
    json_t *found = json_object_get(parent, key);
    if (found != NULL || parent == NULL)
        return found;
    json_writer_over(&json, json_incref(parent));
    json_write_value(&json, key, json_object());
    figures->lacks = json_writer_close(&json, "figures", NULL) != REASON_DONE || figures->lacks;
    return json_object_get(parent, key);
}

static void add(
    struct log_figures *figures, const json_t *body, const char *table, const char *cell, json_int_t number)
{
    struct json_writer json;
    json_t *cells = child(figures, child(figures, figures->purposes, text_in(body, "purpose")), table);
    if (cells == NULL)
        return; /* that was noted */
    json_writer_over(&json, json_incref(cells));
    json_write_integer(&json, cell, json_integer_value(json_object_get(cells, cell)) + number);
    figures->lacks = json_writer_close(&json, "figures", NULL) != REASON_DONE || figures->lacks;
}

static void count(struct log_figures *figures, const json_t *body, const char *table, const char *cell)
{
    add(figures, body, table, cell, 1);
}

static const char *quality_class(json_int_t quality)
{
    return quality < 20   ? "0-19"
           : quality < 40 ? "20-39"
           : quality < 60 ? "40-59"
           : quality < 80 ? "60-79"
                          : "80-100";
}

static void add_collection(struct log_figures *figures, const json_t *body)
{
    char cell[CELL_SIZE];
    json_t *flaw;
    size_t i;
    count(figures, body, "quality", quality_class(json_integer_value(json_object_get(body, "quality"))));
    snprintf(cell, sizeof cell, "%lld", (long long)json_integer_value(json_object_get(body, "attempt")));
    count(figures, body, "attempt", cell);
    json_array_foreach(json_object_get(body, "flaws"), i, flaw)
        count(figures, body, "flaws", json_is_string(flaw) ? json_string_value(flaw) : "not said");
    snprintf(cell, sizeof cell, "%s%s%s", text_in(body, "presentation_attack_detection"),
        json_object_get(body, "attack_detection_result") != NULL ? ": " : "",
        json_object_get(body, "attack_detection_result") != NULL ? text_in(body, "attack_detection_result")
                                                                 : "");
    count(figures, body, "attack_detection", cell);
    snprintf(
        cell, sizeof cell, "FAP %lld", (long long)json_integer_value(json_object_get(body, "sensor_fap")));
    count(figures, body, "sensor", json_object_get(body, "sensor_fap") != NULL ? cell : "class not known");
}

/* Nothing that was captured was good enough, so nothing was compared: the entry says after how many attempts. */
static bool failed_to_acquire(const json_t *body)
{
    return json_object_get(body, "attempts") != NULL && json_object_get(body, "why") != NULL;
}

/* As the first line was told: who knows that much and reads the figures would otherwise reckon how many were found in secret. */
static void add_decision(struct log_figures *figures, const json_t *body)
{
    char cell[CELL_SIZE];
    bool other = json_object_get(body, "told") != NULL &&
                 strcmp(text_in(body, "told"), text_in(body, "decision")) != 0;
    const char *why = other ? "told_why" : "why";
    bool has_why = json_object_get(body, why) != NULL;
    snprintf(cell, sizeof cell, "%s: %s%s%s", text_in(body, "kind"),
        text_in(body, other ? "told" : "decision"), has_why ? ": " : "",
        failed_to_acquire(body) ? "failure to acquire"
        : has_why               ? text_in(body, why)
                                : "");
    count(figures, body, "decisions", cell);
}

static void add_exception(struct log_figures *figures, const json_t *body)
{
    char cell[CELL_SIZE];
    const json_t *exception = json_object_get(body, "exception");
    snprintf(cell, sizeof cell, "%s: %s%s", text_in(exception, "kind"), text_in(exception, "reason"),
        json_is_false(json_object_get(exception, "post_says")) ? ", contradicted" : "");
    count(figures, body, "exceptions", cell);
}

/* What was captured and not taken; no entry of its own tells of it. */
static void add_refused(struct log_figures *figures, const json_t *body)
{
    json_t *refused = json_object_get(body, "refused_captures"), *number;
    const char *why;
    json_object_foreach(refused, why, number)
    {
        if (json_integer_value(number) > 0 && json_integer_value(number) <= REFUSED_MAX)
            add(figures, body, "refused_captures", why, json_integer_value(number));
    }
}

/* A look at the list is no crossing. */
static void add_consultation(struct log_figures *figures, const json_t *body)
{
    add_refused(figures, body);
    if (strcmp(text_in(body, "kind"), "manual_record") == 0)
        count(figures, body, "manual_records", text_in(body, "outcome"));
    else if (json_is_object(json_object_get(body, "exception")))
        add_exception(figures, body);
    else if (json_object_get(body, "transaction") != NULL && json_object_get(body, "decision") != NULL)
        add_decision(figures, body);
}

static void add_pair(struct log_figures *figures, const json_t *pair)
{
    const json_t *score = json_object_get(pair, "score");
    bool mated = json_is_true(json_object_get(pair, "mated"));
    if (!json_is_integer(score))
        return;
    if (!figures->scored) {
        figures->mated_lowest = INT32_MAX;
        figures->other_highest = -1;
    }
    figures->scored = true;
    if (mated && json_integer_value(score) < figures->mated_lowest)
        figures->mated_lowest = json_integer_value(score);
    if (!mated && json_integer_value(score) > figures->other_highest)
        figures->other_highest = json_integer_value(score);
}

static void add_self_test(struct log_figures *figures, const json_t *body)
{
    const char *result = text_in(body, "result");
    const json_t *pair;
    size_t i;
    json_t *pairs = json_object_get(body, "pairs");
    figures->passed += strcmp(result, "passed") == 0;
    figures->failed += strcmp(result, "failed") == 0;
    figures->incomplete += strcmp(result, "incomplete") == 0;
    json_array_foreach(pairs, i, pair) add_pair(figures, pair);
}

void log_figures_add(struct log_figures *figures, const char *event, int64_t time_ms, const json_t *body)
{
    enum log_event known;
    if (time_ms < figures->since_ms || time_ms >= figures->until_ms ||
        !log_event_parse(event, strlen(event), &known) || (FIGURES_EVENTS & LOG_EVENT_BIT(known)) == 0)
        return;
    if (json_object_get(body, "referral") != NULL)
        return; /* a look of the second line: their number is nobody else's business */
    figures->entries++;
    if (!json_is_object(body))
        figures->unseen++;
    else if (known == LOG_EVENT_COLLECTION)
        add_collection(figures, body);
    else if (known == LOG_EVENT_CONSULTATION)
        add_consultation(figures, body);
    else
        add_self_test(figures, body);
}

void log_figures_add_entry(struct log_figures *figures, const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head");
    log_figures_add(figures, text_in(head, "event"), json_integer_value(json_object_get(head, "t")),
        json_object_get(entry, "body"));
}

/* --- What is told of it */

/* Which cell of a table is withheld beside the small ones, or NULL. Whoever knows the table's sum from elsewhere would know a single small
 * cell, and small ones that are all as small or as large as can be. */
static const char *choose_withheld(json_t *cells)
{
    const char *key, *chosen = NULL;
    json_t *value;
    json_int_t small = 0, sum = 0, least = 0;
    json_object_foreach(cells, key, value)
    {
        json_int_t number = json_integer_value(value);
        if (number < FIGURES_LEAST) {
            small++;
            sum += number;
        } else if (chosen == NULL || number < least || (number == least && strcmp(key, chosen) < 0)) {
            chosen = key;
            least = number;
        }
    }
    bool given_away = small == 1 || sum == small || sum == small * (FIGURES_LEAST - 1);
    return small > 0 && given_away ? chosen : NULL;
}

static bool is_told(json_t *cells)
{
    const char *key;
    json_t *value;
    json_object_foreach(cells, key, value) if (json_integer_value(value) < FIGURES_LEAST) return false;
    return true;
}

static json_t *table_json(json_t *cells)
{
    const char *key, *withheld = choose_withheld(cells);
    struct json_writer json;
    json_t *value;
    json_writer_object(&json);
    json_object_foreach(cells, key, value)
    {
        if (json_integer_value(value) < FIGURES_LEAST)
            json_write_text(&json, key, "<5");
        else if (withheld != NULL && strcmp(key, withheld) == 0)
            json_write_text(&json, key, "withheld");
        else
            json_write_integer(&json, key, json_integer_value(value));
    }
    return json_writer_end(&json);
}

static json_int_t sum_of(json_t *cells)
{
    const char *key;
    json_t *value;
    json_int_t sum = 0;
    json_object_foreach(cells, key, value) sum += json_integer_value(value);
    return sum;
}

static json_t *purpose_json(const char *purpose, const json_t *tables)
{
    static const char *const names[] = {"decisions", "exceptions", "manual_records", "refused_captures",
        "quality", "attempt", "flaws", "sensor", "attack_detection"};
    json_t *decisions = json_object_get(tables, "decisions"),
           *exceptions = json_object_get(tables, "exceptions");
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "purpose", purpose);
    if (is_told(decisions) && is_told(exceptions))
        json_write_integer(&json, "transactions", sum_of(decisions) + sum_of(exceptions));
    else
        json_write_null(&json, "transactions");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_write_value(&json, names[i], table_json(json_object_get(tables, names[i])));
    return json_writer_end(&json);
}

static json_t *purposes_json(const struct log_figures *figures)
{
    struct json_writer list;
    const char *purpose;
    json_t *tables;
    json_writer_array(&list);
    json_object_foreach(figures->purposes, purpose, tables)
        json_append_value(&list, purpose_json(purpose, tables));
    return json_writer_end(&list);
}

static void write_score(struct json_writer *json, const char *name, bool known, json_int_t score)
{
    if (known)
        json_write_integer(json, name, score);
    else
        json_write_null(json, name);
}

static json_t *self_tests_json(const struct log_figures *figures)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "passed", (int64_t)figures->passed);
    json_write_integer(&json, "failed", (int64_t)figures->failed);
    json_write_integer(&json, "incomplete", (int64_t)figures->incomplete);
    write_score(
        &json, "mated_lowest", figures->scored && figures->mated_lowest < INT32_MAX, figures->mated_lowest);
    write_score(
        &json, "non_mated_highest", figures->scored && figures->other_highest >= 0, figures->other_highest);
    return json_writer_end(&json);
}

json_t *log_figures_json(const struct log_figures *figures, uint64_t size)
{
    char text[INSTANT_TEXT_SIZE];
    struct json_writer json;
    if (figures->lacks)
        return NULL;
    json_writer_object(&json);
    json_write_text(&json, "month", figures->month);
    json_write_text(&json, "from", instant_format(figures->since_ms, text));
    json_write_text(&json, "until", instant_format(figures->until_ms, text));
    json_write_integer(&json, "size", (int64_t)size);
    json_write_integer(&json, "entries", (int64_t)figures->entries);
    json_write_integer(&json, "unseen", (int64_t)figures->unseen);
    json_write_integer(&json, "suppressed_below", FIGURES_LEAST);
    json_write_value(&json, "purposes", purposes_json(figures));
    json_write_value(&json, "self_tests", self_tests_json(figures));
    return json_writer_end(&json);
}
