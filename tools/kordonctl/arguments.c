#include "tools/kordonctl/arguments.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/nearest_word.h"

#define KEY_CONFIG  'c'
#define KEY_JSON    'j'
#define KEY_HELP    'h'
#define KEY_VERSION 'V'
/* argp keys above the printable characters have no short form. */
#define KEY_SERVER      0x800
#define KEY_CERTIFICATE 0x801
#define KEY_KEY         0x802
#define KEY_AUTHORITY   0x803
#define KEY_OF(option)  (0x1000 + (int)(option))

#define OPTION_NAME_SIZE 192

static const struct {
    const char *name, *argument, *help;
} option_rows[] = {
#define OPTION_ROW(key, name, argument, help) {name, argument, help},
    OPTIONS(OPTION_ROW)
#undef OPTION_ROW
};

static const struct argp_option global_options[] = {
    {"config", KEY_CONFIG, "FILE", 0, "Configuration file (default " CONFIG_FILE_DEFAULT ")", 1},
    {"server", KEY_SERVER, "URL", 0, "Ask the kordond at https://HOST:PORT instead of this machine's", 1},
    {"certificate", KEY_CERTIFICATE, "FILE", 0, "With --server: your certificate", 1},
    {"key", KEY_KEY, "FILE", 0, "With --server: its key, which nobody else may read", 1},
    {"authority", KEY_AUTHORITY, "FILE", 0,
        "With --server: the certificate of the authority that issued the server's", 1},
    {"json", KEY_JSON, 0, 0, "Print the result as JSON", 1},
    {"help", KEY_HELP, 0, 0, "Show this help", 1},
    {"version", KEY_VERSION, 0, 0, "Show the version", 1},
    {0},
};
#define GLOBAL_OPTIONS (sizeof global_options / sizeof global_options[0]) /* with the end */

/* One call of argp; argp itself prints nothing and does not exit (ARGP_NO_ERRS, ARGP_NO_HELP), because an
 * error is one line of ours. */
struct parse {
    const struct command *command; /* NULL: the global options */
    const struct argp_option *options;
    struct arguments *arguments;
    struct finger_arguments fingers;
    struct failure *failure;
    enum reason reason;
    int next;
};

static error_t refuse(struct parse *parse, const char *subject, const char *detail)
{
    parse->reason = failure_set(parse->failure, REASON_BAD_ARGUMENT, subject, "%s", detail);
    return EINVAL;
}

enum reason arguments_number(const char *label, const char *text, uint64_t low, uint64_t high,
    uint64_t *number, struct failure *failure)
{
    if (!text_whole_number(text, 10, low, high, number))
        return failure_set(failure, REASON_BAD_ARGUMENT, label, N_("give a number from %llu to %llu"),
            (unsigned long long)low, (unsigned long long)high);
    return REASON_DONE;
}

static error_t take_ppi(struct parse *parse, const char *text)
{
    uint64_t ppi;
    parse->reason = arguments_number("--ppi", text, 1, 10000, &ppi, parse->failure);
    if (parse->reason != REASON_DONE)
        return EINVAL;
    finger_arguments_ppi(&parse->fingers, (uint32_t)ppi);
    return 0;
}

static bool may_be_repeated(enum option_name option)
{
    return option == OPTION_FINGER || option == OPTION_IMAGE || option == OPTION_PPI;
}

static error_t take_option(struct parse *parse, enum option_name option, const char *text)
{
    char name[OPTION_NAME_SIZE];
    snprintf(name, sizeof name, "--%s", option_rows[option].name);
    if (text != NULL && text[0] == '\0')
        return refuse(parse, name, N_("the value is empty"));
    if (text != NULL && parse->arguments->texts[option] != NULL && !may_be_repeated(option))
        return refuse(parse, name, N_("it is given twice: give it once"));
    parse->arguments->texts[option] = text != NULL ? text : "";
    switch (option) {
    case OPTION_FINGER:
        parse->reason = finger_arguments_position(&parse->fingers, text, parse->failure);
        break;
    case OPTION_IMAGE:
        parse->reason = finger_arguments_image(&parse->fingers, text, parse->failure);
        break;
    case OPTION_PPI:
        return take_ppi(parse, text);
    default:
        return 0;
    }
    return parse->reason == REASON_DONE ? 0 : EINVAL;
}

