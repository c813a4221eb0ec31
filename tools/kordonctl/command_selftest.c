/* command_selftest.c: whether this post still compares as it was proven to. */
#include <string.h>

#include "base/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

static void print_pair(const json_t *pair)
{
    const char *passed = json_is_true(json_object_get(pair, "passed")) ? "" : "   NOT AS PROVEN";
    const char *mated = json_is_true(json_object_get(pair, "mated")) ? "one finger" : "two fingers";
    if (json_object_get(pair, "score") != NULL)
        print_line("  %s and %s  %-11s score %3lld, proven %3lld%s", text_of(pair, "probe"),
            text_of(pair, "reference"), mated, number_of(pair, "score"), number_of(pair, "proven"), passed);
    else
        print_line("  %s and %s  %-11s not compared%s", text_of(pair, "probe"), text_of(pair, "reference"),
            mated, passed);
}

static void print_result(const json_t *answer)
{
    const json_t *pair;
    size_t i;
    print_line("self-test %s in %lld ms, recorded in the log", text_of(answer, "result"),
        number_of(answer, "took_ms"));
    if (json_object_get(answer, "detail") != NULL)
        print_line("  %s", text_of(answer, "detail"));
    json_array_foreach(json_object_get(answer, "pairs"), i, pair) print_pair(pair);
    if (json_object_get(answer, "threshold") != NULL)
        print_line(
            "  one finger: a score of %lld or more; two: less. No score is more than 6 from the proven one",
            number_of(answer, "threshold"));
    print_line("  %s, %s, %lld %s", text_of(answer, "build"), text_of(answer, "kernels"),
        number_of(answer, "threads"),
        counted((unsigned long long)number_of(answer, "threads"), "search thread", "search threads"));
    print_line("mode            %s", text_of(answer, "mode"));
}

enum reason command_selftest(struct session *session, struct failure *failure)
{
    struct json_writer json;
    json_t *answer;
    json_writer_object(&json);
    json_write_text_if(&json, "officer", session_option(session, OPTION_OFFICER, NULL));
    TRY(client_put_json(session->client, "POST", "/v1/self_test", json_writer_end(&json), &answer, failure));
    const char *result = text_of(answer, "result");
    session->exit_code = strcmp(result, "passed") == 0 ? 0 : strcmp(result, "failed") == 0 ? 1 : 2;
    if (session->arguments.json)
        return print_json(answer, failure);
    print_result(answer);
    json_decref(answer);
    return REASON_DONE;
}
