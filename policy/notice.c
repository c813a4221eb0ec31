#include "policy/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHILD_UNTIL 18 /* years: Convention on the Rights of the Child, art. 1 */

/* --- Names in braces */

enum field {
    FIELD_AUTHORITY,
    FIELD_PURPOSE,
    FIELD_BASES,
    FIELD_GROUPS,
    FIELD_AGE,
    FIELD_ACCOMPANIED_AGE,
    FIELD_DAYS,
    FIELD_UNIT,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_AUTHORITY] = "authority",
    [FIELD_PURPOSE] = "purpose",
    [FIELD_BASES] = "legal_bases",
    [FIELD_GROUPS] = "groups",
    [FIELD_AGE] = "age",
    [FIELD_ACCOMPANIED_AGE] = "accompanied_age",
    [FIELD_DAYS] = "days",
    [FIELD_UNIT] = "unit",
};

static void write_bases(const struct policy_purpose *purpose, FILE *stream)
{
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        fprintf(stream, "%s%s", i > 0 ? "; " : "", purpose->legal_bases[i]);
}

/* A code that has no other words is read without its underscores. */
static void write_code(const char *words, FILE *stream)
{
    for (; *words != '\0'; words++)
        fputc(*words == '_' ? ' ' : *words, stream);
}

static void write_groups(const struct notice *notice, FILE *stream)
{
    const char *divider = "";
    for (enum traveller_group group = TRAVELLER_CITIZEN; group < TRAVELLER_GROUP_COUNT; group++) {
        if ((notice->purpose->exempt_groups & 1u << group) == 0)
            continue;
        fputs(divider, stream);
        write_code(language_code(notice->language, "traveller_group", traveller_group_name(group)), stream);
        divider = ", ";
    }
}

static void write_field(const struct notice *notice, enum field field, FILE *stream)
{
    switch (field) {
    case FIELD_AUTHORITY:
        fputs(notice->policy->authority, stream);
        return;
    case FIELD_PURPOSE:
        fputs(notice->purpose->name, stream);
        return;
    case FIELD_BASES:
        write_bases(notice->purpose, stream);
        return;
    case FIELD_GROUPS:
        write_groups(notice, stream);
        return;
    case FIELD_AGE:
        fprintf(stream, "%" PRIu32, notice->purpose->minimum_age);
        return;
    case FIELD_ACCOMPANIED_AGE:
        fprintf(stream, "%" PRIu32, notice->purpose->accompanied_age);
        return;
    case FIELD_DAYS:
        fprintf(stream, "%" PRIu32, notice->purpose->retention_days);
        return;
    case FIELD_UNIT:
        fputs(notice->unit, stream);
        return;
    case FIELD_COUNT:
        return;
    }
}

static enum field field_of(const char *name, size_t size)
{
    enum field field = 0;
    while (field < FIELD_COUNT &&
           (strlen(field_names[field]) != size || memcmp(field_names[field], name, size) != 0))
        field++;
    return field;
}

/* A paragraph of its own, with its names filled in; what is no name is a brace. */
static void write_paragraph(const struct notice *notice, const char *english, FILE *stream)
{
    const char *at = language_text(notice->language, english);
    while (*at != '\0') {
        size_t size = *at == '{' ? strcspn(at + 1, "}") : 0;
        enum field field = size > 0 && at[1 + size] == '}' ? field_of(at + 1, size) : FIELD_COUNT;
        if (field < FIELD_COUNT) {
            write_field(notice, field, stream);
            at += size + 2;
        } else {
            fputc(*at++, stream);
        }
    }
    fputs("\n\n", stream);
}

/* --- What is said */

