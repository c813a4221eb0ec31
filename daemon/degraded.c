#include "daemon/degraded.h"

#include <stdio.h>

#include "base/language.h"

static const struct {
    const char *name, *remedy;
    bool flaps; /* it comes and goes by itself */
} modes[DEGRADED_COUNT] = {
    [DEGRADED_NO_STORAGE] = {CODE_("degraded", "no_storage"),
        N_("take no fingerprints: record each traveller on the manual form (kordonctl manual form) and "
           "stamp; "
           "free "
           "space or mend the disk, then enter the forms (kordonctl manual enter)"),
        false},
    [DEGRADED_SELF_TEST_FAILED] = {CODE_("degraded", "self_test_failed"),
        N_("take no fingerprints here: open the transaction as an exception, with the reason "
           "self_test_failed; "
           "run kordonctl selftest again, and where it fails again have the machine examined"),
        false},
    [DEGRADED_CAPTURE_SUSPENDED] = {CODE_("degraded", "capture_suspended"),
        N_("take no fingerprints until then: open the transaction as an exception, with the reason "
           "capture_suspended"),
        false},
    [DEGRADED_NO_CAPTURE] = {CODE_("degraded", "no_capture"),
        N_("see kordonctl scanners; plug the reader in again or take another one; until then open the "
           "transaction as an exception, with the reason device_fault"),
        true},
    [DEGRADED_LIST_TOO_OLD] = {CODE_("degraded", "list_too_old"),
        N_("import the newest list from its issuer; until then open the transaction as an exception, with "
           "the reason list_too_old"),
        false},
    [DEGRADED_LIST_STALE] = {CODE_("degraded", "list_stale"), N_("import the newest list from its issuer"),
        false},
    [DEGRADED_LOCAL_ONLY] = {CODE_("degraded", "local_only"),
        N_("put the anchor's medium back, or mend the way to it; what is recorded meanwhile follows by "
           "itself"),
        true},
};

const char *degraded_name(enum degraded_mode mode)
{
    return modes[mode].name;
}

const char *degraded_remedy(enum degraded_mode mode)
{
    return modes[mode].remedy;
}

static enum degraded_change end_when_calm(struct degraded_row *row, enum degraded_mode mode, uint64_t loop_ms)
{
    if (!row->on)
        return DEGRADED_UNCHANGED;
    if (!row->calm) {
        row->calm = true;
        row->calm_ms = loop_ms;
    }
    if (modes[mode].flaps && loop_ms - row->calm_ms < DEGRADED_CALM_MS)
        return DEGRADED_UNCHANGED;
    row->on = false;
    return DEGRADED_ENDED;
}

enum degraded_change degraded_find(struct degraded *degraded, enum degraded_mode mode,
    const struct degraded_finding *finding, int64_t now_ms, uint64_t loop_ms)
{
    struct degraded_row *row = &degraded->rows[mode];
    if (!finding->known)
        return DEGRADED_UNCHANGED;
    if (finding->why.reason == REASON_DONE)
        return end_when_calm(row, mode, loop_ms);
    row->calm = false;
    row->why = finding->why;
    if (row->on)
        return DEGRADED_UNCHANGED;
    row->on = true;
    row->since_ms = finding->since_ms != 0 ? finding->since_ms : now_ms;
    row->until_ms = 0;
    snprintf(row->by, sizeof row->by, "kordond");
    return DEGRADED_BEGUN;
}

void degraded_begin(struct degraded *degraded, enum degraded_mode mode, const struct degraded_row *row)
{
    degraded->rows[mode] = *row;
    degraded->rows[mode].on = true;
}

void degraded_end(struct degraded *degraded, enum degraded_mode mode)
{
    degraded->rows[mode].on = false;
}

const char *degraded_names(const struct degraded *degraded, char text[static DEGRADED_NAMES_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (enum degraded_mode mode = 0; mode < DEGRADED_COUNT; mode++)
        if (degraded->rows[mode].on && used < DEGRADED_NAMES_SIZE)
            used += (size_t)snprintf(
                text + used, DEGRADED_NAMES_SIZE - used, "%s%s", used > 0 ? ", " : "", modes[mode].name);
    return text;
}
