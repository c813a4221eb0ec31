/* command_referral.c: matches that people verify: found, taken, judged, decided. What a person has to say and did not he is asked where he sits
 * at a terminal; no judgement and no verdict is ever presumed (H1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kordonctl/asking.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/referral_parts.h"
#include "tools/kordonctl/referral_table.h"

#define CANDIDATES_MAX 64 /* of a match */

/* --- Seen ------------------------------------------------------------------------------------------------------ */

/* What can't wait goes before the rest, and what is decided behind all that waits. */
static int place_in_queue(const json_t *row)
{
    if (!referral_waits(row))
        return 2;
    return strcmp(text_of(row, "urgency"), "immediate") == 0 ? 0 : 1;
}

/* Of those that wait the one that is due first goes first, of the others the newest. */
static int compare_rows(const void *one, const void *other)
{
    const json_t *first = *(const json_t *const *)one, *second = *(const json_t *const *)other;
    const int place = place_in_queue(first), difference = place - place_in_queue(second);
    const long long due = number_of(first, "due_ms"), others = number_of(second, "due_ms");
    const int earlier = (due > others) - (due < others);
    return difference != 0 ? difference : place < 2 ? earlier : -earlier;
}

/* As a queue: kordond tells them newest first. */
static enum reason print_queue(const json_t *rows, struct failure *failure)
{
    const size_t count = json_array_size(rows);
    const json_t **queue = calloc(count + 1, sizeof *queue);
    if (queue == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referrals", NULL);
    for (size_t i = 0; i < count; i++)
        queue[i] = json_array_get(rows, i);
    qsort(queue, count, sizeof *queue, compare_rows);
    if (count > 0 && terminal_width() > 0)
        referral_table_print(queue, count);
    for (size_t i = 0; i < count && terminal_width() == 0; i++)
        referral_print_row(queue[i]);
    free(queue);
    if (count == 0)
        print_line("%s", _("no referral that you are shown"));
    return REASON_DONE;
}

enum reason command_referral_list(struct session *session, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE] = "/v1/referrals";
    json_t *answer;
    const json_t *row;
    size_t i;
    TRY(client_get_all(session->client, path, sizeof path, "referrals", &answer, failure));
    const json_t *rows = json_object_get(answer, "referrals");
    json_array_foreach(rows, i, row)
    {
        if (json_is_true(json_object_get(row, "overdue")))
            session->exit_code = 1;
    }
    if (session->arguments.json)
        return print_json(answer, failure);
    enum reason reason = print_queue(rows, failure);
    json_decref(answer);
    return reason;
}

static enum reason show(const struct session *session, json_t *referral, struct failure *failure)
{
    if (session->arguments.json)
        return print_json(referral, failure);
    referral_print(referral);
    json_decref(referral);
    return REASON_DONE;
}

enum reason command_referral_show(struct session *session, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    json_t *referral;
    referral_path(session, "", path);
    TRY(client_get(session->client, path, &referral, failure));
    return show(session, referral, failure);
}

/* --- Done ------------------------------------------------------------------------------------------------------ */

/* To who ended them by his act: nobody else tells the traveller. */
static void tell_removed(const json_t *answer)
{
    const json_t *mark;
    size_t i;
    json_array_foreach(json_object_get(answer, "redress_removed"), i, mark)
        print_error_line(_("case of redress %s rested on the outcome before and is removed: the letter given "
                           "with it is void, and the traveller is referred as before"),
            json_string_value(mark));
}

/* body NULL: there is none; else taken. */
static enum reason act(const struct session *session, const char *method, const char *part, json_t *body,
    struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    const struct client_request request = {.method = method, .path = path, .once = true};
    json_t *referral = NULL;
    enum reason reason;
    referral_path(session, part, path);
    if (body != NULL)
        reason = client_do_once(session->client, method, path, body, &referral, failure);
    else
        reason = client_send_json(session->client, &request, &referral, failure);
    if (reason == REASON_OUTCOME_UNKNOWN)
        return failure_set(failure, reason, session->arguments.words[0],
            N_("no answer came, and kordonctl referral show tells whether it is done"));
    if (reason != REASON_DONE)
        return reason;
    tell_removed(referral);
    return show(session, referral, failure);
}

