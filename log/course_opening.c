/* course_opening.c: what was committed to and what it is opened to: so nobody's verdict was made, or made another one, in sight of the other's (H5). */
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "json/text.h"
#include "json/writer.h"
#include "log/course_internal.h"

/* The members of an opened seat of which a commitment is made, by their names in what is committed to. */
struct opening {
    const char *key, *of, *words_key, *words_of, *salt;
    bool
        with_grounds; /* and of these, where they are opened: an older kordond committed to the words alone */
};
static const char *const grounds[] = {"candidate", "shown"};
static const struct opening of_judgement = {
    "judgement", "judgement", "words", "judgement_words", "judgement_salt", false};
static const struct opening of_verdict = {"verdict", "verdict", "reason", "reason", "verdict_salt", true};

static bool is_there(const json_t *opened, const struct opening *opening)
{
    return json_is_string(json_object_get(opened, opening->of));
}

static char *committed_text(const json_t *opened, const struct opening *opening, size_t *size)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, opening->key, course_text(opened, opening->of));
    json_write_text(&json, opening->words_key, course_text(opened, opening->words_of));
    for (size_t i = 0; i < 2 && opening->with_grounds; i++)
        if (json_object_get(opened, grounds[i]) != NULL)
            json_write_value(&json, grounds[i], json_incref(json_object_get(opened, grounds[i])));
    json_t *value = json_writer_end(&json);
    char *text = json_text(value, size);
    json_decref(value);
    return text;
}

/* Whether the commitment, in hex, is one to what is opened. False too where nobody can know: that is noted. */
static bool opens(
    struct log_courses *courses, const json_t *opened, const struct opening *opening, const char *commitment)
{
    const char *salt_text = course_text(opened, opening->salt);
    uint8_t salt[COMMIT_SALT_BYTES], code[DIGEST_BYTES];
    char hex[DIGEST_HEX_SIZE];
    struct failure failure = {.reason = REASON_NO_MEMORY};
    size_t size;
    if (strlen(salt_text) != 2 * sizeof salt || !hex_parse(salt_text, salt, sizeof salt))
        return false;
    char *text = committed_text(opened, opening, &size);
    enum reason reason =
        text != NULL ? digest_commit(courses->digest, salt, text, size, code, &failure) : REASON_NO_MEMORY;
    if (text != NULL)
        memory_wipe(text, size);
    free(text);
    if (reason != REASON_DONE)
        course_note_failure(courses, &failure);
    return reason == REASON_DONE && course_is(hex_format(code, sizeof code, hex), commitment);
}

static void open_judgement(struct course_step *step, const json_t *opened, const struct course_part *part)
{
    if (!is_there(opened, &of_judgement)) {
        if (part->judged)
            course_breaks(step, "a judgement of the probe that was committed to is not opened");
        return;
    }
    if (!part->judged)
        course_lacks(step, "a judgement of the probe is opened that nothing committed to");
    else if (part->judgement[0] != '\0' && !opens(step->courses, opened, &of_judgement, part->judgement))
        course_breaks(step, "a judgement of the probe is not the one that was committed to");
}

void course_check_shown(struct course_step *step, const char *found, uint64_t shown, bool told)
{
    if (!told)
        return;
    const size_t candidates = json_array_size(json_object_get(step->body, "candidates"));
    uint64_t each = 0;
    for (size_t i = 0; i < candidates && i < 64; i++)
        each |= UINT64_C(1) << i;
    if (course_is(found, "hit") && shown == 0)
        course_breaks(step, "a hit of somebody who was shown no reference");
    if (course_is(found, "false_positive") && (shown == 0 || (shown & each) != each))
        course_breaks(step, "a false positive of somebody who was not shown the reference of each candidate");
}

/* What his entry did not say stands with his verdict. */
static void open_shown(struct course_step *step, const json_t *opened, struct course_part *part)
{
    if (!json_is_array(json_object_get(opened, "shown")))
        return;
    step->courses->shown_told = true;
    step->courses->shown_closed = true;
    part->shown_told = true;
    part->shown = course_shown(step, opened, part->asked);
}

