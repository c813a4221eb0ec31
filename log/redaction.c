/* redaction.c: the redaction's text, read and written in its one spelling. */
#include "log/redaction.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "log/entry.h"

#define HEADER LOG_NAME_RESERVED "redaction/v1"
#define RULE   "events "

#define TREE_TEXT_MAX                                                                                        \
    (64 + LOG_NAME_MAX + 20 + 44 + LOG_EVENTS_TEXT_SIZE) /* the lines before the first range */
#define RANGE_TEXT_MAX (2 * 16 + 2)                      /* two numbers below 2^53 */

static const struct note_kind redaction_kind = {REDACTION_FILE, REASON_LOG_BROKEN, REDACTION_NOTE_MAX};

static enum reason malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_LOG_BROKEN, REDACTION_FILE, "%s", what);
}

void redaction_finish(struct redaction *redaction)
{
    seq_ranges_finish(&redaction->ranges);
    *redaction = (struct redaction){0};
}

bool redaction_lists(const struct redaction *redaction, uint64_t seq)
{
    return seq_ranges_have(&redaction->ranges, seq);
}

/* --- Reading ------------------------------------------------------------------------------------------------- */

static enum reason parse_tree(struct text *text, struct checkpoint *tree, struct failure *failure)
{
    struct text line;
    if (!text_take(text, HEADER "\n"))
        return malformed(failure, "it does not begin with " HEADER);
    if (!text_take_until(text, '\n', &line) || line.size == 0 || line.size > LOG_NAME_MAX)
        return malformed(failure, "no origin, or one too long");
    memcpy(tree->origin, line.bytes, line.size);
    if (!log_name_valid(tree->origin))
        return malformed(failure, "the origin is not usable as a log's name");
    if (!text_take_until(text, '\n', &line) || !text_number(line, MERKLE_SIZE_MAX, &tree->size))
        return malformed(failure, "the size is no decimal number without leading zeroes, or too large");
    if (!text_take_until(text, '\n', &line) ||
        !base64_decode_exactly(line.bytes, line.size, tree->root, DIGEST_BYTES))
        return malformed(failure, "the root is not 32 bytes in base64");
    return REASON_DONE;
}

static enum reason parse_rule(struct text *text, uint32_t *events, struct failure *failure)
{
    struct text line;
    char again[LOG_EVENTS_TEXT_SIZE];
    if (!text_take(text, RULE) || !text_take_until(text, '\n', &line) ||
        log_events_parse(line.bytes, line.size, events, NULL) != REASON_DONE)
        return malformed(failure, "its rule does not name events of the log");
    log_events_format(*events, again);
    if (strlen(again) != line.size || memcmp(again, line.bytes, line.size) != 0)
        return malformed(failure, "its rule's events are not in order");
    return REASON_DONE;
}

/* "<seq>" or "<first>-<last>", all of them in the tree. */
static bool parse_range(struct text line, uint64_t tree_size, struct seq_range *range)
{
    struct text first;
    if (tree_size == 0)
        return false;
    if (!text_take_until(&line, '-', &first)) {
        bool single = text_number(line, tree_size - 1, &range->first);
        range->last = range->first;
        return single;
    }
    return text_number(first, tree_size - 1, &range->first) &&
           text_number(line, tree_size - 1, &range->last) && range->first < range->last;
}

static enum reason parse_ranges(struct text text, struct redaction *redaction, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    while (text.size > 0 && reason == REASON_DONE) {
        struct text line;
        struct seq_range range;
        if (!text_take_until(&text, '\n', &line) || !parse_range(line, redaction->tree.size, &range))
            return malformed(failure, "a line is neither an entry of the tree nor a range of them");
        const struct seq_ranges *before = &redaction->ranges;
        if (before->count > 0 && range.first <= before->items[before->count - 1].last + 1)
            return malformed(failure, "its entries do not ascend, or two lines could be one");
        reason = seq_ranges_add(&redaction->ranges, range.first, range.last, failure);
    }
    return reason;
}

