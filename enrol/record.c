/* record.c: an interchange record's views as the fingers that are wanted of it.
 *
 * A record may hold several fingers, several views of one, and views of which it doesn't say the finger. Which of them is
 * meant is never guessed: what stays ambiguous is refused with what the record holds.
 */
#include "enrol/enrol_internal.h"

#include <stdio.h>
#include <string.h>

#include "sample/sample.h"

/* Text that is put together piece by piece. */
struct names {
    char text[160];
};

static void add_name(struct names *names, const char *name)
{
    size_t used = strlen(names->text);
    snprintf(names->text + used, sizeof names->text - used, "%s%s", used > 0 ? ", " : "", name);
}

/* A record's views in what becomes of them. */
struct choice {
    const struct matcher_record *record;
    const struct enrol_claim *claim;
    /* The best view of each position, and how many there are; unknown ones stand for themselves. */
    uint32_t best[FINGER_POSITION_COUNT];
    uint32_t views[FINGER_POSITION_COUNT];
};

static bool is_better(const struct matcher_record_view *view, const struct matcher_record_view *other)
{
    return view->quality != other->quality ? view->quality > other->quality
                                           : view->minutiae_count > other->minutiae_count;
}

/* A single view that doesn't say its finger is of the one claimed. */
static void name_single_view(struct matcher_record *record, const struct enrol_claim *claim)
{
    if (record->view_count == 1 && record->views[0].position == FINGER_UNKNOWN)
        record->views[0].position = claim->position;
}

static void sort_views(struct choice *choice)
{
    for (uint32_t i = 0; i < choice->record->view_count; i++) {
        const struct matcher_record_view *view = &choice->record->views[i];
        uint32_t *best = &choice->best[view->position];
        if (choice->views[view->position]++ == 0 || is_better(view, &choice->record->views[*best]))
            *best = i;
    }
}

/* The fingers that the record holds, but for those: a bit each. */
static struct names held_besides(const struct choice *choice, uint32_t besides)
{
    struct names names = {""};
    for (int position = FINGER_UNKNOWN + 1; position < FINGER_POSITION_COUNT; position++)
        if (choice->views[position] > 0 && (besides >> position & 1) == 0)
            add_name(&names, finger_position_name((enum finger_position)position));
    uint32_t unknown = choice->views[FINGER_UNKNOWN];
    char views[64];
    snprintf(views, sizeof views, "%u view%s of unnamed finger%s", unknown, unknown == 1 ? "" : "s",
        unknown == 1 ? "" : "s");
    if (unknown > 0)
        add_name(&names, views);
    return names;
}

/* What is meant must be said by the record or by who brings it, and they must agree. */
static enum reason check_claim(const struct choice *choice, struct failure *failure)
{
    enum finger_position claimed = choice->claim->position;
    struct names held = held_besides(choice, 0);
    if (claimed != FINGER_UNKNOWN && choice->views[claimed] == 0)
        return failure_set(failure, REASON_BAD_VALUE, ENROL_RECORD, "it holds %s%s %s", held.text,
            choice->views[FINGER_UNKNOWN] > 0 ? ": it does not say which of them is" : ", not",
            finger_position_name(claimed));
    uint32_t fingers = choice->views[FINGER_UNKNOWN];
    for (int position = FINGER_UNKNOWN + 1; position < FINGER_POSITION_COUNT; position++)
        fingers += choice->views[position] > 0;
    if (claimed == FINGER_UNKNOWN && !choice->claim->all_fingers && fingers > 1)
        return failure_set(
            failure, REASON_BAD_VALUE, ENROL_RECORD, "it holds %s: say which finger is meant", held.text);
    return REASON_DONE;
}

/* As few minutiae as make an image too poor. */
static enum reason check_minutiae(const struct matcher_record_view *view, struct failure *failure)
{
    if (view->minutiae_count >= MATCHER_MINUTIAE_LEAST)
        return REASON_DONE;
    return failure_set(failure, REASON_SAMPLE_TOO_POOR, ENROL_RECORD,
        "its view of %s holds %u minutiae, at least %d are needed",
        view->position != FINGER_UNKNOWN ? finger_position_name(view->position) : "an unnamed finger",
        view->minutiae_count, MATCHER_MINUTIAE_LEAST);
}

/* --- Templates */

