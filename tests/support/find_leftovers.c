/* find_leftovers: looks in a process, or in files, for pieces of what must not be there.
 *
 * usage: find_leftovers FORMS pid PID | find_leftovers FORMS files PATH...
 *
 * FORMS is a folder of files (probe_forms makes it). Of each of them every WINDOW bytes at a multiple of STEP are looked for, at any place: so any
 * WINDOW + STEP - 1 bytes in a row of a form are found, however little else is left of it. Windows of few different bytes say
 * nothing (white ground) and are left out. A line on standard output for each form and place: form, bytes found, "locked" or "unlocked", where.
 * Standard error says how much was read. A process should be stopped meanwhile.
 *
 * Exit status: 0 looked everywhere, whatever was found; 1 could not.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define WINDOW         32
#define STEP           8
#define DIFFERENT      8 /* bytes that a window must have at least */
#define FORMS_MAX      64
#define FORM_BYTES_MAX ((size_t)64 << 20)
#define SIEVE_BITS     27
#define CHUNK          ((size_t)64 << 10)

struct form {
    char name[256];
    uint8_t *bytes;
    size_t size;
    size_t found; /* windows, in the place that is read */
};

struct window {
    uint64_t hash;
    const uint8_t *bytes;
    struct form *form;
};

static struct form forms[FORMS_MAX];
static size_t form_count;
static struct window *windows;
static size_t window_count;
static uint64_t *sieve; /* a bit for each hash's upper bits */
static size_t bytes_read;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    exit(1);
}

static uint64_t hash_of(const uint8_t *bytes)
{
    uint64_t words[WINDOW / 8], hash = 0;
    memcpy(words, bytes, sizeof words);
    for (size_t i = 0; i < WINDOW / 8; i++)
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
    return hash ^ hash >> 32;
}

/* --- The forms */

static bool says_something(const uint8_t *bytes)
{
    uint64_t seen[4] = {0};
    int different = 0;
    for (size_t i = 0; i < WINDOW; i++)
        seen[bytes[i] / 64] |= UINT64_C(1) << bytes[i] % 64;
    for (size_t i = 0; i < 4; i++)
        different += __builtin_popcountll(seen[i]);
    return different >= DIFFERENT;
}

