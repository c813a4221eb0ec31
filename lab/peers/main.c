/* main.c: kordon-peers: how long kordon and NBIS take for the same work, turn by turn in one process.
 *
 * usage: kordon-peers FOLDER PPI
 *
 * The first two prints of up to FINGERS_MAX fingers of a set. Templates: of every one of these images, the least
 * of several turns. Comparisons: each finger's second print with every other finger's first one; bozorth3's time
 * is the difference between a long and a short list of candidates, kordon's the same pairs one by one. Medians
 * over images and over probes, of processor time, as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "lab/peers/nbis.h"
#include "sample/sample.h"
#include "tools/measure/command_line.h"
#include "tools/measure/measure.h"

#define FINGERS_MAX 10
#define TURNS       3
#define REPEATS                                                                                              \
    4 /* how often the list of candidates is repeated, so that it outweighs the probe's minutiae */
#define LIST_MAX (FINGERS_MAX * REPEATS)

struct finger {
    const struct set_print *prints[2];
    struct sample_image images[2];
    struct nbis_print *enrolled; /* the first print */
};

struct bout {
    struct print_set set;
    uint32_t ppi, finger_count;
    struct finger fingers[FINGERS_MAX];
    struct nbis *nbis;
    char folder[64];
    struct matcher_workspace workspace;
};

static struct nbis_image as_nbis(const struct sample_image *image)
{
    return (struct nbis_image){image->pixels, image->width, image->height};
}

/* --- Setting up --- */

static enum reason read_pixels(
    const struct set_print *print, struct sample_image *image, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(file_read(print->path, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure));
    enum reason reason = sample_decode(bytes, size, print->path, image, failure);
    free(bytes);
    return reason;
}

/* The first two prints of each finger that both have templates. */
static enum reason choose_fingers(struct bout *bout, struct failure *failure)
{
    for (uint32_t i = 0; i + 1 < bout->set.count && bout->finger_count < FINGERS_MAX; i++) {
        const struct set_print *a = &bout->set.prints[i], *b = a + 1;
        bool first = i == 0 || strcmp(a->finger, (a - 1)->finger) != 0;
        if (!first || strcmp(a->finger, b->finger) != 0 || a->template == NULL || b->template == NULL)
            continue;
        struct finger *finger = &bout->fingers[bout->finger_count++];
        finger->prints[0] = a;
        finger->prints[1] = b;
        for (int k = 0; k < 2; k++) {
            enum reason reason = read_pixels(finger->prints[k], &finger->images[k], failure);
            if (reason != REASON_DONE)
                return reason;
        }
    }
    if (bout->finger_count >= 3)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "set",
        "%u fingers with two usable prints, at least 3 are needed", bout->finger_count);
}

static enum reason set_up(struct bout *bout, const char *folder, uint32_t ppi, struct failure *failure)
{
    *bout = (struct bout){.ppi = ppi, .folder = "/tmp/kordon-peers-XXXXXX"};
    if (mkdtemp(bout->folder) == NULL) {
        bout->folder[0] = '\0';
        return failure_set(failure, REASON_FILE_ERROR, "/tmp", NULL);
    }
    TRY(print_set_read(&bout->set, folder, ppi, 1, failure));
    TRY(choose_fingers(bout, failure));
    size_t size = matcher_compare_workspace_size();
    for (uint32_t i = 0; i < 2 * bout->finger_count; i++) {
        const struct sample_image *image = &bout->fingers[i / 2].images[i % 2];
        size_t needed = matcher_extract_workspace_size(image->width, image->height, ppi);
        size = needed > size ? needed : size;
    }
    bout->workspace = measure_workspace(size);
    if (bout->workspace.memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "workspace", NULL);
    return nbis_open(&bout->nbis, bout->folder, failure);
}

static void tear_down(struct bout *bout)
{
    for (uint32_t i = 0; i < bout->finger_count; i++) {
        nbis_print_free(bout->fingers[i].enrolled);
        for (int k = 0; k < 2; k++)
            sample_image_finish(&bout->fingers[i].images[k]);
    }
    nbis_close(bout->nbis);
    if (bout->folder[0] != '\0') {
        char path[96];
        snprintf(path, sizeof path, "%s/finger.sock", bout->folder);
        unlink(path);
        rmdir(bout->folder);
    }
    free(bout->workspace.memory);
    print_set_finish(&bout->set);
}

/* --- Templates --- */

static double extract(const struct bout *bout, const struct sample_image *image)
{
    struct matcher_sample sample = {image->pixels, image->width, image->height, image->width, bout->ppi};
    struct matcher_template template;
    struct failure failure;
    double start = measure_thread_milliseconds();
    enum reason reason = matcher_extract(&sample, bout->workspace, &template, NULL, &failure);
    return reason == REASON_DONE ? measure_thread_milliseconds() - start : -1;
}

struct medians {
    double kordon, nbis;
    uint32_t count; /* images or pairs */
};

