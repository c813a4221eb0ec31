/* course_parts.c: who is who, and who has which seat. */
#include <string.h>

#include "log/course_internal.h"
#include "log/entry.h"
#include "log/growing_internal.h"

const char *course_text(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text != NULL ? text : "";
}

bool course_is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

void course_copy(char *to, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(to, text, length);
    to[length] = '\0';
}

struct course_person course_person_of(const json_t *body)
{
    struct course_person person = {.uid = -1};
    const json_t *uid = json_object_get(body, "actor_uid");
    course_copy(person.name, sizeof person.name, course_text(body, "actor"));
    if (json_is_integer(uid))
        person.uid = json_integer_value(uid);
    return person;
}

struct course_person course_person_named(const char *name)
{
    struct course_person person = {.uid = -1};
    course_copy(person.name, sizeof person.name, name);
    return person;
}

/* What proves who he is: the register, the machine, an authority; 0: nothing that is known. */
static char kind_of(const struct course_person *person)
{
    static const struct {
        const char *prefix;
        char kind;
    } kinds[] = {{"person:", 'r'}, {"device:", 'r'}, {"user:", 'm'}, {"uid:", 'm'}, {"certificate:", 'a'}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(person->name, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return kinds[i].kind;
    return 0;
}

bool course_is_registered(const struct course_person *person)
{
    return kind_of(person) == 'r';
}

bool course_is_user(const struct course_person *person)
{
    return kind_of(person) == 'm';
}

/* As entries name them. */
static bool are_called_one(const struct course_person *one, const struct course_person *other)
{
    bool by_number = course_is_user(one) && course_is_user(other) && one->uid >= 0 && other->uid >= 0;
    return by_number ? one->uid == other->uid : course_is(one->name, other->name);
}

static const char *name_now(const struct course_person *person)
{
    return person->now != NULL ? person->now : person->name;
}

static char kind_now(const struct course_person *person)
{
    return person->now != NULL ? 'r' : kind_of(person);
}

bool course_persons_are_one(const struct course_person *one, const struct course_person *other)
{
    return are_called_one(one, other) || course_is(name_now(one), name_now(other));
}

bool course_persons_are_two(const struct course_person *one, const struct course_person *other)
{
    return kind_now(one) != 0 && kind_now(one) == kind_now(other) && !course_persons_are_one(one, other);
}

bool course_is_his(const struct course *course, const struct course_person *person)
{
    const char *colon = strchr(person->name, ':');
    bool called = course->officer[0] != '\0' && colon != NULL && course_is(colon + 1, course->officer);
    return called || course_persons_are_one(&course->owner, person);
}

bool course_is_own(const struct course *course, const struct course_person *person)
{
    return course_is_his(course, person) || !course_persons_are_two(&course->owner, person);
}

struct course_part *course_last_part_of(struct course *course, const struct course_person *person)
{
    for (size_t i = course->part_count; i-- > 0;)
        if (course_persons_are_one(&course->parts[i].person, person))
            return &course->parts[i];
    return NULL;
}

/* The lower one; either may be NULL. */
static struct course_part *lower_of(struct course_part *one, struct course_part *other)
{
    return one == NULL || (other != NULL && other->place < one->place) ? other : one;
}

struct course_part *course_seat_of(struct course *course, const struct course_person *person)
{
    struct course_part *lowest = NULL;
    for (size_t i = 0; i < course->part_count; i++)
        if (course->parts[i].seated && course_persons_are_one(&course->parts[i].person, person))
            lowest = lower_of(lowest, &course->parts[i]);
    return lowest;
}

struct course_part *course_seat_called(struct course *course, const char *name)
{
    struct course_part *lowest = NULL;
    for (size_t i = 0; i < course->part_count; i++)
        if (course->parts[i].seated && course_is(course->parts[i].person.name, name))
            lowest = lower_of(lowest, &course->parts[i]);
    return lowest;
}

static bool is_free(const struct course *course, size_t place)
{
    for (size_t i = 0; i < course->part_count; i++)
        if (course->parts[i].seated && course->parts[i].place == place)
            return false;
    return true;
}

static size_t lowest_free_place(const struct course *course)
{
    size_t place = 0;
    while (!is_free(course, place))
        place++;
    return place;
}

size_t course_seated(const struct course *course, const char *role)
{
    size_t count = 0;
    for (size_t i = 0; i < course->part_count; i++)
        count += course->parts[i].seated && (role == NULL || course_is(course->parts[i].role, role));
    return count;
}

struct course_part *course_add_part(struct course_step *step, const struct course_person *person)
{
    struct course *course = step->course;
    struct course_part *parts =
        growing_room(course->parts, course->part_count, &course->part_capacity, sizeof *parts);
    if (parts == NULL) {
        course_note_no_memory(step->courses);
        return NULL;
    }
    course->parts = parts;
    parts[course->part_count] =
        (struct course_part){.person = *person, .place = lowest_free_place(course), .seated = true};
    return &parts[course->part_count++];
}

/* --- Who read, and who looked ----------------------------------------------------------------------------------- */

static struct course_reader *find_reader(
    struct log_courses *courses, const struct course_person *person, const char *transaction)
{
    for (size_t i = 0; i < courses->reader_count; i++)
        if (course_persons_are_one(&courses->readers[i].person, person) &&
            course_is(courses->readers[i].transaction, transaction))
            return &courses->readers[i];
    return NULL;
}

static void note_reader(
    struct log_courses *courses, const struct course_person *person, const char *transaction, uint64_t seq)
{
    struct course_reader *reader = find_reader(courses, person, transaction);
    if (reader == NULL) {
        struct course_reader *readers =
            growing_room(courses->readers, courses->reader_count, &courses->reader_capacity, sizeof *readers);
        if (readers == NULL) {
            course_note_no_memory(courses);
            return;
        }
        courses->readers = readers;
        reader = &readers[courses->reader_count++];
    }
    *reader = (struct course_reader){.person = *person, .seq = seq};
    course_copy(reader->transaction, sizeof reader->transaction, transaction);
}

/* What he is shown is of that transaction, or of any where it is "". False: nothing of it is of a match. */
static bool note_seats(
    struct log_courses *courses, const struct course_person *person, const char *transaction)
{
    bool of_match = false;
    for (size_t i = 0; i < courses->count; i++) {
        struct course *course = courses->items[i];
        if (transaction[0] != '\0' && !course_is(course->transaction, transaction))
            continue;
        of_match = true;
        struct course_part *part = course->opened ? NULL : course_seat_of(course, person);
        if (part != NULL)
            part->read = true;
    }
    return of_match;
}

/* A receipt does not name its transaction: it counts as all. */
void course_note_reading(struct log_courses *courses, const struct entry_head *head, const json_t *body)
{
    const struct course_person person = course_person_of(body);
    bool result = course_is(course_text(body, "read"), "transaction");
    const char *transaction = result ? course_text(body, "asked_for") : "";
    if (result ? !log_access_shows_result(body, transaction) : !log_access_shows_referrals(body))
        return;
    if (note_seats(courses, &person, transaction) || !result)
        note_reader(courses, &person, transaction, head->seq);
}

bool course_was_read_by(const struct course_step *step, const struct course_person *person)
{
    const struct course *course = step->course;
    const struct course_reader *of[] = {
        find_reader(step->courses, person, ""), find_reader(step->courses, person, course->transaction)};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
        if (of[i] != NULL && course->matched && of[i]->seq > course->match_seq)
            return true;
    return false;
}

bool course_was_seen_by(const struct course *course, const struct course_person *person)
{
    for (size_t i = 0; i < course->sight_count; i++)
        if (course->sights[i].without_seat && !course_persons_are_two(&course->sights[i].person, person))
            return true;
    return false;
}

/* Of him as he is called: as whom the register has somebody may be another one later. */
static struct course_sight *find_sight(const struct course *course, const struct course_person *person)
{
    for (size_t i = 0; i < course->sight_count; i++)
        if (are_called_one(&course->sights[i].person, person))
            return &course->sights[i];
    return NULL;
}

/* All of his, however he was called. */
static struct course_sight sight_of(const struct course *course, const struct course_person *person)
{
    struct course_sight all = {0};
    for (size_t i = 0; i < course->sight_count; i++) {
        const struct course_sight *sight = &course->sights[i];
        if (!course_persons_are_one(&sight->person, person))
            continue;
        all.looks |= sight->looks;
        all.references |= sight->references;
    }
    return all;
}

/* From 1 on; of a candidate of a higher number nobody is shown anything. */
static uint64_t bit_of(const json_t *number)
{
    const json_int_t candidate = json_integer_value(number);
    return candidate >= 1 && candidate <= 64 ? UINT64_C(1) << (candidate - 1) : 0;
}

uint64_t course_references_asked(const struct course *course, const struct course_person *person)
{
    return sight_of(course, person).references;
}

uint64_t course_shown(struct course_step *step, const json_t *said, uint64_t asked)
{
    const json_t *numbers = json_object_get(said, "shown"), *number;
    uint64_t shown = 0;
    size_t i;
    json_array_foreach(numbers, i, number) shown |= bit_of(number);
    if ((shown & ~asked) != 0)
        course_lacks(step, "a verdict rests on a reference that its giver had not asked for");
    return shown;
}

bool course_has_looked(const struct course *course, const struct course_person *person, unsigned looks)
{
    return (sight_of(course, person).looks & looks) != 0;
}

void course_note_sight(struct course_step *step, enum course_look look, bool without_seat)
{
    struct course *course = step->course;
    struct course_sight *sight = find_sight(course, &step->by);
    if (sight == NULL) {
        struct course_sight *sights =
            growing_room(course->sights, course->sight_count, &course->sight_capacity, sizeof *sights);
        if (sights == NULL) {
            course_note_no_memory(step->courses);
            return;
        }
        course->sights = sights;
        sight = &sights[course->sight_count++];
        *sight = (struct course_sight){.person = step->by};
    }
    sight->looks |= look;
    if (look == COURSE_REFERENCE)
        sight->references |= bit_of(json_object_get(step->body, "candidate"));
    sight->without_seat = sight->without_seat || without_seat;
}