/* A record's bytes and where they are read. */
struct reading {
    const uint8_t *bytes;
    size_t size;
    struct matcher_workspace workspace;
    struct enrolment *enrolment;
};

static void fill_report(struct locked_template *finger)
{
    const struct matcher_template *template = locked_template_get(finger);
    struct matcher_template_summary summary;
    matcher_template_summarize(template->bytes, template->size, &summary);
    finger->report.quality = summary.quality;
    finger->report.minutiae_count = summary.minutiae_count;
}

static enum reason take_view(
    const struct reading *reading, const struct choice *choice, uint32_t index, struct failure *failure)
{
    const struct matcher_record_view *view = &choice->record->views[index];
    struct locked_template *finger;
    TRY(check_minutiae(view, failure));
    TRY(enrol_next_finger(reading->enrolment, view->position, &finger, failure));
    TRY(matcher_record_template(reading->bytes, reading->size, choice->record, index, reading->workspace,
        locked_template_get(finger), failure));
    fill_report(finger);
    if (view->position != FINGER_UNKNOWN && choice->views[view->position] > 1)
        enrol_note(reading->enrolment, "of %u views of %s the best is used", choice->views[view->position],
            finger_position_name(view->position));
    return REASON_DONE;
}

/* Of a finger that nobody claimed nothing depends: where it is too poor, the others are still taken. */
static enum reason take_unclaimed(
    const struct reading *reading, const struct choice *choice, uint32_t index, struct failure *failure)
{
    struct failure poor = {0};
    enum reason reason = take_view(reading, choice, index, &poor);
    if (reason == REASON_SAMPLE_TOO_POOR && choice->record->view_count > 1) {
        enrol_note(reading->enrolment, "not used: %.*s", ENROL_NOTE_SIZE - 16, poor.detail);
        *failure = poor;
        return REASON_DONE;
    }
    if (reason != REASON_DONE)
        *failure = poor;
    return reason;
}

static enum reason take_all(
    const struct reading *reading, const struct choice *choice, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < choice->record->view_count && reason == REASON_DONE; i++) {
        enum finger_position position = choice->record->views[i].position;
        if (position != FINGER_UNKNOWN && choice->best[position] != i)
            continue;
        bool claimed = position != FINGER_UNKNOWN && position == choice->claim->position;
        reason =
            claimed ? take_view(reading, choice, i, failure) : take_unclaimed(reading, choice, i, failure);
    }
    /* failure still says which was too poor */
    return reason == REASON_DONE && reading->enrolment->count == 0 ? REASON_SAMPLE_TOO_POOR : reason;
}

static enum reason take_one(
    const struct reading *reading, const struct choice *choice, struct failure *failure)
{
    enum finger_position position = choice->claim->position != FINGER_UNKNOWN
                                        ? choice->claim->position
                                        : choice->record->views[0].position;
    enum reason reason = take_view(reading, choice, choice->best[position], failure);
    struct names others = held_besides(choice, UINT32_C(1) << position | choice->claim->listed_too);
    if (reason == REASON_DONE && position != FINGER_UNKNOWN && others.text[0] != '\0')
        enrol_note(reading->enrolment, "the record also holds %s, which is not listed from it", others.text);
    return reason;
}

static enum reason check_declared(
    const struct matcher_record *record, const struct enrol_claim *claim, struct failure *failure)
{
    if (claim->format == MATCHER_FORMAT_UNKNOWN || claim->format == record->format)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_FORMAT, ENROL_RECORD, "it is no %s but %s",
        matcher_format_name(claim->format), matcher_format_name(record->format));
}

/* What is contradicted of what it says of itself. */
static void note_header(const struct reading *reading, const struct matcher_record *record)
{
    if (record->claimed_size != record->size && record->claimed_size != reading->size)
        enrol_note(reading->enrolment, "its header says a length of %u bytes, its views end at %zu",
            record->claimed_size, record->size);
    if (record->header_ppi != 0 && !enrol_ppi_agree(record->header_ppi, record->ppi))
        enrol_note(reading->enrolment, "its header says %u ppi, it is read at the %u ppi that were given",
            record->header_ppi, record->ppi);
}

