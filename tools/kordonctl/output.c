#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "json/language.h"
#include "json/memory.h"
#include "json/text.h"
#include "list/describe.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define COLUMNS_UNSAID 80 /* of a terminal that does not say how wide it is */

/* What moves the cursor becomes '?', what can't be seen or turns the line is named in its place. */
static void put_harm(FILE *stream, const struct text_harm *harm)
{
    char name[TEXT_HARM_NAME_SIZE];
    if (harm->malformed || harm->code_point < 0xa0)
        fputc('?', stream);
    else
        fprintf(stream, "<%s>", text_harm_name(harm, name));
}

static void put_safely(FILE *stream, const char *line)
{
    struct text text = {line, strlen(line)};
    struct text_harm harm;
    while (text_find_harm(text, &harm)) {
        fwrite(text.bytes, 1, harm.offset, stream);
        put_harm(stream, &harm);
        text.bytes += harm.offset + harm.size;
        text.size -= harm.offset + harm.size;
    }
    fwrite(text.bytes, 1, text.size, stream);
}

void print_safely(const char *text)
{
    put_safely(stdout, text);
}

static void put_line(FILE *stream, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void put_line(FILE *stream, const char *format, va_list arguments)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    put_safely(stream, length >= 0 ? text : "out of memory");
    fputc('\n', stream);
    if (length >= 0)
        free(text);
}

void print_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_line(stdout, format, arguments);
    va_end(arguments);
}

void print_lines(const char *text)
{
    while (*text != '\0') {
        int size = (int)strcspn(text, "\n");
        print_line("%.*s", size, text);
        text += size + (text[size] == '\n');
    }
}

void say_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_line(stderr, format, arguments);
    va_end(arguments);
}

void print_prompt(const char *question)
{
    put_safely(stderr, question);
    fputs(": ", stderr);
    fflush(stderr);
}

enum reason print_json(json_t *value, struct failure *failure)
{
    size_t size;
    char *text = json_text(value, &size);
    json_decref(value);
    if (text == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "output", NULL);
    puts(text);
    json_text_free(text);
    return REASON_DONE;
}

json_t *failure_json(const struct failure *failure)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_failure(&writer, failure);
    return json_in_language(json_writer_end(&writer), language_of_locale());
}

void print_error_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("kordonctl: ", stderr);
    put_line(stderr, format, arguments);
    va_end(arguments);
}

void print_failure_line(const struct failure *failure)
{
    char line[2048];
    print_error_line("%s", failure_line_in(language_of_locale(), failure, line, sizeof line));
}

const char *code_in_words(const char *of, const char *code)
{
    return language_code(language_of_locale(), of, code);
}

int width_of(const char *words)
{
    int width = 0;
    for (const char *at = words; *at != '\0'; at++)
        width += (*at & 0xc0) != 0x80;
    return width;
}

int terminal_width(void)
{
    struct winsize window;
    uint64_t columns;
    const char *said = getenv("COLUMNS");
    if (isatty(STDOUT_FILENO) == 0)
        return 0;
    if (said != NULL && arguments_number("COLUMNS", said, 1, INT_MAX, &columns, NULL) == REASON_DONE)
        return (int)columns;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col
                                                                               : COLUMNS_UNSAID;
}

const char *padded(const char *words, int width, char *text, size_t size)
{
    const int blanks = width - width_of(words);
    snprintf(text, size, "%s%*s", words, blanks > 0 ? blanks : 0, "");
    return text;
}

void print_notes(const char *subject, const json_t *notes)
{
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const char *note = json_string_value(json_array_get(notes, i));
        say_line("%s: %s", subject, note != NULL ? note : "");
    }
}

void print_searched_today(const json_t *list)
{
    const char *next = text_or_empty(list, "next_change"), *label = _("not searched   ");
    long long people = number_of(list, "entries"), fingers = number_of(list, "searchable_fingers");
    print_line(_("searched today  %lld of %lld %s, %lld %s%s%s"), number_of(list, "searchable"), people,
        counted((unsigned long long)people, _("person"), _("people")), fingers,
        counted((unsigned long long)fingers, _("finger"), _("fingers")),
        next[0] != '\0' ? _("; next change ") : "", next);
    for (size_t i = 0; i < LIST_UNSEARCHED; i++)
        if (number_of(list, list_unsearched[i].key) > 0) {
            print_line(
                "%s %lld %s", label, number_of(list, list_unsearched[i].key), _(list_unsearched[i].words));
            label = UNLABELLED;
        }
    if (number_of(list, "expiring") > 0)
        print_line(
            _("expiring        %lld: their last day comes within %d days, then they are erased; tell their "
              "authority"),
            number_of(list, "expiring"), LIST_WARNING_DAYS);
}

