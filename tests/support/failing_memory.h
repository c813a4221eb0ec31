/* failing_memory.h: makes the Nth allocation of the code under test fail. Link with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray: what our own objects allocate passes through here. */
#ifndef KORDON_TESTS_SUPPORT_FAILING_MEMORY_H
#define KORDON_TESTS_SUPPORT_FAILING_MEMORY_H

/* The allocation after so many successful ones fails, once. A negative number: none does. */
void failing_memory_set(long successes);

/* Whether it has failed since it was set. */
int failing_memory_has_failed(void);

#endif
