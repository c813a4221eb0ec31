#include "tools/kordonctl/transaction_result.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "matcher/matcher.h"
#include "store/watchlist.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

static const struct {
    const char *decision;
    int exit_code;
    const char *of_identification, *of_verification;
} decisions[] = {
    {"match", 0,
        N_("MATCH with an alert. By a machine: not a hit until people in the second line confirm it."),
        N_("MATCH: the finger agrees with the reference. By a machine: people decide what follows.")},
    {"no_match", 1, N_("NO MATCH with any alert that was searched."),
        N_("NO MATCH: the finger does not agree with the reference. People decide what follows.")},
    {"inconclusive", 2, N_("INCONCLUSIVE. Nothing was found out; this is not a no-match."),
        N_("INCONCLUSIVE. Nothing was found out; this is not a no-match.")},
};

/* match: what the decision says in place of the above. Whoever is to be protected is not spoken of like one who is wanted (P5). */
static const struct {
    const char *route, *match, *to;
} routes[] = {
    {"second_line", NULL, N_("the second line")},
    {"protection_officer",
        N_("MATCH. By a machine: not a hit until people confirm it. The protection officer helps; nobody is "
           "accused by it."),
        N_("the protection officer: stay with the person until that officer comes")},
};

int transaction_result_exit_code(const json_t *result)
{
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
        if (strcmp(decisions[i].decision, text_of(result, "decision")) == 0)
            return decisions[i].exit_code;
    return -1;
}

/* A score above what the calibration vouches for is told as the vouched rate "or rarer": nobody may take it for more. */
static void print_score(const char *label, const json_t *comparison)
{
    char words[64];
    long long score = number_of(comparison, "score");
    double fmr = json_number_value(json_object_get(comparison, "fmr"));
    print_line("%s%lld: %s%s", label, score, fmr_in_words(fmr, words, sizeof words),
        fmr > 1.001 * matcher_score_fmr((matcher_score)score) ? _(" or rarer") : "");
}

/* The officer should know where fingers were given in another order than asked for. */
static void print_swapped(const char *label, const json_t *comparison)
{
    long long swapped = number_of(comparison, "swapped");
    if (swapped > 0)
        print_line(_("%s%lld matched a finger of another position than the one asked for"), label, swapped);
}

static void print_candidate(const json_t *candidate)
{
    enum alert_category category;
    const char *name = text_of(candidate, "category");
    bool protection = alert_category_parse(name, &category) && alert_category_is_protection(category);
    print_line(_("candidate %lld     %s%s"), number_of(candidate, "rank"), code_in_words("category", name),
        protection ? _(" (PROTECTION ALERT: this person may need help)") : "");
    print_score(_("  score         "), candidate);
    print_swapped(_("  fingers       "), candidate);
    print_line(_("  what to do    %s"), text_of(candidate, "action"));
    print_line(_("  instruction   %s"), text_of(candidate, "instruction"));
    print_line(_("  reference     %s (this machine's own number)"), text_of(candidate, "reference"));
}

/* With how many a finger was compared at its place on the hand: what was not looked for can't have been found. */
static void print_people(const json_t *identification)
{
    long long visible = number_of(identification, "visible"),
              searched = number_of(identification, "searched"),
              others = number_of(identification, "searched_other_fingers");
    if (json_object_get(identification, "visible") == NULL)
        return; /* no list was there */
    if (json_object_get(identification, "searched") == NULL) {
        print_line(_("searched        not whole: nothing may be concluded from it"));
        return;
    }
    print_line(_("searched        %lld of %lld people of list %s, version %lld"), searched, visible,
        text_of(identification, "list"), number_of(identification, "list_version"));
    long long missed = visible - searched - others;
    if (others > 0)
        print_line(
            _("                with %lld more %s only other fingers than the captured ones were compared"),
            others, counted((unsigned long long)others, _("person"), _("people")));
    if (missed > 0)
        print_line(_("                %lld %s none of the captured fingers on the list"), missed,
            counted((unsigned long long)missed, _("person has"), _("people have")));
}

static void print_identification(const json_t *identification)
{
    const json_t *candidate;
    size_t i;
    double target = json_number_value(json_object_get(identification, "target_fpir"));
    char figure[FIGURE_SIZE];
    print_people(identification);
    if (target > 0 && json_object_get(identification, "threshold") != NULL)
        print_line(
            _("threshold       score %lld, so that one traveller on no list in %s is referred by mistake"),
            number_of(identification, "threshold"), one_in(target, figure));
    json_array_foreach(json_object_get(identification, "candidates"), i, candidate)
        print_candidate(candidate);
}

static void print_verification(const json_t *verification)
{
    print_line(_("compared        one to one with the reference that was presented"));
    /* A comparison that was not made has no score, and none is invented for it. */
    if (json_object_get(verification, "score") != NULL)
        print_score(_("score           "), verification);
    print_swapped(_("fingers         "), verification);
    if (json_object_get(verification, "threshold") != NULL)
        print_line(_("threshold       score %lld"), number_of(verification, "threshold"));
}