static enum reason parse_text(struct text text, struct redaction *redaction, struct failure *failure)
{
    enum reason reason = parse_tree(&text, &redaction->tree, failure);
    if (reason == REASON_DONE)
        reason = parse_rule(&text, &redaction->events, failure);
    return reason == REASON_DONE ? parse_ranges(text, redaction, failure) : reason;
}

enum reason redaction_parse(
    const char *note, size_t length, struct redaction *redaction, struct failure *failure)
{
    struct note parsed;
    *redaction = (struct redaction){0};
    enum reason reason = note_parse(note, length, &redaction_kind, &parsed, failure);
    if (reason == REASON_DONE)
        reason = parse_text(parsed.text, redaction, failure);
    if (reason != REASON_DONE)
        redaction_finish(redaction);
    return reason;
}

/* The signature comes first: what follows is then read of the log's own text only. */
static enum reason verify(const struct note *note, const struct verifier_key *key,
    struct redaction *redaction, struct failure *failure)
{
    enum reason reason = note_check(note, key, failure);
    if (reason == REASON_SIGNATURE_BROKEN)
        return failure_set(failure, reason, REDACTION_FILE, "it is not signed by %s", key->name);
    if (reason == REASON_DONE)
        reason = parse_text(note->text, redaction, failure);
    if (reason == REASON_DONE && strcmp(redaction->tree.origin, key->name) != 0)
        reason = malformed(failure, "it is about another log than its key's");
    return reason;
}

enum reason redaction_verify(const char *note, size_t length, const struct verifier_key *key,
    struct redaction *redaction, struct failure *failure)
{
    struct note parsed;
    *redaction = (struct redaction){0};
    enum reason reason = note_parse(note, length, &redaction_kind, &parsed, failure);
    if (reason == REASON_DONE)
        reason = verify(&parsed, key, redaction, failure);
    if (reason != REASON_DONE)
        redaction_finish(redaction);
    return reason;
}

/* --- Writing ------------------------------------------------------------------------------------------------- */

static size_t write_tree(const struct redaction *redaction, char *text, size_t size)
{
    char root[BASE64_LENGTH(DIGEST_BYTES) + 1], events[LOG_EVENTS_TEXT_SIZE];
    base64_encode(redaction->tree.root, DIGEST_BYTES, root);
    return (size_t)snprintf(text, size, HEADER "\n%s\n%" PRIu64 "\n%s\n" RULE "%s\n", redaction->tree.origin,
        redaction->tree.size, root, log_events_format(redaction->events, events));
}

static size_t write_range(const struct seq_range *range, char *text, size_t size)
{
    if (range->first == range->last)
        return (size_t)snprintf(text, size, "%" PRIu64 "\n", range->first);
    return (size_t)snprintf(text, size, "%" PRIu64 "-%" PRIu64 "\n", range->first, range->last);
}

enum reason redaction_format(
    const struct redaction *redaction, char **text, size_t *length, struct failure *failure)
{
    *text = NULL;
    *length = 0;
    /* A line has two bytes at least: this many are too much, and the sum below can't wrap. */
    if (redaction->ranges.count > REDACTION_NOTE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, REDACTION_FILE, "%zu lines", redaction->ranges.count);
    size_t room = TREE_TEXT_MAX + redaction->ranges.count * RANGE_TEXT_MAX + NOTE_SIGNATURE_ROOM;
    char *written = malloc(room);
    if (written == NULL)
        return failure_set(failure, REASON_NO_MEMORY, REDACTION_FILE, "%zu bytes", room);
    size_t used = write_tree(redaction, written, room);
    for (size_t i = 0; i < redaction->ranges.count; i++)
        used += write_range(&redaction->ranges.items[i], written + used, room - used);
    if (used + NOTE_SIGNATURE_ROOM > REDACTION_NOTE_MAX) {
        free(written);
        return failure_set(failure, REASON_TOO_LARGE, REDACTION_FILE,
            "its %zu lines have more than %zu bytes: export a part of the events, or all",
            redaction->ranges.count, REDACTION_NOTE_MAX);
    }
    *text = written;
    *length = used;
    return REASON_DONE;
}
