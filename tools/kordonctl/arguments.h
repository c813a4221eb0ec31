/* arguments.h: what stands on kordonctl's command line, every option declared once. */
#ifndef KORDON_TOOLS_KORDONCTL_ARGUMENTS_H
#define KORDON_TOOLS_KORDONCTL_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "tools/kordonctl/finger_arguments.h"

/* key, name, argument (NULL: a switch), help. The order is that of the help text. */
#define OPTIONS(OPTION)                                                                                      \
    OPTION(SCANNER, "scanner", "ID",                                                                         \
        "Capture from this scanner (see kordonctl scanners); any usable one "                                \
        "where absent")                                                                                      \
    OPTION(FINGER, "finger", "POSITION",                                                                     \
        "Position of a finger: right_thumb ... left_little, unknown; repeat for more fingers")               \
    OPTION(IMAGE, "image", "FILE",                                                                           \
        "Submit this PNG or JPEG instead of capturing: one for each --finger, in pairs or in the same "      \
        "order")                                                                                             \
    OPTION(PPI, "ppi", "N", "Resolution of the image before it, or of all images where it stands first")     \
    OPTION(REFERENCE, "reference", "FILE",                                                                   \
        "The reference to compare with: ISO/IEC 19794-2:2005, ANSI "                                         \
        "378-2004, PNG or JPEG")                                                                             \
    OPTION(REFERENCE_PPI, "reference-ppi", "N", "Resolution of a reference image that does not say")         \
    OPTION(REFERENCE_FORMAT, "reference-format", "FORMAT",                                                   \
        "What a reference from a card is, which does not say it: "                                           \
        "iso-19794-2-2005-card-compact or iso-19794-2-2005-card-normal")                                     \
    OPTION(DEVICE, "device", "NAME", "Name of the device that captured the images, for the record")          \
    OPTION(                                                                                                  \
        PURPOSE, "purpose", "WORD", "Why the comparison is made (default border_check); of which entries")   \
    OPTION(LEGAL_BASIS, "legal-basis", "TEXT",                                                               \
        "The rule that allows it (border_check: default Resolution "                                         \
        "1073; mandatory for any other purpose)")                                                            \
    OPTION(                                                                                                  \
        OFFICER, "officer", "NAME", "The officer who acts (default: who runs kordonctl); of whose entries")  \
    OPTION(AGE_BAND, "age-band", "BAND",                                                                     \
        "unknown, under_6, 6_to_11, 12_to_17 or 18_and_over "                                                \
        "(a demonstration's border_check: default 18_and_over; its other purposes: unknown)")                \
    OPTION(TRAVELLER_GROUP, "traveller-group", "GROUP",                                                      \
        "citizen, foreigner, stateless_person, protection_claimant, crew, diplomat or "                      \
        "international_official (a demonstration presumes foreigner)")                                       \
    OPTION(ACCOMPANIED, "accompanied", NULL, "An adult who stands for the child is present")                 \
    OPTION(DOCUMENT, "document", "FILE",                                                                     \
        "Read ISSUER:NUMBER of the traveller's document from this file, - for standard input, to find a "    \
        "postponed capture again, or for a case of redress; never from the command line, which every user "  \
        "of the machine can read")                                                                           \
    OPTION(REDRESS, "redress", "NUMBER", "The number of a case of redress that the traveller shows")         \
    OPTION(MISSING_FINGERS, "missing-fingers", "FINGER[,FINGER...]",                                         \
        "Fingers that the traveller does not have, or that can't be taken: the policy's further ones serve") \
    OPTION(CASE_NUMBER, "case-number", "TEXT", "The other state's reference of a readmission, as it claims") \
    OPTION(EXCEPTION, "exception", "KIND",                                                                   \
        "Record that nothing is or can be captured, and why, as KIND[:REASON[:TEXT]]: not_applicable, "      \
        "impossible:worn_fingers, temporarily_impossible:bandaged, unchecked:emergency, "                    \
        "unchecked:other:TEXT")                                                                              \
    OPTION(DUE, "due", "DAY",                                                                                \
        "The last day on which what is temporarily impossible is not overdue, as YYYY-MM-DD")                \
    OPTION(RECIPIENT, "recipient", "NAME", "To whom the evidence is handed; stands in the log")              \
    OPTION(JUSTIFICATION, "justification", "TEXT", "Why this was necessary; stands in the log")              \
    OPTION(RECEIPT, "receipt", "FILE", "Save the signed receipt in a new file")                              \
    OPTION(IDENTITY, "identity", NULL, "Show names and case numbers too (needs --justification)")            \
    OPTION(VKEY, "vkey", "FILE", "The log's verifier key (default: the export's own, or this machine's)")    \
    OPTION(UNTIL, "until", "TIME",                                                                           \
        "When capture is on again: 2026-11-27T06:00:00Z, or 90m or 2h from now; or entries before that "     \
        "time; of a case of redress its last day, 2028-11-27")                                               \
    OPTION(                                                                                                  \
        REPLACE, "replace", NULL, "Let the new case take the place of the referral's, whose letter is void") \
    OPTION(CONSENT, "consent", NULL, "The person consents to have fingers kept for it")                      \
    OPTION(REASON, "reason", "TEXT",                                                                         \
        "Why; stands in the log. Of a manual record: no_storage, not_running, no_power or other_failure")    \
    OPTION(                                                                                                  \
        CANDIDATE, "candidate", "N", "Whom a hit means, by the candidate's number, where there are several") \
    OPTION(FILE, "file", "FILE", "JSON with a manual record, or a list of them, as the API takes them")      \
    OPTION(TIME, "time", "TIME", "When the officer acted, or the person was seen, as 2026-11-27T04:12:00Z")  \
    OPTION(OUTCOME, "outcome", "WORD", "passed, or referred to the second line")                             \
    OPTION(STAMP, "stamp", "NUMBER", "The number of the officer's stamp")                                    \
    OPTION(LANGUAGE, "language", "TAG", "In this language, uk or en (default: the locale's)")                \
    OPTION(OLD, "old", "FILE", "An earlier checkpoint that the log must extend")                             \
    OPTION(FROM, "from", "SEQ", "Show the oldest first, from this entry on (default: the newest first)")     \
    OPTION(COUNT, "count", "N", "How many entries to show (default 20)")                                     \
    OPTION(                                                                                                  \
        SINCE, "since", "TIME", "Entries of that day or time and later: 2026-11-27, 2026-11-27T08:30:00Z")   \
    OPTION(EVENT, "event", "EVENT[,EVENT...]", "Entries of these events: consultation, access and others")   \
    OPTION(DECISION, "decision", "WORD", "Entries with this decision: match, no_match, inconclusive")        \
    OPTION(TRANSACTION, "transaction", "ID", "Entries of this transaction")                                  \
    OPTION(MONTH, "month", "MONTH", "The month, UTC, as 2026-11")                                            \
    OPTION(EXPORT, "export", "DIR",                                                                          \
        "Of the log's export in DIR alone, which is verified first: with --vkey, and --old where you have "  \
        "one")                                                                                               \
    OPTION(BRIEF, "brief", NULL, "Tell each entry in one line: who did what, and what came of it")           \
    OPTION(FOLLOW, "follow", NULL, "Go on and show each new entry as it comes")                              \
    OPTION(OUT, "out", "FILE",                                                                               \
        "Write to this new file instead of the standard output; tls issue: into this folder")                \
    OPTION(AUTHORITY, "authority", "DIR", "The folder that kordonctl tls authority made")                    \
    OPTION(NAME, "name", "NAME[,NAME...]",                                                                   \
        "Of an authority a word; of a server DNS:post-1.example or IP:192.0.2.1; of a client "               \
        "DNS:lane-3.example, email:anna@border.example or URI:...")                                          \
    OPTION(DAYS, "days", "N",                                                                                \
        "For how many days (default: an authority 3650, a certificate 365, a revocation list 30)")           \
    OPTION(ALL, "all", NULL, "Go on after a broken entry and list every one")                                \
    OPTION(DRY_RUN, "dry-run", NULL, "Do everything but put the list in force; say what would be")           \
    OPTION(ALLOW_EMPTY, "allow-empty", NULL, "Let a list of nobody take the place of the one in force")      \
    OPTION(                                                                                                  \
        REPLACE_LIST, "replace-list", NULL, "Let a list of another name take the place of the one in force") \
    OPTION(LIST_POOR_PRINTS, "list-poor-prints", NULL,                                                       \
        "List prints that are too poor to be found again as not searchable, instead of refusing the list")   \
    OPTION(PROPOSAL, "proposal", NULL, "The policy that is proposed, instead of the one in force")           \
    OPTION(TEXT, "text", NULL, "The file itself: its SHA-256 is the one by which it is approved")            \
    OPTION(BECAUSE, "because", "TEXT", "Why; stands in the log")                                             \
    OPTION(AGAINST, "against", "FILE", "Say what differs from that policy, a preset or a file")              \
    OPTION(PLACE, "place", "TEXT", "Where the person was")                                                   \
    OPTION(ROUTE, "route", "TEXT", "From where he came and where he goes")                                   \
    OPTION(COMPANIONS, "companions", "TEXT", "Who was with him")                                             \
    OPTION(VEHICLE, "vehicle", "TEXT", "With which vehicle")                                                 \
    OPTION(OBJECTS, "objects", "TEXT", "What he had with him")                                               \
    OPTION(WITHHOLD, "withhold", "EVENT[,EVENT...]",                                                         \
        "Leave out the bodies of all entries of these events; the log signs that it does")

