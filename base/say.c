#include "base/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* systemd names the journal's socket by device and inode; standard error may have been led elsewhere since. */
static bool is_journal(int descriptor)
{
    const char *named = getenv("JOURNAL_STREAM");
    struct stat found;
    char text[64];
    if (named == NULL || fstat(descriptor, &found) != 0)
        return false;
    snprintf(
        text, sizeof text, "%llu:%llu", (unsigned long long)found.st_dev, (unsigned long long)found.st_ino);
    return strcmp(named, text) == 0;
}

/* A file's name or a text from a configuration must not become a second line. */
static void keep_on_one_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

void say(enum say_level level, const char *format, ...)
{
    char line[SAY_LINE_MAX + 1], prefix[8] = "";
    va_list arguments;
    int error = errno;
    if (is_journal(STDERR_FILENO))
        snprintf(prefix, sizeof prefix, "<%d>", (int)level);
    int used = snprintf(line, sizeof line - 1, "%s%s: ", prefix, program_invocation_short_name);
    size_t begun = used > 0 && (size_t)used < sizeof line - 1 ? (size_t)used : 0;
    va_start(arguments, format);
    vsnprintf(line + begun, sizeof line - 1 - begun, format, arguments);
    va_end(arguments);
    keep_on_one_line(line);
    size_t size = strlen(line);
    line[size++] = '\n';
    /* Where nobody takes it there is nobody to be told of that. */
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
    errno = error;
}
