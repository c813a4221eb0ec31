#include "daemon/referrals/course.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "daemon/transactions/referral_rules.h"
#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"

#define NUMBER_MAX     (INT64_C(1) << 52)
#define SHOWN_BYTES    sizeof(uint64_t)
#define CANDIDATES_MAX 64 /* a bit for each of those shown */

static const char *const seat_keys[POLICY_EXAMINERS_MAX] = {"seat_1", "seat_2"};

/* The first one's name is as old as there was one alone. */
static const char *const released_keys[REFERRAL_RELEASED_MAX] = {
    "released", "released_2", "released_3", "released_4"};

static const char *const freed_keys[REFERRAL_RELEASED_MAX] = {
    "freed_by_1", "freed_by_2", "freed_by_3", "freed_by_4"};

static const char *const former_keys[REFERRAL_FORMER_MAX] = {
    "former_1", "former_2", "former_3", "former_4", "former_5", "former_6", "former_7", "former_8"};

static const char *const looker_keys[REFERRAL_LOOKERS_MAX] = {
    "looker_1", "looker_2", "looker_3", "looker_4", "looker_5", "looker_6", "looker_7", "looker_8"};

/* --- Written */

static void write_person(struct json_writer *json, const struct referral_person *person)
{
    json_write_text(json, "identity", person->identity);
    json_write_text(json, "name", person->name);
    json_write_boolean(json, "registered", person->registered);
    json_write_integer(json, "proof", person->proof);
}

static void write_salt(
    struct json_writer *json, const char *key, const uint8_t salt[static COMMIT_SALT_BYTES])
{
    char text[2 * COMMIT_SALT_BYTES + 1];
    json_write_text(json, key, hex_format(salt, COMMIT_SALT_BYTES, text));
    memory_wipe(text, sizeof text);
}

/* Equally long whatever it is, so that a record's length tells nothing of it. */
static void write_shown(struct json_writer *json, const struct referral_seat *seat)
{
    uint8_t bytes[SHOWN_BYTES];
    char text[2 * sizeof bytes + 1];
    struct bytes_writer writer;
    if (!seat->shown_kept)
        return;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    bytes_write_u64be(&writer, seat->shown);
    json_write_text(json, "shown", hex_format(bytes, sizeof bytes, text));
    json_write_text(json, "candidate", hex_format(&(uint8_t){(uint8_t)seat->candidate}, 1, text));
}

static void write_seat(struct json_writer *into, const char *key, const struct referral_seat *seat)
{
    struct json_writer json;
    if (seat->phase == SEAT_FREE)
        return;
    json_writer_object(&json);
    write_person(&json, &seat->holder);
    json_write_text(&json, "phase", referral_phase_name(seat->phase));
    json_write_text(&json, "role", role_name((enum role)seat->role));
    json_write_integer(&json, "taken", seat->taken_ms);
    json_write_integer(&json, "judged", seat->judged_ms);
    json_write_integer(&json, "done", seat->done_ms);
    json_write_text(&json, "judgement", probe_judgement_name(seat->judgement));
    json_write_text(&json, "judgement_words", seat->judgement_words);
    json_write_text(&json, "verdict", referral_verdict_name(seat->verdict));
    json_write_text(&json, "reason", seat->reason);
    json_write_text(&json, "entry_since", entry_since_name(seat->since));
    write_shown(&json, seat);
    write_salt(&json, "judgement_salt", seat->judgement_salt);
    write_salt(&json, "verdict_salt", seat->verdict_salt);
    json_write_value(into, key, json_writer_end(&json));
}

static void write_released(struct json_writer *into, size_t place, const struct referral_released *released)
{
    struct json_writer json;
    write_seat(into, released_keys[place], &released->seat);
    if (released->by.identity[0] == '\0')
        return;
    json_writer_object(&json);
    write_person(&json, &released->by);
    json_write_value(into, freed_keys[place], json_writer_end(&json));
}

