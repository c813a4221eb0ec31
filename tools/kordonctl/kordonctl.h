/* kordonctl.h: what the commands share: the session, the command table's rows, and output.
 *
 * A command gets a session whose needs are met (configuration read, daemon asked, state opened) and returns a
 * reason; a comparison or check that said no is no failure: it sets session->exit_code. Results go to the
 * standard output, as text or (--json) as one JSON value; errors are one line on standard error.
 */
#ifndef KORDON_TOOLS_KORDONCTL_KORDONCTL_H
#define KORDON_TOOLS_KORDONCTL_KORDONCTL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "base/figure.h"
#include "base/language.h"
#include "config/config.h"
#include "json/writer.h"
#include "store/journal.h"
#include "store/store.h"
#include "tools/kordonctl/arguments.h"

struct client;
struct key_provider;
struct tls_identity;

/* A sentence, or its format, in the language of whoever reads it (base/language.h): what officers run is said so; what administrators
 * and auditors run is English. */
#define _(text) language_text(language_of_locale(), text)

/* What stands in the place of a label, 15 characters wide with its translations. */
#define UNLABELLED "               "

#define REFERRAL_ID_SIZE 34 /* with the s of a silent one, and a zero byte */

enum need {
    NEED_NOTHING,       /* files only */
    NEED_CONFIGURATION, /* kordon.conf */
    NEED_DAEMON,        /* a running kordond */
    NEED_STATE,         /* a running kordond, or else the state directory with its lock and machine key */
    NEED_READING, /* a running kordond, or else the state directory, read only: no lock, nothing written */
    NEED_READING_UNLESS_NAMED,  /* NEED_NOTHING where an argument names what to work on */
    NEED_READING_UNLESS_EXPORT, /* NEED_NOTHING where --export names what to work on */
    NEED_NO_DAEMON,             /* that none runs: the command works on the state by itself */
};

struct session {
    const struct command *command; /* NULL until it is found */
    struct arguments arguments;
    struct configuration configuration; /* zeroed with NEED_NOTHING */
    char configuration_hash[65];        /* SHA-256 of the file, lower hex */
    const char *server; /* the post whose kordond is asked over the network; NULL: this machine's */
    struct tls_identity *identity; /* with a server */
    struct client *client;         /* NULL where no kordond answers */
    struct key_provider *provider;
    enum role role;                  /* the one by which the store was opened: what the log says */
    struct store *store;             /* open where client is NULL and the command needs state */
    char referral[REFERRAL_ID_SIZE]; /* whole, where the command line has its beginning */
    json_t
        *faults; /* all that is wrong with what was given, where a command finds more than one thing; owned */
    int exit_code; /* 0 done or match, 1 said no, 2 inconclusive */
};

struct command {
    const char *name;      /* "watchlist import" */
    const char *arguments; /* "FILE", "[DIR]" or "" */
    uint32_t words_least, words_most;
    const enum option_name *takes; /* TAKES(); NULL: none of its own */
    enum need needs;
    unsigned role; /* enum role that the state asks for where no daemon does; 0: none */
    enum reason (*run)(struct session *session, struct failure *failure);
    const char *help;
    const char *reads; /* of the log, as its entry about this look says it (L4); NULL: nothing */
    /* Of what was given, before the log says that it was done; NULL: nothing to check. */
    enum reason (*check)(const struct session *session, struct failure *failure);
    /* What is meant by what was given, when kordond can be asked; NULL: nothing to find. */
    enum reason (*find)(struct session *session, struct failure *failure);
};

/* The table, ended by a row without a name (commands.c). */
extern const struct command commands[];

/* --- session.c -------------------------------------------------------------------------------------------- */

/* Meets the command's needs. CONFIGURATION_BAD, DAEMON_NOT_REACHABLE, NOT_PERMITTED, STATE_LOCKED and the
 * store's and provider's reasons. */
enum reason session_open(struct session *session, const struct command *command, struct failure *failure);
void session_close(struct session *session);

/* Reads kordon.conf for a command that needs it only sometimes. */
enum reason session_read_configuration(struct session *session, struct failure *failure);

/* For a command with NEED_NOTHING that asks kordond where there is one: over the network it must be, on this machine the configuration must. */
enum reason session_look_for_daemon(struct session *session, struct failure *failure);

/* One more connection to the kordond that the session asks: over the network, or at the configured socket. client_open()'s reasons. */
enum reason session_connect(const struct session *session, struct client **client, struct failure *failure);

/* Whether what is not said may be presumed: only of a demonstration, which nobody serves over the network. */
bool session_is_demonstration(const struct session *session);

/* What the configured state is opened with; the provider must be open. */
struct store_options session_store_options(const struct session *session);

/* The reason, or BUSY where the state was written by somebody while it was read and was found broken so. */
enum reason session_judge(const struct session *session, enum reason reason, struct failure *failure);

/* The value of an option, or fallback where it was not given. */
const char *session_option(const struct session *session, enum option_name option, const char *fallback);

