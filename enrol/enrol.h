/* enrol.h: what is captured, submitted or listed (an image, a scanner's picture, an interchange record) as checked templates with
 * quality and reasons. The one door: terminals' samples, travellers' references and list entries come through here, with the
 * same rules.
 *
 * What a file says of itself (finger labels, views, resolution, how its pixels lie) is honoured, or contradicted aloud in a refusal or
 * a note; nothing of an input is dropped without a word (F10). The bytes are hostile.
 *
 * Units as in matcher.h. Thread rule: any thread; a struct belongs to one call at a time. Templates lie in locked memory.
 */
#ifndef KORDON_ENROL_ENROL_H
#define KORDON_ENROL_ENROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/locked_memory.h"
#include "matcher/matcher.h"

#define ENROL_FINGERS_MAX 10
#define ENROL_NOTES_MAX   4
#define ENROL_NOTE_SIZE   240

/* A picture as it was compared: 8-bit gray, upright, ridges dark, nothing of it lost; zeroed means none. */
struct kept_picture {
    struct locked_memory png; /* as many bytes as it has */
    uint32_t width, height;   /* px */
    uint32_t ppi;             /* by which it was read */
};

/* Wipes and frees; takes a zeroed struct. */
void kept_picture_finish(struct kept_picture *picture);

/* A template in locked memory; zeroed means none. */
struct locked_template {
    struct locked_memory memory; /* a struct matcher_template */
    struct kept_picture picture; /* that it was made from, where enrol_claim asks for it */
    enum finger_position position;
    struct matcher_sample_report report; /* of a record: its own quality and number of minutiae, else zero */
    /* The ridges are as far apart as few people's are at the resolution stated: what is not found with it was not looked for. */
    bool resolution_doubtful;
};
static inline struct matcher_template *locked_template_get(const struct locked_template *template)
{
    return template->memory.bytes;
}
void locked_template_finish(struct locked_template *template);

/* Whether the resolution of any of them is doubtful. */
bool locked_templates_are_doubtful(const struct locked_template *templates, size_t count);

/* What is said of an input by who brings it. */
struct enrol_claim {
    enum finger_position position; /* UNKNOWN: not said */
    uint32_t ppi;                  /* wins over what the file says; 0: the file says */
    enum matcher_format format;    /* of a record: must be so. UNKNOWN: the bytes say it */
    bool records;                  /* interchange records are taken as well as images */
    bool all_fingers; /* of a record all fingers are wanted, not only the one claimed, which it must hold */
    /* fingers that are taken from this record by others, a bit each: nobody need hear of them */
    uint32_t listed_too;
    uint32_t least_quality; /* of an image; 0: any that is usable at all */
    bool keeps_picture;     /* of an image that is taken */
    /* Lent for records where many come one after another, locked, of matcher_decode_workspace_size(); wiped after use.
     * Zeroed: each record takes and releases its own. */
    struct matcher_workspace workspace;
};

/* What came of it. */
struct enrolment {
    struct locked_template fingers[ENROL_FINGERS_MAX];
    size_t count; /* 1 for an image */
    bool was_record;
    struct matcher_sample_report report; /* of an image, also where it was too poor */
    /* What the person must hear though the input was taken: whole sentences without a full stop. */
    char notes[ENROL_NOTES_MAX][ENROL_NOTE_SIZE];
    size_t note_count;
};

/* Bytes of locked memory that a picture of that size and resolution takes while it is enrolled, beside its own. Rounded up, so that pictures
 * of about the same size can have the same region one after another (base/locked_memory.h). */
size_t enrol_workspace_size(uint32_t width, uint32_t height, uint32_t ppi);

/* A file's bytes. *enrolment is zeroed first; on failure it holds no templates, but may hold the report. Finish it in any case.
 * The failure's subject is "sample" or "fingerprint record"; callers put the file's name there. */
enum reason enrol_file(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure);

/* A scanner's picture: 8-bit gray, width * height bytes without padding. */
enum reason enrol_picture(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct enrol_claim *claim, struct enrolment *enrolment, struct failure *failure);

/* The picture that a listed finger was enrolled from, as it was compared then: original is its file, made what the template that was made of it says,
 * which tells the resolution where the file does not say it, or something else (zeroed: there is none, and the file's holds). A record holds no picture, and nothing that was drawn
 * from its minutiae is one: DONE, and *picture stays zeroed. Those of sample_decode() and sample_encode_locked_png(). */
enum reason enrol_picture_of_original(const uint8_t *original, size_t size,
    const struct matcher_template_summary *made, struct kept_picture *picture, struct failure *failure);

/* Wipes and frees; takes a zeroed struct. */
void enrolment_finish(struct enrolment *enrolment);

#endif
