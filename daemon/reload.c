#include "daemon/reload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/say.h"
#include "daemon/kordond.h"
#include "json/writer.h"

static void begin(struct reload *reload);

/* --- The end of one */

static void end(struct reload *reload)
{
    struct kordond *kordond = reload->kordond;
    bool again = reload->again;
    json_decref(reload->body);
    reload->body = NULL;
    revocation_change_finish(&reload->change);
    if (reload->wanted != NULL)
        loaded_configuration_finish(reload->wanted);
    free(reload->wanted);
    reload->wanted = NULL;
    reload->again = false;
    if (again)
        begin(reload);
    else if (kordond->phase == KORDOND_RUNNING)
        service_manager_reloaded();
}

/* A stop does not wait for a medium or a name service that does not answer: what it has not read by then is not looked at any more. */
static bool is_stopping(const struct reload *reload)
{
    if (reload->kordond->phase == KORDOND_RUNNING)
        return false;
    say(SAY_NOTICE, "kordond is being stopped: the configuration is not read again");
    return true;
}

/* What is in force stays. Where an entry can be taken the log says so, too. */
static void refuse(struct reload *reload, const struct failure *failure)
{
    struct evidence *evidence = &reload->kordond->evidence;
    char line[700];
    say(SAY_ERROR, "the configuration in force stays: %s", failure_line(failure, line, sizeof line));
    struct json_writer body;
    json_writer_over(&body, evidence_body(evidence, "kordond", "system"));
    json_write_text(&body, "what", "configuration refused");
    evidence_write_failure(&body, failure);
    evidence_note(evidence, LOG_EVENT_CONFIGURATION, json_writer_end(&body));
    end(reload);
}

/* --- Applied */

/* What of one kind was changed, as "[roles] terminal, [person anna]". */
static const char *names_of(const struct reload *reload, bool reloads, char *text, size_t size)
{
    char name[CONFIG_CHANGE_NAME_SIZE];
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < reload->change_count && used < size; i++) {
        const struct config_change *change = &reload->changes[i];
        if (change->reloads == reloads)
            used += (size_t)snprintf(
                text + used, size - used, "%s%s", used > 0 ? ", " : "", config_change_name(change, name));
    }
    return text;
}

static void say_waiting(const struct reload *reload)
{
    char names[SAY_LINE_MAX];
    if (names_of(reload, false, names, sizeof names)[0] != '\0')
        say(SAY_WARNING, "only a restart changes: %s", names);
}

static void say_applied(const struct reload *reload)
{
    char names[SAY_LINE_MAX];
    names_of(reload, true, names, sizeof names);
    say(SAY_NOTICE, "configuration reloaded; changed: %s", names[0] != '\0' ? names : "no key");
    say_waiting(reload);
}

/* An address that is given or taken away waits for a restart: what is served over the network till then is as it was. */
static void take_tls(struct reload *reload)
{
    struct kordond *kordond = reload->kordond;
    struct loaded_configuration *in_force = reload->in_force;
    if (in_force->tls == NULL || reload->wanted->tls == NULL)
        return;
    tls_context_release(in_force->tls);
    in_force->tls = tls_context_keep(reload->wanted->tls);
    network_use(&kordond->network, in_force->tls);
    if (kordond->server != NULL)
        server_use_tls(kordond->server, in_force->tls);
    network_take_marks(&kordond->network, &reload->marks);
}

static void apply(struct reload *reload)
{
    struct kordond *kordond = reload->kordond;
    struct loaded_configuration *in_force = reload->in_force;
    config_apply(&in_force->configuration, &reload->wanted->configuration);
    peer_grants_finish(&in_force->grants);
    in_force->grants = reload->wanted->grants;
    reload->wanted->grants = (struct peer_grants){0};
    in_force->second_line = reload->wanted->second_line;
    referrals_know_register(&kordond->referrals);
    memcpy(in_force->hash, reload->wanted->hash, sizeof in_force->hash);
    take_tls(reload);
    if (kordond->server != NULL)
        server_grants_changed(kordond->server);
    say_applied(reload);
    second_line_say(&in_force->second_line, mode_examiners(&kordond->mode));
}

/* --- Recorded */

static struct reload *reload_of_recording(struct journal_job *job)
{
    return (struct reload *)((char *)job - offsetof(struct reload, recording));
}

/* Entries behind this one are made under the new configuration, and name it. */
static enum reason recording_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct reload *reload = reload_of_recording(job);
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, reload->body};
    const struct journal_change *change = reload->raise.raised ? &reload->change.change : NULL;
    struct journal_outcome outcome = {0};
    enum reason reason = journal_append_changing(store, &draft, &change, 1, &outcome, failure);
    if (reason == REASON_DONE)
        store_use_configuration(store, reload->wanted->hash, reload->wanted->grants.staff.demonstration);
    journal_outcome_finish(&outcome);
    return reason;
}