static error_t take_word(struct parse *parse, char *word, struct argp_state *state)
{
    struct arguments *arguments = parse->arguments;
    if (parse->command == NULL) {
        /* The command's name ends the global options. */
        parse->next = state->next - 1;
        state->next = state->argc;
        return 0;
    }
    if (arguments->word_count == parse->command->words_most) {
        parse->reason = failure_set(parse->failure, REASON_BAD_ARGUMENT, word,
            N_("one argument too many: write kordonctl %s %s"), parse->command->name,
            parse->command->arguments);
        return EINVAL;
    }
    arguments->words[arguments->word_count++] = word;
    return 0;
}

static const struct argp_option *find_option(const struct argp_option *options, const char *name)
{
    while (options->name != NULL && strcmp(options->name, name) != 0)
        options++;
    return options->name != NULL ? options : NULL;
}

static bool is_known_elsewhere(const char *name)
{
    for (int i = 0; i < OPTION_TOTAL; i++)
        if (strcmp(option_rows[i].name, name) == 0)
            return true;
    return find_option(global_options, name) != NULL;
}

/* How many of the options begin so. */
static size_t count_begun(const struct argp_option *options, const char *name)
{
    size_t count = 0;
    for (; options->name != NULL; options++)
        count += strncmp(options->name, name, strlen(name)) == 0;
    return count;
}

/* What is wrong with an option that argp does not take: it says only that something is. */
static void refuse_option(struct parse *parse, const char *given)
{
    char subject[OPTION_NAME_SIZE];
    const char *name = subject + strspn(given, "-");
    struct nearest_word nearest = {0};
    snprintf(subject, sizeof subject, "%.*s", (int)strcspn(given, "="), given);
    const struct argp_option *option = find_option(parse->options, name);
    for (const struct argp_option *each = parse->options; each->name != NULL; each++)
        nearest_word_try(&nearest, name, each->name);
    if (option != NULL && option->arg != NULL)
        parse->reason = failure_set(parse->failure, REASON_BAD_ARGUMENT, subject,
            N_("its value is missing: write %s %s"), subject, option->arg);
    else if (option != NULL)
        refuse(parse, subject, N_("it takes no value"));
    else if (is_known_elsewhere(name) && parse->command == NULL)
        refuse(parse, subject, N_("it stands behind the command"));
    else if (is_known_elsewhere(name))
        parse->reason = failure_set(parse->failure, REASON_BAD_ARGUMENT, subject,
            N_("it means nothing to kordonctl %s"), parse->command->name);
    else if (name[0] != '\0' && count_begun(parse->options, name) > 1)
        refuse(parse, subject, N_("several options begin so: write it in full"));
    else if (nearest.word[0] != '\0')
        parse->reason = failure_set(parse->failure, REASON_BAD_ARGUMENT, subject,
            N_("no such option: perhaps --%s is meant"), nearest.word);
    else
        refuse(parse, subject, N_("no such option"));
}

static error_t parse_key(int key, char *text, struct argp_state *state)
{
    struct parse *parse = state->input;
    switch (key) {
    case KEY_CONFIG:
        parse->arguments->config = text;
        return 0;
    case KEY_SERVER:
        parse->arguments->server = text;
        return 0;
    case KEY_CERTIFICATE:
        parse->arguments->certificate = text;
        return 0;
    case KEY_KEY:
        parse->arguments->key = text;
        return 0;
    case KEY_AUTHORITY:
        parse->arguments->authority = text;
        return 0;
    case KEY_JSON:
        parse->arguments->json = true;
        return 0;
    case KEY_HELP:
        parse->arguments->help = true;
        return 0;
    case KEY_VERSION:
        parse->arguments->version = true;
        return 0;
    case ARGP_KEY_ARG:
        return take_word(parse, text, state);
    case ARGP_KEY_ERROR:
        if (parse->reason == REASON_DONE)
            refuse_option(parse, state->next > 0 ? state->argv[state->next - 1] : "");
        return 0;
    default:
        if (key >= KEY_OF(0) && key < KEY_OF(OPTION_TOTAL))
            return take_option(parse, (enum option_name)(key - KEY_OF(0)), text);
        return ARGP_ERR_UNKNOWN;
    }
}

