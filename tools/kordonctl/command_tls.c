/* command_tls.c: certificates for trials and small posts (kordonctl tls). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/instant.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/tls_authority.h"
#include "tools/kordonctl/tls_show.h"

#define DAYS_AUTHORITY   3650
#define DAYS_CERTIFICATE 365
#define DAYS_LIST        30
#define DAYS_MOST        7300

#define FOR_TRIALS                                                                                           \
    "For trials and small posts: whoever reads authority.key is every terminal. The certificates of a "      \
    "post\n"                                                                                                 \
    "that checks travellers for an authority should come from that authority's own public key "              \
    "infrastructure.\n"

/* --- Options */

static enum reason read_days(
    const struct session *session, uint32_t fallback, uint32_t *days, struct failure *failure)
{
    uint64_t number = fallback;
    const char *text = session_option(session, OPTION_DAYS, NULL);
    if (text != NULL)
        TRY(arguments_number("--days", text, 1, DAYS_MOST, &number, failure));
    *days = (uint32_t)number;
    return REASON_DONE;
}

static enum reason mandatory(const struct session *session, enum option_name option, const char *name,
    const char **text, struct failure *failure)
{
    *text = session_option(session, option, NULL);
    return *text != NULL ? REASON_DONE : failure_set(failure, REASON_BAD_ARGUMENT, name, "it is mandatory");
}

/* --- What is said */

/* NULL without memory. */
static char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *format_text(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length >= 0 ? text : NULL;
}

/* What was made, and what goes into kordon.conf for it; all three are taken over. --json gets made and configuration. */
static enum reason tell(const struct session *session, struct json_writer *made, char *before,
    char *configuration, struct failure *failure)
{
    enum reason reason = before != NULL && configuration != NULL
                             ? REASON_DONE
                             : failure_set(failure, REASON_NO_MEMORY, "output", NULL);
    json_write_text(made, "configuration", configuration != NULL ? configuration : "");
    json_t *object = json_writer_end(made);
    if (reason == REASON_DONE && session->arguments.json) {
        reason = print_json(json_incref(object), failure);
    } else if (reason == REASON_DONE) {
        print_lines(before);
        puts("\nFor kordon.conf of the post:\n");
        print_lines(configuration);
    }
    json_decref(object);
    free(before);
    free(configuration);
    return reason;
}

/* --- The authority */

static enum reason tell_authority(
    const struct session *session, const struct tls_authority *authority, struct failure *failure)
{
    struct json_writer made;
    json_writer_object(&made);
    json_write_text(&made, "authority", authority->name);
    json_write_text(&made, "certificate", authority->certificate_path);
    json_write_text(&made, "revocation_list", authority->list_path);
    char *before = format_text("authority       %s\n"
                               "certificate     %s: for kordond, terminals and kordonctl --server\n"
                               "revoked         %s: goes to the post after each tls revoke and tls crl\n"
                               "key             %s/authority.key: keep it away from the post\n\n" FOR_TRIALS,
        authority->name, authority->certificate_path, authority->list_path, authority->folder.path);
    char *configuration = format_text("[client_authority %s]\ncertificate = %s\nrevocation_list = %s\n",
        authority->name, authority->certificate_path, authority->list_path);
    return tell(session, &made, before, configuration, failure);
}

enum reason command_tls_authority(struct session *session, struct failure *failure)
{
    const char *name;
    uint32_t days;
    struct tls_authority authority;
    TRY(mandatory(session, OPTION_NAME, "--name", &name, failure));
    TRY(read_days(session, DAYS_AUTHORITY, &days, failure));
    TRY(tls_authority_make(&authority, session->arguments.words[0], name, days, DAYS_LIST, failure));
    enum reason reason = tell_authority(session, &authority, failure);
    tls_authority_close(&authority);
    return reason;
}

static enum reason open_authority(
    const struct session *session, struct tls_authority *authority, struct failure *failure)
{
    const char *folder;
    TRY(mandatory(session, OPTION_AUTHORITY, "--authority", &folder, failure));
    return tls_authority_open(authority, folder, failure);
}

/* --- Certificates */

/* A server's address; of a client whom its first name is likely to be: a host is a device, a mailbox or a URI a person. NULL without
 * memory. */
static char *configure(const struct tls_authority *authority, enum tls_usage usage,
    const struct tls_names *names, const struct tls_issued *issued)
{
    const struct tls_name *first = &names->list[0];
    bool bracketed = first->kind == TLS_NAME_ADDRESS && strchr(first->value, ':') != NULL;
    if (usage == TLS_USAGE_SERVER)
        return format_text("[tls]\naddress = %s%s%s:8443\ncertificate = %s\nkey = %s\n", bracketed ? "[" : "",
            first->value, bracketed ? "]" : "", issued->certificate, issued->key);
    return format_text("[%s %s]\n%s\nproof = " IDENTITY_CERTIFICATE "%s/%s\n",
        first->kind == TLS_NAME_DNS ? "device" : "person", issued->label,
        first->kind == TLS_NAME_DNS ? "roles = terminal"
                                    : "# roles = what this person may do: supervisor, auditor or others; "
                                      "none: only named by terminals",
        authority->name, first->text);
}