/* Adds what was recorded to *answer: "seq", "receipt". NO_MEMORY says which entry it is; *answer is NULL then. */
enum reason session_add_outcome(
    json_t **answer, const struct journal_outcome *outcome, struct failure *failure);

/* --- actor.c ---------------------------------------------------------------------------------------------- */

/* Who runs kordonctl, as the log names him: "person:anna" of the register, or "user:anna". */
const char *session_actor(const struct session *session, char *text, size_t size);

/* The officer who acts, as the log has him: --officer; "anna" of the register, or "user:anna", who runs kordonctl; over the network whom the
 * certificate is of. BAD_ARGUMENT where that is no person; client_get()'s reasons. */
enum reason session_officer(const struct session *session, char *text, size_t size, struct failure *failure);

/* Begins a log entry's body for what is done without a daemon: actor, what proves it, role, unit. */
void session_begin_body(const struct session *session, struct json_writer *writer);

/* Whoever has the machine key can open the state; that he also holds one of these roles (bits of enum role; 0: none is needed) is what makes
 * the log's entry true. Sets session->role. NOT_PERMITTED. */
enum reason session_check_role(struct session *session, unsigned role, struct failure *failure);

/* --- output.c --------------------------------------------------------------------------------------------- */

/* Prints text, with control characters replaced so that no file or list can steer the terminal. */
void print_safely(const char *text);

/* Prints one line by a printf format; each %s argument's control characters are replaced. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a text of several lines, each as safe as print_line(). */
void print_lines(const char *text);

/* With --json prints value as one line of JSON. Takes value (a new reference). NO_MEMORY where it is NULL. */
enum reason print_json(json_t *value, struct failure *failure);

/* The mode and the degraded modes of a status, as lines; quiet: nothing where none is degraded. */
void print_mode(const json_t *status);
void print_degraded(const json_t *degraded, bool quiet);

/* A code of an answer as a person reads it: in words where his language is another one than the codes'. */
const char *code_in_words(const char *of, const char *code);

/* How many characters: printf counts bytes, of which a Ukrainian letter has two. */
int width_of(const char *words);

/* How many fit into a line of the terminal that results go to, as COLUMNS or it says; 0 where they go elsewhere. */
int terminal_width(void);

/* Words with blanks up to that many characters. Returns text. */
const char *padded(const char *words, int width, char *text, size_t size);

/* The failure as a JSON object (new reference, NULL without memory), and as one line on standard error. */
json_t *failure_json(const struct failure *failure);
void print_failure_line(const struct failure *failure);

/* One line on standard error, as safe as print_line(): with it an officer is guided while he works. */
void say_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same behind the program's name. */
void print_error_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A question to whoever sits at the terminal, and as safe: the answer comes behind it. */
void print_prompt(const char *question);

/* What must be heard of a file, or what else the subject names, though it was taken: a line each to stderr. notes: a list of
 * texts, or NULL. */
void print_notes(const char *subject, const json_t *notes);

/* The failure as one line on standard error, which names a member of the API as it is said on the command line ("--legal-basis"), and with --json by its own name
 * as {"error": {...}} on standard output, with the session's "faults". */
void print_failure(const struct session *session, const struct failure *failure);

/* Who of a list is searched today, and why the others are not. list: with the counts of list_write_counts(). */
void print_searched_today(const json_t *list);

/* "one false match in 10,000,000" for a false match rate in (0, 1]; returns text. */
const char *fmr_in_words(double fmr, char *text, size_t size);

/* One in so many: of a share, as a whole figure; returns text. */
const char *one_in(double share, char text[static FIGURE_SIZE]);

/* "2026-11-24 07:50:12.123 UTC"; returns text. */
const char *time_in_words(int64_t time_ms, char *text, size_t size);

/* Whether a file that must not exist yet can be made, before the work is done of which it is to tell. OUTPUT_EXISTS, FILE_NOT_FOUND
 * (folder), NOT_PERMITTED, FILE_ERROR, BAD_ARGUMENT. path NULL: none is wanted. */
enum reason check_new_file(const char *path, struct failure *failure);

/* The same, and whether there is room for so many bytes: of what can't be done once more. write_new_file()'s reasons, too. */
enum reason try_new_file(const char *path, size_t size, struct failure *failure);

/* Text to --out, or to the standard output (as {"<key>": text} with --json): to a file or a program byte for byte, to a terminal as safe as
 * print_line(). */
enum reason deliver_text(
    const struct session *session, const char *key, const char *text, struct failure *failure);

/* Writes bytes to a file that must not exist yet. OUTPUT_EXISTS and file_write's reasons. */
enum reason write_new_file(
    const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure);