static const char *why(enum policy_nature nature)
{
    switch (nature) {
    case POLICY_ENFORCEMENT:
        /* xgettext: perl-brace-format */
        return N_("WHY\nYour fingerprints are taken for the check at the border: to find out whether you are "
                  "the person whom your "
                  "document names, or whether a competent authority has asked for something to be done when "
                  "you cross. In the records "
                  "this purpose is called {purpose}.");
    case POLICY_PROTECTION:
        /* xgettext: perl-brace-format */
        return N_(
            "WHY\nYour fingerprints are taken to find persons who are missing or who need protection. In the "
            "records this purpose is called {purpose}.");
    case POLICY_READMISSION:
        /* xgettext: perl-brace-format */
        return N_("WHY\nAnother state asks that you be returned. Your fingerprints are taken to find out "
                  "whether you are the person whom it "
                  "means. In the records this purpose is called {purpose}.");
    }
    return "";
}

static const char *by_what_law(const struct policy_purpose *purpose)
{
    if (purpose->legal_basis_count == 0)
        return N_("LEGAL BASIS\nThis is a demonstration. There is none, and fingerprints of real travellers "
                  "must not be taken.");
    /* xgettext: perl-brace-format */
    return N_("LEGAL BASIS\n{legal_bases}.");
}

static const char *from_what_age(const struct policy_purpose *purpose)
{
    if (purpose->minimum_age == 0)
        return N_("WHOSE FINGERPRINTS ARE TAKEN\nThose of persons of any age.");
    if (purpose->accompanied_age < purpose->minimum_age)
        /* xgettext: perl-brace-format */
        return N_("WHOSE FINGERPRINTS ARE TAKEN\nThose of persons of {age} years and older, and those of "
                  "children of {accompanied_age} years "
                  "and older while an adult who stands for the child is present. In doubt a person counts as "
                  "younger.");
    /* xgettext: perl-brace-format */
    return N_("WHOSE FINGERPRINTS ARE TAKEN\nThose of persons of {age} years and older. In doubt a person "
              "counts as younger.");
}

static const char *what_is_done(unsigned comparisons)
{
    if (comparisons == POLICY_VERIFICATION)
        return N_("WHAT IS DONE\nA reader takes pictures of your fingers, and a machine describes their "
                  "ridges. It compares this with the "
                  "fingerprint in your own document, or with the one that was sent for you, and with nobody "
                  "else's.");
    if (comparisons == POLICY_IDENTIFICATION)
        return N_("WHAT IS DONE\nA reader takes pictures of your fingers, and a machine describes their "
                  "ridges. It compares this with the "
                  "fingerprints of the persons on a list that the law allows for this purpose.");
    return N_("WHAT IS DONE\nA reader takes pictures of your fingers, and a machine describes their ridges. "
              "It compares this with the "
              "fingerprint in your own document, or with the fingerprints of the persons on a list that the "
              "law allows for this "
              "purpose, or with both.");
}

/* What it sees is for the person's own sake, and there is something that it sees. */
static bool sees_protection_only(const struct policy_purpose *purpose)
{
    for (enum alert_category category = 0; category < ALERT_CATEGORY_COUNT; category++)
        if ((purpose->categories & 1u << category) != 0 && !alert_category_is_protection(category))
            return false;
    return purpose->categories != 0;
}

