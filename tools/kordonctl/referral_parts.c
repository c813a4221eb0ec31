#include "tools/kordonctl/referral_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/kordonctl/client.h"

#define DUE_SIZE 128

enum reason referral_id_check(const char *name, const char *id, struct failure *failure)
{
    if (strspn(id, "0123456789abcdef") != REFERRAL_ID_DIGITS ||
        (strcmp(id + REFERRAL_ID_DIGITS, "") != 0 && strcmp(id + REFERRAL_ID_DIGITS, "s") != 0))
        return failure_set(failure, REASON_BAD_ARGUMENT, name,
            N_("32 hexadecimal digits are needed, and of a silent one an s"));
    return REASON_DONE;
}

bool referral_is_silent(const char *id)
{
    const size_t size = strlen(id);
    return size > 0 && id[size - 1] == 's';
}

void referral_path(const struct session *session, const char *part, char path[static REFERRAL_PATH_SIZE])
{
    snprintf(path, REFERRAL_PATH_SIZE, "/v1/referrals/%s%s", session->arguments.words[0], part);
}

bool referral_waits(const json_t *referral)
{
    const char *state = text_of(referral, "state");
    return strcmp(state, "open") == 0 || strcmp(state, "disagreed") == 0;
}

/* What can't wait any more than before is so when it is overdue as well; what is decided waits for nobody. */
const char *referral_standing(const json_t *referral)
{
    const bool immediate = referral_waits(referral) && strcmp(text_of(referral, "urgency"), "immediate") == 0;
    if (json_is_true(json_object_get(referral, "overdue")))
        return immediate ? _("OVERDUE, immediate") : _("OVERDUE");
    return immediate ? _("immediate") : "";
}

/* "  decide by 2026-11-27 19:23:53 UTC"; "" of what is decided. */
static const char *due_in_words(const json_t *row, char text[static DUE_SIZE])
{
    char time[32];
    text[0] = '\0';
    if (referral_waits(row))
        snprintf(
            text, DUE_SIZE, _("  decide by %s"), time_in_words(number_of(row, "due_ms"), time, sizeof time));
    return text;
}

void referral_print_row(const json_t *row)
{
    char time[32], due[DUE_SIZE];
    const char *standing = referral_standing(row);
    print_line("%-33s  %s  %s  %s  %s%s%s%s%s%s", text_of(row, "referral"),
        time_in_words(number_of(row, "time_ms"), time, sizeof time),
        code_in_words("referral_state", text_of(row, "state")),
        code_in_words("referral_route", text_of(row, "route")), text_of(row, "purpose"),
        due_in_words(row, due), standing[0] != '\0' ? "  " : "", standing,
        referral_waits(row) && json_is_true(json_object_get(row, "own")) ? _(" (a seat is yours)") : "",
        referral_waits(row) && json_is_true(json_object_get(row, "holder_gone"))
            ? _(" (who has a seat is not in the register any more)")
            : "");
}

/* --- One of them ----------------------------------------------------------------------------------------------- */

static const char *phase_in_words(const json_t *seat)
{
    const char *phase = text_or_empty(seat, "phase");
    if (strcmp(phase, "probe") == 0)
        return _(": the probe is to be judged");
    if (strcmp(phase, "comparison") == 0)
        return _(": the verdict is to be given");
    return "";
}

/* Whom it means where it is a hit; nothing where that is not said. */
static void print_meant(const json_t *hit)
{
    if (number_of(hit, "candidate") != 0)
        print_line(_("                candidate %lld"), number_of(hit, "candidate"));
}

static void print_found(const json_t *seat)
{
    const char *why = text_or_empty(seat, "judgement_reason");
    if (json_object_get(seat, "judgement") != NULL)
        print_line(_("                prints: %s%s%s"),
            code_in_words("probe_judgement", text_of(seat, "judgement")), why[0] != '\0' ? ". " : "", why);
    if (json_object_get(seat, "verdict") != NULL)
        print_line(_("                verdict: %s. %s"), code_in_words("verdict", text_of(seat, "verdict")),
            text_of(seat, "reason"));
    print_meant(seat);
}

