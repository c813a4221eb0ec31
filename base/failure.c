#include "base/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct reason_row {
    const char *name;
    enum reason_class class;
    const char *text;
    const char *remedy;
};

static const struct reason_row *reason_row(enum reason reason)
{
    static const struct reason_row rows[] = {
#define REASON_ROW(name, class, text, remedy) {#name, REASON_CLASS_##class, text, remedy},
        REASONS(REASON_ROW)
#undef REASON_ROW
    };
    return &rows[(unsigned)reason < REASON_COUNT ? reason : REASON_INTERNAL_ERROR];
}

enum reason failure_set(
    struct failure *failure, enum reason reason, const char *subject, const char *format, ...)
{
    if (failure == NULL)
        return reason;
    failure->reason = reason;
    snprintf(failure->subject, sizeof failure->subject, "%s", subject != NULL ? subject : "");
    failure->detail[0] = '\0';
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(failure->detail, sizeof failure->detail, format, arguments);
        va_end(arguments);
    }
    return reason;
}

static enum reason reason_of_errno(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return REASON_FILE_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return REASON_DISK_FULL;
    case ENOMEM:
        return REASON_NO_MEMORY;
    case EACCES:
    case EPERM:
        return REASON_NOT_PERMITTED;
    default:
        return REASON_FILE_ERROR;
    }
}

/* What its reason's text says already is not said a second time. */
static bool is_said_by_reason(int error)
{
    return error == ENOSPC || error == ENOMEM || error == EACCES || error == EPERM;
}

enum reason failure_set_errno(struct failure *failure, int error, const char *subject, const char *call)
{
    char text[128];
    const enum reason reason = reason_of_errno(error);
    if (error == ENOENT)
        return failure_set(failure, reason, subject, NULL);
    if (is_said_by_reason(error))
        return failure_set(failure, reason, subject, "%s", call);
    /* The GNU strerror_r may return its own constant string instead of filling the buffer. */
    const char *words = strerror_r(error, text, sizeof text);
    return failure_set(failure, reason, subject, "%s: %s", call, words);
}

const char *reason_name(enum reason reason)
{
    return reason_row(reason)->name;
}

const char *reason_text(enum reason reason)
{
    return reason_row(reason)->text;
}

const char *reason_remedy(enum reason reason)
{
    return reason_row(reason)->remedy;
}

enum reason_class reason_class(enum reason reason)
{
    return reason_row(reason)->class;
}

int reason_exit_code(enum reason reason)
{
    static const int codes[] = {
#define CLASS_EXIT(name, exit_code, http_status) exit_code,
        REASON_CLASSES(CLASS_EXIT)
#undef CLASS_EXIT
    };
    return codes[reason_class(reason)];
}

int reason_http_status(enum reason reason)
{
    static const int statuses[] = {
#define CLASS_STATUS(name, exit_code, http_status) http_status,
        REASON_CLASSES(CLASS_STATUS)
#undef CLASS_STATUS
    };
    return statuses[reason_class(reason)];
}

const char *failure_what(const struct failure *failure, char text[static FAILURE_WHAT_SIZE])
{
    snprintf(text, FAILURE_WHAT_SIZE, "%s%s%s", reason_text(failure->reason),
        failure->detail[0] != '\0' ? ": " : "", failure->detail);
    return text;
}

const char *failure_line(const struct failure *failure, char *line, size_t size)
{
    return failure_line_in(LANGUAGE_ENGLISH, failure, line, size);
}

const char *failure_line_in(enum language language, const struct failure *failure, char *line, size_t size)
{
    char told[2 * sizeof failure->detail];
    const char *detail = language_told(language, failure->detail, told, sizeof told);
    const char *remedy = language_text(language, reason_remedy(failure->reason));
    snprintf(line, size, "%s%s%s%s%s%s%s", failure->subject, failure->subject[0] != '\0' ? ": " : "",
        language_text(language, reason_text(failure->reason)), detail[0] != '\0' ? ": " : "", detail,
        remedy[0] != '\0' ? "; " : "", remedy);
    return line;
}
