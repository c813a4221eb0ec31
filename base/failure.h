/* failure.h: why something did not happen, as a value that reaches the person who asked.
 *
 * Every function that can fail in a way a person will read about returns `enum reason` (0 = done) and takes a
 * `struct failure *` last. The function that notices fills it in once, with the thing concerned and the
 * detail it alone knows; callers hand it on unchanged. A code's class decides kordonctl's exit code and the
 * HTTP status, its remedy says what to do. All functions here are thread-safe: they touch only their
 * arguments.
 */
#ifndef KORDON_BASE_FAILURE_H
#define KORDON_BASE_FAILURE_H

#include <stddef.h>

#include "base/language.h"

/* class            exit code (sysexits)   HTTP status */
#define REASON_CLASSES(CLASS)                                                                                \
    CLASS(DONE, 0, 200)                                                                                      \
    CLASS(USAGE, 64, 400)          /* the caller asked in a way that has no meaning */                       \
    CLASS(BAD_DATA, 65, 422)       /* input bytes or values are wrong */                                     \
    CLASS(NOT_FOUND, 66, 404)      /* what was named does not exist */                                       \
    CLASS(NOT_REACHABLE, 69, 503)  /* a part needed for the answer is not there now */                       \
    CLASS(INTERNAL, 70, 500)       /* our own error */                                                       \
    CLASS(SYSTEM, 71, 500)         /* the operating system refused: memory, disk, file */                    \
    CLASS(CONFLICT, 75, 409)       /* not possible in the present state, may be later */                     \
    CLASS(NOT_PERMITTED, 77, 403)  /* the caller's role or purpose does not allow it */                      \
    CLASS(CONFIGURATION, 78, 500)  /* the configuration or the state directory must be mended first */       \
    CLASS(EVIDENCE_BROKEN, 1, 500) /* a check of the log or the list found it altered */

enum reason_class {
#define REASON_CLASS_ENUM(name, exit_code, http_status) REASON_CLASS_##name,
    REASON_CLASSES(REASON_CLASS_ENUM)
#undef REASON_CLASS_ENUM
};