static void write_for_anybody(const struct notice *notice, FILE *stream)
{
    const struct policy_purpose *purpose = notice->purpose;
    write_paragraph(notice, N_("YOUR FINGERPRINTS AT THIS BORDER CROSSING POINT"), stream);
    write_paragraph(notice, why(purpose->nature), stream);
    write_paragraph(notice, by_what_law(purpose), stream);
    write_paragraph(notice, from_what_age(purpose), stream);
    if (purpose->exempt_groups != 0)
        /* xgettext: perl-brace-format */
        write_paragraph(notice, N_("For this purpose no fingerprints are taken of: {groups}."), stream);
    write_paragraph(notice, what_is_done(purpose->comparisons), stream);
    if (sees_protection_only(purpose))
        write_paragraph(notice,
            N_("They are compared with no list of persons who are wanted for an offence or are to be refused "
               "entry."),
            stream);
    /* xgettext: perl-brace-format */
    write_paragraph(notice,
        N_("WHAT IS KEPT\nPictures and descriptions of your fingers are wiped as soon as the check has "
           "ended. They are written "
           "to no file and are sent nowhere. Where no match is found nothing is kept but a record that the "
           "check was made: when, "
           "where, by which officer, for which purpose, on which legal basis and with which result. It holds "
           "neither your "
           "fingerprints nor your name or the number of your document. Days for which it is kept: {days}."),
        stream);
    if (purpose->postponement_days > 0)
        write_paragraph(notice,
            N_("Where your fingerprints can't be taken today but later, a note is kept by which this is "
               "known when you cross again. "
               "Your name and the number of your document can't be read from it. It is deleted when your "
               "fingerprints were taken, or "
               "when its time has passed."),
            stream);
    write_paragraph(notice,
        N_("IF THERE IS A MATCH\nA machine can be wrong. A match decides nothing: it is only a reason to "
           "look more closely. "
           "People check it at the second line, and they decide. No machine decides whether you may cross."),
        stream);
    write_paragraph(notice,
        N_("IF YOUR FINGERPRINTS CAN'T BE TAKEN\nSay so if your fingers are injured, worn or missing, or if "
           "it hurts. Then your "
           "identity is checked by other means, and this does not count against you."),
        stream);
    write_paragraph(notice,
        N_("YOUR RIGHTS\nYou may ask why your fingerprints are taken and have it explained in a language "
           "that you understand. "
           "You may ask what is recorded about you, have what is wrong corrected, and have erased what is "
           "kept without a right. "
           "You may complain to the supervisory authority for personal data (in Ukraine: the Commissioner of "
           "the Verkhovna "
           "Rada for Human Rights) or to a court. Ask the officer for the number of the check: with it your "
           "record is found."),
        stream);
    if (notice->unit[0] == '\0')
        /* xgettext: perl-brace-format */
        write_paragraph(notice, N_("WHOM TO TURN TO\n{authority}"), stream);
    else
        /* xgettext: perl-brace-format */
        write_paragraph(notice, N_("WHOM TO TURN TO\n{authority}, {unit}"), stream);
}

static void write_for_children(const struct notice *notice, FILE *stream)
{
    write_paragraph(notice, N_("FOR YOU, IF YOU ARE A CHILD"), stream);
    write_paragraph(notice,
        N_("We take a picture of your finger. You put it on a piece of glass. It does not hurt."), stream);
    if (notice->purpose->nature == POLICY_PROTECTION)
        write_paragraph(notice,
            N_("A machine looks whether somebody is searching for you because you are missing, or because "
               "you may need help."),
            stream);
    else
        write_paragraph(notice,
            N_("A machine looks whether you are the one whom your passport names, and whether somebody is "
               "searching for you."),
            stream);
    write_paragraph(notice,
        N_("When that is done the picture is thrown away. You have done nothing wrong, and this is no "
           "punishment."),
        stream);
    write_paragraph(notice,
        N_("You may ask anything, and you may take your time. Tell us if something hurts, if you are afraid, "
           "or if you don't want "
           "to go on with the person you travel with. You can tell us so that this person does not hear it. "
           "We are here to help you."),
        stream);
}

bool notice_is_for_children(const struct policy_purpose *purpose)
{
    return purpose->minimum_age < CHILD_UNTIL || purpose->accompanied_age < CHILD_UNTIL;
}

enum reason notice_write(
    const struct notice *notice, enum notice_reader reader, char **text, struct failure *failure)
{
    size_t size = 0;
    *text = NULL;
    FILE *stream = open_memstream(text, &size);
    if (stream == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "notice", NULL);
    if (reader == NOTICE_FOR_CHILDREN)
        write_for_children(notice, stream);
    else
        write_for_anybody(notice, stream);
    bool whole = ferror(stream) == 0;
    if (fclose(stream) == 0 && whole && size > 0) {
        (*text)[size - 1] = '\0'; /* the last paragraph needs no empty line behind it */
        return REASON_DONE;
    }
    free(*text);
    *text = NULL;
    return failure_set(failure, REASON_NO_MEMORY, "notice", NULL);
}
