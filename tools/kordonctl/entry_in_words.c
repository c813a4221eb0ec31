#include "tools/kordonctl/entry_in_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json/memory.h"
#include "json/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define KEYS_DEEP 2 /* of a member's place */

/* What is told of a body, in this order, where it is there. */
static const struct piece {
    const char *keys[KEYS_DEEP];
    const char
        *label; /* says what the value is where it does not say it itself; all that is said of a boolean */
    bool own;   /* a person's own words, whatever they look like */
    const char *event;  /* told of this event alone: elsewhere it says nothing new */
    const char *hollow; /* a text that says that there is nothing to tell */
    bool if_false;      /* a boolean that is told where it is false, instead of true */
} pieces[] = {
    {.keys = {"demonstration"}, .label = "demonstration"},
    {.keys = {"what"}},
    {.keys = {"policy_name"}, .label = "policy "},
    {.keys = {"read"}, .label = "read "},
    {.keys = {"file"}},
    {.keys = {"denied"}, .label = "denied "},
    {.keys = {"disclosed"}},
    {.keys = {"erased"}, .label = "erased "},
    {.keys = {"erased_seq"}, .label = "erased entry "},
    {.keys = {"purpose"}},
    {.keys = {"route"}, .event = "decision"},
    {.keys = {"finger"}},
    {.keys = {"kind"}},
    {.keys = {"traveller_group"}},
    {.keys = {"age_band"}},
    {.keys = {"scores_validated"}, .label = "scores not validated", .if_false = true},
    {.keys = {"case_number"}, .label = "case "},
    {.keys = {"position"}},
    {.keys = {"quality"}, .label = "quality "},
    {.keys = {"attempt"}, .label = "attempt "},
    {.keys = {"mode"}},
    {.keys = {"degraded"}},
    {.keys = {"change"}},
    {.keys = {"decision"}},
    {.keys = {"why"}},
    {.keys = {"verification", "decision"}, .label = "verification "},
    {.keys = {"identification", "decision"}, .label = "identification "},
    {.keys = {"identification", "searched"}, .label = "searched "},
    {.keys = {"exception", "kind"}},
    {.keys = {"exception", "reason"}},
    {.keys = {"exception", "text"}, .own = true},
    {.keys = {"exception", "due"}, .label = "due by "},
    {.keys = {"capture_note"}, .label = "note of the capture "},
    {.keys = {"redress", "case"}, .label = "told apart in case "},
    {.keys = {"attempts"}, .label = "attempts "},
    {.keys = {"outcome"}},
    {.keys = {"acted"}, .label = "at "},
    {.keys = {"stamp_number"}, .label = "stamp "},
    {.keys = {"period"}, .label = "in a time of "},
    {.keys = {"proven"}, .label = "in no time that is known", .if_false = true},
    {.keys = {"result"}},
    {.keys = {"trigger"}, .label = "trigger "},
    {.keys = {"before"}, .label = "before: "},
    {.keys = {"list"}, .event = "alteration"},
    {.keys = {"list_version"}, .label = "version ", .event = "alteration"},
    {.keys = {"list_entries"}, .label = "entries ", .event = "alteration"},
    {.keys = {"pairs"}, .label = "pairs ", .event = "combination"},
    {.keys = {"scanner"}},
    {.keys = {"authority"}, .label = "of "},
    {.keys = {"state"}},
    {.keys = {"reason"}},
    {.keys = {"detail"}},
    {.keys = {"justification"}, .label = "because: ", .hollow = "not given"},
    {.keys = {"to"}, .label = "to "},
    {.keys = {"released"}, .label = "frees the seat of "},
    {.keys = {"recipients"}, .label = "to ", .event = "disclosure"},
    {.keys = {"since"}, .label = "since "},
    {.keys = {"until"}, .label = "until "},
    {.keys = {"ended"}, .label = "ended at "},
};

static const json_t *member(const json_t *body, const struct piece *piece)
{
    for (size_t i = 0; i < KEYS_DEEP && piece->keys[i] != NULL; i++)
        body = json_object_get(body, piece->keys[i]);
    return body;
}

/* Texts, numbers, booleans and lists of texts are told; no other value has a line's length. */
static bool is_told(const struct piece *piece, const char *event, const json_t *value)
{
    const char *text = json_string_value(value);
    if (piece->event != NULL && strcmp(piece->event, event) != 0)
        return false;
    if (text != NULL)
        return text[0] != '\0' && (piece->hollow == NULL || strcmp(piece->hollow, text) != 0);
    if (json_is_boolean(value))
        return json_is_false(value) == piece->if_false;
    return json_is_integer(value) || json_is_string(json_array_get(value, 0));
}

/* "policy: match", "due by:": what looks like the beginning of another part. A time's and a name's colons have no blank behind them. */
static bool has_label(const char *text)
{
    return strstr(text, ": ") != NULL || (text[0] != '\0' && text[strlen(text) - 1] == ':');
}

/* What people wrote must not look like what stands beside it: it is quoted where it has what divides a line, and where it is own. */
static void print_text(const json_t *value, bool own)
{
    const char *text = json_string_value(value);
    size_t size;
    char *quoted = NULL;
    if (text != NULL && (own || has_label(text) || strpbrk(text, ",()\"\\") != NULL))
        text = quoted = json_text(value, &size);
    print_safely(text != NULL ? text : "-");
    json_text_free(quoted);
}

static void print_value(const json_t *value, bool own)
{
    const json_t *element;
    size_t i;
    if (json_is_string(value))
        print_text(value, own);
    else if (json_is_integer(value))
        printf("%lld", (long long)json_integer_value(value));
    json_array_foreach(value, i, element)
    {
        fputs(i > 0 ? " and " : "", stdout);
        print_text(element, own);
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
        fputs(pieces[i].label != NULL ? pieces[i].label : "", stdout);
        print_value(value, pieces[i].own);
        divider = ", ";
    }
}

/* Who is claimed to have acted stands before who proved to be there: both answer for it. */
static void print_who(const json_t *body)
{
    const json_t *officer = json_object_get(body, "officer");
    if (officer != NULL) {
        print_text(officer, false);
        fputs(" (", stdout);
    }
    print_text(json_object_get(body, "actor"), false);
    fputs(officer != NULL ? ")" : "", stdout);
}

const char *missing_body_in_words(const json_t *entry, char *text, size_t size)
{
    long long by = number_of(entry, "erased_by");
    if (by > 0)
        snprintf(text, size, "(erased by entry %lld)", by);
    else
        snprintf(text, size, "(its body is not there to be seen: erased, or withheld)");
    return text;
}

void print_entry_in_words(const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head"), *body = json_object_get(entry, "body");
    const char *event = text_of(head, "event");
    char time[64], text[64];
    printf("%lld  %s  ", number_of(head, "seq"),
        time_in_words(json_integer_value(json_object_get(head, "t")), time, sizeof time));
    print_safely(event);
    fputs("  ", stdout);
    if (json_is_object(body)) {
        print_who(body);
        print_pieces(event, body);
    } else {
        fputs(missing_body_in_words(entry, text, sizeof text), stdout);
    }
    putchar('\n');
}