enum option_name {
#define OPTION_ENUM(key, name, argument, help) OPTION_##key,
    OPTIONS(OPTION_ENUM)
#undef OPTION_ENUM
        OPTION_TOTAL
};

/* Which options a command takes, by their names in enum option_name; ended by OPTION_TOTAL. */
#define TAKES(...) ((const enum option_name[]){__VA_ARGS__, OPTION_TOTAL})

#define WORDS_MAX 3

/* Texts point into argv. */
struct arguments {
    const char *texts[OPTION_TOTAL]; /* the last value given; switches: "" */
    struct finger_argument fingers[FINGER_ARGUMENTS_MAX];
    uint32_t finger_count;
    const char *words[WORDS_MAX]; /* what stands behind the command's name */
    uint32_t word_count;
    bool json, help, version;
    const char *config;
    const char *server, *certificate, *key, *authority; /* over the network; NULL: not given */
};

struct command;

/* Reads the global options up to the command's name. *next gets the index of the name in argv. BAD_ARGUMENT
 * names what is not understood, and says what to write. help and version are only noted. */
enum reason arguments_parse_global(
    int argc, char **argv, struct arguments *arguments, int *next, struct failure *failure);

/* Reads what follows the command's name; argv[0] is the name. */
enum reason arguments_parse_command(const struct command *command, int argc, char **argv,
    struct arguments *arguments, struct failure *failure);

/* Prints the command's help to the standard output. */
void arguments_print_command_help(const struct command *command);

/* A member of the API as it is said on this command's line: "--legal-basis", "ENTRY". The member itself where it is not. In text, or constant. */
const char *arguments_said_as(const struct command *command, const char *member, char *text, size_t size);

/* A whole decimal number from low to high. BAD_ARGUMENT names the option or word by label. */
enum reason arguments_number(const char *label, const char *text, uint64_t low, uint64_t high,
    uint64_t *number, struct failure *failure);

#endif
