#include "tools/kordonctl/entry_in_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define KEYS_DEEP 2 /* of a member's place */

/* What is told of a body, in this order, where it is there. */
static const struct piece {
    const char *keys[KEYS_DEEP];
    const char *label;  /* says what the value is where it does not say it itself */
    const char *event;  /* told of this event alone: elsewhere it says nothing new */
    const char *hollow; /* a text that says that there is nothing to tell */
} pieces[] = {
    {{"demonstration"}, "demonstration", NULL, NULL},
    {{"what"}, "", NULL, NULL},
    {{"policy_name"}, "policy ", NULL, NULL},
    {{"read"}, "read ", NULL, NULL},
    {{"file"}, "", NULL, NULL},
    {{"denied"}, "denied ", NULL, NULL},
    {{"disclosed"}, "", NULL, NULL},
    {{"erased"}, "erased ", NULL, NULL},
    {{"erased_seq"}, "erased entry ", NULL, NULL},
    {{"purpose"}, "", NULL, NULL},
    {{"kind"}, "", NULL, NULL},
    {{"traveller_group"}, "", NULL, NULL},
    {{"age_band"}, "", NULL, NULL},
    {{"case_number"}, "case ", NULL, NULL},
    {{"position"}, "", NULL, NULL},
    {{"quality"}, "quality ", NULL, NULL},
    {{"attempt"}, "attempt ", NULL, NULL},
    {{"mode"}, "", NULL, NULL},
    {{"degraded"}, "", NULL, NULL},
    {{"change"}, "", NULL, NULL},
    {{"decision"}, "", NULL, NULL},
    {{"why"}, "", NULL, NULL},
    {{"verification", "decision"}, "verification ", NULL, NULL},
    {{"identification", "decision"}, "identification ", NULL, NULL},
    {{"identification", "searched"}, "searched ", NULL, NULL},
    {{"exception", "kind"}, "", NULL, NULL},
    {{"exception", "reason"}, "", NULL, NULL},
    {{"exception", "text"}, "", NULL, NULL},
    {{"exception", "due"}, "due until ", NULL, NULL},
    {{"attempts"}, "attempts ", NULL, NULL},
    {{"outcome"}, "", NULL, NULL},
    {{"acted"}, "at ", NULL, NULL},
    {{"stamp_number"}, "stamp ", NULL, NULL},
    {{"period"}, "in a time of ", NULL, NULL},
    {{"result"}, "", NULL, NULL},
    {{"trigger"}, "trigger ", NULL, NULL},
    {{"before"}, "before: ", NULL, NULL},
    {{"list"}, "", "alteration", NULL},
    {{"list_version"}, "version ", "alteration", NULL},
    {{"list_entries"}, "entries ", "alteration", NULL},
    {{"scanner"}, "", NULL, NULL},
    {{"authority"}, "of ", NULL, NULL},
    {{"state"}, "", NULL, NULL},
    {{"reason"}, "", NULL, NULL},
    {{"detail"}, "", NULL, NULL},
    {{"justification"}, "because: ", NULL, "not given"},
    {{"recipients"}, "to ", "disclosure", NULL},
    {{"until"}, "until ", NULL, NULL},
};

static const json_t *member(const json_t *body, const struct piece *piece)
{
    for (size_t i = 0; i < KEYS_DEEP && piece->keys[i] != NULL; i++)
        body = json_object_get(body, piece->keys[i]);
    return body;
}

/* Texts, numbers, what is true, and lists of texts are told; no other value has a line's length. */
static bool is_told(const struct piece *piece, const char *event, const json_t *value)
{
    const char *text = json_string_value(value);
    if (piece->event != NULL && strcmp(piece->event, event) != 0)
        return false;
    if (text != NULL)
        return text[0] != '\0' && (piece->hollow == NULL || strcmp(piece->hollow, text) != 0);
    return json_is_integer(value) || json_is_true(value) || json_is_string(json_array_get(value, 0));
}

static void print_value(const json_t *value)
{
    const json_t *element;
    size_t i;
    if (json_is_string(value))
        print_safely(json_string_value(value));
    else if (json_is_integer(value))
        printf("%lld", (long long)json_integer_value(value));
    json_array_foreach(value, i, element)
    {
        const char *text = json_string_value(element);
        fputs(i > 0 ? " and " : "", stdout);
        print_safely(text != NULL ? text : "-");
    }
}

static void print_pieces(const char *event, const json_t *body)
{
    const char *divider = ": ";
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        const json_t *value = member(body, &pieces[i]);
        if (!is_told(&pieces[i], event, value))
            continue;
        fputs(divider, stdout);
        fputs(pieces[i].label, stdout);
        print_value(value);
        divider = ", ";
    }
}

/* Who is claimed to have acted stands before who proved to be there: both answer for it. */
static void print_who(const json_t *body)
{
    const char *officer = json_string_value(json_object_get(body, "officer"));
    if (officer != NULL) {
        print_safely(officer);
        fputs(" (", stdout);
    }
    print_safely(text_of(body, "actor"));
    fputs(officer != NULL ? ")" : "", stdout);
}

void print_entry_in_words(const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head"), *body = json_object_get(entry, "body");
    const char *event = text_of(head, "event");
    char time[64];
    printf("%lld  %s  ", number_of(head, "seq"),
        time_in_words(json_integer_value(json_object_get(head, "t")), time, sizeof time));
    print_safely(event);
    fputs("  ", stdout);
    if (json_is_object(body)) {
        print_who(body);
        print_pieces(event, body);
    } else {
        fputs("(its body is not there to be seen: erased, or withheld)", stdout);
    }
    putchar('\n');
}
