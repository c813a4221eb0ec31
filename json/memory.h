/* memory.h: JSON that holds identities leaves nothing behind in the heap. */
#ifndef KORDON_JSON_MEMORY_H
#define KORDON_JSON_MEMORY_H

/* From here on the parser's and the writer's memory is wiped when it is freed. For main(), before any JSON is made and before there
 * are threads. */
void json_memory_wipe_when_freed(void);

/* Wipes and frees a text that json_dumps() or json_text() gave; takes NULL. Any thread. */
void json_text_free(char *text);

#endif