static void write_word(struct json_writer *into, const char *key, const struct referral_word *word)
{
    struct json_writer json;
    if (word->verdict == VERDICT_NONE)
        return;
    json_writer_object(&json);
    write_person(&json, &word->by);
    json_write_text(&json, "verdict", referral_verdict_name(word->verdict));
    json_write_integer(&json, "candidate", word->candidate);
    json_write_text(&json, "reason", word->reason);
    json_write_integer(&json, "time", word->time_ms);
    json_write_value(into, key, json_writer_end(&json));
}

static void write_former(struct json_writer *into, const char *key, const struct referral_former *former)
{
    struct json_writer json;
    json_writer_object(&json);
    write_person(&json, &former->person);
    json_write_boolean(&json, "saw_reference", former->saw_reference);
    json_write_value(into, key, json_writer_end(&json));
}

static void write_looker(struct json_writer *into, const char *key, const struct referral_person *looker)
{
    struct json_writer json;
    json_writer_object(&json);
    write_person(&json, looker);
    json_write_value(into, key, json_writer_end(&json));
}

static json_t *case_json(const struct referral_case *of)
{
    char document[2 * CASE_RECORD_KEY_BYTES + 1];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "id", of->id);
    json_write_text(&json, "transaction", of->transaction);
    json_write_integer(&json, "time", of->time_ms);
    json_write_text(&json, "purpose", of->purpose);
    json_write_text(&json, "legal_basis", of->legal_basis);
    json_write_text(&json, "owner", of->owner);
    json_write_text(&json, "officer", of->officer);
    json_write_text(&json, "traveller_group", traveller_group_name(of->group));
    json_write_text(&json, "age_band", age_band_name(of->age_band));
    json_write_integer(&json, "categories", of->categories);
    json_write_integer(&json, "slot", of->slot);
    json_write_text(&json, "document", hex_format(of->document, sizeof of->document, document));
    json_write_value(&json, "entries", redress_entries_write(of->entries, of->entry_count));
    json_write_boolean(&json, "entries_changed", of->entries_changed);
    return json_writer_end(&json);
}

char *referral_course_text(const struct referral_case *of, const struct referral_course *course, size_t *size)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_value(&json, "case", case_json(of));
    json_write_value(&json, "rules", referral_rules_write(&course->rules));
    json_write_text(&json, "state", referral_state_name(course->state));
    json_write_text(&json, "route", referral_route_name(course->route));
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        write_seat(&json, seat_keys[i], &course->seats[i]);
    for (size_t i = 0; i < course->released_count; i++)
        write_released(&json, i, &course->released[i]);
    for (size_t i = 0; i < course->former_count; i++)
        write_former(&json, former_keys[i], &course->former[i]);
    for (size_t i = 0; i < course->looker_count; i++)
        write_looker(&json, looker_keys[i], &course->lookers[i]);
    write_word(&json, "overridden", &course->overridden);
    write_word(&json, "corrected", &course->corrected);
    json_write_text(&json, "outcome", referral_verdict_name(course->outcome));
    json_write_integer(&json, "outcome_time", course->outcome_ms);
    json_write_boolean(&json, "protection_claimed", course->protection_claimed);
    json_write_integer(&json, "reports", course->reports);
    json_write_boolean(&json, "probe_closed", course->probe_closed);
    json_write_boolean(&json, "probe_erased", course->probe_erased);
    json_t *value = json_writer_end(&json);
    char *text = json_text(value, size);
    json_decref(value);
    return text;
}

/* --- Read */

static int64_t read_number(struct json_fields *fields, const char *key, int64_t highest)
{
    return json_fields_integer(fields, key, JSON_REQUIRED, 0, highest, 0);
}

