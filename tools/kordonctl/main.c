/* kordonctl: what operators and auditors do with kordon. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/locked_memory.h"
#include "crypto/openssl_memory.h"
#include "json/memory.h"
#include "tools/kordonctl/command_find.h"
#include "tools/kordonctl/kordonctl.h"

/* group NULL: of all commands. */
static void print_help(const char *group)
{
    puts("usage: kordonctl [--config FILE | --server URL] [--json] COMMAND [ARGUMENTS]\n"
         "       [OPTIONS]\n");
    command_print_list(group);
    puts("\nkordonctl COMMAND --help, or help COMMAND, shows a command's options;\n"
         "--version says which kordonctl it is.\n"
         "Exit codes: 0 done or match, 1 the check or comparison said no,\n"
         "2 inconclusive, 64 usage, 65 bad data, 66 no such file, folder or entry,\n"
         "69 not reachable, 77 not permitted, 78 configuration;\n"
         "the others are those of sysexits.h.");
}

/* "help", "help COMMAND" or "help GROUP": argv begins behind the first word. */
static enum reason show_help(int argc, char **argv, struct failure *failure)
{
    int words;
    const struct command *command;
    if (argc == 0 || (argc == 1 && command_is_group(argv[0]))) {
        print_help(argc == 0 ? NULL : argv[0]);
        return REASON_DONE;
    }
    TRY(command_find(argc, argv, &command, &words, failure));
    if (words != argc)
        return failure_set(failure, REASON_BAD_ARGUMENT, argv[words], N_("one argument too many"));
    arguments_print_command_help(command);
    return REASON_DONE;
}

/* What is asked about kordonctl instead of for it; true where it was something. */
static bool answer_about(const struct arguments *arguments, const struct command *command)
{
    if (arguments->version)
        puts(KORDON_BUILD);
    else if (arguments->help && command != NULL)
        arguments_print_command_help(command);
    else if (arguments->help)
        print_help(NULL);
    return arguments->version || arguments->help;
}

static enum reason run(struct session *session, int argc, char **argv, struct failure *failure)
{
    int next, used;
    const struct command *command;
    TRY(arguments_parse_global(argc, argv, &session->arguments, &next, failure));
    if (answer_about(&session->arguments, NULL))
        return REASON_DONE;
    const int count = argc - next;
    char **words = argv + next;
    if (count > 0 && strcmp(words[0], "help") == 0)
        return show_help(count - 1, words + 1, failure);
    if (count == 2 && command_is_group(words[0]) && strcmp(words[1], "--help") == 0)
        return show_help(1, words, failure);
    TRY(command_find(count, words, &command, &used, failure));
    session->command = command;
    enum reason reason =
        arguments_parse_command(command, count - used + 1, words + used - 1, &session->arguments, failure);
    if (reason == REASON_DONE && answer_about(&session->arguments, command))
        return REASON_DONE;
    if (reason == REASON_DONE && command->check != NULL)
        reason = command->check(session, failure);
    if (reason == REASON_DONE)
        reason = session_open(session, command, failure);
    if (reason == REASON_DONE && command->find != NULL)
        reason = command->find(session, failure);
    if (reason == REASON_DONE)
        reason = session_judge(session, command->run(session, failure), failure);
    session_close(session);
    return reason;
}

/* What was closed stays as unusable, but no file and no connection gets its number: what is printed would go there. */
static void occupy_closed_streams(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
}

int main(int argc, char **argv)
{
    static struct session session;
    struct failure failure = {0};
    /* Names in commands and files are UTF-8; numbers stay those of the C locale. */
    setlocale(LC_CTYPE, "C.UTF-8");
    occupy_closed_streams();
    enum reason reason = process_forbid_core_dumps(&failure);
    json_memory_wipe_when_freed();
    if (reason == REASON_DONE)
        reason = openssl_memory_wipe_when_freed(&failure);
    if (reason == REASON_DONE && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        reason = failure_set(&failure, REASON_INTERNAL_ERROR, "curl", "it does not start");
    if (reason == REASON_DONE)
        reason = run(&session, argc, argv, &failure);
    curl_global_cleanup();
    if (reason != REASON_DONE)
        print_failure(&session, &failure);
    if ((fflush(stdout) != 0 || ferror(stdout)) && reason == REASON_DONE) {
        reason = failure_set(&failure, REASON_FILE_ERROR, "standard output",
            N_("it is done, but the result was not written whole"));
        print_failure(&session, &failure);
    }
    json_decref(session.faults);
    return reason == REASON_DONE ? session.exit_code : reason_exit_code(reason);
}
