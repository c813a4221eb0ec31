#include "tools/kordonctl/referral_find.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/kordonctl/client.h"
#include "tools/kordonctl/referral_parts.h"

static size_t digits_of(const char *written)
{
    return strspn(written, "0123456789abcdef");
}

enum reason referral_find_check(const char *name, const char *written, struct failure *failure)
{
    const size_t digits = digits_of(written);
    if (digits < REFERRAL_DIGITS_LEAST || digits > REFERRAL_ID_DIGITS ||
        (strcmp(written + digits, "") != 0 && strcmp(written + digits, "s") != 0))
        return failure_set(failure, REASON_BAD_ARGUMENT, name,
            N_("write the id as kordonctl referral list shows it, or its first 6 digits or more; of a silent "
               "one an s behind them"));
    return REASON_DONE;
}

/* A silent one is meant by the s alone: its transaction's other referral has the same digits. */
static bool begins_so(const char *id, const char *written)
{
    const size_t digits = digits_of(written);
    return strncmp(id, written, digits) == 0 && referral_is_silent(id) == (written[digits] == 's');
}

static enum reason find_begun(const json_t *rows, const char *name, const char *written,
    char id[static REFERRAL_ID_SIZE], struct failure *failure)
{
    const json_t *row;
    size_t i;
    id[0] = '\0';
    json_array_foreach(rows, i, row)
    {
        const char *each = text_of(row, "referral");
        if (referral_id_check(name, each, NULL) != REASON_DONE || !begins_so(each, written))
            continue;
        if (id[0] != '\0')
            return failure_set(failure, REASON_BAD_ARGUMENT, name,
                N_("several begin so, %s and %s: write more digits"), id, each);
        snprintf(id, REFERRAL_ID_SIZE, "%s", each);
    }
    return id[0] != '\0' ? REASON_DONE
                         : failure_set(failure, REASON_REFERRAL_NOT_FOUND, written,
                               N_("none that you are shown begins so"));
}

enum reason referral_find(struct session *session, struct failure *failure)
{
    char path[REFERRAL_PATH_SIZE] = "/v1/referrals";
    const char **written = &session->arguments.words[0];
    const bool is_id = strncmp(session->command->arguments, "ID", 2) == 0;
    const char *name = is_id ? CODE_("subject", "ID") : CODE_("subject", "REFERRAL");
    json_t *answer;
    TRY(referral_find_check(name, *written, failure));
    if (digits_of(*written) == REFERRAL_ID_DIGITS)
        return REASON_DONE;
    TRY(client_get_all(session->client, path, sizeof path, "referrals", &answer, failure));
    enum reason reason =
        find_begun(json_object_get(answer, "referrals"), name, *written, session->referral, failure);
    json_decref(answer);
    if (reason == REASON_DONE)
        *written = session->referral;
    return reason;
}