/* name, class, text (what is wrong), remedy (what to do; may be empty where the detail says it) */
#define REASONS(REASON)                                                                                      \
    REASON(DONE, DONE, "done", "")                                                                           \
    /* usage */                                                                                              \
    REASON(BAD_ARGUMENT, USAGE, "argument not usable", "see --help")                                         \
    REASON(BAD_REQUEST, USAGE, "request not understood", "see docs/openapi.yaml")                            \
    REASON(OUTPUT_EXISTS, USAGE, "the output exists already", "name a new one: nothing is overwritten")      \
    /* bytes */                                                                                              \
    REASON(TRUNCATED, BAD_DATA, "the data ends too early", "get the file again from its source")             \
    REASON(OVERLONG, BAD_DATA, "there is data behind the end", "get the file again from its source")         \
    REASON(BAD_VALUE, BAD_DATA, "a value is not accepted", "")                                               \
    REASON(TOO_LARGE, BAD_DATA, "larger than the limit", "give a smaller one")                               \
    REASON(BAD_FORMAT, BAD_DATA, "not the expected format", "")                                              \
    REASON(UNSUPPORTED_FORMAT, BAD_DATA, "this format is known but not supported", "")                       \
    REASON(BAD_JSON, BAD_DATA, "not usable as JSON", "")                                                     \
    /* samples and templates */                                                                              \
    REASON(SAMPLE_TOO_SMALL, BAD_DATA, "the sample is too small", "capture again with more of the finger")   \
    REASON(SAMPLE_TOO_POOR, BAD_DATA, "no usable fingerprint in the sample", "capture again")                \
    REASON(SEVERAL_FINGERS, BAD_DATA, "the sample shows several fingers",                                    \
        "give each finger a picture of its own")                                                             \
    REASON(RESOLUTION_UNKNOWN, BAD_DATA, "the sample's resolution is not known",                             \
        "say its ppi: --ppi N (--reference-ppi N), or \"ppi\" in the manifest")                              \
    REASON(RESOLUTION_IMPLAUSIBLE, BAD_DATA, "the ridges contradict the sample's resolution",                \
        "say its true ppi: --ppi N (--reference-ppi N), or \"ppi\" in the manifest")                         \
    REASON(PRESENTATION_ATTACK, BAD_DATA, "the sensor takes the sample for an imitation of a finger",        \
        "look at the fingers; where the sensor goes on saying so, have the second line look")                \
    REASON(TEMPLATE_CORRUPT, BAD_DATA, "the template is corrupt", "enrol the reference again")               \
    REASON(WORKSPACE_TOO_SMALL, INTERNAL, "the workspace is smaller than this sample needs", "")             \
    REASON(THRESHOLD_UNREACHABLE, CONFIGURATION, "the target false positive rate can't be reached",          \
        "use more fingers, a shorter list or a higher target")                                               \
    /* system */                                                                                             \
    REASON(MEMLOCK_LIMIT, SYSTEM, "not enough memory may be locked",                                         \
        "raise LimitMEMLOCK= in kordond's unit (systemctl edit kordond), or ulimit -l for the shell")        \
    REASON(NO_MEMORY, SYSTEM, "out of memory", "")                                                           \
    REASON(FILE_NOT_FOUND, NOT_FOUND, "no such file or folder", "")                                          \
    REASON(FILE_ERROR, SYSTEM, "file operation failed", "")                                                  \
    REASON(DISK_FULL, SYSTEM, "no space left on the device", "free space, then try again")                   \
    REASON(SYSTEM_ERROR, SYSTEM, "the operating system refused", "")                                         \
    REASON(INTERNAL_ERROR, INTERNAL, "internal error", "report it with the log of kordond")                  \
    /* keys and sealed data */                                                                               \
    REASON(KEY_MISSING, CONFIGURATION, "the key is missing: this machine stays locked",                      \
        "restore the key; a new one would make the sealed data unreadable for ever")                         \
    REASON(KEY_UNSAFE, CONFIGURATION, "the key is readable by others", "chmod 0600, and treat it as copied") \
    REASON(KEY_WRONG, CONFIGURATION, "this key does not open the sealed data",                               \
        "use the key it was made with; an interrupted kordonctl state upgrade is repeated")                  \
    REASON(CRYPTO_FAILED, INTERNAL, "a cryptographic operation failed", "")                                  \
    REASON(SEAL_BROKEN, EVIDENCE_BROKEN, "a sealed record does not open in its place",                       \
        "the state directory was altered: keep it as evidence, restore the list from its issuer")            \
    REASON(LIST_ROLLED_BACK, EVIDENCE_BROKEN, "the watchlist is not the one last recorded in the log",       \
        "the state directory was altered: keep it as evidence, restore the list from its issuer")            \
    /* log */                                                                                                \
    REASON(ENTRY_BROKEN, EVIDENCE_BROKEN, "the log's entry was altered", "keep this log as evidence")        \
    REASON(LOG_BROKEN, EVIDENCE_BROKEN, "the log was altered", "keep this log as evidence")                  \
    REASON(LOG_INCOMPLETE, EVIDENCE_BROKEN, "a part of the log is missing", "keep this log as evidence")     \
    REASON(SIGNATURE_BROKEN, EVIDENCE_BROKEN, "the signature does not hold",                                 \
        "check the verifier key; keep this log as evidence")                                                 \
    REASON(CHECKPOINT_BROKEN, EVIDENCE_BROKEN, "the checkpoint is malformed", "keep it as evidence")         \
    REASON(LOG_ORIGIN_WRONG, EVIDENCE_BROKEN, "this is another log", "check verifier key and origin")        \
    REASON(PROOF_BROKEN, EVIDENCE_BROKEN, "the proof does not hold", "keep it as evidence")                  \
    REASON(LOG_FORKED, EVIDENCE_BROKEN, "two histories of one log", "keep both as evidence")                 \
    REASON(COURSE_BROKEN, EVIDENCE_BROKEN, "what was done to a match breaks a rule",                         \
        "ask those whom the entries name; keep this log as evidence")                                        \
    REASON(OUTCOME_UNKNOWN, NOT_REACHABLE, "not known whether the record is durable",                        \
        "look whether it is there, and repeat it where it is not")                                           \
    /* store */                                                                                              \
    REASON(STATE_MISSING, CONFIGURATION, "there is no kordon state here", "run kordonctl init")              \
    REASON(STATE_EXISTS, CONFLICT, "there is kordon state here already", "nothing was changed")              \
    REASON(STATE_LOCKED, CONFLICT, "the state directory is in use by another process",                       \
        "stop it first, or go through it")                                                                   \
    REASON(STATE_NEWER, CONFIGURATION, "the state was written by a newer kordon", "use that version")        \
    REASON(STATE_OLD, CONFIGURATION, "the state was written by an older kordon",                             \
        "stop kordond and run kordonctl state upgrade; see docs/operations.md")                              \
    REASON(STATE_UNPROVEN, EVIDENCE_BROKEN, "the state is not what was sealed under its machine key",        \
        "keep the state directory as evidence; nothing of it is used or signed")                             \
    REASON(STATE_FOREIGN, EVIDENCE_BROKEN, "the database holds what kordon did not make",                    \
        "keep the state directory as evidence; nothing of it is used or signed")                             \
    REASON(STATE_LOST, CONFLICT, "the state directory is no longer this process's own",                      \
        "find out who replaced it before kordond is started again")                                          \
    REASON(STATE_UNREADABLE, CONFIGURATION, "the state can't be read whole from here",                       \
        "copy the state directory to where it may be written, or start kordond")                             \
    REASON(ANCHOR_MISSING, CONFIGURATION, "the anchor is not there",                                         \
        "put its medium back; or a supervisor accepts its loss with kordonctl state accept anchor")          \
    REASON(ANCHOR_BROKEN, EVIDENCE_BROKEN, "the anchor was not signed by this log",                          \
        "keep it as evidence; a supervisor decides with kordonctl state accept anchor")                      \
    REASON(ANCHOR_AHEAD, EVIDENCE_BROKEN, "the anchor knows later entries: an older copy was put back",      \
        "keep state and anchor as evidence; a supervisor decides with kordonctl state accept anchor")        \
    REASON(ANCHOR_FORKED, EVIDENCE_BROKEN, "the anchor was signed for another history",                      \
        "keep state and anchor as evidence; a supervisor decides with kordonctl state accept anchor")        \
    REASON(ANCHOR_UNREACHABLE, NOT_REACHABLE, "the anchor can't be written",                                 \
        "put its medium back or free space on it")                                                           \
    REASON(CLOCK_BEHIND, CONFIGURATION, "the clock stands before the log's last entry",                      \
        "set the clock; if it is right now, a supervisor says so with kordonctl state accept clock")         \
    REASON(CLOCK_AHEAD, CONFIGURATION, "the clock is far ahead of the log's last entry",                     \
        "set the clock; if it is right now, a supervisor says so with kordonctl state accept clock")         \
    REASON(NOTHING_TO_ACCEPT, CONFLICT, "there is nothing to accept; nothing was changed", "")               \
    REASON(STORE_ERROR, SYSTEM, "the database refused", "check disk and permissions")                        \
    REASON(ENTRY_NOT_FOUND, NOT_FOUND, "no such entry", "check its number or id")                            \
    REASON(ENTRY_ERASED, NOT_FOUND, "what the entry said was erased",                                        \
        "its head stays; the entry that erased it says why")                                                 \
    REASON(HOLD_NOT_FOUND, NOT_FOUND, "no legal hold on this transaction", "")                               \
    REASON(TRANSACTION_HELD, CONFLICT, "there is a legal hold on this transaction already", "")              \
    REASON(PROBE_NOT_KEPT, NOT_FOUND, "nothing of this probe is kept", "")                                   \
    REASON(REFERRALS_FULL, CONFLICT, "no place is left for another referral; nothing is compared",           \
        "have the second line decide those that wait; until then use the procedure without fingerprints")    \
    REASON(NO_SECOND_LINE, CONFLICT, "nobody here would see a match; nothing is compared",                   \
        "kordonctl status says who is missing; until then use the procedure without fingerprints")           \
    REASON(DOCUMENT_NOT_FOUND, NOT_FOUND, "the state has no such document", "")                              \
    REASON(PROPOSAL_OTHER, CONFLICT, "the proposal is another one; nothing was changed", "look at it again") \
    REASON(PROPOSAL_EXPIRED, CONFLICT, "the proposal can't be approved any more; nothing was changed",       \
        "propose it again")                                                                                  \
    REASON(SECOND_PERSON_NEEDED, NOT_PERMITTED, "another person than the proposer must approve it", "")      \
    REASON(POLICY_NOT_NEWER, CONFLICT, "its version is not higher; nothing was changed",                     \
        "write a higher version in it")                                                                      \
    REASON(POLICY_CHANGED, CONFLICT, "another policy is in force by now; nothing was changed",               \
        "look at it again")                                                                                  \
    REASON(MANIFEST_REFUSED, BAD_DATA, "the watchlist manifest is refused; nothing was changed",             \
        "mend all that is named and import it again")                                                        \
    REASON(IMPORT_NOT_FOUND, NOT_FOUND, "no such import is under way", "")                                   \
    REASON(CONFLICTING_IMPORT, CONFLICT, "this import can't go on; nothing was changed", "begin it again")   \
    REASON(IMPORT_CANCELLED, CONFLICT, "it was cancelled; nothing was changed", "")                          \
    REASON(LIST_VERSION_OLD, CONFLICT, "the list's version is not newer than the one installed", "")         \
    REASON(LIST_OTHER, CONFLICT, "a list of another name is installed; nothing was changed",                 \
        "if this list is to take its place, import it with --replace-list")                                  \
    REASON(LIST_EMPTY, BAD_DATA, "the list has no entries; nothing was changed",                             \
        "if nobody is to be on the list, import it with --allow-empty")                                      \
    /* configuration */                                                                                      \
    REASON(CONFIGURATION_BAD, CONFIGURATION, "the configuration is not valid", "")                           \
    REASON(POLICY_BAD, BAD_DATA, "the policy is not valid", "see kordon-policy(5)")                          \
    /* daemon */                                                                                             \
    REASON(DAEMON_NOT_REACHABLE, NOT_REACHABLE, "kordond does not answer",                                   \
        "start kordond, or mend [api] socket in the configuration")                                          \
    REASON(SERVER_NOT_REACHABLE, NOT_REACHABLE, "kordond does not answer over the network",                  \
        "look at --server, the network, and [tls] address of the post")                                      \
    REASON(SERVER_UNPROVEN, NOT_REACHABLE, "the server does not prove that it is this post's kordond",       \
        "nothing was sent to it; look at --server and --authority")                                          \
    REASON(CERTIFICATE_REFUSED, NOT_PERMITTED, "the post refuses this certificate", "")                      \
    REASON(NOT_PERMITTED, NOT_PERMITTED, "not permitted", "")                                                \
    REASON(ROUTE_NOT_FOUND, NOT_FOUND, "no such resource", "see docs/openapi.yaml")                          \
    REASON(TRANSACTION_NOT_FOUND, NOT_FOUND, "no such transaction", "")                                      \
    REASON(TRANSACTION_ERASED, NOT_FOUND,                                                                    \
        "what the log said of that time was erased, its retention being over",                               \
        "whether this transaction came to an end is known from its receipt alone")                           \
    REASON(TRANSACTION_UNDECIDED, NOT_FOUND, "the log proves that this transaction came to no end",          \
        "there is no result: open another one")                                                              \
    REASON(REFERRAL_NOT_FOUND, NOT_FOUND, "no such referral",                                                \
        "check its id; of what was decided long ago the log alone tells")                                    \
    REASON(REDRESS_NOT_FOUND, NOT_FOUND, "no case of redress has that number",                               \
        "compare a number letter by letter with what was printed, a mark with the log")                      \
    REASON(REDRESS_STATE, CONFLICT, "not possible in the state of the case", "")                             \
    REASON(FINGER_LIKE_ENTRY, BAD_DATA, "the finger agrees with the entry better than the traveller did",    \
        "it is not kept: whose finger it is, others must find out")                                          \
    REASON(IDEMPOTENCY_KEY_REUSED, BAD_DATA, "this key was given to another request",                        \
        "a new request takes a new key")                                                                     \
    REASON(REQUEST_UNDER_WAY, CONFLICT, "the request with this key is being worked on", "ask again soon")    \
    REASON(TRANSACTION_STATE, CONFLICT, "not possible in the transaction's state", "")                       \
    REASON(REFERRAL_STATE, CONFLICT, "not possible in the referral's state", "")                             \
    REASON(STOPPING, NOT_REACHABLE, "kordond is stopping", "try again when it runs")                         \
    REASON(BUSY, NOT_REACHABLE, "too much work at once", "try again")                                        \
    REASON(LIST_MISSING, CONFLICT, "no watchlist is installed", "import one")                                \
    REASON(LIST_STALE, CONFLICT, "the watchlist is old", "import the newest one from its issuer")            \
    REASON(LIST_TOO_OLD, CONFLICT, "the watchlist is too old to be searched for this purpose",               \
        "record the exception unchecked with the reason list_too_old, until the newest list is imported")    \
    REASON(SELF_TEST_FAILED, CONFLICT,                                                                       \
        "the self-test failed: this post may not compare as it was proven to",                               \
        "take no fingerprints here; run kordonctl selftest again, and where it fails again have the "        \
        "machine "                                                                                           \
        "examined")                                                                                          \
    REASON(CAPTURE_SUSPENDED, CONFLICT, "a supervisor has suspended capture",                                \
        "record the exception unchecked with the reason capture_suspended until then")                       \
    REASON(CAPTURE_NOT_SUSPENDED, CONFLICT, "capture is not suspended; nothing was changed", "")             \
    REASON(SUSPENSION_TOO_LONG, CONFLICT, "capture may be suspended for six hours at most",                  \
        "suspend it for a shorter time")                                                                     \
    REASON(ATTEMPTS_EXHAUSTED, CONFLICT, "no attempts are left for this finger",                             \
        "decide with what there is, take another finger or the procedure without fingerprints")              \
    REASON(AGE_NOT_PERMITTED, NOT_PERMITTED,                                                                 \
        "fingerprints of a person of this age are taken for protection purposes only",                       \
        "record the exception not_applicable, and use the procedure without fingerprints")                   \
    REASON(OFFICER_NOT_REGISTERED, NOT_PERMITTED, "this officer is not in the register",                     \
        "name a person of the register: a section [person NAME] of kordon.conf, written alike")              \
    REASON(NOT_EXEMPT, NOT_PERMITTED, "fingerprints of this traveller are taken for this purpose",           \
        "capture them, or say why that is impossible")                                                       \
    REASON(PURPOSE_NOT_DECLARED, NOT_PERMITTED, "this purpose is not declared here",                         \
        "use one that the policy in force declares")                                                         \
    REASON(LEGAL_BASIS_NOT_IN_POLICY, NOT_PERMITTED,                                                         \
        "the policy names no such legal basis for this purpose",                                             \
        "say one that the policy names, word for word")                                                      \
    REASON(COMPARISON_NOT_PERMITTED, NOT_PERMITTED, "the policy does not permit this comparison",            \
        "ask for the one that it permits for this purpose")                                                  \
    REASON(GROUP_EXEMPT, NOT_PERMITTED, "no fingerprints are taken of this group of travellers",             \
        "record the exception not_applicable, and use the procedure without fingerprints")                   \
    REASON(NOBODY_SEARCHED, CONFLICT, "nobody can be searched for now",                                      \
        "import a list that is valid today, for purposes that are declared in [policy]")                     \
    REASON(NO_COMMON_FINGER, BAD_DATA, "there is no finger in common to compare",                            \
        "capture a finger that the reference or the list holds; where none was captured, list and policy "   \
        "don't fit each other: a supervisor imports a list with fingers that are asked for, or two "         \
        "persons change the policy")                                                                         \
    /* scanners */                                                                                           \
    REASON(SCANNER_NOT_FOUND, NOT_FOUND, "no such scanner", "see kordonctl scanners")                        \
    REASON(SCANNER_UNUSABLE, CONFLICT, "this scanner can't serve a watchlist", "")                           \
    REASON(SCANNER_BUSY, CONFLICT, "the scanner is busy with another capture", "")                           \
    REASON(SCANNER_FAILED, NOT_REACHABLE, "the scanner failed",                                              \
        "see kordonctl scanners; unplug it and plug it in again")                                            \
    REASON(SCANNER_MISBEHAVED, NOT_REACHABLE, "the scanner's process sent what it must not", "")             \
    REASON(SENSOR_NOT_PERMITTED, NOT_PERMITTED,                                                              \
        "fingerprints for this purpose are not taken with this sensor",                                      \
        "use one of the class that the policy asks for, registered as [sensor NAME] in kordon.conf")         \
    REASON(CAPTURE_RETRY, CONFLICT, "the finger was not placed well", "place the finger again")              \
    REASON(CAPTURE_CANCELLED, CONFLICT, "the capture was cancelled", "")                                     \
    REASON(CAPTURE_TIMED_OUT, NOT_REACHABLE, "no finger within the time allowed", "try again")

