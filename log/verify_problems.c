/* verify_problems.c: what does not hold: named, counted, and either the end or one of many. */
#include <stdio.h>

#include "log/verify_internal.h"

/* Whether everything is to be found, not only the first problem. */
bool verify_goes_on(const struct verification_run *run)
{
    return run->options->problem != NULL;
}

void verify_name_entry(struct log_verification *result, uint64_t seq)
{
    if (result->broken_entry_known && result->broken_entry <= seq)
        return;
    result->broken_entry_known = true;
    result->broken_entry = seq;
}

enum reason verify_found(
    struct verification_run *run, const uint64_t *seq, const struct failure *cause, struct failure *failure)
{
    run->result->problems++;
    if (seq != NULL)
        verify_name_entry(run->result, *seq);
    if (run->first.reason == REASON_DONE || (seq != NULL && (!run->first_has_seq || *seq < run->first_seq))) {
        run->first = *cause;
        run->first_has_seq = seq != NULL;
        run->first_seq = seq != NULL ? *seq : 0;
    }
    if (!verify_goes_on(run)) {
        if (failure != NULL)
            *failure = *cause;
        return cause->reason;
    }
    run->options->problem(run->options->context, seq != NULL, seq != NULL ? *seq : 0, cause);
    return REASON_DONE;
}

enum reason verify_found_in_entry(
    struct verification_run *run, enum reason reason, uint64_t seq, const char *why, struct failure *failure)
{
    struct failure cause = {0};
    char subject[64];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
    failure_set(&cause, reason, subject, "%s", why);
    return verify_found(run, &seq, &cause, failure);
}

enum reason verify_entry_broken(
    struct verification_run *run, uint64_t seq, const char *why, struct failure *failure)
{
    return verify_found_in_entry(run, REASON_ENTRY_BROKEN, seq, why, failure);
}
