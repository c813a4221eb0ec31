/* matcher.h: from a fingerprint's pixels to a template, from two templates to a calibrated score, from a
 * probe and a reference set to a candidate list. The public face of the matcher folder.
 *
 * A pure library: no input or output, no clock, no threads of its own, no writable globals. The same input
 * gives the same output on every processor and with any number of threads.
 *
 * Glossary (ISO/IEC 2382-37): a *sample* is a captured image; a *template* is what extraction keeps of it;
 * the *probe* is the template searched or verified, the *reference* the one compared against. A *subject* is
 * one enrolled person, with up to ten references.
 *
 * Units, the same in all of the folder: positions in pixels at 500 ppi from the upper left corner, x to the
 * right, y down; directions in 1/256 turns, counted counter-clockwise from the positive x axis as the eye
 * sees the picture (ISO/IEC 19794-2's convention); resolutions in pixels per inch (ppi); quality 0-100, 100
 * best.
 *
 * Thread rule: a workspace belongs to one call at a time. Everything const may be shared by any number of
 * threads.
 */
#ifndef KORDON_MATCHER_MATCHER_H
#define KORDON_MATCHER_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"
#include "matcher/sample_measures.h"

/* --- Samples
 * ------------------------------------------------------------------------------------------------- */

/* Samples outside these bounds are refused before anything is read of them. */
#define MATCHER_SAMPLE_SIDE_MIN 64   /* px */
#define MATCHER_SAMPLE_SIDE_MAX 2000 /* px */
#define MATCHER_PPI_MIN         250
#define MATCHER_PPI_MAX         1200

/* 8-bit gray pixels, ridges dark, row by row; stride bytes from one row to the next, stride >= width. The
 * caller owns the pixels; the matcher only reads them. ppi is the same in both directions. */
struct matcher_sample {
    const uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    size_t stride;
    uint32_t ppi;
};

/* Why a sample is poor, in the order in which an officer should mend it: name, word of the APIs and the log, and
 * what to do, which is said of the finger and the reader, never of the person. */
#define MATCHER_FLAWS(FLAW)                                                                                  \
    FLAW(NO_FINGER, "no_finger", "place the finger on the reader")                                           \
    FLAW(TOO_SMALL, "too_small", "lay the finger flat, so that more of its pad touches")                     \
    FLAW(OFF_CENTRE, "off_centre", "lay the finger on the middle of the reader")                             \
    FLAW(SMEARED, "smeared", "hold the finger still until the picture is taken")                             \
    FLAW(TOO_WET, "too_wet", "wipe the finger and the reader dry, press lightly")                            \
    FLAW(TOO_DRY, "too_dry", "moisten the finger, with breath for instance, and press a little more")        \
    FLAW(LOW_CONTRAST, "low_contrast", "clean the reader, press a little more")                              \
    FLAW(UNCLEAR, "unclear", "clean the finger and the reader, or take another finger")

enum matcher_flaw {
#define MATCHER_FLAW_ENUM(name, word, advice) MATCHER_FLAW_##name,
    MATCHER_FLAWS(MATCHER_FLAW_ENUM)
#undef MATCHER_FLAW_ENUM
        MATCHER_FLAW_COUNT
};
const char *matcher_flaw_name(enum matcher_flaw flaw); /* "no_finger" */

/* Two in a hundred real prints show more signs of alteration. */
#define MATCHER_ALTERATION_NOTABLE 85

/* What extraction found out about the sample; valid also where it failed with SAMPLE_TOO_POOR. */
struct matcher_sample_report {
    /* 0-100: how many in a hundred comparisons of ordinary prints with their like are expected to score lower than
     * this sample's; 50 is an ordinary print. Derived in matcher/sample_quality.h */
    uint8_t quality;
    uint8_t minutiae_count;  /* kept in the template */
    uint16_t area_mm2;       /* fingerprint area found in the sample */
    uint16_t other_area_mm2; /* of the largest other piece of fingerprint in the sample, which is not used */
    /* Between ridges, by the resolution stated, micrometres; 0 where too few of them are clear. */
    uint16_t ridge_period_um;
    /* 0-100: signs that the finger's skin was altered, as one does who must not be recognised: flow that jumps where
     * none should, minutiae that crowd. 50 is where as many altered as unaltered prints of equal numbers lie; two in
     * a hundred real prints exceed MATCHER_ALTERATION_NOTABLE, and many of those have deep creases or sick skin: an
     * indication for people of the second line, never a verdict. */
    uint8_t alteration;
    uint32_t flaws; /* bits 1 << enum matcher_flaw; a usable sample may have some */
    struct sample_measures measures;
};