/* --- commands --------------------------------------------------------------------------------------------- */
enum reason command_init(struct session *session, struct failure *failure);
enum reason command_status(struct session *session, struct failure *failure);
enum reason command_scanners(struct session *session, struct failure *failure);
enum reason command_transaction_check(const struct session *session, struct failure *failure);
enum reason command_identify(struct session *session, struct failure *failure);
enum reason command_verify(struct session *session, struct failure *failure);
enum reason command_transaction_list(struct session *session, struct failure *failure);
enum reason command_transaction_show(struct session *session, struct failure *failure);
enum reason command_transaction_receipt(struct session *session, struct failure *failure);
enum reason command_transaction_evidence(struct session *session, struct failure *failure);
enum reason command_watchlist_import(struct session *session, struct failure *failure);
enum reason command_watchlist_cancel(struct session *session, struct failure *failure);
enum reason command_watchlist_list(struct session *session, struct failure *failure);
enum reason command_watchlist_show(struct session *session, struct failure *failure);
enum reason command_watchlist_erase(struct session *session, struct failure *failure);
enum reason command_watchlist_duplicates(struct session *session, struct failure *failure);
enum reason command_watchlist_check(struct session *session, struct failure *failure);
enum reason command_mode_show(struct session *session, struct failure *failure);
enum reason command_mode_suspend(struct session *session, struct failure *failure);
enum reason command_mode_resume(struct session *session, struct failure *failure);
enum reason command_policy_show_check(const struct session *session, struct failure *failure);
enum reason command_policy_show(struct session *session, struct failure *failure);
enum reason command_policy_diff(struct session *session, struct failure *failure);
enum reason command_policy_check_act(const struct session *session, struct failure *failure);
enum reason command_policy_check_named_act(const struct session *session, struct failure *failure);
enum reason command_policy_propose(struct session *session, struct failure *failure);
enum reason command_policy_approve(struct session *session, struct failure *failure);
enum reason command_policy_withdraw(struct session *session, struct failure *failure);
enum reason command_policy_check(struct session *session, struct failure *failure);
enum reason command_figures_check(const struct session *session, struct failure *failure);
enum reason command_figures(struct session *session, struct failure *failure);
enum reason command_selftest(struct session *session, struct failure *failure);
enum reason command_manual_form(struct session *session, struct failure *failure);
enum reason command_manual_enter_check(const struct session *session, struct failure *failure);
enum reason command_manual_enter(struct session *session, struct failure *failure);
enum reason command_referral_list(struct session *session, struct failure *failure);
enum reason command_referral_show(struct session *session, struct failure *failure);
enum reason command_referral_take(struct session *session, struct failure *failure);
enum reason command_referral_give_back(struct session *session, struct failure *failure);
enum reason command_referral_hand_over(struct session *session, struct failure *failure);
enum reason command_referral_free(struct session *session, struct failure *failure);
enum reason command_referral_judge(struct session *session, struct failure *failure);
enum reason command_referral_verdict(struct session *session, struct failure *failure);
enum reason command_referral_override(struct session *session, struct failure *failure);
enum reason command_referral_correct(struct session *session, struct failure *failure);
enum reason command_referral_report_check(const struct session *session, struct failure *failure);
enum reason command_referral_report(struct session *session, struct failure *failure);
enum reason command_referral_claim_protection(struct session *session, struct failure *failure);
enum reason command_referral_pictures_check(const struct session *session, struct failure *failure);
enum reason command_referral_pictures(struct session *session, struct failure *failure);
enum reason command_notice(struct session *session, struct failure *failure);
enum reason command_state_upgrade(struct session *session, struct failure *failure);
enum reason command_state_accept(struct session *session, struct failure *failure);
enum reason command_log_verify(struct session *session, struct failure *failure);
enum reason command_log_referrals(struct session *session, struct failure *failure);
enum reason command_log_show(struct session *session, struct failure *failure);
enum reason command_log_show_check(const struct session *session, struct failure *failure);
enum reason command_log_export_check(const struct session *session, struct failure *failure);
enum reason command_log_export(struct session *session, struct failure *failure);
enum reason command_log_out_check(const struct session *session, struct failure *failure);
enum reason command_log_prove(struct session *session, struct failure *failure);
enum reason command_log_verify_receipt(struct session *session, struct failure *failure);
enum reason command_redress_add_check(const struct session *session, struct failure *failure);
enum reason command_redress_add(struct session *session, struct failure *failure);
enum reason command_redress_finger_check(const struct session *session, struct failure *failure);
enum reason command_redress_finger(struct session *session, struct failure *failure);
enum reason command_redress_justified_check(const struct session *session, struct failure *failure);
enum reason command_redress_show(struct session *session, struct failure *failure);
enum reason command_redress_remove(struct session *session, struct failure *failure);
enum reason command_log_holds(struct session *session, struct failure *failure);
enum reason command_log_hold(struct session *session, struct failure *failure);
enum reason command_log_release(struct session *session, struct failure *failure);
enum reason command_log_hold_check(const struct session *session, struct failure *failure);
enum reason command_log_checkpoint(struct session *session, struct failure *failure);
enum reason command_tls_authority(struct session *session, struct failure *failure);
enum reason command_tls_issue(struct session *session, struct failure *failure);
enum reason command_tls_revoke(struct session *session, struct failure *failure);
enum reason command_tls_crl(struct session *session, struct failure *failure);
enum reason command_tls_show(struct session *session, struct failure *failure);

#endif
