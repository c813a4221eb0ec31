/* print_set.c: a folder of prints as templates. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "sample/sample.h"
#include "tools/measure/measure.h"

/* --- Names --- */

static bool is_record(const char *extension)
{
    return strcmp(extension, "iso") == 0 || strcmp(extension, "fmr") == 0 || strcmp(extension, "ansi") == 0;
}

static bool is_image(const char *extension)
{
    return strcmp(extension, "png") == 0 || strcmp(extension, "jpg") == 0 || strcmp(extension, "jpeg") == 0;
}

static const char *extension_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : "";
}

static enum reason add_print(
    struct print_set *set, const char *folder, const char *file, struct failure *failure)
{
    struct set_print *grown = realloc(set->prints, (set->count + 1) * sizeof *grown);
    if (grown == NULL)
        return failure_set(failure, REASON_NO_MEMORY, folder, NULL);
    set->prints = grown;
    struct set_print *print = &grown[set->count++];
    memset(print, 0, sizeof *print);
    size_t stem = strlen(file) - strlen(extension_of(file)) - 1;
    print->name = strndup(file, stem);
    const char *underscore = print->name != NULL ? strrchr(print->name, '_') : NULL;
    print->finger = strndup(file, underscore != NULL ? (size_t)(underscore - print->name) : stem);
    if (asprintf(&print->path, "%s/%s", folder, file) < 0)
        print->path = NULL;
    if (print->name == NULL || print->finger == NULL || print->path == NULL)
        return failure_set(failure, REASON_NO_MEMORY, folder, NULL);
    if (underscore == NULL)
        return failure_set(failure, REASON_BAD_VALUE, print->path, "names are <finger>_<impression>");
    return REASON_DONE;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct set_print *)a)->name, ((const struct set_print *)b)->name);
}

static enum reason list_folder(struct print_set *set, const char *folder, struct failure *failure)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return failure_set_errno(failure, errno, folder, "opendir");
    enum reason reason = REASON_DONE;
    for (struct dirent *entry; reason == REASON_DONE && (entry = readdir(directory)) != NULL;) {
        const char *extension = extension_of(entry->d_name);
        if (entry->d_name[0] != '.' && (is_record(extension) || is_image(extension)))
            reason = add_print(set, folder, entry->d_name, failure);
    }
    closedir(directory);
    if (reason == REASON_DONE && set->count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, folder, "no prints in it");
    if (reason == REASON_DONE)
        qsort(set->prints, set->count, sizeof *set->prints, compare_names);
    return reason;
}

/* --- Templates --- */

struct reading {
    struct print_set *set;
    uint32_t ppi;
    struct failure *failures; /* one a print */
};

static void read_record(struct set_print *print, const uint8_t *bytes, size_t size, struct failure *failure)
{
    struct matcher_workspace workspace = measure_workspace(matcher_compare_workspace_size());
    if (workspace.memory == NULL)
        failure_set(failure, REASON_NO_MEMORY, print->path, NULL);
    else if (matcher_decode(bytes, size, 0, workspace, print->template, NULL, failure) != REASON_DONE)
        snprintf(failure->subject, sizeof failure->subject, "%s", print->path);
    free(workspace.memory);
}

/* Fails for what must not happen in a set; a print without usable ridges only gets its reason. */
static void extract_sample(
    struct set_print *print, const struct sample_image *image, uint32_t ppi, struct failure *failure)
{
    struct matcher_sample sample = {.pixels = image->pixels,
        .width = image->width,
        .height = image->height,
        .stride = image->width,
        .ppi = ppi};
    struct matcher_workspace workspace =
        measure_workspace(matcher_extract_workspace_size(sample.width, sample.height, ppi));
    if (workspace.memory == NULL) {
        failure_set(failure, REASON_NO_MEMORY, print->path, NULL);
        return;
    }
    double start = measure_thread_milliseconds();
    enum reason reason = matcher_extract(&sample, workspace, print->template, &print->report, failure);
    print->milliseconds = measure_thread_milliseconds() - start;
    free(workspace.memory);
    if (reason == REASON_SAMPLE_TOO_POOR || reason == REASON_SAMPLE_TOO_SMALL ||
        reason == REASON_RESOLUTION_IMPLAUSIBLE) {
        print->reason = reason;
        *failure = (struct failure){0};
    } else if (reason != REASON_DONE) {
        snprintf(failure->subject, sizeof failure->subject, "%s", print->path);
    }
}

static void read_image(
    struct set_print *print, const uint8_t *bytes, size_t size, uint32_t ppi, struct failure *failure)
{
    struct sample_image image;
    if (sample_decode(bytes, size, print->path, &image, failure) != REASON_DONE)
        return;
    if (ppi == 0 && image.other_ppi == 0)
        ppi = image.ppi;
    if (ppi == 0)
        failure_set(failure, REASON_RESOLUTION_UNKNOWN, print->path, NULL);
    else
        extract_sample(print, &image, ppi, failure);
    sample_image_finish(&image);
}

static void read_print(void *context, size_t index, struct matcher_workspace unused)
{
    (void)unused;
    struct reading *reading = context;
    struct set_print *print = &reading->set->prints[index];
    struct failure *failure = &reading->failures[index];
    uint8_t *bytes;
    size_t size;
    if (file_read(print->path, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure) != REASON_DONE)
        return;
    print->template = malloc(sizeof *print->template);
    if (print->template == NULL)
        failure_set(failure, REASON_NO_MEMORY, print->path, NULL);
    else if (is_record(extension_of(print->path)))
        read_record(print, bytes, size, failure);
    else
        read_image(print, bytes, size, reading->ppi, failure);
    free(bytes);
    if (failure->reason != REASON_DONE || print->reason != REASON_DONE) {
        free(print->template);
        print->template = NULL;
    }
    print->reference = print->template;
}

static enum reason read_prints(struct print_set *set, uint32_t ppi, uint32_t threads, struct failure *failure)
{
    struct reading reading = {
        .set = set, .ppi = ppi, .failures = calloc(set->count + 1, sizeof(struct failure))};
    if (reading.failures == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "set", NULL);
    struct measure_work work = {
        .context = &reading, .count = set->count, .workspace_size = 64, .run = read_print};
    enum reason reason = measure_run(&work, threads, failure);
    for (uint32_t i = 0; reason == REASON_DONE && i < set->count; i++) {
        set->failed += set->prints[i].reason != REASON_DONE;
        reason = reading.failures[i].reason;
        if (reason != REASON_DONE)
            *failure = reading.failures[i];
    }
    free(reading.failures);
    return reason;
}

enum reason print_set_read(
    struct print_set *set, const char *folder, uint32_t ppi, uint32_t threads, struct failure *failure)
{
    *set = (struct print_set){0};
    enum reason reason = list_folder(set, folder, failure);
    if (reason == REASON_DONE)
        reason = read_prints(set, ppi, threads, failure);
    if (reason != REASON_DONE)
        print_set_finish(set);
    return reason;
}

void print_set_finish(struct print_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        free(set->prints[i].name);
        free(set->prints[i].finger);
        free(set->prints[i].path);
        free(set->prints[i].template);
    }
    free(set->prints);
    *set = (struct print_set){0};
}

void print_set_name(const char *folder, char name[SET_NAME_SIZE])
{
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t start = end;
    for (int parts = 0; start > 0 && (folder[start - 1] != '/' || ++parts < 2);)
        start--;
    snprintf(name, SET_NAME_SIZE, "%.*s", (int)(end - start), folder + start);
}