/* A word of a list that has a parser; the value stays where it is none. */
#define READ_WORD(fields, key, need, parse, value)                                                           \
    do {                                                                                                     \
        const char *read_word = json_fields_borrow(fields, key, need, REQUEST_NAME_SIZE);                    \
        if (read_word != NULL && !parse(read_word, value))                                                   \
            json_fields_refuse(fields, key, "no word of the list");                                          \
    } while (0)

static void read_person(struct json_fields *fields, struct referral_person *person)
{
    json_fields_text(fields, "identity", JSON_REQUIRED, person->identity, sizeof person->identity);
    json_fields_text(fields, "name", JSON_REQUIRED, person->name, sizeof person->name);
    person->registered = json_fields_boolean(fields, "registered", JSON_REQUIRED, false);
    person->proof = (enum principal_proof)json_fields_integer(
        fields, "proof", JSON_REQUIRED, PRINCIPAL_UNPROVEN, PRINCIPAL_BY_CERTIFICATE, PRINCIPAL_UNPROVEN);
    if (!person->registered && person->proof == PRINCIPAL_UNPROVEN)
        json_fields_refuse(fields, "proof", "nobody knows who it is");
}

static void read_salt(struct json_fields *fields, const char *key, uint8_t salt[static COMMIT_SALT_BYTES])
{
    const char *text = json_fields_borrow(fields, key, JSON_REQUIRED, (size_t)2 * COMMIT_SALT_BYTES);
    if (text != NULL &&
        (strlen(text) != (size_t)2 * COMMIT_SALT_BYTES || !hex_parse(text, salt, COMMIT_SALT_BYTES)))
        json_fields_refuse(fields, key, "no salt");
}

/* One that an older kordond kept has none. */
static void read_shown(struct json_fields *fields, struct referral_seat *seat)
{
    uint8_t bytes[SHOWN_BYTES];
    struct bytes_reader reader;
    const char *text = json_fields_borrow(fields, "shown", JSON_OPTIONAL, 2 * sizeof bytes);
    if (text == NULL)
        return;
    if (strlen(text) != 2 * sizeof bytes || !hex_parse(text, bytes, sizeof bytes)) {
        json_fields_refuse(fields, "shown", "no set of candidates");
        return;
    }
    bytes_reader_init(&reader, bytes, sizeof bytes);
    seat->shown_kept = true;
    seat->shown = bytes_read_u64be(&reader);
}

static void read_candidate(struct json_fields *fields, struct referral_seat *seat)
{
    uint8_t candidate;
    const char *text = json_fields_borrow(fields, "candidate", JSON_OPTIONAL, 2);
    if (text == NULL)
        return;
    if (strlen(text) != 2 || !hex_parse(text, &candidate, 1) || candidate > CANDIDATES_MAX)
        json_fields_refuse(fields, "candidate", "no candidate's number");
    else
        seat->candidate = candidate;
}

/* A seat that is kept is somebody's, and says all that its phase says and no more. */
static bool is_sound(const struct referral_seat *seat)
{
    return seat->phase != SEAT_FREE &&
           (seat->role == ROLE_EXAMINER || seat->role == ROLE_PROTECTION_OFFICER) &&
           (seat->phase >= SEAT_COMPARISON) == (seat->judgement != PROBE_NOT_JUDGED) &&
           (seat->phase == SEAT_DONE) == (seat->verdict != VERDICT_NONE) &&
           (seat->candidate == 0 || seat->verdict == VERDICT_HIT);
}

static bool read_role(const char *name, unsigned *role)
{
    enum role found = ROLE_EXAMINER;
    bool known = role_parse(name, &found);
    *role = found;
    return known;
}

