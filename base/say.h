/* say.h: what kordond and kordon-scanner tell the operator: lines on standard error.
 *
 * One call is one line, written whole, with the program's name before it. Where standard error is the systemd journal the line begins
 * with its level, by which journalctl --priority filters; elsewhere it is plain words. Who is looked for, who was compared and any
 * case number belong in the sealed log alone and are never said here. Thread rule: any thread.
 */
#ifndef KORDON_BASE_SAY_H
#define KORDON_BASE_SAY_H

/* syslog's numbers, as the journal wants them. */
enum say_level {
    SAY_ERROR = 3,   /* something does not serve, or did not happen */
    SAY_WARNING = 4, /* it serves; somebody has to look */
    SAY_NOTICE = 5,  /* a change that somebody asked for */
};

#define SAY_LINE_MAX 1024 /* bytes; what is longer is cut */

void say(enum say_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
