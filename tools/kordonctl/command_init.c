#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/key_provider.h"
#include "store/store.h"
#include "tools/kordonctl/first_policy.h"

/* Makes the folder (not those above it) unless it is there. */
static enum reason make_folder(const char *path, struct failure *failure)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return failure_set_errno(failure, errno, path, "mkdir");
    return REASON_DONE;
}

static bool has_state(const char *directory)
{
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/kordon.db", directory);
    return stat(path, &status) == 0;
}

/* Opens the machine key, and makes it where there is none; never beside existing state, whose key it could
 * not be (T5). */
static enum reason open_or_make_key(const struct configuration *configuration, struct key_provider **provider,
    bool *made, struct failure *failure)
{
    const char *uri = configuration->state.machine_key, *path = config_machine_key_path(configuration);
    enum reason reason = key_provider_open(uri, provider, failure);
    *made = false;
    if (reason != REASON_KEY_MISSING || has_state(configuration->state.directory))
        return reason;
    if (path != NULL) {
        char folder[CONFIG_PATH_MAX];
        snprintf(folder, sizeof folder, "%s", path);
        reason = make_folder(dirname(folder), failure);
        if (reason != REASON_DONE)
            return reason;
    }
    reason = key_provider_create(uri, failure);
    *made = reason == REASON_DONE;
    return reason == REASON_DONE ? key_provider_open(uri, provider, failure) : reason;
}

static enum reason print_made(
    const struct session *session, const struct first_policy *first, bool key_made, struct failure *failure)
{
    const struct configuration *configuration = &session->configuration;
    char path[PATH_MAX], *line;
    size_t size;
    snprintf(path, sizeof path, "%s/log.vkey", configuration->state.directory);
    enum reason reason = file_read(path, 4096, (uint8_t **)&line, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    line[strcspn(line, "\n")] = '\0';
    if (session->arguments.json) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_text(&writer, "state", configuration->state.directory);
        json_write_text(&writer, "machine_key", configuration->state.machine_key);
        json_write_text(&writer, "origin", configuration->log.origin);
        json_write_text(&writer, "verifier_key", line);
        json_write_boolean(&writer, "machine_key_made", key_made);
        json_write_text(&writer, "policy_name", first->file.policy->name);
        json_write_text(&writer, "policy_hash", first->file.hash);
        reason = print_json(json_writer_end(&writer), failure);
    } else {
        /* Also where it was there: an init that failed later made it, and nobody was told. */
        print_line("machine key  %s (%s: keep a copy at a safe place)", configuration->state.machine_key,
            key_made ? "made now" : "was there");
        print_line("state        %s: empty watchlist, new log", configuration->state.directory);
        print_line("policy       %s, %s", first->file.policy->name, first->file.hash);
        print_line("verifier key %s", line);
    }
    free(line);
    return reason;
}

/* The copy for everybody: who audits may not enter the state directory. */
static enum reason publish_verifier_key(const struct configuration *configuration, struct failure *failure)
{
    char path[PATH_MAX];
    uint8_t *line;
    size_t size;
    if (configuration->log.verifier_key[0] == '\0')
        return REASON_DONE;
    snprintf(path, sizeof path, "%s/log.vkey", configuration->state.directory);
    TRY(file_read(path, 4096, &line, &size, failure));
    enum reason reason = file_write(configuration->log.verifier_key, line, size, 0644, failure);
    free(line);
    return reason;
}

static enum reason make(struct session *session, const struct first_policy *first, struct failure *failure)
{
    const struct configuration *configuration = &session->configuration;
    bool key_made;
    TRY(make_folder(configuration->state.directory, failure));
    TRY(open_or_make_key(configuration, &session->provider, &key_made, failure));
    const struct store_options options = session_store_options(session);
    TRY(store_create(&options, configuration->log.origin, &first->beginning, failure));
    TRY(publish_verifier_key(configuration, failure));
    return print_made(session, first, key_made, failure);
}

enum reason command_init(struct session *session, struct failure *failure)
{
    struct first_policy first;
    TRY(first_policy_read(session, &first, failure));
    enum reason reason = make(session, &first, failure);
    first_policy_finish(&first);
    return reason;
}