/* --- Templates
 * ----------------------------------------------------------------------------------------------- */

#define MATCHER_MINUTIAE_MAX       255
#define MATCHER_MINUTIAE_LEAST     4 /* with fewer no comparison means anything */
#define MATCHER_TEMPLATE_BYTES_MAX 5120

/* kordon's own packed template: size bytes of a versioned layout (matcher/template.h), free of pointers, so
 * that it can be stored, sealed and compared where it lies. Caller's memory; hold probes in locked memory and
 * wipe them. */
struct matcher_template {
    uint32_t size; /* 1..MATCHER_TEMPLATE_BYTES_MAX */
    uint8_t bytes[MATCHER_TEMPLATE_BYTES_MAX];
};

/* Scratch memory for one call at a time, in the caller's hands so that it can lie in locked memory and die in
 * one place. memory must be 64-byte aligned and at least matcher_workspace_size() bytes. Nothing in it
 * survives a call that a later call depends on: it may be wiped between any two. */
struct matcher_workspace {
    void *memory;
    size_t size;
};

/* Bytes that extraction needs for a sample of that size and resolution, and that any comparison or search
 * needs. */
size_t matcher_extract_workspace_size(uint32_t width, uint32_t height, uint32_t ppi);
size_t matcher_compare_workspace_size(void);

/* Pixels to template. report may be NULL. Reasons: SAMPLE_TOO_SMALL, TOO_LARGE, BAD_VALUE (stride, ppi),
 * RESOLUTION_IMPLAUSIBLE (no finger's ridges are so far apart as these would be), SAMPLE_TOO_POOR (too little
 * fingerprint for any comparison to mean something), WORKSPACE_TOO_SMALL. */
enum reason matcher_extract(const struct matcher_sample *sample, struct matcher_workspace workspace,
    struct matcher_template *template, struct matcher_sample_report *report, struct failure *failure);

/* Whether the ridges are so far apart as few people's are: then the resolution may be another than was said, and what is not
 * found with the template was not looked for. False also where that could not be measured. */
bool matcher_resolution_is_doubtful(const struct matcher_sample_report *report);

/* The resolution at which a sample that was said to have ppi would have ordinary ridges, rounded; 0 where that could not
 * be measured. */
uint32_t matcher_fitting_ppi(const struct matcher_sample_report *report, uint32_t ppi);

/* What to do about the first of the report's flaws; NULL where it has none. */
const char *matcher_sample_advice(const struct matcher_sample_report *report);

/* Whether a sample is as good as a policy asks for. Reason: SAMPLE_TOO_POOR, with advice in the detail. */
enum reason matcher_sample_check(
    const struct matcher_sample_report *report, uint32_t least_quality, struct failure *failure);

/* Checks bytes that come from outside (the store, a file) to be a whole, valid packed template: after it
 * every other function may trust them. Reason: TEMPLATE_CORRUPT. */
enum reason matcher_template_check(const uint8_t *bytes, size_t size, struct failure *failure);

/* What a valid packed template says of itself. */
struct matcher_template_summary {
    uint8_t quality; /* 0-100, of the whole sample */
    uint8_t minutiae_count;
    uint16_t width, height; /* px at 500 ppi */
    bool foreign;           /* made from another extractor's record: minutiae only, without ridge flow */
};
void matcher_template_summarize(const uint8_t *bytes, size_t size, struct matcher_template_summary *summary);

/* --- Interchange formats (matcher/codec/)
 * -------------------------------------------------------------------- */

enum matcher_format {
    MATCHER_FORMAT_UNKNOWN,
    MATCHER_FORMAT_ISO_19794_2_2005, /* "FMR\0" " 20\0" */
    MATCHER_FORMAT_ANSI_378_2004,    /* "FMR\0" " 20\0" with the CBEFF product id of ANSI's header */
    /* Minutiae of one finger without any header, as smart cards hold them: the caller says that it is one */
    MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL,
    MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT,
};