/* Why nothing was found out, and what to do about it. */
static void print_why(const json_t *failure)
{
    if (!json_is_object(failure))
        return;
    const char *detail = json_string_value(json_object_get(failure, "detail"));
    const char *remedy = json_string_value(json_object_get(failure, "remedy"));
    print_line(_("why             %s%s%s"), text_of(failure, "text"),
        detail != NULL && detail[0] != '\0' ? ": " : "", detail != NULL ? detail : "");
    if (remedy != NULL && remedy[0] != '\0')
        print_line(_("what to do      %s"), remedy);
}

static void print_referral(const json_t *referral)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(routes[i].route, text_of(referral, "route")) == 0)
            print_line(_("referred to     %s"), _(routes[i].to));
}

static const char *decision_in_words(const json_t *result, size_t decision)
{
    const char *route = text_of(json_object_get(result, "referral"), "route");
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (routes[i].match != NULL && strcmp(routes[i].route, route) == 0)
            return _(routes[i].match);
    return json_is_object(json_object_get(result, "identification"))
               ? _(decisions[decision].of_identification)
               : _(decisions[decision].of_verification);
}

void transaction_result_print(const json_t *result)
{
    char time[64];
    int outcome = transaction_result_exit_code(result);
    const char *why = json_string_value(json_object_get(result, "why"));
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
        if (decisions[i].exit_code == outcome)
            print_line(_("decision        %s%s%s"), decision_in_words(result, i),
                outcome == 2 && why != NULL ? _(" Why: ") : "", outcome == 2 && why != NULL ? why : "");
    if (json_is_object(json_object_get(result, "referral")))
        print_referral(json_object_get(result, "referral"));
    print_why(json_object_get(result, "failure"));
    if (json_is_object(json_object_get(result, "verification")))
        print_verification(json_object_get(result, "verification"));
    if (json_is_object(json_object_get(result, "identification")))
        print_identification(json_object_get(result, "identification"));
    print_line(_("recorded        %s"), time_in_words(number_of(result, "time_ms"), time, sizeof time));
}

/* Of "not applicable" the reason is the traveller's group or age. */
static const char *reason_in_words(const char *reason)
{
    static const char *const vocabularies[] = {"exception_reason", "traveller_group", "age_band"};
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++) {
        const char *words = code_in_words(vocabularies[i], reason);
        if (words != reason)
            return words;
    }
    return reason;
}

void transaction_exception_print(const json_t *exception)
{
    const char *text = json_string_value(json_object_get(exception, "text"));
    char time[64];
    print_line(_("exception       %s: %s%s%s"), code_in_words("exception", text_of(exception, "kind")),
        reason_in_words(text_of(exception, "reason")), text != NULL ? ": " : "", text != NULL ? text : "");
    if (json_object_get(exception, "due") != NULL)
        print_line(_("due             %s"), text_of(exception, "due"));
    print_line(_("what to do      %s"), text_of(exception, "procedure"));
    if (json_object_get(exception, "time_ms") != NULL)
        print_line(
            _("recorded        %s"), time_in_words(number_of(exception, "time_ms"), time, sizeof time));
}

void transaction_print(const json_t *transaction)
{
    const json_t *due = json_object_get(transaction, "capture_due");
    print_line(_("transaction     %s, %s"), text_of(transaction, "transaction"),
        code_in_words("state", text_of(transaction, "state")));
    print_line(_("what for        %s, %s"), code_in_words("kind", text_of(transaction, "kind")),
        text_of(transaction, "purpose"));
    print_line(_("traveller       %s, %s%s"),
        code_in_words("traveller_group", text_of(transaction, "traveller_group")),
        code_in_words("age_band", text_of(transaction, "age_band")),
        json_is_true(json_object_get(transaction, "accompanied")) ? _(", accompanied") : "");
    if (json_object_get(transaction, "scores_note") != NULL)
        print_line(_("scores          %s"), text_of(transaction, "scores_note"));
    if (due != NULL)
        print_line(_("capture due     by %s, put off on %s: %s"), text_of(due, "due"), text_of(due, "since"),
            code_in_words("exception_reason", text_of(due, "reason")));
    if (json_is_object(json_object_get(transaction, "exception")))
        transaction_exception_print(json_object_get(transaction, "exception"));
    if (json_is_object(json_object_get(transaction, "result")))
        transaction_result_print(json_object_get(transaction, "result"));
    print_why(json_object_get(transaction, "failure"));
}

void reference_files_print(const json_t *body)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(body, "reference_files"), i, file)
    {
        const char *hash = json_string_value(json_object_get(file, "sha256"));
        print_line(_("reference       %s: the file's SHA-256 is %s"),
            code_in_words("finger", text_of(file, "position")), hash != NULL ? hash : _("not known"));
    }
}