enum reason command_referral_take(struct session *session, struct failure *failure)
{
    return act(session, "POST", "/seat", NULL, failure);
}

enum reason command_referral_give_back(struct session *session, struct failure *failure)
{
    TRY(act(session, "DELETE", "/seat", NULL, failure));
    if (!session->arguments.json)
        print_line("%s", _("who has judged the probe does not take it again"));
    return REASON_DONE;
}

enum reason command_referral_claim_protection(struct session *session, struct failure *failure)
{
    return act(session, "POST", "/protection_claim", NULL, failure);
}

static enum reason act_saying(
    const struct session *session, const char *part, struct json_writer *said, struct failure *failure)
{
    json_t *body = json_writer_end(said);
    if (body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    return act(session, "POST", part, body, failure);
}

enum reason command_referral_hand_over(struct session *session, struct failure *failure)
{
    struct json_writer said;
    json_writer_object(&said);
    json_write_text(&said, "to", session->arguments.words[1]);
    return act_saying(session, "/hand_over", &said, failure);
}

/* --- Said ------------------------------------------------------------------------------------------------------ */

/* A choice of words, and how it is told to who gave none or another one. */
struct wanted_word {
    const char *label, *wanted;
    struct asked_choice choice;
};

/* What stands behind the id, judged before anything else is asked of him, or what he is asked for. */
static enum reason find_word(const struct session *session, const struct wanted_word *wanted,
    const char **word, struct failure *failure)
{
    const struct asked_choice *choice = &wanted->choice;
    *word = session->arguments.words[1];
    if (*word == NULL && asking_is_possible(session))
        return ask_choice(choice, word, failure);
    for (size_t i = 0; *word != NULL && i < choice->count; i++)
        if (strcmp(*word, choice->codes[i]) == 0)
            return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, wanted->label, "%s", wanted->wanted);
}

static enum reason find_reason(const struct session *session, char line[static ASKED_LINE_SIZE],
    const char **reason, struct failure *failure)
{
    *reason = session_option(session, OPTION_REASON, NULL);
    if (*reason != NULL)
        return REASON_DONE;
    if (!asking_is_possible(session))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "--reason", N_("say why, in your own words: it stands in the log"));
    *reason = line;
    do {
        TRY(ask_line(_("why, in your own words"), line, failure));
    } while (line[strspn(line, " \t")] == '\0');
    return REASON_DONE;
}

/* Who does not come: he who is in the register no more, or who alone has a seat; nobody is presumed where it may be either. */
static const char *holder_to_go(const json_t *seats)
{
    const char *alone = NULL, *gone = NULL;
    size_t i, held = 0, left = 0;
    const json_t *seat;
    json_array_foreach(seats, i, seat)
    {
        if (!json_is_true(json_object_get(seat, "held")))
            continue;
        held++;
        alone = text_of(seat, "holder");
        if (json_is_true(json_object_get(seat, "holder_gone"))) {
            left++;
            gone = alone;
        }
    }
    return left == 1 ? gone : held == 1 ? alone : NULL;
}

static enum reason find_holder(
    const struct session *session, json_t **referral, const char **holder, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    *referral = NULL;
    *holder = session->arguments.words[1];
    if (*holder != NULL)
        return REASON_DONE;
    referral_path(session, "", path);
    TRY(client_get(session->client, path, referral, failure));
    *holder = holder_to_go(json_object_get(*referral, "seats"));
    return *holder != NULL ? REASON_DONE
                           : failure_set(failure, REASON_BAD_ARGUMENT, "PERSON",
                                 N_("say whose seat, as kordonctl referral show names its holder"));
}

