/* exception_kind.h: why a transaction ends without a comparison because nothing is or can be captured (P2, P3): kinds and reasons, each named
 * once. Values; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_EXCEPTION_KIND_H
#define KORDON_DAEMON_TRANSACTIONS_EXCEPTION_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/language.h"
#include "base/word_list.h"

#define EXCEPTION_TEXT_SIZE 512

enum exception_kind {
    EXCEPTION_NONE,
    EXCEPTION_NOT_APPLICABLE,         /* the rules take no fingerprints of this traveller */
    EXCEPTION_IMPOSSIBLE,             /* his fingers can't be captured, now or later */
    EXCEPTION_TEMPORARILY_IMPOSSIBLE, /* not today: due at a later crossing */
    EXCEPTION_UNCHECKED,              /* he crosses without the check, for no cause in him */
    EXCEPTION_KIND_COUNT
};

#define EXCEPTION_OF(kind) (1u << EXCEPTION_##kind)

/* id, name, the kinds that it may be the reason of */
#define EXCEPTION_REASONS(REASON)                                                                            \
    REASON(FINGERS_MISSING, CODE_("exception_reason", "fingers_missing"), EXCEPTION_OF(IMPOSSIBLE))          \
    REASON(WORN_FINGERS, CODE_("exception_reason", "worn_fingers"), EXCEPTION_OF(IMPOSSIBLE))                \
    REASON(SKIN_CONDITION, CODE_("exception_reason", "skin_condition"),                                      \
        EXCEPTION_OF(IMPOSSIBLE) | EXCEPTION_OF(TEMPORARILY_IMPOSSIBLE))                                     \
    REASON(DISABILITY, CODE_("exception_reason", "disability"), EXCEPTION_OF(IMPOSSIBLE))                    \
    REASON(INJURED, CODE_("exception_reason", "injured"), EXCEPTION_OF(TEMPORARILY_IMPOSSIBLE))              \
    REASON(BANDAGED, CODE_("exception_reason", "bandaged"), EXCEPTION_OF(TEMPORARILY_IMPOSSIBLE))            \
    REASON(SWOLLEN, CODE_("exception_reason", "swollen"), EXCEPTION_OF(TEMPORARILY_IMPOSSIBLE))              \
    REASON(DEVICE_FAULT, CODE_("exception_reason", "device_fault"),                                          \
        EXCEPTION_OF(TEMPORARILY_IMPOSSIBLE) | EXCEPTION_OF(UNCHECKED))                                      \
    REASON(NO_STORAGE, CODE_("exception_reason", "no_storage"), EXCEPTION_OF(UNCHECKED))                     \
    REASON(SELF_TEST_FAILED, CODE_("exception_reason", "self_test_failed"), EXCEPTION_OF(UNCHECKED))         \
    REASON(CAPTURE_SUSPENDED, CODE_("exception_reason", "capture_suspended"), EXCEPTION_OF(UNCHECKED))       \
    REASON(LIST_TOO_OLD, CODE_("exception_reason", "list_too_old"), EXCEPTION_OF(UNCHECKED))                 \
    REASON(EMERGENCY, CODE_("exception_reason", "emergency"), EXCEPTION_OF(UNCHECKED))                       \
    REASON(OTHER, CODE_("exception_reason", "other"), EXCEPTION_OF(UNCHECKED)) /* in words */

enum exception_reason {
    EXCEPTION_REASON_UNSAID,
#define EXCEPTION_REASON_ENUM(id, name, kinds) EXCEPTION_REASON_##id,
    EXCEPTION_REASONS(EXCEPTION_REASON_ENUM)
#undef EXCEPTION_REASON_ENUM
        EXCEPTION_REASON_COUNT
};

/* What a terminal says of it. */
struct exception_request {
    enum exception_kind kind;
    enum exception_reason reason;   /* UNSAID of what is not applicable: the rules say why */
    char text[EXCEPTION_TEXT_SIZE]; /* of OTHER, mandatory; "" elsewhere */
    bool due_said;
    int32_t due_day; /* base/day.h: of what is temporarily impossible */
};

/* "not_applicable" ...; "none", "unsaid" for none. Constant. */
const char *exception_kind_name(enum exception_kind kind);
const char *exception_reason_name(enum exception_reason reason);

/* False for what is no such name. */
bool exception_kind_parse(const char *name, enum exception_kind *kind);
bool exception_reason_parse(const char *name, enum exception_reason *reason);

/* Whether the one may be the reason of the other. */
bool exception_reason_is_of(enum exception_reason reason, enum exception_kind kind);

/* Adds what may be said: the kinds; a kind's reasons, or all where kind is NONE. */
void exception_list_kinds(struct word_list *list);
void exception_list_reasons(enum exception_kind kind, struct word_list *list);

/* What the officer does now, in words that he can say to the traveller. Constant. */
const char *exception_procedure(enum exception_kind kind);

#endif