static bool read_seat(struct json_fields *from, const char *key, struct referral_seat *seat)
{
    struct json_fields fields;
    if (!json_fields_enter(from, key, &fields))
        return false;
    read_person(&fields, &seat->holder);
    READ_WORD(&fields, "phase", JSON_REQUIRED, referral_phase_parse, &seat->phase);
    READ_WORD(&fields, "role", JSON_REQUIRED, read_role, &seat->role);
    seat->taken_ms = read_number(&fields, "taken", NUMBER_MAX);
    seat->judged_ms = read_number(&fields, "judged", NUMBER_MAX);
    seat->done_ms = read_number(&fields, "done", NUMBER_MAX);
    READ_WORD(&fields, "judgement", JSON_REQUIRED, probe_judgement_parse, &seat->judgement);
    json_fields_text(&fields, "judgement_words", JSON_OPTIONAL, seat->judgement_words, REFERRAL_TEXT_SIZE);
    READ_WORD(&fields, "verdict", JSON_REQUIRED, referral_verdict_parse, &seat->verdict);
    json_fields_text(&fields, "reason", JSON_OPTIONAL, seat->reason, REFERRAL_TEXT_SIZE);
    READ_WORD(&fields, "entry_since", JSON_OPTIONAL, entry_since_parse, &seat->since);
    read_shown(&fields, seat);
    read_candidate(&fields, seat);
    read_salt(&fields, "judgement_salt", seat->judgement_salt);
    read_salt(&fields, "verdict_salt", seat->verdict_salt);
    if (!is_sound(seat))
        json_fields_refuse(&fields, "phase", "the seat contradicts itself");
    json_fields_leave(from, &fields);
    return true;
}

/* The first of them that is missing is the end; one behind it is refused as unknown. */
static void read_released(struct json_fields *from, struct referral_course *course)
{
    struct json_fields fields;
    while (course->released_count < REFERRAL_RELEASED_MAX) {
        const size_t place = course->released_count;
        struct referral_released *released = &course->released[place];
        if (!read_seat(from, released_keys[place], &released->seat))
            return;
        course->released_count++;
        if (!json_fields_enter(from, freed_keys[place], &fields))
            continue;
        read_person(&fields, &released->by);
        json_fields_leave(from, &fields);
    }
}

static void read_formers(struct json_fields *from, struct referral_course *course)
{
    struct json_fields fields;
    while (course->former_count < REFERRAL_FORMER_MAX &&
           json_fields_enter(from, former_keys[course->former_count], &fields)) {
        struct referral_former *former = &course->former[course->former_count++];
        read_person(&fields, &former->person);
        former->saw_reference = json_fields_boolean(&fields, "saw_reference", JSON_REQUIRED, false);
        json_fields_leave(from, &fields);
    }
}

static void read_lookers(struct json_fields *from, struct referral_course *course)
{
    struct json_fields fields;
    while (course->looker_count < REFERRAL_LOOKERS_MAX &&
           json_fields_enter(from, looker_keys[course->looker_count], &fields)) {
        read_person(&fields, &course->lookers[course->looker_count++]);
        json_fields_leave(from, &fields);
    }
}

static void read_word(struct json_fields *from, const char *key, struct referral_word *word)
{
    struct json_fields fields;
    if (!json_fields_enter(from, key, &fields))
        return;
    read_person(&fields, &word->by);
    READ_WORD(&fields, "verdict", JSON_REQUIRED, referral_verdict_parse, &word->verdict);
    word->candidate =
        (uint32_t)json_fields_integer(&fields, "candidate", JSON_OPTIONAL, 0, CANDIDATES_MAX, 0);
    json_fields_text(&fields, "reason", JSON_REQUIRED, word->reason, REFERRAL_TEXT_SIZE);
    word->time_ms = read_number(&fields, "time", NUMBER_MAX);
    json_fields_leave(from, &fields);
}

/* Of whom nothing was said, that is kept too. */
static bool read_group(const char *name, enum traveller_group *group)
{
    *group = TRAVELLER_GROUP_UNSAID;
    return strcmp(name, traveller_group_name(TRAVELLER_GROUP_UNSAID)) == 0 ||
           traveller_group_parse(name, group);
}