static void add_windows(struct form *form)
{
    windows = realloc(windows, (window_count + form->size / STEP + 1) * sizeof *windows);
    require(windows != NULL, form->name);
    for (size_t at = 0; at + WINDOW <= form->size; at += STEP) {
        const uint8_t *bytes = form->bytes + at;
        if (!says_something(bytes))
            continue;
        uint64_t hash = hash_of(bytes), bit = hash >> (64 - SIEVE_BITS);
        windows[window_count++] = (struct window){hash, bytes, form};
        sieve[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static int by_hash(const void *first, const void *second)
{
    uint64_t one = ((const struct window *)first)->hash, other = ((const struct window *)second)->hash;
    return one < other ? -1 : one > other;
}

static void read_forms(const char *folder)
{
    DIR *listing = opendir(folder);
    require(listing != NULL, folder);
    for (const struct dirent *each = readdir(listing); each != NULL; each = readdir(listing)) {
        if (each->d_name[0] == '.')
            continue;
        require(form_count < FORMS_MAX, "more forms than there is room for");
        struct form *form = &forms[form_count++];
        char path[4096];
        snprintf(form->name, sizeof form->name, "%s", each->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
        require(file_read(path, FORM_BYTES_MAX, &form->bytes, &form->size, NULL) == REASON_DONE, path);
        add_windows(form);
    }
    closedir(listing);
    require(window_count > 0, "the forms hold nothing that can be looked for");
    qsort(windows, window_count, sizeof *windows, by_hash);
}

/* --- The search */

static void count_at(const uint8_t *bytes, uint64_t hash)
{
    size_t low = 0, high = window_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (windows[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < window_count && windows[low].hash == hash; low++)
        if (memcmp(windows[low].bytes, bytes, WINDOW) == 0)
            windows[low].form->found++;
}

static bool is_empty(const uint8_t *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static void look_at(const uint8_t *bytes, size_t size)
{
    if (is_empty(bytes, size)) /* most of what is reserved and never used */
        return;
    for (size_t at = 0; at + WINDOW <= size; at++) {
        uint64_t hash = hash_of(bytes + at), bit = hash >> (64 - SIEVE_BITS);
        if ((sieve[bit / 64] >> bit % 64 & 1) != 0)
            count_at(bytes + at, hash);
    }
}

/* Chunk by chunk, each with the end of the one before. False where nothing could be read. */
static bool look_through(int descriptor, uint64_t start, uint64_t end)
{
    static uint8_t chunk[WINDOW - 1 + CHUNK];
    size_t kept = 0;
    bool any = false;
    while (start < end) {
        size_t wanted = end - start < CHUNK ? (size_t)(end - start) : CHUNK;
        ssize_t got = pread(descriptor, chunk + kept, wanted, (off_t)start);
        if (got <= 0)
            return any;
        any = true;
        bytes_read += (size_t)got;
        start += (uint64_t)got;
        size_t size = kept + (size_t)got;
        look_at(chunk, size);
        kept = size < WINDOW - 1 ? size : WINDOW - 1;
        memmove(chunk, chunk + size - kept, kept);
    }
    return true;
}

static void tell_and_forget(const char *lock, const char *place)
{
    for (size_t i = 0; i < form_count; i++) {
        if (forms[i].found > 0)
            printf("%s\t%zu\t%s\t%s\n", forms[i].name, forms[i].found * STEP, lock, place);
        forms[i].found = 0;
    }
}

/* --- Processes */

/* A mapping begins with its line of addresses and ends with its flags, of which "lo" says that it is locked. */
static void look_through_process(const char *pid)
{
    char path[64], line[4096], place[4096] = "";
    uint64_t start = 0, end = 0;
    snprintf(path, sizeof path, "/proc/%s/mem", pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    require(memory >= 0, path);
    snprintf(path, sizeof path, "/proc/%s/smaps", pid);
    FILE *mappings = fopen(path, "re");
    require(mappings != NULL, path);
    while (fgets(line, sizeof line, mappings) != NULL) {
        uint64_t first, last;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &first, &last) == 2) {
            start = first;
            end = last;
            line[strcspn(line, "\n")] = '\0';
            snprintf(place, sizeof place, "%s", line);
        } else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(place, "[vvar]") == NULL &&
                   strstr(place, "[vsyscall]") == NULL) {
            look_through(memory, start, end);
            tell_and_forget(strstr(line, " lo ") != NULL ? "locked" : "unlocked", place);
        }
    }
    fclose(mappings);
    close(memory);
    require(bytes_read > 0, "nothing of the process could be read");
}

/* --- Files */

static void look_through_file(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    require(file >= 0 && fstat(file, &status) == 0, path);
    look_through(file, 0, (uint64_t)status.st_size);
    close(file);
    tell_and_forget("unlocked", path);
}

int main(int argc, char **argv)
{
    if (argc < 4 || (strcmp(argv[2], "pid") != 0 && strcmp(argv[2], "files") != 0)) {
        fprintf(stderr, "usage: find_leftovers FORMS pid PID | FORMS files PATH...\n");
        return 1;
    }
    sieve = calloc((size_t)1 << SIEVE_BITS >> 6, sizeof *sieve);
    require(sieve != NULL, "sieve");
    read_forms(argv[1]);
    if (strcmp(argv[2], "pid") == 0)
        look_through_process(argv[3]);
    else
        for (int i = 3; i < argc; i++)
            look_through_file(argv[i]);
    fprintf(stderr, "%zu bytes read, %zu windows of %zu forms\n", bytes_read, window_count, form_count);
    return fflush(stdout) == 0 ? 0 : 1;
}