static void recording_done(struct journal_job *job)
{
    struct reload *reload = reload_of_recording(job);
    struct work *work = &reload->kordond->work;
    if (job->reason != REASON_DONE) {
        refuse(reload, &job->failure);
    } else {
        metric_add(&reload->kordond->metrics, METRIC_ENTRIES, 1);
        apply(reload);
        end(reload);
    }
    work_end(work);
}

/* The changed keys of one kind. Who may do what from now on is the reason why values are said; those of paths and keys, which wait for a
 * restart, stay in the file. */
static json_t *changes_json(const struct reload *reload, bool reloads)
{
    char value[CONFIG_VALUE_SIZE];
    struct json_writer list, row;
    json_writer_array(&list);
    for (size_t i = 0; i < reload->change_count; i++) {
        const struct config_change *change = &reload->changes[i];
        if (change->reloads != reloads)
            continue;
        json_writer_object(&row);
        json_write_text(&row, "section", change->section);
        json_write_text_if(&row, "name", change->item[0] != '\0' ? change->item : NULL);
        json_write_text_if(&row, "key", change->name[0] != '\0' ? change->name : NULL);
        if (reloads) {
            json_write_text_if(&row, "before", config_value(&reload->in_force->configuration, change, value));
            json_write_text_if(&row, "after", config_value(&reload->wanted->configuration, change, value));
        }
        json_append_value(&list, json_writer_end(&row));
    }
    return json_writer_end(&list);
}

/* NULL where there was no memory for all of it: a change that its entry does not name must not come into force. */
static json_t *reload_body(const struct reload *reload)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body(&reload->kordond->evidence, "kordond", "system"));
    json_write_text(&body, "what", "configuration reloaded");
    json_write_text(&body, "config_after", reload->wanted->hash);
    if (reload->wanted->tls != NULL)
        json_write_text(&body, "tls_after", tls_context_hash(reload->wanted->tls));
    if (reload->raise.raised)
        revocation_raise_tell(&body, reload->wanted->tls, &reload->raise);
    json_write_value(&body, "changed", changes_json(reload, true));
    json_write_value(&body, "restart_needed", changes_json(reload, false));
    return json_writer_end(&body);
}

static void record(struct reload *reload)
{
    struct kordond *kordond = reload->kordond;
    struct failure failure = kordond->guard.locked;
    if (failure.reason == REASON_DONE && kordond->workers.journal == NULL)
        failure_set(&failure, REASON_STOPPING, reload->file, NULL);
    if (failure.reason == REASON_DONE)
        reload->body = reload_body(reload);
    bool whole = reload->body != NULL &&
                 (!reload->raise.raised || revocation_change_put(&reload->change, &reload->marks) != NULL);
    if (failure.reason == REASON_DONE && !whole)
        failure_set(&failure, REASON_NO_MEMORY, reload->file, NULL);
    if (failure.reason != REASON_DONE) {
        refuse(reload, &failure);
        return;
    }
    work_begin(&kordond->work); /* a stop waits for the entry and what it says */
    reload->recording = (struct journal_job){.run = recording_run, .done = recording_done};
    journal_thread_run(kordond->workers.journal, &reload->recording);
}

/* --- Compared */

static bool same_proofs(const struct staff_register *one, const struct staff_register *other)
{
    bool same = one->proof_count == other->proof_count;
    for (size_t i = 0; same && i < one->proof_count; i++)
        same = one->proofs[i].uid == other->proofs[i].uid;
    return same;
}

/* The same names may mean other users and groups of this machine than they did, and the same users be called otherwise. */
static bool same_grants(const struct peer_grants *one, const struct peer_grants *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = one->grants[i].role == other->grants[i].role &&
               one->grants[i].is_group == other->grants[i].is_group &&
               one->grants[i].id == other->grants[i].id;
    same = same && same_proofs(&one->staff, &other->staff) && one->name_count == other->name_count;
    for (size_t i = 0; same && i < one->name_count; i++)
        same =
            one->names[i].uid == other->names[i].uid && strcmp(one->names[i].name, other->names[i].name) == 0;
    return same;
}

/* The same paths may name other certificates and revocation lists than they did. */
static bool same_tls(const struct tls_context *one, const struct tls_context *other)
{
    return one == NULL || other == NULL || strcmp(tls_context_hash(one), tls_context_hash(other)) == 0;
}

/* A list in force that has begun to hold just now counts as seen, too. */
static enum reason raise_marks(struct reload *reload, struct failure *failure)
{
    const struct network *network = &reload->kordond->network;
    const struct tls_context *in_force = reload->in_force->tls, *wanted = reload->wanted->tls;
    reload->marks = network->marks;
    reload->raise = (struct revocation_raise){0};
    if (in_force == NULL || wanted == NULL)
        return REASON_DONE;
    TRY(revocation_lists_check_begun(wanted, in_force, failure));
    if (network->closed.reason == REASON_DONE)
        TRY(revocation_marks_raise(&reload->marks, in_force, &reload->raise, failure));
    return revocation_marks_raise(&reload->marks, wanted, &reload->raise, failure);
}