static void read_document(struct json_fields *fields, struct referral_case *of)
{
    const char *text = json_fields_borrow(fields, "document", JSON_OPTIONAL, 2 * sizeof of->document);
    if (text != NULL &&
        (strlen(text) != 2 * sizeof of->document || !hex_parse(text, of->document, sizeof of->document)))
        json_fields_refuse(fields, "document", "no key");
}

static void read_case(struct json_fields *from, struct referral_case *of)
{
    struct json_fields fields;
    if (!json_fields_enter(from, "case", &fields)) {
        json_fields_refuse(from, "case", "it is missing");
        return;
    }
    json_fields_text(&fields, "id", JSON_REQUIRED, of->id, sizeof of->id);
    json_fields_text(&fields, "transaction", JSON_REQUIRED, of->transaction, sizeof of->transaction);
    of->time_ms = read_number(&fields, "time", NUMBER_MAX);
    json_fields_text(&fields, "purpose", JSON_REQUIRED, of->purpose, sizeof of->purpose);
    json_fields_text(&fields, "legal_basis", JSON_REQUIRED, of->legal_basis, sizeof of->legal_basis);
    json_fields_text(&fields, "owner", JSON_REQUIRED, of->owner, sizeof of->owner);
    json_fields_text(&fields, "officer", JSON_OPTIONAL, of->officer, sizeof of->officer);
    READ_WORD(&fields, "traveller_group", JSON_REQUIRED, read_group, &of->group);
    READ_WORD(&fields, "age_band", JSON_REQUIRED, age_band_parse, &of->age_band);
    of->categories = (uint32_t)read_number(&fields, "categories", (1 << ALERT_CATEGORY_COUNT) - 1);
    of->slot = (uint32_t)read_number(&fields, "slot", UINT32_MAX);
    read_document(&fields, of);
    redress_entries_read(&fields, "entries", JSON_OPTIONAL, of->entries, &of->entry_count);
    of->entries_changed = json_fields_boolean(&fields, "entries_changed", JSON_OPTIONAL, false);
    json_fields_leave(from, &fields);
}

static void read_course(struct json_fields *fields, struct referral_course *course)
{
    referral_rules_read(fields, "rules", &course->rules);
    READ_WORD(fields, "state", JSON_REQUIRED, referral_state_parse, &course->state);
    READ_WORD(fields, "route", JSON_REQUIRED, referral_route_parse, &course->route);
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        (void)read_seat(fields, seat_keys[i], &course->seats[i]);
    read_released(fields, course);
    read_formers(fields, course);
    read_lookers(fields, course);
    read_word(fields, "overridden", &course->overridden);
    read_word(fields, "corrected", &course->corrected);
    READ_WORD(fields, "outcome", JSON_REQUIRED, referral_verdict_parse, &course->outcome);
    course->outcome_ms = read_number(fields, "outcome_time", NUMBER_MAX);
    course->protection_claimed = json_fields_boolean(fields, "protection_claimed", JSON_REQUIRED, false);
    course->reports = (uint32_t)read_number(fields, "reports", UINT32_MAX);
    course->probe_erased = json_fields_boolean(fields, "probe_erased", JSON_REQUIRED, false);
    course->probe_closed = json_fields_boolean(fields, "probe_closed", JSON_OPTIONAL, course->probe_erased);
    if (referral_state_has_outcome(course->state) != (course->outcome != VERDICT_NONE))
        json_fields_refuse(fields, "outcome", "it contradicts the state");
}

enum reason referral_course_read(const char *text, size_t size, struct referral_case *of,
    struct referral_course *course, struct failure *failure)
{
    struct json_fields fields;
    memset(of, 0, sizeof *of);
    memset(course, 0, sizeof *course);
    json_fields_parse(&fields, text, size, failure);
    read_case(&fields, of);
    read_course(&fields, course);
    enum reason reason = json_fields_end(&fields);
    if (reason != REASON_DONE) {
        memset(of, 0, sizeof *of);
        memset(course, 0, sizeof *course);
    }
    return reason;
}