json_int_t course_candidate(const json_t *said)
{
    return json_integer_value(json_object_get(said, "candidate"));
}

void course_check_candidate(
    struct course_step *step, const char *found, json_int_t candidate, uint64_t shown, bool told)
{
    const bool hit = course_is(found, "hit");
    if (!hit && candidate != 0)
        course_breaks(step, "a candidate of what is no hit");
    if (hit && told && candidate == 0)
        course_breaks(step, "a hit that does not say whom it means");
    if (hit && candidate != 0 &&
        (candidate < 1 || candidate > 64 || (shown & UINT64_C(1) << (candidate - 1)) == 0))
        course_breaks(step, "a hit on a candidate whose reference its giver was not shown");
}

static void open_verdict(struct course_step *step, const json_t *opened, struct course_part *part)
{
    if (!is_there(opened, &of_verdict)) {
        if (part->given)
            course_breaks(step, "a verdict that was committed to is not opened");
        return;
    }
    course_copy(part->found, sizeof part->found, course_text(opened, of_verdict.of));
    if (!part->given)
        course_lacks(step, "a verdict is opened that nothing committed to");
    else if (part->verdict[0] != '\0' && !opens(step->courses, opened, &of_verdict, part->verdict))
        course_breaks(step, "a verdict is not the one that was committed to");
    if (course_text(opened, of_verdict.words_of)[0] == '\0')
        course_breaks(step, "a verdict without a reason");
    if (course_is(part->found, "hit") && course_is(course_text(opened, of_judgement.of), "not_usable"))
        course_breaks(step, "a hit by a probe that its examiner judged not usable");
    open_shown(step, opened, part);
    course_check_shown(step, part->found, part->shown, part->shown_told);
    part->candidate = course_candidate(opened);
    course_check_candidate(step, part->found, part->candidate, part->shown, part->candidate_told);
    step->courses->candidate_told = step->courses->candidate_told || part->candidate != 0;
}

void course_open_part(struct course_step *step, const json_t *opened, struct course_part *part)
{
    part->opened = true;
    open_judgement(step, opened, part);
    open_verdict(step, opened, part);
}

/* His part that is closed so far: the first one that was taken from under him; where he has a seat, that. */
static struct course_part *closed_part_of(struct course *course, const char *name)
{
    struct course_part *first = NULL;
    for (size_t i = course->part_count; i-- > 0;) {
        struct course_part *part = &course->parts[i];
        if (part->opened || !course_is(part->person.name, name))
            continue;
        if (part->seated)
            return part;
        first = part->released ? part : first;
    }
    return first;
}

void course_open_verdicts(struct course_step *step)
{
    struct course *course = step->course;
    json_t *verdicts = json_object_get(step->body, "verdicts");
    const json_t *opened;
    size_t i;
    json_array_foreach(verdicts, i, opened)
    {
        struct course_part *part = closed_part_of(course, course_text(opened, "examiner"));
        if (part == NULL)
            course_lacks(step, "what is opened is of somebody who had no seat");
        else
            course_open_part(step, opened, part);
    }
    for (i = 0; i < course->part_count; i++)
        if ((course->parts[i].seated || course->parts[i].released) && !course->parts[i].opened)
            course_lacks(step, "what somebody committed to stays closed when the others' is opened");
    course->opened = true;
    json_decref(course->verdicts);
    course->verdicts = json_incref(verdicts);
}

/* --- The outcome -------------------------------------------------------------------------------------------------- */

size_t course_verdicts_given(const struct course *course)
{
    size_t given = 0;
    for (size_t i = 0; i < course->part_count; i++)
        given += course->parts[i].seated && course->parts[i].given;
    return given;
}

void course_come_to(struct course_step *step, const char *outcome)
{
    course_copy(step->course->outcome, sizeof step->course->outcome, outcome);
    step->course->candidate = course_candidate(step->body);
}

bool course_has_outcome(const struct course *course)
{
    return course->outcome[0] != '\0';
}