/* The names by which outsiders declare a format: "iso-19794-2-2005", "ansi-378-2004",
 * "iso-19794-2-2005-card-normal", "iso-19794-2-2005-card-compact". UNKNOWN for other names; NULL for UNKNOWN. */
enum matcher_format matcher_format_parse(const char *name);
const char *matcher_format_name(enum matcher_format format);
bool matcher_format_is_card(enum matcher_format format);

/* The format that the bytes claim by their magic and header, without checking them further. Formats that are
 * recognised but not supported (ISO/IEC 39794-2, 19794-2:2011, ANSI 378-2009) give MATCHER_FORMAT_UNKNOWN and
 * their name in failure with UNSUPPORTED_FORMAT; anything else gives BAD_FORMAT. failure may be NULL. */
enum matcher_format matcher_format_detect(const uint8_t *bytes, size_t size, struct failure *failure);

/* Both steps below at once, for a record of which only one view (from 0) is wanted; position (may be NULL) gets its
 * finger. The bytes are hostile. Reading costs ridge flow: templates so made are marked foreign. */
enum reason matcher_decode(const uint8_t *bytes, size_t size, uint32_t view,
    struct matcher_workspace workspace, struct matcher_template *template, enum finger_position *position,
    struct failure *failure);

/* What a record says of one of its finger views: quality 0-100 (0 also where it is not known). */
struct matcher_record_view {
    enum finger_position position;
    uint8_t quality;
    uint8_t minutiae_count;
    uint32_t offset; /* private */
};

/* A record's table of contents. */
#define MATCHER_RECORD_VIEWS_MAX 255
struct matcher_record {
    enum matcher_format format;
    size_t size; /* bytes: what stands behind them is padding */
    uint32_t
        claimed_size; /* what its header says: not size, nor that with its padding, where the header is wrong */
    uint32_t ppi;     /* the resolution by which it is read */
    uint32_t header_ppi; /* the one that its header says; 0 where that can't be */
    uint32_t view_count; /* 1..MATCHER_RECORD_VIEWS_MAX */
    struct matcher_record_view views[MATCHER_RECORD_VIEWS_MAX];
    uint8_t layout; /* private, as is said_ppi */
    uint32_t said_ppi;
};

/* Reads all of a record: one that is broken anywhere is not trusted anywhere. Zeroes, 0xff and white space behind it are
 * padding; a wrong length in its header does not matter where the rest can be read in one way only. ppi: wins over what
 * the header says; 0: that holds. Reasons: TRUNCATED, OVERLONG, BAD_VALUE, BAD_FORMAT, UNSUPPORTED_FORMAT, TOO_LARGE,
 * RESOLUTION_UNKNOWN (the header says one that can't be), WORKSPACE_TOO_SMALL. */
enum reason matcher_record_read(const uint8_t *bytes, size_t size, uint32_t ppi,
    struct matcher_workspace workspace, struct matcher_record *record, struct failure *failure);

/* One view (from 0) of a record that was so read from these bytes as a template, marked foreign. Reasons:
 * ENTRY_NOT_FOUND (no such view) and those of matcher_record_read(). */
enum reason matcher_record_template(const uint8_t *bytes, size_t size, const struct matcher_record *record,
    uint32_t view, struct matcher_workspace workspace, struct matcher_template *template,
    struct failure *failure);

/* Bytes of workspace that reading records needs; what comparison needs is enough, too. */
size_t matcher_decode_workspace_size(void);

/* A template as a record of one view in the given format. *written <= capacity; TOO_LARGE where capacity is
 * too small. */
enum reason matcher_encode(const struct matcher_template *template, enum matcher_format format,
    enum finger_position position, uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure);

/* The minutiae of a card (one of the two CARD formats), which carry neither size nor quality, as a template marked
 * foreign. Coordinates count from the upper left corner. The bytes are hostile: reasons TRUNCATED (not a whole
 * number of minutiae, or none), TOO_LARGE, BAD_VALUE, UNSUPPORTED_FORMAT (not a card's). */
