#include "tools/kordonctl/verifier_key.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tools/kordonctl/client.h"

#define VERIFIER_KEY_FILE_MAX 65536

enum reason verifier_key_read(const char *path, char **line, struct failure *failure)
{
    size_t size;
    enum reason reason = file_read(path, VERIFIER_KEY_FILE_MAX, (uint8_t **)line, &size, failure);
    if (reason == REASON_DONE)
        (*line)[strcspn(*line, "\r\n")] = '\0';
    return reason;
}

/* NULL where kordond does not say it: it is not there, its state is not proven, or the caller has no role. */
static char *line_of_kordond(struct client *client)
{
    struct failure ignored = {0};
    json_t *status;
    if (client == NULL || client_get(client, "/v1/status", &status, &ignored) != REASON_DONE)
        return NULL;
    const char *said = json_string_value(json_object_get(json_object_get(status, "log"), "verifier_key"));
    char *line = said != NULL && said[0] != '\0' ? strdup(said) : NULL;
    json_decref(status);
    return line;
}

static void place_in_state(const struct session *session, char path[static PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/log.vkey", session->configuration.state.directory);
}

static void compare_copy(const char *path, const char *proven)
{
    char *line;
    if (path[0] == '\0' || verifier_key_read(path, &line, NULL) != REASON_DONE)
        return;
    if (strcmp(line, proven) != 0)
        print_error_line("%s is not this log's verifier key: find out who replaced it", path);
    free(line);
}

static void compare_copies(const struct session *session, const char *proven)
{
    char path[PATH_MAX];
    place_in_state(session, path);
    compare_copy(path, proven);
    compare_copy(session->configuration.log.verifier_key, proven);
}

/* What neither kordond nor the store says. */
static enum reason read_copy(
    const struct session *session, char **line, bool *unproven, struct failure *failure)
{
    const char *configured = session->configuration.log.verifier_key;
    char path[PATH_MAX];
    if (configured[0] != '\0' && verifier_key_read(configured, line, failure) == REASON_DONE)
        return REASON_DONE;
    place_in_state(session, path);
    *unproven = true;
    enum reason reason = verifier_key_read(path, line, failure);
    return reason == REASON_FILE_NOT_FOUND
               ? failure_set(failure, reason, path, "name the log's verifier key with --vkey FILE")
               : reason;
}

enum reason verifier_key_find(
    const struct session *session, char **line, bool *unproven, struct failure *failure)
{
    const char *named = session_option(session, OPTION_VKEY, NULL);
    *unproven = false;
    if (named != NULL)
        return verifier_key_read(named, line, failure);
    *line = session->store != NULL ? strdup(store_verifier_key(session->store))
                                   : line_of_kordond(session->client);
    if (*line == NULL && session->server != NULL)
        return failure_set(failure, REASON_FILE_NOT_FOUND, session->server,
            "kordond there does not say the log's verifier key: name it with --vkey FILE");
    if (*line == NULL)
        return read_copy(session, line, unproven, failure);
    if (session->server == NULL)
        compare_copies(session, *line);
    return REASON_DONE;
}
