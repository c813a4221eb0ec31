#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "matcher/matcher.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define FINGERS_WIDTH 13 /* characters; what follows begins where the other lines' values do */

static bool same_need(const json_t *one, const json_t *other)
{
    return json_is_true(json_object_get(one, "reachable")) ==
               json_is_true(json_object_get(other, "reachable")) &&
           number_of(one, "threshold") == number_of(other, "threshold") &&
           strcmp(text_of(one, "why"), text_of(other, "why")) == 0;
}

/* What a search with the fingers of threshold, up to last of them, needs. */
static void print_need(const json_t *threshold, long long last)
{
    char words[64], fingers[32], column[64];
    long long first = number_of(threshold, "fingers"), score = number_of(threshold, "threshold");
    if (first == last)
        snprintf(fingers, sizeof fingers, "%lld %s", first,
            counted((unsigned long long)first, _("finger"), _("fingers")));
    else
        snprintf(fingers, sizeof fingers, _("%lld-%lld fingers"), first, last);
    if (json_is_true(json_object_get(threshold, "reachable")))
        print_line(_("  %s score %lld or more: %s"), padded(fingers, FINGERS_WIDTH, column, sizeof column),
            score, fmr_in_words(matcher_score_fmr((matcher_score)score), words, sizeof words));
    else
        print_line(_("  %s not reachable: %s"), padded(fingers, FINGERS_WIDTH, column, sizeof column),
            text_of(threshold, "why"));
}

static void print_thresholds(const json_t *identification)
{
    const json_t *threshold;
    size_t i;
    double target = json_number_value(json_object_get(identification, "target_fpir"));
    char figure[FIGURE_SIZE];
    print_line(
        _("target          one traveller on no list in %s is referred by mistake"), one_in(target, figure));
    /* The same need for several numbers of fingers is said once. */
    json_t *list = json_object_get(identification, "thresholds");
    json_array_foreach(list, i, threshold)
    {
        size_t last = i;
        while (last + 1 < json_array_size(list) && same_need(threshold, json_array_get(list, last + 1)))
            last++;
        print_need(threshold, number_of(json_array_get(list, last), "fingers"));
        i = last;
    }
}

static void print_policy(const json_t *policy)
{
    if (json_is_object(policy))
        print_line(_("policy          %s version %lld, %s"), text_of(policy, "name"),
            number_of(policy, "version"), text_of(policy, "hash"));
}

/* Whether it is armed, or why not; without 1:N there is nothing to arm. */
static void print_purpose_armed(const json_t *row)
{
    const char *detail = json_string_value(json_object_get(row, "detail"));
    if (!json_is_true(json_object_get(row, "identification")))
        print_line(_("                  compares 1:1 alone"));
    else if (json_object_get(row, "why") == NULL)
        print_line(
            _("                  armed, fingers at least: %lld"), number_of(row, "armed_from_fingers"));
    else
        print_line(_("                  not armed, %s%s%s"), text_of(row, "why"), detail != NULL ? ": " : "",
            detail != NULL ? detail : "");
}

static void print_purposes(const json_t *purposes)
{
    const json_t *row;
    size_t i;
    json_array_foreach(purposes, i, row)
    {
        if (json_object_get(row, "visible") != NULL)
            print_line(_("%s %s: %lld people"), i == 0 ? _("purposes       ") : UNLABELLED,
                text_of(row, "purpose"), number_of(row, "visible"));
        else
            print_line("%s %s", i == 0 ? _("purposes       ") : UNLABELLED, text_of(row, "purpose"));
        print_purpose_armed(row);
    }
}

/* Of a member that counts bytes; returns text. */
static const char *mebibytes(const json_t *memory, const char *key, char text[static FIGURE_SIZE])
{
    return figure_format_tenths(language_of_locale(), (double)number_of(memory, key) / MEBIBYTE, text);
}