enum reason matcher_decode_card(const uint8_t *bytes, size_t size, enum matcher_format format,
    struct matcher_workspace workspace, struct matcher_template *template, struct failure *failure);

/* The order in which a card wants its minutiae (it says so by ISO/IEC 7816-11); QUALITY, best first, where it says
 * nothing. POLAR: by distance from their centre of mass, then angle. */
enum matcher_card_order {
    MATCHER_CARD_ORDER_QUALITY,
    MATCHER_CARD_ORDER_X_Y,
    MATCHER_CARD_ORDER_Y_X,
    MATCHER_CARD_ORDER_ANGLE,
    MATCHER_CARD_ORDER_POLAR,
};

/* What a card takes. minutiae_max 0 stands for MATCHER_CARD_MINUTIAE_DEFAULT, what the standard recommends where a
 * card says nothing; of more minutiae the best are kept. */
#define MATCHER_CARD_MINUTIAE_DEFAULT 60
struct matcher_card {
    enum matcher_format format;
    enum matcher_card_order order;
    bool descending;
    uint8_t minutiae_max;
};

/* A template as a card's minutiae. Compact ones reach 25.5 mm: a larger print is moved into that, and what still
 * does not fit is left out. Reasons: TOO_LARGE where capacity is too small, BAD_VALUE without any minutiae,
 * UNSUPPORTED_FORMAT. */
enum reason matcher_encode_card(const struct matcher_template *template, const struct matcher_card *wanted,
    uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure);

/* --- Comparison
 * ---------------------------------------------------------------------------------------------- */

/* A comparison score, calibrated so that score = -10*log10(FMR): 30 is one false match in 1,000 non-mated
 * comparisons. 0 means no evidence. The scale ends at MATCHER_SCORE_MAX. */
typedef int32_t matcher_score;
#define MATCHER_SCORE_MAX 120

/* Compares two checked templates; symmetric within the calibration's rounding is not promised: the probe
 * comes first. */
matcher_score matcher_compare(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace);

/* The same before calibration, for measuring and for deriving the calibration; no meaning outside
 * kordon-bench. */
int32_t matcher_compare_raw(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace);

/* What a raw score claims on the calibrated scale, with its fraction: matcher_compare() gives the whole part.
 * with_flow: neither template was foreign. For measuring. */
double matcher_score_of_raw(int32_t raw, bool with_flow);

/* --- Reference sets
 * ------------------------------------------------------------------------------------------ */

/* A set of references, built once in memory that the caller provides (locked, not dumped) and then shared,
 * unchanged, by all search threads. The struct is the handle; the bytes lie in memory. */
struct matcher_reference_set;

/* One reference to add. subject: the caller's number for the person, dense from 0; references of one subject
 * must be added one after another. bytes: a checked template; copied, or where it stays, the caller's for as long as the set lives. */
struct matcher_reference {
    uint32_t subject;
    enum finger_position position;
    const uint8_t *bytes;
    size_t size;
    bool stays;
};

/* Bytes of memory for a set of count references with total_bytes of copied templates altogether: these templates
 * and all signatures. 0 where it does not fit. */
size_t matcher_reference_set_size(uint32_t count, size_t total_bytes);

/* Starts a set in memory (64-byte aligned, size from above); it is in the caller's memory and needs no
 * finish. Reason: WORKSPACE_TOO_SMALL. */
enum reason matcher_reference_set_init(void *memory, size_t size, uint32_t count, size_t total_bytes,
    struct matcher_reference_set **set, struct failure *failure);

/* Reasons: TOO_LARGE (more than it was made for, or closed), BAD_VALUE (order of subjects, position). */
enum reason matcher_reference_set_add(
    struct matcher_reference_set *set, const struct matcher_reference *reference, struct failure *failure);

/* No more references: arranges the set by finger position. */
void matcher_reference_set_close(struct matcher_reference_set *set);

/* Makes the first stage's signatures of one share of a closed set, some microseconds a reference. Shares
 * 0..MATCHER_PREPARE_SHARES-1 may be made by several threads at once; a staged search refuses a set of which
 * one is missing. */