static void print_seats(const json_t *seats, const char *id, bool waiting)
{
    const json_t *seat;
    size_t i;
    json_array_foreach(seats, i, seat)
    {
        const char *label = i == 0 ? _("seats          ") : UNLABELLED;
        if (json_is_true(json_object_get(seat, "held")))
            print_line("%s %s%s%s", label, text_of(seat, "holder"),
                json_is_true(json_object_get(seat, "own")) ? _(" (yours)") : "", phase_in_words(seat));
        else
            print_line(_("%s free"), label);
        if (waiting && json_is_true(json_object_get(seat, "holder_gone")))
            print_line(_("                NOT IN THE REGISTER ANY MORE: enter the person in it again, or a "
                         "supervisor frees "
                         "the seat: kordonctl referral free %s %s"),
                id, text_of(seat, "holder"));
        print_found(seat);
    }
}

static void print_word(const char *label, const json_t *word)
{
    if (word == NULL)
        return;
    print_line(_("%s %s, by %s: %s"), label, code_in_words("verdict", text_of(word, "verdict")),
        text_of(word, "by"), text_of(word, "reason"));
    print_meant(word);
}

/* The phase of the seat that is his who asks; "": he has none that waits for him. */
static const char *own_phase(const json_t *seats)
{
    const json_t *seat;
    size_t i;
    json_array_foreach(seats, i, seat)
    {
        if (json_is_true(json_object_get(seat, "own")))
            return text_or_empty(seat, "phase");
    }
    return "";
}

/* Whether somebody has the other seat is told beside the seats, and is no part of how it stands with one's own verdict. */
static bool own_verdict_waits(const json_t *referral)
{
    const char *state = text_of(referral, "state");
    return strcmp(state, "open") == 0 && strcmp(own_phase(json_object_get(referral, "seats")), "done") == 0;
}

/* A machine's match is no outcome (H1). */
static void print_outcome(const json_t *referral)
{
    const char *outcome = json_string_value(json_object_get(referral, "outcome"));
    if (outcome != NULL)
        print_line(_("outcome         %s"), code_in_words("verdict", outcome));
    else if (own_verdict_waits(referral))
        print_line(
            "%s", _("outcome         none: your verdict is recorded, and waits for a second person's"));
    else if (strcmp(text_of(referral, "state"), "disagreed") == 0)
        print_line("%s", _("outcome         none: the verdicts differ"));
    else
        print_line("%s", _("outcome         none yet: people have not decided"));
    print_meant(referral);
    print_word(_("overridden     "), json_object_get(referral, "overridden"));
    print_word(_("corrected      "), json_object_get(referral, "corrected"));
    if (json_is_true(json_object_get(referral, "probe_erased")))
        print_line("%s", _("probe           erased: nobody can look at the prints any more"));
    else if (json_is_true(json_object_get(referral, "probe_closed")))
        print_line("%s", _("probe           closed: nobody can look at the prints here any more"));
}

static void print_case(const json_t *referral)
{
    char time[32], due[32];
    const char *officer = json_string_value(json_object_get(referral, "officer"));
    print_line(_("matched         %s, by a machine"),
        time_in_words(number_of(referral, "time_ms"), time, sizeof time));
    print_line(_("decide by       %s"), time_in_words(number_of(referral, "due_ms"), due, sizeof due));
    print_line(_("purpose         %s, %s"), text_of(referral, "purpose"), text_of(referral, "legal_basis"));
    print_line(_("opened by       %s%s%s"), text_of(referral, "terminal"), officer != NULL ? _(", for ") : "",
        officer != NULL ? officer : "");
    print_line(_("traveller       %s, %s%s"),
        code_in_words("traveller_group", text_of(referral, "traveller_group")),
        code_in_words("age_band", text_of(referral, "age_band")),
        json_is_true(json_object_get(referral, "protection_claimed")) ? _("; asks for protection") : "");
}