static void print_memory(const json_t *memory)
{
    char limit[96], size[FIGURE_SIZE], change[FIGURE_SIZE];
    snprintf(limit, sizeof limit, "%s", _("no limit"));
    if (json_is_integer(json_object_get(memory, "limit")))
        snprintf(limit, sizeof limit, _("limit %s MiB"), mebibytes(memory, "limit", size));
    if (json_object_get(memory, "locked") != NULL)
        print_line(_("locked memory   %s MiB, %s"), mebibytes(memory, "locked", size), limit);
    else
        print_line(_("locked memory   %s"), limit);
    if (json_object_get(memory, "needed") != NULL)
        print_line(_("                needed %s MiB, to change the list %s MiB"),
            mebibytes(memory, "needed", size), mebibytes(memory, "needed_for_change", change));
}

/* A list of scanners says nothing about those that nobody could look for. */
static void print_watcher(const json_t *watcher)
{
    const char *state = json_string_value(json_object_get(watcher, "state"));
    if (state == NULL)
        print_line(_("nobody looks for scanners: they are not enabled, or kordond is locked"));
    else if (strcmp(state, "starting") == 0)
        print_line(_("scanners are being looked for"));
    else if (strcmp(state, "ready") != 0)
        print_line(_("can't look for scanners, there may be others: %s, %s"), text_of(watcher, "reason"),
            text_of(watcher, "detail"));
}

/* What waits for the second line; told to supervisors and auditors. */
static void print_referrals(const json_t *referrals)
{
    if (referrals == NULL)
        return;
    print_line(_("referrals       waiting: %lld, of these immediate: %lld, overdue: %lld; places left: %lld"),
        number_of(referrals, "waiting"), number_of(referrals, "immediate"), number_of(referrals, "overdue"),
        number_of(referrals, "places"));
    if (json_is_true(json_object_get(referrals, "places_few")))
        print_line("%s",
            _("                few places are left: where they run out nobody is compared; have the second "
              "line decide those that wait, and find out what terminal they come of"));
}

/* Said where somebody has to do something about it. */
static void print_network(const json_t *tls)
{
    if (!json_is_false(json_object_get(tls, "served")))
        return;
    print_line("network         not served: %s, %s: %s", text_of(tls, "reason"), text_of(tls, "subject"),
        text_of(tls, "detail"));
}

/* Who may do more than open transactions, and whether that may be believed. */
static void print_persons(const json_t *status)
{
    const json_t *row, *role;
    size_t i;
    if (json_is_true(json_object_get(status, "demonstration")))
        print_line(
            _("demonstration   yes: one person may hold roles that exclude each other, and any officer "
              "is taken"));
    json_array_foreach(json_object_get(status, "privileged"), i, row)
    {
        long long groups = number_of(row, "groups");
        print_line(_("%s %s: %lld registered, %lld %s of [roles]%s"),
            i == 0 ? _("privileged     ") : UNLABELLED, text_of(row, "role"), number_of(row, "persons"),
            number_of(row, "users"),
            counted((unsigned long long)number_of(row, "users"), _("user"), _("users")),
            groups > 0 ? _(", and the members of groups") : "");
    }
    json_array_foreach(json_object_get(status, "second_line"), i, row)
        print_line("%s %s: %s", i == 0 ? _("second line    ") : UNLABELLED,
            code_in_words("second_line", text_of(row, "gap")), text_of(row, "remedy"));
    print_line(_("you are         %s"), text_of(status, "principal"));
    fputs(_("your roles     "), stdout);
    json_array_foreach(json_object_get(status, "roles"), i, role)
    {
        putchar(' ');
        print_safely(json_string_value(role) != NULL ? json_string_value(role) : "-");
    }
    putchar('\n');
}

/* Why one did not pass is said where the mode is. */
static void print_self_test(const json_t *last)
{
    if (json_is_object(last))
        print_line(_("self-test       %s %s, by %s"), code_in_words("self_test", text_of(last, "result")),
            text_of(last, "ended"), text_of(last, "by"));
}

