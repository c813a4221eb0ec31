/* command_line.c: see command_line.h. */
#include "tools/measure/command_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "matcher/matcher.h"

#define THREADS_MAX 256

static const struct argp_option arguments[] = {
    {"set", 's', "DIR", 0, "folder of prints; given again for each further one where a command takes several",
        0},
    {"ppi", 'p', "N", 0, "resolution of the set's images, pixels per inch; for several sets in their order",
        0},
    {"out", 'o', "PATH", 0, "where results go", 0},
    {"threads", 't', "N", 0, "threads (default: one a processor; times are always per thread)", 0},
    {"json", 'j', NULL, 0, "print JSON", 0},
    {0},
};

struct parsed {
    const struct measure_program *program;
    struct measure_options options;
    const struct measure_command *command;
};

uint32_t measure_number(const char *text, uint32_t most, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > most)
        argp_error(state, "%s: not a number from 1 to %u", text, most);
    return (uint32_t)value;
}

static void find_command(struct parsed *parsed, const char *name, struct argp_state *state)
{
    if (parsed->command != NULL)
        argp_error(state, "%s: one command at a time", name);
    for (size_t i = 0; i < parsed->program->command_count; i++)
        if (strcmp(parsed->program->commands[i].name, name) == 0)
            parsed->command = &parsed->program->commands[i];
    if (parsed->command == NULL)
        argp_error(state, "%s: no such command", name);
}

static void check_arguments(const struct parsed *parsed, struct argp_state *state)
{
    if (parsed->command == NULL)
        argp_error(state, "name a command");
    else if (parsed->options.set_count < parsed->command->sets_least)
        argp_error(state, "%s needs --set", parsed->command->name);
    else if (parsed->options.set_count > parsed->command->sets_most)
        argp_error(state, "%s takes one set", parsed->command->name);
    else if (parsed->command->needs_out && parsed->options.out == NULL)
        argp_error(state, "%s needs --out", parsed->command->name);
}

static void add_set(struct measure_options *options, const char *folder, struct argp_state *state)
{
    if (options->set_count == MEASURE_SETS_MAX)
        argp_error(state, "at most %d sets", MEASURE_SETS_MAX);
    else
        options->sets[options->set_count++] = folder;
}

static void add_ppi(struct measure_options *options, const char *text, struct argp_state *state)
{
    if (options->ppi_count == MEASURE_SETS_MAX)
        argp_error(state, "at most %d resolutions", MEASURE_SETS_MAX);
    else
        options->ppis[options->ppi_count++] = measure_number(text, MATCHER_PPI_MAX, state);
}

static error_t parse_argument(int key, char *text, struct argp_state *state)
{
    struct parsed *parsed = state->input;
    struct measure_options *options = &parsed->options;
    switch (key) {
    case ARGP_KEY_INIT:
        if (parsed->program->own != NULL)
            state->child_inputs[0] = parsed->program->own_options;
        return 0;
    case 's':
        add_set(options, text, state);
        return 0;
    case 'p':
        add_ppi(options, text, state);
        return 0;
    case 'o':
        options->out = text;
        return 0;
    case 't':
        options->threads = measure_number(text, THREADS_MAX, state);
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        find_command(parsed, text, state);
        return 0;
    case ARGP_KEY_END:
        check_arguments(parsed, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int measure_fail(const struct failure *failure)
{
    char line[640];
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, failure_line(failure, line, sizeof line));
    return reason_exit_code(failure->reason);
}

int measure_main(int argc, char **argv, const struct measure_program *program)
{
    const struct argp_child children[] = {{.argp = program->own}, {0}};
    const struct argp argp = {.options = arguments,
        .parser = parse_argument,
        .args_doc = "COMMAND",
        .doc = program->documentation,
        .children = program->own != NULL ? children : NULL};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct parsed parsed = {.program = program,
        .options = {.threads = processors > 0 ? (uint32_t)processors : 1, .own = program->own_options}};
    argp_err_exit_status = EX_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &parsed) != 0)
        return EX_USAGE;
    return parsed.command->run(&parsed.options);
}
