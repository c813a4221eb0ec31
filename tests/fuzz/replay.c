/* replay.c: the main() of a fuzz target in an ordinary build: feeds it every file of the folders given, as
 * TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    int outcome = -1;
    /* A buffer of exactly the input's size lets ASan see the first byte read beyond it. */
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        uint8_t *bytes = size >= 0 ? malloc(size > 0 ? (size_t)size : 1) : NULL;
        rewind(file);
        if (bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size)
            outcome = LLVMFuzzerTestOneInput(bytes, (size_t)size);
        free(bytes);
    }
    fclose(file);
    return outcome;
}

int main(int argc, char **argv)
{
    int count = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL)
            continue;
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.')
                continue;
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            int outcome = replay_file(path);
            count++;
            failed += outcome != 0;
            printf("%s %d - %s\n", outcome == 0 ? "ok" : "not ok", count, entry->d_name);
            fflush(stdout);
        }
        closedir(folder);
    }
    if (count == 0) {
        printf("not ok 1 - no seeds found\n");
        count = failed = 1;
    }
    printf("1..%d\n", count);
    return failed != 0;
}
