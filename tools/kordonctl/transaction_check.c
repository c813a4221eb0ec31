/* transaction_check.c: what is given to identify and verify, judged before anything is done. */
#include "tools/kordonctl/kordonctl.h"

static bool has_image(const struct session *session)
{
    uint32_t i = 0;
    while (i < session->arguments.finger_count && session->arguments.fingers[i].image == NULL)
        i++;
    return i < session->arguments.finger_count;
}

/* Whoever gives what would do nothing means something by it. */
static enum reason check_companions(const struct session *session, struct failure *failure)
{
    const bool image = has_image(session),
               reference = session_option(session, OPTION_REFERENCE, NULL) != NULL;
    const struct {
        enum option_name option;
        const char *name, *with;
        bool given;
    } companions[] = {{OPTION_PPI, "--ppi", "--image", image}, {OPTION_DEVICE, "--device", "--image", image},
        {OPTION_REFERENCE_PPI, "--reference-ppi", "--reference", reference},
        {OPTION_REFERENCE_FORMAT, "--reference-format", "--reference", reference}};
    for (size_t i = 0; i < sizeof companions / sizeof companions[0]; i++)
        if (session_option(session, companions[i].option, NULL) != NULL && !companions[i].given)
            return failure_set(failure, REASON_BAD_ARGUMENT, companions[i].name,
                N_("it does nothing without %s"), companions[i].with);
    if (image && session_option(session, OPTION_SCANNER, NULL) != NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--scanner",
            N_("it does nothing with --image: capture each finger, or give each an image"));
    return REASON_DONE;
}

enum reason command_transaction_check(const struct session *session, struct failure *failure)
{
    TRY(check_companions(session, failure));
    return check_new_file(session_option(session, OPTION_RECEIPT, NULL), failure);
}
