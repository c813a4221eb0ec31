/* command_referral_pictures.c: the prints of a referral as files, for who examines without the console: the probe's alone until they are judged
 * (H3), then the reference's, and both side by side. Each picture is a look, which kordond records before. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/locked_memory.h"
#include "sample/sample.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/print_marks.h"
#include "tools/kordonctl/referral_parts.h"

#define FILE_MODE 0600 /* they are biometric data */

/* Of one finger of the probe. bytes NULL: there is no picture. */
struct picture {
    uint8_t *bytes;
    size_t size;
};

struct showing {
    const struct session *session;
    const char *folder, *finger;
    long long which; /* of the fingers at that position, from 1 on: of an unknown one there may be several */
    struct picture probe;
    struct json_writer written; /* the files' paths */
};

enum reason command_referral_pictures_check(const struct session *session, struct failure *failure)
{
    const char *folder = session_option(session, OPTION_OUT, NULL);
    if (folder == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--out", N_("say into which new folder"));
    return check_new_file(folder, failure);
}

static void finish_picture(struct picture *picture)
{
    if (picture->bytes != NULL)
        memory_wipe(picture->bytes, picture->size);
    free(picture->bytes);
    *picture = (struct picture){0};
}

/* --- Asked for ------------------------------------------------------------------------------------------------- */

/* candidate 0: the probe is looked at. */
struct look {
    const char *part, *finger;
    long long which, candidate;
};

static enum reason look_path(const struct session *session, const struct look *look,
    char path[static REFERRAL_PATH_SIZE], struct failure *failure)
{
    char candidate[24], which[24];
    snprintf(candidate, sizeof candidate, "%lld", look->candidate);
    snprintf(which, sizeof which, "%lld", look->which);
    referral_path(session, look->part, path);
    TRY(client_add_query(path, REFERRAL_PATH_SIZE, "finger", look->finger, failure));
    TRY(client_add_query(path, REFERRAL_PATH_SIZE, "number", look->which > 1 ? which : NULL, failure));
    return client_add_query(
        path, REFERRAL_PATH_SIZE, "candidate", look->candidate > 0 ? candidate : NULL, failure);
}

/* What is no picture is what the list has instead of one: a record. */
static enum reason fetch(
    const struct session *session, const struct look *look, struct picture *picture, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    const struct client_request request = {.method = "GET", .path = path};
    *picture = (struct picture){0};
    TRY(look_path(session, look, path, failure));
    TRY(client_send(session->client, &request, &picture->bytes, &picture->size, failure));
    if (!sample_is_picture(picture->bytes, picture->size))
        finish_picture(picture);
    return REASON_DONE;
}

/* --- Written --------------------------------------------------------------------------------------------------- */

static enum reason keep(struct showing *showing, const char *what, long long number, const void *bytes,
    size_t size, struct failure *failure)
{
    char path[PATH_MAX], of[32] = "", which[32] = "";
    if (number > 0)
        snprintf(of, sizeof of, "-%lld", number);
    if (showing->which > 1)
        snprintf(which, sizeof which, "-%lld", showing->which);
    if (snprintf(path, sizeof path, "%s/%s%s-%s%s.png", showing->folder, what, of, showing->finger, which) >=
        (int)sizeof path)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--out", N_("the folder's name is too long"));
    TRY(write_new_file(path, bytes, size, FILE_MODE, failure));
    json_append_text(&showing->written, path);
    if (!showing->session->arguments.json)
        print_line(_("written to %s"), path);
    return REASON_DONE;
}

/* A part of them would say that there is no more to see, and the folder would be in the way of who asks again. */
static void take_back(const char *folder, const json_t *written)
{
    const json_t *path;
    size_t i;
    json_array_foreach(written, i, path) unlink(json_string_value(path));
    rmdir(folder);
    if (json_array_size(written) > 0)
        say_line(_("%s: what was written there is removed again"), folder);
}

static void print_alert(const json_t *alert, long long number)
{
    print_line(_("candidate %lld: entry %s, %s"), number, text_of(alert, "entry"),
        code_in_words("category", text_of(alert, "category")));
    if (json_object_get(alert, "action") != NULL)
        print_line(_("  what to do    %s"), text_of(alert, "action"));
    if (json_object_get(alert, "instruction") != NULL)
        print_line(_("  instruction   %s"), text_of(alert, "instruction"));
}

/* What the score says stands there only for who may know it. */
static void print_comparison(const struct showing *showing, const json_t *comparison)
{
    const json_t *reference = json_object_get(comparison, "reference");
    print_line(_("probe: %s; on the list: %s; marks with the same number agree, %zu of them"),
        code_in_words("finger", showing->finger), code_in_words("finger", text_of(reference, "position")),
        json_array_size(json_object_get(comparison, "pairs")));
    print_line(_("quality of the probe %lld, on the list %lld"),
        number_of(json_object_get(comparison, "probe"), "quality"), number_of(reference, "quality"));
    if (json_object_get(comparison, "meaning") != NULL)
        print_line("%s", text_of(comparison, "meaning"));
}

/* What the number that the traveller showed says; nothing where he showed none. */
static void print_redress(const json_t *redress)
{
    const char *found = text_of(redress, "found");
    if (redress == NULL)
        return;
    if (strcmp(found, "not_known") == 0)
        print_line("%s", _("case number: not known here"));
    else if (strcmp(found, "unreadable") == 0)
        print_line("%s", _("case number: what is kept of it can't be read"));
    else if (json_is_true(json_object_get(redress, "over")))
        print_line(_("case number: OVER: its last day was %s, and it tells nobody apart any more (case %s)"),
            text_of(redress, "until"), text_of(redress, "case"));
    else if (strcmp(found, "of_other_entries") == 0)
        print_line(_("case number: of other entries than this one (case %s)"), text_of(redress, "case"));
    else if (json_is_true(json_object_get(redress, "same_document")) &&
             json_is_true(json_object_get(redress, "entry_unchanged")))
        print_line(_("case number: people told its holder apart from this entry on %s; it counts until %s "
                     "(case %s)"),
            text_of(redress, "since"), text_of(redress, "until"), text_of(redress, "case"));
    else
        print_line(_("case number: people told its holder apart from this entry on %s, but with another "
                     "document, or "
                     "before the entry was changed (case %s)"),
            text_of(redress, "since"), text_of(redress, "case"));
}

static enum reason write_side_by_side(struct showing *showing, const json_t *comparison, long long number,
    const struct picture *reference, struct failure *failure)
{
    const struct marked_print probe = {
        showing->probe.bytes, showing->probe.size, json_object_get(comparison, "probe")};
    const struct marked_print other = {
        reference->bytes, reference->size, json_object_get(comparison, "reference")};
    struct locked_memory png;
    TRY(print_marks_draw(&probe, &other, comparison, &png, failure));
    enum reason reason = keep(showing, "compare", number, png.bytes, png.size, failure);
    locked_memory_finish(&png);
    return reason;
}

static enum reason show_reference(
    struct showing *showing, const json_t *comparison, long long number, struct failure *failure)
{
    struct picture reference;
    const json_t *print = json_object_get(comparison, "reference");
    const char *position = text_of(print, "position");
    const struct look look = {.part = "/reference",
        .finger = position,
        .which = json_integer_value(json_object_get(print, "number")),
        .candidate = number};
    TRY(fetch(showing->session, &look, &reference, failure));
    if (!showing->session->arguments.json) {
        print_alert(json_object_get(comparison, "alert"), number);
        print_redress(json_object_get(comparison, "redress"));
        print_comparison(showing, comparison);
    }
    enum reason reason = REASON_DONE;
    if (reference.bytes != NULL)
        reason = keep(showing, "reference", number, reference.bytes, reference.size, failure);
    else
        say_line("%s", _("the list has no picture of it: its minutiae are all that there is to see; those "
                         "without a number agree with none"));
    if (reason == REASON_DONE)
        reason = write_side_by_side(showing, comparison, number, &reference, failure);
    finish_picture(&reference);
    return reason;
}

/* The reference is asked for all the same: who was told that there is none has looked, and the log has it. */
static enum reason show_gone(struct showing *showing, long long number, struct failure *failure)
{
    struct picture none;
    const struct look look = {
        .part = "/reference", .finger = showing->finger, .which = 1, .candidate = number};
    const enum reason reason = fetch(showing->session, &look, &none, failure);
    finish_picture(&none);
    if (reason == REASON_DONE)
        return failure_set(
            failure, REASON_REFERRAL_STATE, CODE_("subject", "referral"), N_("it was changed meanwhile"));
    if (reason != REASON_ENTRY_NOT_FOUND)
        return reason;
    say_line(_("candidate %lld is on the list no more: there is nothing to look at"), number);
    return REASON_DONE;
}

static enum reason show_candidate(struct showing *showing, long long number, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    json_t *comparison;
    const struct look look = {
        .part = "/comparison", .finger = showing->finger, .which = showing->which, .candidate = number};
    TRY(look_path(showing->session, &look, path, failure));
    enum reason reason = client_get(showing->session->client, path, &comparison, failure);
    if (reason == REASON_ENTRY_NOT_FOUND)
        return show_gone(showing, number, failure);
    TRY(reason);
    reason = show_reference(showing, comparison, number, failure);
    json_decref(comparison);
    return reason;
}

/* --- Finger by finger ------------------------------------------------------------------------------------------ */

/* There may have been no room for its picture; its minutiae are there. */
static enum reason show_probe(struct showing *showing, struct failure *failure)
{
    const struct look look = {.part = "/probe", .finger = showing->finger, .which = showing->which};
    enum reason reason = fetch(showing->session, &look, &showing->probe, failure);
    if (reason == REASON_PROBE_NOT_KEPT) {
        print_failure_line(failure);
        return REASON_DONE;
    }
    TRY(reason);
    if (showing->probe.bytes == NULL)
        return failure_set(failure, REASON_BAD_FORMAT, showing->finger, N_("kordond's answer is no picture"));
    return keep(showing, "probe", 0, showing->probe.bytes, showing->probe.size, failure);
}

static enum reason show_finger(struct showing *showing, const json_t *candidates, struct failure *failure)
{
    const json_t *number;
    size_t i;
    enum reason reason = show_probe(showing, failure);
    json_array_foreach(candidates, i, number)
    {
        if (reason == REASON_DONE)
            reason = show_candidate(showing, json_integer_value(number), failure);
    }
    finish_picture(&showing->probe);
    return reason;
}

static bool is_wanted(const struct session *session, const char *finger)
{
    const struct arguments *arguments = &session->arguments;
    for (uint32_t i = 0; i < arguments->finger_count; i++)
        if (strcmp(finger_position_name(arguments->fingers[i].position), finger) == 0)
            return true;
    return arguments->finger_count == 0;
}

/* As which of those at its position the finger at that place counts. */
static long long which_is(const json_t *fingers, size_t place)
{
    const char *position = text_of(json_array_get(fingers, place), "position");
    long long which = 1;
    for (size_t i = 0; i < place; i++)
        which += strcmp(text_of(json_array_get(fingers, i), "position"), position) == 0;
    return which;
}

static bool has_finger(const json_t *fingers, const char *wanted)
{
    const json_t *finger;
    size_t i;
    json_array_foreach(fingers, i, finger)
    {
        if (strcmp(text_of(finger, "position"), wanted) == 0)
            return true;
    }
    return false;
}

/* Before anything is looked at: a folder without the finger that was asked for would say that there is nothing to see. */
static enum reason check_fingers(
    const struct session *session, const json_t *referral, struct failure *failure)
{
    const json_t *fingers = json_object_get(referral, "fingers");
    if (json_array_size(fingers) == 0)
        return failure_set(failure, REASON_REFERRAL_STATE, "referral",
            N_("there is nothing for you to look at: take a seat first; a probe that is erased nobody sees"));
    for (uint32_t i = 0; i < session->arguments.finger_count; i++) {
        const char *wanted = finger_position_name(session->arguments.fingers[i].position);
        if (!has_finger(fingers, wanted))
            return failure_set(failure, REASON_BAD_VALUE, wanted, N_("the probe has no such finger"));
    }
    return REASON_DONE;
}

static enum reason show_fingers(struct showing *showing, const json_t *referral, struct failure *failure)
{
    const json_t *fingers = json_object_get(referral, "fingers"), *finger;
    size_t i;
    enum reason reason = REASON_DONE;
    json_array_foreach(fingers, i, finger)
    {
        showing->finger = text_of(finger, "position");
        showing->which = which_is(fingers, i);
        if (reason == REASON_DONE && is_wanted(showing->session, showing->finger))
            reason = show_finger(showing, json_object_get(referral, "candidates"), failure);
    }
    if (reason == REASON_DONE && json_object_get(referral, "candidates") == NULL &&
        !showing->session->arguments.json)
        print_line("%s", _("judge these first: then there is more to see"));
    return reason;
}

static enum reason show_all(
    const struct session *session, const json_t *referral, json_t **written, struct failure *failure)
{
    struct showing showing = {.session = session, .folder = session_option(session, OPTION_OUT, NULL)};
    TRY(check_fingers(session, referral, failure));
    if (mkdir(showing.folder, 0700) != 0)
        return failure_set_errno(failure, errno, showing.folder, "mkdir");
    json_writer_array(&showing.written);
    const enum reason reason = show_fingers(&showing, referral, failure);
    *written = json_writer_end(&showing.written);
    if (reason != REASON_DONE)
        take_back(showing.folder, *written);
    return reason;
}

enum reason command_referral_pictures(struct session *session, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE];
    json_t *referral, *written = NULL;
    struct json_writer answer;
    referral_path(session, "", path);
    TRY(client_get(session->client, path, &referral, failure));
    enum reason reason = show_all(session, referral, &written, failure);
    json_decref(referral);
    if (reason != REASON_DONE || !session->arguments.json) {
        json_decref(written);
        return reason;
    }
    json_writer_object(&answer);
    json_write_value(&answer, "written", written);
    return print_json(json_writer_end(&answer), failure);
}
