/* measure.h: what kordon-bench and the laboratory measure alike: sets of prints, comparisons of all their pairs, and error
 * rates. How programs are told what to measure is in command_line.h.
 *
 * A set is a folder of <finger>_<impression>.png (or .jpg), or of interchange records of the same names
 * (.iso, .fmr, .ansi). Thread rule: functions that take a thread count start that many threads and join them
 * before they return; everything else runs on the caller's.
 */
#ifndef KORDON_TOOLS_MEASURE_MEASURE_H
#define KORDON_TOOLS_MEASURE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/matcher.h"

/* --- Sets --- */

struct set_print {
    char *name;   /* file name without its extension */
    char *finger; /* name up to the last '_' */
    char *path;
    enum reason reason;                       /* why there is no template, or DONE */
    struct matcher_template *template;        /* NULL where extraction failed */
    const struct matcher_template *reference; /* its template as a reference, otherwise the same; not owned */
    double milliseconds;                      /* of extraction alone, without decoding the image */
    struct matcher_sample_report report;
};

/* Prints sorted by name. */
struct print_set {
    struct set_print *prints;
    uint32_t count, failed;
};

/* How a set is called: the last two parts of its folder's path, cut where the name's room ends. */
#define SET_NAME_SIZE 64
void print_set_name(const char *folder, char name[SET_NAME_SIZE]);

/* Reads all prints of a folder and makes their templates. A print that can't be extracted stays in the set
 * with its reason; a file that can't be read or decoded fails the whole. */
enum reason print_set_read(
    struct print_set *set, const char *folder, uint32_t ppi, uint32_t threads, struct failure *failure);
void print_set_finish(struct print_set *set);

/* From now on the templates of references, which must outlive the set, stand for the set's prints of the same
 * names when they are references; a print without one has none. */
void print_set_refer(struct print_set *set, const struct print_set *references);

/* Writes each template as a record of that format and reads it again. */
enum reason print_set_exchange(struct print_set *set, enum matcher_format format, struct failure *failure);

/* --- Comparisons --- */

struct measure_pair {
    uint32_t probe, reference; /* indices into the set */
    bool mated;
    bool with_flow; /* neither template is foreign */
    int32_t raw;    /* 0 where one of them has no template */
};

struct pair_list {
    struct measure_pair *pairs;
    size_t count;
    double microseconds; /* median of a comparison alone */
};

/* Every pair of two prints once, the first name as the probe. */
enum reason pair_list_all(struct pair_list *list, const struct print_set *set, struct failure *failure);

/* The pairs of a file with lines "probe<TAB>reference". */
enum reason pair_list_read(
    struct pair_list *list, const struct print_set *set, const char *path, struct failure *failure);
enum reason pair_list_compare(
    struct pair_list *list, const struct print_set *set, uint32_t threads, struct failure *failure);
void pair_list_finish(struct pair_list *list);

/* --- Error rates --- */

/* False non-match rates are the lowest at a threshold where the false match rate is at most 1/100, 1/1000,
 * 1/10000 and 0. EER lies half-way between the two rates where they come nearest. All as fractions of 1. */
struct error_rates {
    size_t mated, non_mated;
    double eer, fmr100, fmr1000, fmr10000, zero_fmr;
    size_t distinct_non_mated_scores;
};

enum reason error_rates_of(struct error_rates *rates, const struct pair_list *list, struct failure *failure);

/* --- Threads --- */

/* Calls run(context, index, workspace) for all indices below count, spread over threads. */
struct measure_work {
    void *context;
    size_t count;
    size_t workspace_size; /* of the workspace that each thread gets */
    void (*run)(void *context, size_t index, struct matcher_workspace workspace);
};
enum reason measure_run(const struct measure_work *work, uint32_t threads, struct failure *failure);

/* A workspace of at least size bytes, aligned as the matcher asks; free() its memory, which is NULL where there is none. */
struct matcher_workspace measure_workspace(size_t size);

/* Milliseconds of this thread's processor time; of the wall. */
double measure_thread_milliseconds(void);
double measure_wall_milliseconds(void);

/* Sorts values and gives the one at that fraction (0-1) of the way. 0 for none. */
double measure_quantile(double *values, size_t count, double fraction);

#endif