static struct medians compare_extraction(const struct bout *bout)
{
    double ours[2 * FINGERS_MAX], theirs[2 * FINGERS_MAX];
    struct medians medians = {0};
    for (uint32_t i = 0; i < 2 * bout->finger_count; i++) {
        const struct sample_image *image = &bout->fingers[i / 2].images[i % 2];
        struct nbis_image same = as_nbis(image);
        double our = -1, their = -1;
        for (int turn = 0; turn < TURNS; turn++) {
            double a = extract(bout, image), b = nbis_detect(&same);
            our = our < 0 || (a >= 0 && a < our) ? a : our;
            their = their < 0 || (b >= 0 && b < their) ? b : their;
        }
        if (our < 0 || their < 0)
            continue;
        ours[medians.count] = our;
        theirs[medians.count++] = their;
    }
    medians.kordon = measure_quantile(ours, medians.count, 0.5);
    medians.nbis = measure_quantile(theirs, medians.count, 0.5);
    return medians;
}

/* --- Comparisons --- */

/* The first prints of all fingers but one, REPEATS times. */
static uint32_t list_others(const struct bout *bout, uint32_t except, struct nbis_print **enrolled,
    const struct matcher_template **templates)
{
    uint32_t count = 0;
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++)
        for (uint32_t i = 0; i < bout->finger_count; i++) {
            if (i == except || bout->fingers[i].enrolled == NULL)
                continue;
            enrolled[count] = bout->fingers[i].enrolled;
            templates[count++] = bout->fingers[i].prints[0]->template;
        }
    return count;
}

/* Microseconds of one of kordon's comparisons, mean over the list. */
static double compare_list(const struct bout *bout, const struct matcher_template *probe,
    const struct matcher_template *const *templates, uint32_t count)
{
    double start = measure_thread_milliseconds();
    for (uint32_t i = 0; i < count; i++)
        matcher_compare_raw(probe, templates[i]->bytes, templates[i]->size, bout->workspace);
    return (measure_thread_milliseconds() - start) * 1e3 / count;
}

/* The same of bozorth3's; negative where it could not be measured. */
static double identify_list(const struct bout *bout, const struct sample_image *probe,
    struct nbis_print *const *enrolled, uint32_t count)
{
    struct nbis_image image = as_nbis(probe);
    double with_one = nbis_identify(bout->nbis, &image, enrolled, 1);
    double with_all = nbis_identify(bout->nbis, &image, enrolled, count);
    if (with_one < 0 || with_all < with_one)
        return -1;
    return (with_all - with_one) * 1e3 / ((count - 1) * NBIS_COPIES);
}

static struct medians compare_comparison(struct bout *bout)
{
    double ours[FINGERS_MAX], theirs[FINGERS_MAX];
    struct medians medians = {0};
    uint32_t probes = 0;
    for (uint32_t i = 0; i < bout->finger_count; i++) {
        struct nbis_image image = as_nbis(&bout->fingers[i].images[0]);
        bout->fingers[i].enrolled = nbis_enroll(bout->nbis, &image);
    }
    for (uint32_t i = 0; i < bout->finger_count; i++) {
        struct nbis_print *enrolled[LIST_MAX];
        const struct matcher_template *templates[LIST_MAX];
        uint32_t count = list_others(bout, i, enrolled, templates);
        if (count < 2)
            continue;
        double our = compare_list(bout, bout->fingers[i].prints[1]->template, templates, count);
        double their = identify_list(bout, &bout->fingers[i].images[1], enrolled, count);
        if (their < 0)
            continue;
        ours[probes] = our;
        theirs[probes++] = their;
        medians.count += count / REPEATS;
    }
    medians.kordon = measure_quantile(ours, probes, 0.5);
    medians.nbis = measure_quantile(theirs, probes, 0.5);
    return medians;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long ppi = argc == 3 ? strtoul(argv[2], &end, 10) : 0;
    if (argc != 3 || *end != '\0' || ppi < MATCHER_PPI_MIN || ppi > MATCHER_PPI_MAX) {
        fprintf(stderr, "usage: kordon-peers FOLDER PPI\n");
        return EX_USAGE;
    }
    struct failure failure = {0};
    struct bout bout;
    enum reason reason = set_up(&bout, argv[1], (uint32_t)ppi, &failure);
    if (reason == REASON_DONE) {
        struct medians templates = compare_extraction(&bout), comparisons = compare_comparison(&bout);
        printf(
            "{\"images\": %u, \"kordon_ms\": %.3f, \"mindtct_ms\": %.3f, \"pairs\": %u, \"kordon_us\": %.2f, "
            "\"bozorth3_us\": %.2f}\n",
            templates.count, templates.kordon, templates.nbis, comparisons.count, comparisons.kordon,
            comparisons.nbis);
        if (templates.count == 0 || comparisons.count == 0)
            reason = failure_set(&failure, REASON_BAD_ARGUMENT, argv[1], "nothing that both could use");
    }
    tear_down(&bout);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