/* Nobody may be served over the network by a demonstration, nor who was revoked by an older list, nor anybody elsewhere under a
 * demonstration's policy. */
static enum reason check(struct reload *reload, struct failure *failure)
{
    const struct policy *policy = reload->kordond->policy.policy;
    bool demonstration = reload->wanted->grants.staff.demonstration;
    if (reload->in_force->tls != NULL && demonstration)
        return failure_set(failure, REASON_CONFIGURATION_BAD, reload->file,
            "it is a demonstration, and the network is served: restart kordond for it");
    TRY(raise_marks(reload, failure));
    return policy != NULL ? policy_check_place(policy, demonstration, failure) : REASON_DONE;
}

static void compare(struct reload *reload)
{
    const struct loaded_configuration *in_force = reload->in_force, *wanted = reload->wanted;
    reload->waits = reload->kordond->network.settling;
    if (reload->waits)
        return;
    if (check(reload, &reload->failure) != REASON_DONE) {
        refuse(reload, &reload->failure);
        return;
    }
    reload->change_count = config_changes(&in_force->configuration, &wanted->configuration, reload->changes);
    if (strcmp(in_force->hash, wanted->hash) == 0 && same_grants(&in_force->grants, &wanted->grants) &&
        same_tls(in_force->tls, wanted->tls) && !reload->raise.raised) {
        say(SAY_NOTICE, "configuration read again: it is as it was");
        say_waiting(reload);
        end(reload);
        return;
    }
    record(reload);
}

void reload_go_on(struct reload *reload)
{
    if (!reload->waits)
        return;
    reload->waits = false;
    if (is_stopping(reload))
        end(reload);
    else
        compare(reload);
}

/* --- Read */

static void on_reader_closed(void *data)
{
    struct reload *reload = data;
    reload->pool = NULL;
    if (is_stopping(reload))
        end(reload);
    else if (reload->reason != REASON_DONE)
        refuse(reload, &reload->failure);
    else
        compare(reload);
}

static void reading_run(struct worker_job *job, void *context)
{
    struct reload *reload = (struct reload *)((char *)job - offsetof(struct reload, reading));
    (void)context;
    reload->reason = loaded_configuration_read(reload->file, reload->wanted, &reload->failure);
}

static void reading_done(struct worker_job *job)
{
    struct reload *reload = (struct reload *)((char *)job - offsetof(struct reload, reading));
    worker_pool_close(reload->pool, on_reader_closed, reload);
}

static void begin(struct reload *reload)
{
    struct kordond *kordond = reload->kordond;
    const struct worker_pool_options options = {.name = "kordon-reload", .threads = 1};
    struct failure failure = {0};
    if (is_stopping(reload))
        return;
    service_manager_reloading();
    reload->wanted = calloc(1, sizeof *reload->wanted);
    enum reason reason = reload->wanted != NULL
                             ? worker_pool_create(&reload->pool, &kordond->loop, &options, &failure)
                             : failure_set(&failure, REASON_NO_MEMORY, reload->file, NULL);
    if (reason != REASON_DONE) {
        refuse(reload, &failure);
        return;
    }
    reload->failure = (struct failure){0};
    reload->reading = (struct worker_job){.run = reading_run, .done = reading_done};
    worker_pool_submit(reload->pool, &reload->reading, WORKER_BACKGROUND);
}

/* --- The signal */

static void on_signal(uv_poll_t *poll, int status, int events)
{
    struct reload *reload = poll->data;
    struct signalfd_siginfo ignored;
    bool came = false;
    (void)status;
    (void)events;
    while (read(reload->signals, &ignored, sizeof ignored) == (ssize_t)sizeof ignored)
        came = true;
    if (came && reload->wanted != NULL)
        reload->again = true;
    else if (came)
        begin(reload);
}

enum reason reload_init(struct reload *reload, struct kordond *kordond, struct failure *failure)
{
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    reload->kordond = kordond;
    reload->signals = signalfd(-1, &hangup, SFD_NONBLOCK | SFD_CLOEXEC);
    if (reload->signals < 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "SIGHUP", "signalfd: %s", strerror(errno));
    int error = uv_poll_init(&kordond->loop, &reload->poll, reload->signals);
    if (error != 0) {
        close(reload->signals);
        return failure_set(failure, REASON_SYSTEM_ERROR, "SIGHUP", "uv_poll_init: %s", uv_strerror(error));
    }
    reload->poll.data = reload;
    return REASON_DONE;
}

void reload_listen(struct reload *reload)
{
    uv_poll_start(&reload->poll, UV_READABLE, on_signal);
}

void reload_finish(struct reload *reload)
{
    close(reload->signals);
}
