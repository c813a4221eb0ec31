#include "daemon/transactions/exception_kind.h"

#include <stddef.h>
#include <string.h>

#include "base/language.h"

static const struct {
    const char *name, *procedure;
} kinds[EXCEPTION_KIND_COUNT] = {
    [EXCEPTION_NONE] = {"none", ""},
    [EXCEPTION_NOT_APPLICABLE] = {CODE_("exception", "not_applicable"),
        N_("No fingerprints are taken of this traveller. Go on with the other checks as for anybody else.")},
    [EXCEPTION_IMPOSSIBLE] = {CODE_("exception", "impossible"),
        N_("Check the identity by other means: document, photograph, a conversation in private and a "
           "language that the traveller understands. It must not count against him, cost him his place "
           "or more time than needed.")},
    [EXCEPTION_TEMPORARILY_IMPOSSIBLE] = {CODE_("exception", "temporarily_impossible"),
        N_("Check the identity by other means today, as for a traveller whose fingers can't be captured. "
           "Tell him that they are captured at a later crossing, and by when. It must not count against "
           "him.")},
    [EXCEPTION_UNCHECKED] = {CODE_("exception", "unchecked"),
        N_("The traveller crosses without this check, for no cause in him. Do the checks that don't need "
           "it.")},
};

static const struct {
    const char *name;
    uint32_t kinds;
} reasons[EXCEPTION_REASON_COUNT] = {[EXCEPTION_REASON_UNSAID] = {"unsaid", EXCEPTION_OF(NOT_APPLICABLE)},
#define EXCEPTION_REASON_ROW(id, name, kinds) [EXCEPTION_REASON_##id] = {name, kinds},
    EXCEPTION_REASONS(EXCEPTION_REASON_ROW)
#undef EXCEPTION_REASON_ROW
};

const char *exception_kind_name(enum exception_kind kind)
{
    return (unsigned)kind < EXCEPTION_KIND_COUNT ? kinds[kind].name : "none";
}

const char *exception_reason_name(enum exception_reason reason)
{
    return (unsigned)reason < EXCEPTION_REASON_COUNT ? reasons[reason].name : "unsaid";
}

bool exception_kind_parse(const char *name, enum exception_kind *kind)
{
    for (int i = EXCEPTION_NONE + 1; i < EXCEPTION_KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = (enum exception_kind)i;
            return true;
        }
    }
    return false;
}

bool exception_reason_parse(const char *name, enum exception_reason *reason)
{
    for (int i = EXCEPTION_REASON_UNSAID + 1; i < EXCEPTION_REASON_COUNT; i++) {
        if (strcmp(reasons[i].name, name) == 0) {
            *reason = (enum exception_reason)i;
            return true;
        }
    }
    return false;
}

bool exception_reason_is_of(enum exception_reason reason, enum exception_kind kind)
{
    return (unsigned)reason < EXCEPTION_REASON_COUNT && (unsigned)kind < EXCEPTION_KIND_COUNT &&
           (reasons[reason].kinds & 1u << kind) != 0;
}

void exception_list_kinds(struct word_list *list)
{
    for (int i = EXCEPTION_NONE + 1; i < EXCEPTION_KIND_COUNT; i++)
        word_list_add(list, kinds[i].name);
}

void exception_list_reasons(enum exception_kind kind, struct word_list *list)
{
    for (int i = EXCEPTION_REASON_UNSAID + 1; i < EXCEPTION_REASON_COUNT; i++)
        if (kind == EXCEPTION_NONE || exception_reason_is_of((enum exception_reason)i, kind))
            word_list_add(list, reasons[i].name);
}

const char *exception_procedure(enum exception_kind kind)
{
    return (unsigned)kind < EXCEPTION_KIND_COUNT ? kinds[kind].procedure : "";
}