static enum reason run_argp(struct parse *parse, const struct argp_option *options, int argc, char **argv)
{
    const struct argp argp = {.options = options, .parser = parse_key};
    parse->options = options;
    error_t error = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, parse);
    if (error == ENOMEM)
        return failure_set(parse->failure, REASON_NO_MEMORY, argv[0], NULL);
    if (error != 0 && parse->reason == REASON_DONE)
        refuse(parse, argv[0], "command line not understood");
    return parse->reason;
}

enum reason arguments_parse_global(
    int argc, char **argv, struct arguments *arguments, int *next, struct failure *failure)
{
    struct parse parse = {.arguments = arguments, .failure = failure, .next = argc};
    enum reason reason = run_argp(&parse, global_options, argc, argv);
    *next = parse.next;
    return reason;
}

static bool takes(const struct command *command, enum option_name option)
{
    const enum option_name *taken = command->takes;
    while (taken != NULL && *taken != OPTION_TOTAL && *taken != option)
        taken++;
    return taken != NULL && *taken == option;
}

static bool takes_one_called(const struct command *command, const char *name)
{
    for (int i = 0; i < OPTION_TOTAL; i++)
        if (takes(command, (enum option_name)i) && strcmp(option_rows[i].name, name) == 0)
            return true;
    return false;
}

const char *arguments_said_as(const struct command *command, const char *member, char *text, size_t size)
{
    static const struct {
        const char *member, *word;
    } words[] = {{"entry_since", CODE_("subject", "ENTRY")}, {"holder", CODE_("subject", "PERSON")},
        {"judgement", CODE_("subject", "JUDGEMENT")}, {"to", CODE_("subject", "PERSON")},
        {"verdict", CODE_("subject", "VERDICT")}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].member, member) == 0 && strstr(command->arguments, words[i].word) != NULL)
            return words[i].word;
    if ((size_t)snprintf(text, size, "--%s", member) >= size)
        return member;
    for (char *letter = text; *letter != '\0'; letter++)
        *letter = *letter == '_' ? '-' : *letter;
    return takes_one_called(command, text + 2) ? text : member;
}

/* The options of one command: its own, then the global ones but for those whose name it uses itself. */
static void list_options(const struct command *command, struct argp_option *options)
{
    for (int i = 0; i < OPTION_TOTAL; i++)
        if (takes(command, (enum option_name)i))
            *options++ = (struct argp_option){.name = option_rows[i].name,
                .key = KEY_OF(i),
                .arg = option_rows[i].argument,
                .doc = option_rows[i].help};
    for (size_t i = 0; i + 1 < GLOBAL_OPTIONS; i++)
        if (!takes_one_called(command, global_options[i].name))
            *options++ = global_options[i];
    *options = (struct argp_option){0};
}

#define COMMAND_OPTIONS_MAX (OPTION_TOTAL + GLOBAL_OPTIONS)

/* number: of those that are there. */
static enum reason refuse_missing(const struct command *command, uint32_t number, struct failure *failure)
{
    char missing[32];
    const char *word = command->arguments;
    for (uint32_t i = 0; i < number; i++)
        word += strcspn(word, " ") + 1;
    snprintf(missing, sizeof missing, "%.*s", (int)strcspn(word, " "), word);
    return failure_set(failure, REASON_BAD_ARGUMENT, command->name,
        N_("%s is missing: write kordonctl %s %s"), missing, command->name, command->arguments);
}

enum reason arguments_parse_command(const struct command *command, int argc, char **argv,
    struct arguments *arguments, struct failure *failure)
{
    struct argp_option options[COMMAND_OPTIONS_MAX];
    list_options(command, options);
    struct parse parse = {.command = command, .arguments = arguments, .failure = failure};
    enum reason reason = run_argp(&parse, options, argc, argv);
    if (reason != REASON_DONE || arguments->help || arguments->version)
        return reason;
    if (arguments->word_count < command->words_least)
        return refuse_missing(command, arguments->word_count, failure);
    return finger_arguments_pair(&parse.fingers, arguments->fingers, &arguments->finger_count, failure);
}

void arguments_print_command_help(const struct command *command)
{
    struct argp_option options[COMMAND_OPTIONS_MAX];
    char name[64];
    list_options(command, options);
    const struct argp argp = {.options = options, .args_doc = command->arguments, .doc = command->help};
    snprintf(name, sizeof name, "kordonctl %s", command->name);
    argp_help(&argp, stdout, ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}
