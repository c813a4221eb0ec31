/* course_register.c: as whom the register has somebody who was in none when he did something. As kordond does it with the register in force
 * (referral_person_know()): by what proved him then, which the entries of whoever is in the register name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/course_internal.h"
#include "log/growing_internal.h"

static void write_uid(json_int_t uid, char proof[static COURSE_TEXT_SIZE])
{
    snprintf(proof, COURSE_TEXT_SIZE, "uid:%" JSON_INTEGER_FORMAT, uid);
}

/* What proves who is in no register; "": nothing that is known. */
static void proof_of(const struct course_person *person, char proof[static COURSE_TEXT_SIZE])
{
    proof[0] = '\0';
    if (course_is_user(person) && person->uid >= 0)
        write_uid(person->uid, proof);
    else if (!course_is_user(person) && !course_is_registered(person))
        course_copy(proof, COURSE_TEXT_SIZE, person->name);
}

static void know(struct course_person *person, const struct course_proof *proof)
{
    char his[COURSE_TEXT_SIZE];
    if (course_is_registered(person))
        return;
    proof_of(person, his);
    if (course_is(his, proof->proof))
        person->now = proof->holder;
}

static void know_all_of(struct course *course, const struct course_proof *proof)
{
    know(&course->owner, proof);
    know(&course->overrider, proof);
    know(&course->corrector, proof);
    for (size_t i = 0; i < course->part_count; i++) {
        know(&course->parts[i].person, proof);
        know(&course->parts[i].freed_by, proof);
    }
    for (size_t i = 0; i < course->sight_count; i++)
        know(&course->sights[i].person, proof);
}

/* Another one has it than before, or nobody: that is seldom. holder is taken over. */
static void change_holder(struct log_courses *courses, struct course_proof *proof, char *holder)
{
    char *before = proof->holder;
    proof->holder = holder;
    for (size_t i = 0; i < courses->count; i++)
        know_all_of(courses->items[i], proof);
    for (size_t i = 0; i < courses->reader_count; i++)
        know(&courses->readers[i].person, proof);
    free(before);
}

static struct course_proof *find(const struct log_courses *courses, const char *text)
{
    for (size_t i = 0; i < courses->proof_count; i++)
        if (course_is(courses->proofs[i].proof, text))
            return &courses->proofs[i];
    return NULL;
}

/* NULL without memory. */
static struct course_proof *add(struct log_courses *courses, const char *text)
{
    struct course_proof *proofs =
        growing_room(courses->proofs, courses->proof_count, &courses->proof_capacity, sizeof *proofs);
    if (proofs == NULL)
        return NULL;
    courses->proofs = proofs;
    struct course_proof *added = &proofs[courses->proof_count++];
    *added = (struct course_proof){0};
    course_copy(added->proof, sizeof added->proof, text);
    return added;
}

static void note_nobody(struct log_courses *courses, const char *text)
{
    struct course_proof *proof = find(courses, text);
    if (proof != NULL && proof->holder != NULL)
        change_holder(courses, proof, NULL);
}

static void note_holder(struct log_courses *courses, const char *text, const char *name)
{
    struct course_proof *proof = find(courses, text);
    if (proof != NULL && proof->holder != NULL && course_is(proof->holder, name))
        return;
    if (proof == NULL)
        proof = add(courses, text);
    char *holder = proof != NULL ? strdup(name) : NULL;
    if (holder == NULL)
        course_note_no_memory(courses);
    else
        change_holder(courses, proof, holder);
}

/* What proved who did what the entry says, "" where it does not say it: a user of the machine is one by his number, whatever he is called. */
static void proof_of_actor(const struct course_step *step, char proof[static COURSE_TEXT_SIZE])
{
    const char *told = course_text(step->body, "actor_proof");
    if (!course_is_registered(&step->by))
        proof_of(&step->by, proof);
    else if (step->by.uid >= 0)
        write_uid(step->by.uid, proof);
    else
        course_copy(proof, COURSE_TEXT_SIZE, strlen(told) < COURSE_TEXT_SIZE ? told : "");
}

void course_note_proof(const struct course_step *step)
{
    char own[COURSE_TEXT_SIZE];
    proof_of_actor(step, own);
    if (course_is_registered(&step->by)) {
        if (own[0] != '\0')
            note_holder(step->courses, own, step->by.name);
        return;
    }
    note_nobody(step->courses, own);
}

/* By what proof it was another one's before, and is his by now, the log can't say: registers change. But no entry says that it proves who acts, and that it
 * proves another one. */
static void take_told(struct course_step *step, const char *proof, const char *name)
{
    const struct course_person named = course_person_named(name);
    char own[COURSE_TEXT_SIZE];
    proof_of_actor(step, own);
    if (name[0] != '\0' && !course_is_registered(&named))
        course_breaks(step, "somebody is said to be in the register by a name that it has not");
    else if (course_is(own, proof) && !course_is(name, course_is_registered(&step->by) ? step->by.name : ""))
        course_breaks(step, "the register is said to have another one by what proves who acts");
    else if (name[0] != '\0')
        note_holder(step->courses, proof, name);
    else
        note_nobody(step->courses, proof);
}

/* Of whom it must say so: whose transaction it is, and who has a seat. Of others kordond may know no more by that proof. */
static void check_told(struct course_step *step, const json_t *told, const struct course_person *person)
{
    char proof[COURSE_TEXT_SIZE];
    if (course_is_registered(person))
        return;
    proof_of(person, proof);
    if (proof[0] != '\0' && json_object_get(told, proof) == NULL)
        course_lacks(step, "as whom the register has somebody is said of others, and not of him");
}

void course_take_register(struct course_step *step)
{
    const struct course *course = step->course;
    json_t *told = json_object_get(step->body, "registered_as");
    const char *proof;
    json_t *name;
    if (told == NULL)
        return;
    json_object_foreach(told, proof, name) take_told(step, proof, course_text(told, proof));
    if (course->matched)
        check_told(step, told, &course->owner);
    for (size_t i = 0; i < course->part_count; i++)
        if (course->parts[i].seated)
            check_told(step, told, &course->parts[i].person);
}

void course_forget_proofs(struct log_courses *courses)
{
    for (size_t i = 0; i < courses->proof_count; i++)
        free(courses->proofs[i].holder);
    free(courses->proofs);
}