/* What was asked for wrongly; of anything else a member's name may be the name of a thing. */
static bool is_of_what_was_said(enum reason reason)
{
    const enum reason_class class = reason_class(reason);
    return class == REASON_CLASS_USAGE || class == REASON_CLASS_BAD_DATA ||
           class == REASON_CLASS_NOT_PERMITTED;
}

static void print_refusal(const struct command *command, const struct failure *failure)
{
    struct failure said = *failure;
    char text[sizeof said.subject];
    const char *subject = command != NULL && is_of_what_was_said(failure->reason)
                              ? arguments_said_as(command, failure->subject, text, sizeof text)
                              : failure->subject;
    snprintf(said.subject, sizeof said.subject, "%s", code_in_words("subject", subject));
    print_failure_line(&said);
}

void print_failure(const struct session *session, const struct failure *failure)
{
    print_refusal(session->command, failure);
    if (!session->arguments.json)
        return;
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_value(&writer, "error", failure_json(failure));
    if (session->faults != NULL)
        json_write_value(&writer, "faults", json_incref(session->faults));
    print_json(json_writer_end(&writer), NULL);
}

const char *one_in(double share, char text[static FIGURE_SIZE])
{
    return figure_format(language_of_locale(), share > 1e-15 ? (uint64_t)llround(1 / share) : 0, text);
}

const char *fmr_in_words(double fmr, char *text, size_t size)
{
    char figure[FIGURE_SIZE];
    if (!(fmr > 1e-15 && fmr < 1)) {
        snprintf(text, size, "%s", fmr >= 1 ? _("no evidence") : _("unknown"));
        return text;
    }
    /* Two significant digits: the calibration does not vouch for more. */
    double one_in = 1 / fmr, unit = pow(10, floor(log10(one_in)) - 1);
    const double rounded = one_in < 10 ? round(one_in) : round(one_in / unit) * unit;
    snprintf(text, size, _("one false match in %s"),
        figure_format(language_of_locale(), (uint64_t)llround(rounded), figure));
    return text;
}

const char *time_in_words(int64_t time_ms, char *text, size_t size)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;
    char date[64];
    if (time_ms < 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        snprintf(date, sizeof date, "time %lld", (long long)time_ms);
    snprintf(text, size, "%s.%03d UTC", date, (int)(time_ms % 1000));
    return text;
}

enum reason check_new_file(const char *path, struct failure *failure)
{
    struct stat status;
    if (path == NULL)
        return REASON_DONE;
    if (lstat(path, &status) == 0)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, NULL);
    if (errno != ENOENT && errno != EACCES)
        return failure_set_errno(failure, errno, path, "lstat");
    const char *slash = strrchr(path, '/');
    if (slash != NULL && slash[1] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, path, N_("it is no file's name"));
    char *folder = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (folder == NULL)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    enum reason reason = REASON_DONE;
    if (access(folder, W_OK | X_OK) != 0) {
        reason = failure_set_errno(failure, errno, path, "access");
        failure_set(failure, reason, path,
            N_("its folder is not there, or you may not write into it: name another one"));
    }
    free(folder);
    return reason;
}

enum reason try_new_file(const char *path, size_t size, struct failure *failure)
{
    TRY(check_new_file(path, failure));
    if (path == NULL)
        return REASON_DONE;
    void *room = calloc(1, size);
    if (room == NULL)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    const enum reason reason = write_new_file(path, room, size, 0600, failure);
    free(room);
    if (reason == REASON_DONE)
        unlink(path);
    return reason;
}

enum reason write_new_file(
    const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure)
{
    struct stat status;
    if (lstat(path, &status) == 0)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, NULL);
    return file_write(path, bytes, size, mode, failure);
}

enum reason deliver_text(
    const struct session *session, const char *key, const char *text, struct failure *failure)
{
    const char *out = session_option(session, OPTION_OUT, NULL);
    TRY(out != NULL ? write_new_file(out, text, strlen(text), 0644, failure) : REASON_DONE);
    if (session->arguments.json) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_text(&writer, out != NULL ? "written" : key, out != NULL ? out : text);
        return print_json(json_writer_end(&writer), failure);
    }
    if (out != NULL)
        print_line("written to %s", out);
    else if (isatty(STDOUT_FILENO) != 0)
        print_lines(text);
    else
        fputs(text, stdout);
    return REASON_DONE;
}