#define MATCHER_PREPARE_SHARES 64
void matcher_reference_set_prepare(struct matcher_reference_set *set, uint32_t share);

/* Wipes a subject's signatures and the set's copies of its templates. The caller sees to it that nobody searches that subject
 * now or later; other subjects may be searched meanwhile. */
void matcher_reference_set_forget(struct matcher_reference_set *set, uint32_t subject);

uint32_t matcher_reference_set_count(const struct matcher_reference_set *set);    /* references */
uint32_t matcher_reference_set_subjects(const struct matcher_reference_set *set); /* people */

/* --- Search
 * --------------------------------------------------------------------------------------------------
 *
 * Two modes over the same set, with the same candidates in the same order wherever both find them:
 *
 *     exhaustive  matcher_search() compares every subject finely.
 *     staged      matcher_search_scan() gives every reference a number by its signature alone, at memory
 *                 speed; matcher_search_cut() says from which number on it is worth a closer look;
 *                 matcher_search_survivors() compares the subjects that have such a reference finely.
 *
 * The subjects may be shared out over any number of threads in any way: each share is scanned, then the cut
 * is made over all scans, then each share's survivors are compared, and the shares' lists are merged. The
 * result is the same. A search is only whole when every share was; nothing is allocated, locked or asked of
 * the system on the way. */

/* The references of a range's subjects; 0 for a range that is none. */
struct matcher_range;
uint32_t matcher_reference_set_count_in(
    const struct matcher_reference_set *set, const struct matcher_range *range);

/* One probe finger; position may be FINGER_UNKNOWN, then it is compared with every finger of a subject. With
 * any_position it is, too, although it claims a position: fingers may have been swapped. That costs more
 * comparisons; what a score stands for stays the same, so a match at the claimed position scores a little lower
 * and one at another position 10 lower and more (decision/fuse_fingers.c). */
struct matcher_probe {
    const struct matcher_template *template;
    enum finger_position position;
    bool any_position;
};
#define MATCHER_PROBE_FINGERS_MAX 10

/* The subjects first..end-1. */
struct matcher_range {
    uint32_t first, end;
};

/* One thread's share of one search: whom to search for, and among whom. The ranges don't overlap. stop (may
 * be NULL) is read between comparisons; when it becomes true the call ends early and returns false: what it
 * made then means nothing. */
struct matcher_share {
    const struct matcher_reference_set *set;
    const struct matcher_probe *probes;
    uint32_t probe_count; /* 1..MATCHER_PROBE_FINGERS_MAX */
    const struct matcher_range *ranges;
    uint32_t range_count;
    matcher_score floor; /* candidates below are not listed */
    const volatile bool *stop;
};

struct matcher_candidate {
    uint32_t subject;
    matcher_score score; /* fused over the fingers that were compared; missing ones are no evidence */
    uint8_t fingers;     /* how many probe fingers gave evidence */
    uint8_t swapped;     /* how many of these gave it at a position that they did not claim */
};

/* The best subjects so far, best first; equal scores are ordered by subject, so that merging shares in any
 * order gives the same list. */
#define MATCHER_CANDIDATES_MAX 32
struct matcher_candidate_list {
    uint32_t count;
    uint32_t capacity; /* 1..MATCHER_CANDIDATES_MAX, set by the caller */
    uint32_t compared; /* subjects that were compared finely */
    struct matcher_candidate candidates[MATCHER_CANDIDATES_MAX];
};

/* Exhaustive: compares every subject of the share and puts candidates with score >= floor into the list,
 * which the caller emptied. A share that returns true was searched whole. False also where an argument is
 * out of range or the workspace too small. */
bool matcher_search(const struct matcher_share *share, struct matcher_workspace workspace,
    struct matcher_candidate_list *list);

/* What the first stage of a share leaves for the second, in the caller's memory: numbers that tell how much a
 * probe resembles references, so hold it in locked memory and wipe it. */
struct matcher_scan;

/* Bytes for the scan of a share: 2 for each reference that a probe finger is compared with, and some. 0 where
 * the share is out of range or its set is not prepared. */
size_t matcher_scan_size(const struct matcher_share *share);

/* The same for any share of so many probe fingers, references and subjects, at most: what can be set aside before a search
 * comes. */
