#include "log/erasure.h"

#include "json/writer.h"

/* "erased_seq", or the run of that number. False: there is none, or none that names anything. */
static bool read_run(const json_t *body, uint64_t seq, size_t number, struct seq_range *range)
{
    const json_t *single = json_object_get(body, LOG_ERASED_SEQ),
                 *run = json_array_get(json_object_get(body, LOG_ERASED_ENTRIES), number);
    const json_t *first = single != NULL ? single : json_array_get(run, 0),
                 *last = single != NULL ? single : json_array_get(run, 1);
    if (!json_is_integer(first) || !json_is_integer(last) || json_integer_value(first) < 0 ||
        json_integer_value(last) < json_integer_value(first))
        return false;
    *range = (struct seq_range){(uint64_t)json_integer_value(first), (uint64_t)json_integer_value(last)};
    return range->last < seq;
}

static size_t run_count(const json_t *body)
{
    return json_object_get(body, LOG_ERASED_SEQ) != NULL
               ? 1
               : json_array_size(json_object_get(body, LOG_ERASED_ENTRIES));
}

enum reason log_erasure_collect(
    const json_t *body, uint64_t seq, struct seq_ranges *ranges, struct failure *failure)
{
    struct seq_range range;
    for (size_t i = 0; i < run_count(body); i++)
        if (read_run(body, seq, i, &range))
            TRY(seq_ranges_add(ranges, range.first, range.last, failure));
    return REASON_DONE;
}

bool log_erasure_names(const json_t *body, uint64_t seq, uint64_t entry)
{
    struct seq_range range;
    for (size_t i = 0; i < run_count(body); i++)
        if (read_run(body, seq, i, &range) && range.first <= entry && entry <= range.last)
            return true;
    return false;
}

json_t *log_erasure_json(const struct seq_ranges *ranges)
{
    struct json_writer list, run;
    json_writer_array(&list);
    for (size_t i = 0; i < ranges->count; i++) {
        json_writer_array(&run);
        json_append_value(&run, json_integer((json_int_t)ranges->items[i].first));
        json_append_value(&run, json_integer((json_int_t)ranges->items[i].last));
        json_append_value(&list, json_writer_end(&run));
    }
    return json_writer_end(&list);
}