/* Only where it is not what the machine compared with. */
static void print_entries(const json_t *since)
{
    const json_t *each;
    size_t i;
    json_array_foreach(since, i, each)
    {
        const char *word = json_string_value(each);
        if (word != NULL && (strcmp(word, "changed") == 0 || strcmp(word, "gone") == 0))
            print_line(_("candidate %zu     the list's entry since the match: %s"), i + 1,
                code_in_words("entry_since", word));
    }
}

/* What people came to is no end of it for who made it: what he does now, and what he no longer keeps. */
static void print_after(const json_t *referral, const char *id)
{
    const char *outcome = text_or_empty(referral, "outcome");
    if (strcmp(outcome, "hit") == 0) {
        print_line("%s", _("next            act as the alert's instruction says"));
        print_line("%s", _("                who it is: kordonctl watchlist show NUMBER --identity "
                           "--justification WHY (the "
                           "entry's number, as referral pictures told it)"));
    }
    if (strcmp(outcome, "false_positive") == 0 && !referral_is_silent(id))
        print_line(_("next            so that the traveller is not referred for it again, where a document "
                     "was named "
                     "when he crossed, a supervisor: kordonctl redress add %s --document FILE --until "
                     "DAY --reason WHY"),
            id);
    if (strcmp(outcome, "hit") == 0 || (strcmp(outcome, "false_positive") == 0 && !referral_is_silent(id)))
        print_line(
            "%s", _("                delete the pictures that were fetched: nobody needs them any more"));
    else if (outcome[0] != '\0')
        print_line(
            "%s", _("next            delete the pictures that were fetched: nobody needs them any more"));
}

/* Where it is a supervisor's: what differs he decides by what he sees (H3), what is overdue he ends without. */
static void print_supervisors_next(const json_t *referral, const char *id)
{
    const char *state = text_of(referral, "state");
    if (strcmp(state, "disagreed") == 0) {
        print_line(_("next            a supervisor without a part in it looks at the prints: kordonctl "
                     "referral pictures %s --out FOLDER"),
            id);
        print_line(_("                then decides: kordonctl referral override %s"), id);
    } else if (strcmp(state, "open") == 0 && json_is_true(json_object_get(referral, "overdue"))) {
        print_line(_("overdue         a supervisor without a part in it can end it: kordonctl referral "
                     "override %s inconclusive"),
            id);
    }
}

/* What comes next, as it is typed. */
static void print_next(const json_t *referral)
{
    const char *id = text_of(referral, "referral"), *phase = own_phase(json_object_get(referral, "seats"));
    const bool judges = strcmp(phase, "probe") == 0;
    print_after(referral, id);
    if (referral_is_silent(id))
        print_line(_("to report       what was seen, without the traveller's noticing: kordonctl referral "
                     "report %s --place PLACE"),
            id);
    print_supervisors_next(referral, id);
    if (!judges && strcmp(phase, "comparison") != 0)
        return;
    print_line(_("next            look at the prints: kordonctl referral pictures %s --out FOLDER"), id);
    if (judges)
        print_line(_("                then judge them: kordonctl referral judge %s"), id);
    else
        print_line(_("                then give your verdict: kordonctl referral verdict %s"), id);
}

void referral_print(const json_t *referral)
{
    const char *standing = referral_standing(referral);
    print_line(_("referral        %s"), text_of(referral, "referral"));
    if (json_object_get(referral, "state") == NULL) {
        print_line("%s", _("                recorded; it is no longer among those that you are shown"));
        return;
    }
    print_line(_("state           %s, %s%s%s"), code_in_words("referral_state", text_of(referral, "state")),
        code_in_words("referral_route", text_of(referral, "route")), standing[0] != '\0' ? ", " : "",
        standing);
    print_case(referral);
    print_seats(json_object_get(referral, "seats"), text_of(referral, "referral"), referral_waits(referral));
    print_entries(json_object_get(referral, "entries_since"));
    print_outcome(referral);
    if (number_of(referral, "reports") > 0)
        print_line(_("reports         %lld"), number_of(referral, "reports"));
    print_next(referral);
}