enum reason {
#define REASON_ENUM(name, class, text, remedy) REASON_##name,
    REASONS(REASON_ENUM)
#undef REASON_ENUM
        REASON_COUNT
};

/* Caller's memory; zeroed means "nothing failed". subject: the thing concerned (file, scanner, entry);
 * detail: what exactly, never a secret, a name or a document number. Both always end in a zero byte; longer
 * text is cut. */
struct failure {
    enum reason reason;
    char subject[192];
    char detail[320];
};

#define FAILURE_WHAT_SIZE 448

/* Fills in failure (may be NULL) and returns reason, so that one can write
 *     return failure_set(failure, REASON_TRUNCATED, path, "%zu bytes of %zu", got, wanted);
 * subject and format may be NULL. */
enum reason failure_set(struct failure *failure, enum reason reason, const char *subject, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* As failure_set for a failed system call: picks FILE_NOT_FOUND, DISK_FULL, NO_MEMORY, NOT_PERMITTED or
 * FILE_ERROR by error (an errno value), and says the call and the system's text in the detail, where the reason does not say it. */
enum reason failure_set_errno(struct failure *failure, int error, const char *subject, const char *call);

/* Gives back the reason of a call that failed, at once; for functions with nothing to release on the way out. Those that have go on
 * by "if (reason == REASON_DONE)" to their end. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        enum reason try_reason = (call);                                                                     \
        if (try_reason != REASON_DONE)                                                                       \
            return try_reason;                                                                               \
    } while (0)

/* The code's words. reason_name gives the name above ("SEAL_BROKEN"), stable for APIs and logs. */
const char *reason_name(enum reason reason);
const char *reason_text(enum reason reason);
const char *reason_remedy(enum reason reason);
enum reason_class reason_class(enum reason reason);
int reason_exit_code(enum reason reason);
int reason_http_status(enum reason reason);

/* What is wrong, for a failure of another thing that this one is the cause of: "text: detail". Returns text. */
const char *failure_what(const struct failure *failure, char text[static FAILURE_WHAT_SIZE]);

/* One line for a person, without a newline: "subject: text: detail; remedy". Returns line. failure_line: in English, for logs. */
const char *failure_line(const struct failure *failure, char *line, size_t size);
const char *failure_line_in(enum language language, const struct failure *failure, char *line, size_t size);

#endif
