/* Writes the sample configuration: the table's own description of every key, with the paths of this installation put into force where
 * they are not the table's. For the build alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "config/config.h"

struct place {
    const char *key;
    const char *value;
};

/* "key = ..." or "#key = ..." with another value, as a line in force; other lines as they are. */
static void print_line(const char *line, size_t size, const struct place *places, size_t count)
{
    const char *start = line + (size > 0 && line[0] == '#');
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(places[i].key), value = length + strlen(" = ");
        size_t head = (size_t)(start - line) + value;
        if (size <= head || strncmp(start, places[i].key, length) != 0 ||
            strncmp(start + length, " = ", strlen(" = ")) != 0)
            continue;
        if (size - head != strlen(places[i].value) ||
            strncmp(line + head, places[i].value, size - head) != 0) {
            printf("%s = %s\n", places[i].key, places[i].value);
            return;
        }
    }
    printf("%.*s\n", (int)size, line);
}

int main(int argc, char **argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = argc == 3 ? open_memstream(&text, &size) : NULL;
    if (stream == NULL)
        return EX_USAGE;
    config_describe(stream);
    if (fclose(stream) != 0)
        return EX_OSERR;
    const struct place places[] = {{"program", argv[1]}, {"machine_key", argv[2]}};
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        print_line(line, length, places, sizeof places / sizeof places[0]);
        line += length + (line[length] == '\n');
    }
    free(text);
    return fflush(stdout) == 0 ? 0 : EX_IOERR;
}
