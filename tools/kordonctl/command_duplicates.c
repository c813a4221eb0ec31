#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/duplicates.h"
#include "tools/kordonctl/interrupt.h"

/* Behind an import of at most so many people, of whom it is known within seconds. */
#define WAITS         50
#define WAITED_PEOPLE 1000
#define WAIT_NS       100000000

static bool is_finished(const json_t *answer)
{
    return json_is_true(json_object_get(answer, "finished"));
}

static void print_pair(const json_t *pair)
{
    const json_t *entry;
    size_t i;
    json_array_foreach(json_object_get(pair, "entries"), i, entry)
        print_line("  %s  %s", text_of(entry, "entry"), text_of(entry, "category"));
    print_line("    agree in %s, score %lld", text_of(pair, "position"), number_of(pair, "score"));
}

static void print_found(const json_t *answer)
{
    const long long found = number_of(answer, "found"), compared = number_of(answer, "compared");
    if (found > 0)
        print_line(
            "duplicates      %lld %s of entries with the same finger: one person under two names, or one "
            "file under two people",
            found, counted((unsigned long long)found, "pair", "pairs"));
    else if (is_finished(answer) && compared > 0)
        print_line(
            "duplicates      none found with a score of %lld or more among %lld entries that were compared",
            number_of(answer, "threshold"), compared);
    else if (is_finished(answer))
        print_line("duplicates      nobody was compared with anybody");
}

/* That nothing was found means only as much as was compared. */
static void print_reach(const json_t *answer)
{
    const char *reason = json_string_value(json_object_get(answer, "waits_for"));
    const long long entries = number_of(answer, "entries"), others = number_of(answer, "not_compared");
    if (!is_finished(answer))
        print_line("duplicates      not finished: %lld of %lld %s searched by now%s%s; kordonctl watchlist "
                   "duplicates says it later",
            number_of(answer, "searched"), entries,
            counted((unsigned long long)entries, "entry was", "entries were"), reason != NULL ? "; " : "",
            reason != NULL ? reason : "");
    if (others > 0)
        print_line(
            "not compared    %lld of %lld %s: not searched, or nobody whom the same purpose may see has "
            "such a finger",
            others, entries, counted((unsigned long long)entries, "entry", "entries"));
}

static void print_pairs(const json_t *answer)
{
    const json_t *pairs = json_object_get(answer, "pairs"), *pair;
    const long long further = number_of(answer, "found") - (long long)json_array_size(pairs);
    const long long left_out = number_of(answer, "left_out");
    size_t i;
    json_array_foreach(pairs, i, pair) print_pair(pair);
    if (json_array_size(pairs) == 0)
        return;
    if (further > 0)
        print_line("  ... and %lld further %s: kordonctl watchlist duplicates", further,
            counted((unsigned long long)further, "pair", "pairs"));
    if (left_out > 0)
        print_line("  ... and %lld or more fingers that agree, whose pairs are not kept: mend these first",
            left_out);
    print_line("  who they are: kordonctl watchlist show ENTRY --identity --justification WHY");
}

void duplicates_say(const json_t *answer)
{
    print_found(answer);
    print_pairs(answer);
    print_reach(answer);
}

enum reason command_watchlist_duplicates(struct session *session, struct failure *failure)
{
    char path[256] = "/v1/watchlist/duplicates?limit=1000";
    json_t *answer = NULL;
    enum reason reason = client_get_all(session->client, path, sizeof path, "pairs", &answer, failure);
    if (reason == REASON_DONE && session->arguments.json)
        return print_json(answer, failure);
    if (reason == REASON_DONE)
        duplicates_say(answer);
    json_decref(answer);
    return reason;
}

/* How far it is when it has finished, or when nobody waits for it any longer. */
static enum reason await_end(const struct session *session, json_t **answer, struct failure *failure)
{
    const struct timespec pause = {.tv_nsec = WAIT_NS};
    *answer = NULL;
    for (int i = 0;; i++) {
        json_decref(*answer);
        TRY(client_get(session->client, "/v1/watchlist/duplicates?progress=1", answer, failure));
        if (is_finished(*answer) || number_of(*answer, "entries") > WAITED_PEOPLE || i == WAITS ||
            interrupt_came())
            return REASON_DONE;
        nanosleep(&pause, NULL);
    }
}

void duplicates_say_behind_import(const struct session *session)
{
    char path[128];
    struct failure failure = {0};
    json_t *answer;
    snprintf(path, sizeof path, "/v1/watchlist/duplicates?limit=%d", DUPLICATES_SHOWN);
    enum reason reason = await_end(session, &answer, &failure);
    if (reason == REASON_DONE && number_of(answer, "found") > 0) {
        json_decref(answer);
        reason = client_get(session->client, path, &answer, &failure);
    }
    if (reason == REASON_DONE)
        duplicates_say(answer);
    else
        print_line(
            "duplicates      not known: %s; kordonctl watchlist duplicates asks again", reason_text(reason));
    json_decref(answer);
}