size_t matcher_scan_room(uint32_t probe_count, uint32_t references, uint32_t subjects);

/* First stage. memory: 64-byte aligned, size from above. A share that returns true was scanned whole. False
 * also where an argument is out of range, memory is too small or the set is not prepared. */
bool matcher_search_scan(
    const struct matcher_share *share, void *memory, size_t size, struct matcher_scan **scan);

/* How many references all probe fingers together keep for the fine comparison: this share of those that they were
 * compared with, each finger its part of it (a person needs only one finger that survives), but each not fewer
 * than least, but for what is said at struct matcher_cut. A search among at most least references is exhaustive. */
struct matcher_keep {
    uint32_t least;
    uint32_t per_million;
};
extern const struct matcher_keep matcher_keep_default; /* chosen by the measured loss: docs/accuracy.md */

/* For each probe finger, the first-stage number from which on references survive. Those with (nearly) equal numbers
 * survive together or not at all, and so the cut doesn't depend on the shares: some more than wanted are kept, or,
 * where that would be more than twice as many, fewer, but not less than a quarter. */
struct matcher_cut {
    uint16_t least[MATCHER_PROBE_FINGERS_MAX];
};

/* The cut over all shares of a search, each of which was scanned whole. */
struct matcher_cut matcher_search_cut(
    const struct matcher_scan *const *scans, uint32_t scan_count, const struct matcher_keep *keep);

/* Second stage: as matcher_search(), but only for subjects with a surviving reference; of those all fingers
 * are compared. share: the one that was scanned, unchanged. */
bool matcher_search_survivors(const struct matcher_share *share, struct matcher_scan *scan,
    const struct matcher_cut *cut, struct matcher_workspace workspace, struct matcher_candidate_list *list);

/* One finger of the person that a 1:1 comparison is with. bytes: a checked template, which stays the caller's. */
struct matcher_person_reference {
    enum finger_position position;
    const uint8_t *bytes;
    size_t size;
};

/* Compares up to MATCHER_PROBE_FINGERS_MAX probe fingers with the references of one person, 1:1. Gives how many of
 * them had a reference to be compared with, and in candidate (subject 0) their fused score. With none in common it
 * gives 0, and the score means nothing: also where only swapped positions could be compared. */
uint32_t matcher_compare_person(const struct matcher_probe *probes, uint32_t probe_count,
    const struct matcher_person_reference *references, uint32_t reference_count,
    struct matcher_workspace workspace, struct matcher_candidate *candidate);

/* Adds the candidates of part to list. */
void matcher_candidates_merge(struct matcher_candidate_list *list, const struct matcher_candidate_list *part);

/* The instructions that the first stage uses on this processor: "scalar", "avx2", "avx512". */
const char *matcher_kernel_level(void);

/* --- Decision
 * ------------------------------------------------------------------------------------------------ */

/* Version of the calibration table in force, for the record of each comparison. */
uint32_t matcher_calibration_version(void);

/* The false match rate that a score claims: 10^(-score/10). */
double matcher_score_fmr(matcher_score score);

/* The same, but never lower than the calibration vouches for with that many fingers (1..10): what may be told to people.
 * A score above what is vouched for stands for this rate or a rarer one. */
double matcher_vouched_fmr(matcher_score score, uint32_t fingers);

/* The lowest score at which a search of subjects people with fingers probe fingers stays within the target
 * false positive identification rate, from FPIR = 1-(1-FMR)^N. target_fpir in (0, 1). Reason
 * THRESHOLD_UNREACHABLE, with what would make it reachable in the detail, where no score that the calibration
 * vouches for is high enough. */
enum reason matcher_identification_threshold(double target_fpir, uint32_t subjects, uint32_t fingers,
    matcher_score *threshold, struct failure *failure);

/* The lowest score at which a 1:1 comparison stays within the target false match rate, in (0, 1). */
enum reason matcher_verification_threshold(
    double target_fmr, matcher_score *threshold, struct failure *failure);

/* Fuses the calibrated scores of count fingers of the same two people (missing fingers are simply not given).
 */
matcher_score matcher_fuse(const matcher_score *scores, uint32_t count);

#endif
