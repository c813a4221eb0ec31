/* disk_fault.c: which call of the disk fails. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/disk_internal.h"

static struct armed {
    struct disk_fault fault;
    long calls, hits;
} faults[2]; /* the second one counts behind the first one's first hit */
static size_t fault_count, last_fault, hit_record;

static bool ends_with(const char *path, const char *suffix)
{
    size_t length = strlen(path), end = strlen(suffix);
    return length >= end && strcmp(path + length - end, suffix) == 0;
}

static bool due(struct armed *armed, enum disk_call call, const char *path)
{
    const struct disk_fault *fault = &armed->fault;
    bool asked = (fault->call == DISK_ANY ? call != DISK_READ : fault->call == call) &&
                 (fault->suffix == NULL || ends_with(path, fault->suffix));
    if (asked)
        armed->calls++;
    long times = fault->times == 0 ? 1 : fault->times;
    bool hit =
        asked && armed->calls >= fault->nth && (times == DISK_FOREVER || armed->calls < fault->nth + times);
    return hit || (fault->spreads && armed->hits > 0);
}

/* The fault that this call meets, or NULL; errno is set then. A killed process does not come back. */
static struct armed *meet(enum disk_call call, const char *path)
{
    struct armed *met = NULL;
    size_t count = fault_count == 2 && faults[0].hits > 0 ? 2 : fault_count > 0;
    for (size_t i = 0; i < count && met == NULL; i++)
        if (due(&faults[i], call, path))
            met = &faults[i];
    if (met == NULL)
        return NULL;
    if (met == &faults[0] && met->hits == 0)
        hit_record = disk_records();
    met->hits++;
    if (met->fault.kill)
        _exit(DISK_KILLED);
    errno = met->fault.error;
    return met;
}

bool disk_struck(enum disk_call call, const char *path)
{
    return meet(call, path) != NULL;
}

size_t disk_size_to_write(const char *path, size_t size)
{
    const struct armed *met = meet(DISK_WRITE, path);
    if (met == NULL)
        return size;
    if (!met->fault.partly || size < 2)
        return met->fault.error == 0 ? size : 0;
    return met->fault.error == 0 || met->hits == 1 ? size / 2 : 0;
}

static void arm(size_t place, struct disk_fault fault)
{
    pthread_mutex_lock(&disk_guard);
    faults[place] = (struct armed){.fault = fault};
    last_fault = place;
    hit_record = place == 0 ? 0 : hit_record;
    fault_count = place + 1;
    pthread_mutex_unlock(&disk_guard);
}

void disk_fail(struct disk_fault fault)
{
    arm(0, fault);
}

void disk_fail_then(struct disk_fault fault)
{
    disk_require(fault_count > 0, "there is no first fault", "");
    arm(1, fault);
}

void disk_mend(void)
{
    pthread_mutex_lock(&disk_guard);
    fault_count = 0;
    pthread_mutex_unlock(&disk_guard);
}

long disk_calls(void)
{
    return faults[last_fault].calls;
}

long disk_hits(void)
{
    return faults[last_fault].hits;
}

size_t disk_hit_record(void)
{
    return hit_record;
}
