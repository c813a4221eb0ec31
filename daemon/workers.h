/* workers.h: what works beside the loop (threads, scanner processes), where the rooms find it. There is one such place, so that whoever
 * ends one of them need tell nobody else. Loop's thread. */
#ifndef KORDON_DAEMON_WORKERS_H
#define KORDON_DAEMON_WORKERS_H

struct journal_thread;
struct scanner_pool;
struct search_pool;
struct store_reader;

/* Each NULL before it was started and once it has ended; scanners also where they are not enabled. */
struct workers {
    struct journal_thread *journal;
    struct store_reader *reader;
    struct search_pool *search;
    struct scanner_pool *scanners;
};

#endif