enum reason command_referral_free(struct session *session, struct failure *failure)
{
    char line[ASKED_LINE_SIZE];
    const char *holder, *why;
    json_t *referral;
    struct json_writer said;
    enum reason reason = find_holder(session, &referral, &holder, failure);
    if (reason == REASON_DONE)
        reason = find_reason(session, line, &why, failure);
    if (reason == REASON_DONE) {
        json_writer_object(&said);
        json_write_text(&said, "holder", holder);
        json_write_text(&said, "reason", why);
        reason = act_saying(session, "/freed_seat", &said, failure);
    }
    json_decref(referral);
    return reason;
}

enum reason command_referral_judge(struct session *session, struct failure *failure)
{
    static const char *const judgements[] = {CODE_("probe_judgement", "usable"),
        CODE_("probe_judgement", "limited"), CODE_("probe_judgement", "not_usable")};
    const struct wanted_word wanted = {"JUDGEMENT",
        N_("write usable, limited or not_usable: nothing is presumed"),
        {_("the traveller's prints, seen alone, are:"), "probe_judgement", judgements, 3}};
    char line[ASKED_LINE_SIZE];
    const char *judgement, *why = session_option(session, OPTION_REASON, NULL);
    struct json_writer said;
    TRY(find_word(session, &wanted, &judgement, failure));
    if (strcmp(judgement, judgements[0]) != 0)
        TRY(find_reason(session, line, &why, failure));
    json_writer_object(&said);
    json_write_text(&said, "judgement", judgement);
    json_write_text_if(&said, "reason", why);
    return act_saying(session, "/probe_judgement", &said, failure);
}

static enum reason say_verdict(const struct session *session, const char *part, struct failure *failure)
{
    static const char *const verdicts[] = {
        CODE_("verdict", "hit"), CODE_("verdict", "false_positive"), CODE_("verdict", "inconclusive")};
    const struct wanted_word wanted = {"VERDICT",
        N_("write hit, false_positive or inconclusive: nothing is presumed"),
        {_("traveller and person on the list are, as you see it:"), "verdict", verdicts, 3}};
    char line[ASKED_LINE_SIZE];
    const char *verdict, *why, *candidate_text = session_option(session, OPTION_CANDIDATE, NULL);
    uint64_t candidate = 0;
    struct json_writer said;
    if (candidate_text != NULL)
        TRY(arguments_number("--candidate", candidate_text, 1, CANDIDATES_MAX, &candidate, failure));
    TRY(find_word(session, &wanted, &verdict, failure));
    TRY(find_reason(session, line, &why, failure));
    json_writer_object(&said);
    json_write_text(&said, "verdict", verdict);
    json_write_text(&said, "reason", why);
    json_write_integer_if(&said, "candidate", (int64_t)candidate);
    json_write_text_if(&said, "entry_since", session->arguments.words[2]);
    return act_saying(session, part, &said, failure);
}

enum reason command_referral_verdict(struct session *session, struct failure *failure)
{
    return say_verdict(session, "/verdict", failure);
}

enum reason command_referral_override(struct session *session, struct failure *failure)
{
    return say_verdict(session, "/override", failure);
}

enum reason command_referral_correct(struct session *session, struct failure *failure)
{
    return say_verdict(session, "/correction", failure);
}

enum reason command_referral_report_check(const struct session *session, struct failure *failure)
{
    return session_option(session, OPTION_PLACE, NULL) != NULL
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_ARGUMENT, "--place",
                     N_("it is mandatory: say where the person was"));
}

enum reason command_referral_report(struct session *session, struct failure *failure)
{
    static const struct {
        enum option_name option;
        const char *key;
    } texts[] = {{OPTION_PLACE, "place"}, {OPTION_TIME, "time"}, {OPTION_REASON, "reason"},
        {OPTION_ROUTE, "route"}, {OPTION_COMPANIONS, "companions"}, {OPTION_VEHICLE, "vehicle"},
        {OPTION_OBJECTS, "objects"}};
    struct json_writer said;
    json_writer_object(&said);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        json_write_text_if(&said, texts[i].key, session_option(session, texts[i].option, NULL));
    return act_saying(session, "/report", &said, failure);
}
