/* scanner_program.c: a reader without the program that drives it would only look broken. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

enum reason config_check_scanner_program(const struct configuration *configuration, struct failure *failure)
{
    const char *program = configuration->scanner.program;
    struct stat status;
    struct failure why = {0};
    char what[FAILURE_WHAT_SIZE];
    if (!configuration->scanner.enabled)
        return REASON_DONE;
    if (stat(program, &status) != 0 || access(program, X_OK) != 0)
        failure_set_errno(&why, errno, program, "open");
    else if (!S_ISREG(status.st_mode))
        failure_set(&why, REASON_FILE_ERROR, program, "it is no program");
    return why.reason == REASON_DONE
               ? REASON_DONE
               : failure_set(failure, REASON_CONFIGURATION_BAD, program,
                     "[scanner] program: %s; no reader works without it: install it, name it there, or say "
                     "enabled = no where there are no readers",
                     failure_what(&why, what));
}