static void print_status(const json_t *status)
{
    const json_t *list = json_object_get(status, "list"), *log = json_object_get(status, "log");
    char time[64];
    print_line(_("kordond         %s"), text_of(status, "version"));
    print_mode(status);
    print_degraded(json_object_get(status, "degraded"), true);
    print_self_test(json_object_get(status, "self_test"));
    if (list == NULL || json_is_null(list))
        print_line(_("watchlist       not open: the mode says why"));
    else if (number_of(list, "version") == 0)
        print_line(_("watchlist       none installed"));
    else
        print_line(_("watchlist       %s version %lld: %lld people, %lld fingers, installed %s"),
            text_of(list, "name"), number_of(list, "version"), number_of(list, "entries"),
            number_of(list, "fingers"), time_in_words(number_of(list, "installed_ms"), time, sizeof time));
    if (number_of(list, "version") != 0)
        print_searched_today(list);
    print_policy(json_object_get(status, "policy"));
    print_purposes(json_object_get(status, "purposes"));
    print_memory(json_object_get(status, "memory"));
    print_thresholds(json_object_get(status, "identification"));
    if (json_object_get(log, "size") != NULL)
        print_line(_("log             %s, %lld %s"), text_of(log, "origin"), number_of(log, "size"),
            counted((unsigned long long)number_of(log, "size"), _("entry"), _("entries")));
    else
        print_line(_("log             %s"), text_of(log, "origin"));
    const json_t *guard = json_object_get(status, "guard");
    print_line(_("anchor          %s%s%s"), code_in_words("anchor", text_of(guard, "anchor")),
        json_object_get(guard, "path") != NULL ? ", " : "",
        json_object_get(guard, "path") != NULL ? text_of(guard, "path") : "");
    if (number_of(guard, "unproven_before") > 0)
        print_line(_("unproven        entries %lld to %lld, taken over from an older kordon without proof"),
            number_of(guard, "unproven_from"), number_of(guard, "unproven_before") - 1);
    const char *copy = json_string_value(json_object_get(guard, "verifier_key_file"));
    bool doubted = copy != NULL && strcmp(copy, "holds") != 0 && strcmp(copy, "none") != 0;
    print_line(_("verifier key    %s%s%s"), text_of(log, "verifier_key"),
        doubted ? _("; its public copy: ") : "", doubted ? copy : "");
    print_referrals(json_object_get(status, "referrals"));
    print_line(_("scanners        %lld"), number_of(status, "scanners"));
    print_watcher(json_object_get(status, "scanner_watcher"));
    print_network(json_object_get(status, "tls"));
    print_persons(status);
}

enum reason command_status(struct session *session, struct failure *failure)
{
    json_t *status;
    TRY(client_get(session->client, "/v1/status", &status, failure));
    if (session->arguments.json)
        return print_json(status, failure);
    print_status(status);
    json_decref(status);
    return REASON_DONE;
}

static void print_scanner(const json_t *scanner)
{
    const json_t *last = json_object_get(scanner, "last_failure");
    bool fails = json_object_get(scanner, "reason") != NULL;
    print_line(_("%s  %s (driver %s): %s%s%s%s%s"), text_of(scanner, "scanner"), text_of(scanner, "name"),
        text_of(scanner, "driver"), text_of(scanner, "state"), fails ? ", " : "",
        fails ? text_of(scanner, "reason") : "", fails ? ", " : "", fails ? text_of(scanner, "detail") : "");
    if (last != NULL && !fails)
        print_line(_("    its last failure, after which it was started again: %s, %s"),
            text_of(last, "reason"), text_of(last, "detail"));
}

enum reason command_scanners(struct session *session, struct failure *failure)
{
    json_t *answer, *scanner;
    size_t i;
    char path[512] = "/v1/scanners";
    TRY(client_get_all(session->client, path, sizeof path, "scanners", &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    const json_t *scanners = json_object_get(answer, "scanners");
    const json_t *watcher = json_object_get(answer, "watcher");
    const char *state = json_string_value(json_object_get(watcher, "state"));
    print_watcher(watcher);
    if (json_array_size(scanners) == 0 && state != NULL && strcmp(state, "ready") == 0)
        print_line(_("no scanner is plugged in"));
    json_array_foreach(scanners, i, scanner) print_scanner(scanner);
    json_decref(answer);
    return REASON_DONE;
}