static enum reason take_fingers(const struct reading *reading, const struct enrol_claim *claim,
    struct matcher_record *record, struct failure *failure)
{
    enum reason reason =
        matcher_record_read(reading->bytes, reading->size, claim->ppi, reading->workspace, record, failure);
    if (reason == REASON_DONE)
        reason = check_declared(record, claim, failure);
    if (reason != REASON_DONE)
        return reason;
    note_header(reading, record);
    name_single_view(record, claim);
    struct choice choice = {.record = record, .claim = claim};
    sort_views(&choice);
    reason = check_claim(&choice, failure);
    if (reason != REASON_DONE)
        return reason;
    return claim->all_fingers ? take_all(reading, &choice, failure) : take_one(reading, &choice, failure);
}

/* The workspace holds minutiae: locked while it is used. *scratch is what it was taken from where none was lent. */
static enum reason take_workspace(struct reading *reading, const struct enrol_claim *claim,
    struct locked_memory *scratch, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    *scratch = (struct locked_memory){0};
    if (claim->workspace.memory == NULL)
        reason = locked_memory_init(scratch, matcher_decode_workspace_size(), failure);
    reading->workspace = claim->workspace.memory != NULL
                             ? claim->workspace
                             : (struct matcher_workspace){scratch->bytes, scratch->size};
    reading->enrolment->was_record = true;
    return reason;
}

static void release_workspace(struct reading *reading, struct locked_memory *scratch)
{
    if (scratch->bytes == NULL && reading->workspace.memory != NULL)
        memory_wipe(reading->workspace.memory, reading->workspace.size);
    locked_memory_finish(scratch);
}

enum reason enrol_record(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct reading reading = {.bytes = bytes, .size = size, .enrolment = enrolment};
    struct locked_memory scratch;
    struct matcher_record record;
    enum reason reason = take_workspace(&reading, claim, &scratch, failure);
    if (reason == REASON_DONE)
        reason = take_fingers(&reading, claim, &record, failure);
    release_workspace(&reading, &scratch);
    return reason;
}

/* --- Cards */

/* What a reader puts behind a card's answer: success. */
#define STATUS       "\x90\x00"
#define STATUS_BYTES 2

static enum reason decode_card(const struct reading *reading, enum matcher_format format,
    struct matcher_template *template, struct failure *failure)
{
    struct failure first = {0};
    enum reason reason =
        matcher_decode_card(reading->bytes, reading->size, format, reading->workspace, template, &first);
    /* With the status the minutiae are no whole number, without it they are: then that is what it is. */
    if (reason == REASON_TRUNCATED && reading->size > STATUS_BYTES &&
        memcmp(reading->bytes + reading->size - STATUS_BYTES, STATUS, STATUS_BYTES) == 0 &&
        matcher_decode_card(reading->bytes, reading->size - STATUS_BYTES, format, reading->workspace,
            template, NULL) == REASON_DONE) {
        enrol_note(reading->enrolment, "its last two bytes, 90 00, are a card's status and no minutia");
        return REASON_DONE;
    }
    return reason == REASON_DONE ? reason : failure_set(failure, reason, ENROL_RECORD, "%s", first.detail);
}

/* Minutiae have nothing by which they could be known, other files do. */
static enum reason check_card(const struct reading *reading, struct failure *failure)
{
    bool is_record = matcher_format_detect(reading->bytes, reading->size, NULL) != MATCHER_FORMAT_UNKNOWN;
    if (!is_record && !sample_is_picture(reading->bytes, reading->size))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_FORMAT, ENROL_RECORD, "it is a %s and no card's minutiae",
        is_record ? "record with a header" : "picture");
}

enum reason enrol_card(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct reading reading = {.bytes = bytes, .size = size, .enrolment = enrolment};
    struct locked_memory scratch = {0};
    struct locked_template *finger;
    enum reason reason = check_card(&reading, failure);
    if (reason == REASON_DONE)
        reason = take_workspace(&reading, claim, &scratch, failure);
    if (reason == REASON_DONE)
        reason = enrol_next_finger(enrolment, claim->position, &finger, failure);
    if (reason == REASON_DONE)
        reason = decode_card(&reading, claim->format, locked_template_get(finger), failure);
    release_workspace(&reading, &scratch);
    if (reason != REASON_DONE)
        return reason;
    fill_report(finger);
    const struct matcher_record_view view = {
        .position = claim->position, .minutiae_count = finger->report.minutiae_count};
    return check_minutiae(&view, failure);
}