static enum reason tell_issued(const struct session *session, const struct tls_authority *authority,
    const struct tls_issued *issued, char *configuration, struct failure *failure)
{
    char until[INSTANT_TEXT_SIZE];
    struct json_writer made;
    instant_format(issued->until_ms, until);
    json_writer_object(&made);
    json_write_text(&made, "certificate", issued->certificate);
    json_write_text(&made, "key", issued->key);
    json_write_text(&made, "until", until);
    char *before = format_text("certificate     %s, until %s\nkey             %s\nauthority       %s\n",
        issued->certificate, until, issued->key, authority->certificate_path);
    return tell(session, &made, before, configuration, failure);
}

static enum reason read_usage(const char *word, enum tls_usage *usage, struct failure *failure)
{
    *usage = strcmp(word, "server") == 0 ? TLS_USAGE_SERVER : TLS_USAGE_CLIENT;
    return *usage == TLS_USAGE_SERVER || strcmp(word, "client") == 0
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_ARGUMENT, word, "a certificate is a server's or a client's");
}

static enum reason issue(const struct session *session, struct tls_authority *authority, enum tls_usage usage,
    uint32_t days, struct failure *failure)
{
    const char *given, *out;
    struct tls_names names;
    struct tls_issued issued;
    size_t room = CONFIG_PROOF_SIZE - strlen(IDENTITY_CERTIFICATE "/") - strlen(authority->name) - 1;
    TRY(mandatory(session, OPTION_NAME, "--name", &given, failure));
    TRY(mandatory(session, OPTION_OUT, "--out", &out, failure));
    TRY(tls_names_parse(given, usage, room, &names, failure));
    TRY(tls_authority_issue(authority, usage, &names, days, out, &issued, failure));
    return tell_issued(session, authority, &issued, configure(authority, usage, &names, &issued), failure);
}

enum reason command_tls_issue(struct session *session, struct failure *failure)
{
    enum tls_usage usage;
    uint32_t days;
    struct tls_authority authority;
    TRY(read_usage(session->arguments.words[0], &usage, failure));
    TRY(read_days(session, DAYS_CERTIFICATE, &days, failure));
    TRY(open_authority(session, &authority, failure));
    enum reason reason = issue(session, &authority, usage, days, failure);
    tls_authority_close(&authority);
    return reason;
}

/* --- Revocation lists */

static void print_published(const struct tls_authority *authority, const json_t *shown)
{
    const size_t revoked = json_array_size(json_object_get(shown, "revoked"));
    print_line("%s: number %s with %zu revoked, to be renewed before %s", authority->list_path,
        text_of(shown, "number"), revoked, text_of(shown, "until"));
    print_line("Put it in the place of the post's ([client_authority %s] revocation_list), then: "
               "systemctl reload kordond",
        authority->name);
}

static enum reason publish(const struct session *session, const char *certificate, struct failure *failure)
{
    uint32_t days;
    struct tls_authority authority;
    json_t *shown = NULL;
    TRY(read_days(session, DAYS_LIST, &days, failure));
    TRY(open_authority(session, &authority, failure));
    enum reason reason = tls_authority_publish(&authority, certificate, days, failure);
    if (reason == REASON_DONE)
        reason = tls_show(authority.list_path, &shown, failure);
    if (reason == REASON_DONE && session->arguments.json)
        reason = print_json(json_incref(shown), failure);
    else if (reason == REASON_DONE)
        print_published(&authority, shown);
    json_decref(shown);
    tls_authority_close(&authority);
    return reason;
}

enum reason command_tls_revoke(struct session *session, struct failure *failure)
{
    return publish(session, session->arguments.words[0], failure);
}

enum reason command_tls_crl(struct session *session, struct failure *failure)
{
    return publish(session, NULL, failure);
}

/* --- What a file is */

static void print_names(const json_t *shown)
{
    const json_t *names = json_object_get(shown, "names");
    bool client = strcmp(text_of(shown, "kind"), "client") == 0;
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        print_line(client ? "proof           " IDENTITY_CERTIFICATE "AUTHORITY/%s" : "name            %s",
            json_string_value(name));
    }
    if (json_array_size(names) == 0 && client)
        print_line("proof           none: it has no name of the kinds DNS, email and URI");
}

static void print_revoked(const json_t *revoked)
{
    size_t i;
    json_t *serial;
    json_array_foreach(revoked, i, serial)
    {
        print_line("revoked         %s", json_string_value(serial));
    }
}

static void print_shown(const json_t *shown)
{
    bool usable = json_is_true(json_object_get(shown, "usable_now"));
    const char *why = text_or_empty(shown, "why");
    print_line("kind            %s%s%s", text_of(shown, "kind"), why[0] != '\0' ? ": " : "", why);
    if (json_object_get(shown, "subject") != NULL)
        print_line("subject         %s", text_of(shown, "subject"));
    print_line("issuer          %s", text_of(shown, "issuer"));
    print_names(shown);
    if (json_object_get(shown, "serial") != NULL)
        print_line("serial          %s", text_of(shown, "serial"));
    else
        print_line("number          %s", text_of(shown, "number"));
    print_line("since           %s", text_of(shown, "since"));
    print_line("until           %s%s", text_of(shown, "until"), usable ? "" : " (not usable now)");
    print_revoked(json_object_get(shown, "revoked"));
}

enum reason command_tls_show(struct session *session, struct failure *failure)
{
    json_t *shown;
    TRY(tls_show(session->arguments.words[0], &shown, failure));
    if (session->arguments.json)
        return print_json(shown, failure);
    print_shown(shown);
    json_decref(shown);
    return REASON_DONE;
}
