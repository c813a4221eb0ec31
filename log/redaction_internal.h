/* redaction_internal.h: how a redaction's list grows, for reading (redaction.c) and making (redaction_make.c). */
#ifndef KORDON_LOG_REDACTION_INTERNAL_H
#define KORDON_LOG_REDACTION_INTERNAL_H

#include "log/redaction.h"

/* Appends a range, which the caller knows to be behind the last one. NO_MEMORY. */
enum reason redaction_add(
    struct redaction *redaction, uint64_t first, uint64_t last, struct failure *failure);

#endif
