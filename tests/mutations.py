#!/usr/bin/python3
"""Takes the store's protections out, one at a time, and shows that a test falls with each.

usage: mutations.py [NAME...]

Works on a copy of what is tracked, as it stands in the working tree. A protection whose text is not found exactly once, or
whose absence no test notices, is a failure. Takes some minutes: not part of ./run test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MESON = "/usr/bin/meson"

# name: file, what stands there, what stands there without the protection, the test that must fall, its environment
PROTECTIONS = {
    "a commit is synced": (
        "store/database.c", '"PRAGMA synchronous = FULL;', '"PRAGMA synchronous = OFF;', "store_power_cut", {}),
    "a commit behind staged rows is synced": (
        "store/database.c", "    return begin(database, false, failure);\n", "    return begin(database, database->unsynced, failure);\n",
        "store_power_cut", {}),
    "nothing is signed before it is durable": (
        "store/journal_append.c", "    if (statement_run(&commit) != REASON_DONE)\n",
        "    {\n        struct proven_row before = store->proven;\n        store->proven = batch->row;\n        (void)tree_sign(store, NULL);\n"
        "        if (anchor_is_set(&store->anchor))\n"
        "            (void)anchor_advance(store, NULL);\n"
        "        store->proven = before;\n    }\n    if (statement_run(&commit) != REASON_DONE)\n", "store_power_cut", {}),
    "a failed commit is not said to be refused": (
        "store/journal_append.c", "    return failure_set(failure, REASON_OUTCOME_UNKNOWN, store->database.directory, \"%s; %s%s\"",
        "    return failure_set(failure, REASON_STORE_ERROR, store->database.directory, \"%s; %s%s\"", "store_faults", {}),
    "what an open finds in the write-ahead log goes to the disk": (
        "store/database.c", "        reason = database_settle_log(database, failure);\n", "        reason = REASON_DONE;\n",
        "store_power_cut", {}),
    "a renewal takes the old write-ahead log away": (
        "store/database_files.c", "        reason = database_remove_file(log, failure);\n", "        reason = REASON_DONE;\n",
        "store_faults", {}),
    "the nodes must give the proven root": (
        "store/tree.c", "if (reason == REASON_DONE && memcmp(root, store->proven.state.root, DIGEST_BYTES) != 0)",
        "if (false)", "store_adversary", {"KORDON_ADVERSARY_COUNT": "4000"}),
    "an entry is proven before it is used": (
        "store/tree.c", "        reason = merkle_check_inclusion(store->digest, seq, size, leaf, proof, root, failure);\n",
        "        (void)leaf, (void)root;\n", "store_adversary", {"KORDON_ADVERSARY_COUNT": "4000"}),
    "a body is the one that its head commits to": (
        "store/journal_read.c", "return reason == REASON_DONE && !entry->erased ? check_body(store, seq, entry, failure) : reason;",
        "(void)check_body;\n    return reason;", "store_adversary", {"KORDON_ADVERSARY_COUNT": "4000"}),
    "the schema is compared": (
        "store/database.c", "        reason = schema_compare(database->connection, schema_sql, database->directory, failure);\n",
        "        reason = REASON_DONE;\n", "store_watchlist", {}),
    "a rollback journal is refused": (
        "store/database.c", "    if (reason != REASON_DONE || !database_identify(database, \"-journal\", &journal))\n", "    (void)journal;\n    if (true)\n",
        "store_adversary", {"KORDON_ADVERSARY_COUNT": "1000"}),
    "somebody else's row is not built upon": (
        "store/journal_append.c", "    if (changed)\n        return failure_set(failure, REASON_STATE_UNPROVEN",
        "    if (false)\n        return failure_set(failure, REASON_STATE_UNPROVEN", "store_journal", {}),
    "the list's rows are proven before one goes": (
        "store/list_erasure.c", "    TRY(list_check(list, &whole, failure));\n", "    (void)list_check;\n", "store_adversary",
        {"KORDON_ADVERSARY_COUNT": "2000"}),
    "a row that goes is the one that was proven": (
        "store/list_erasure.c", "list_read_mark(row, &mark) && equal_in_constant_time(&mark, proven, sizeof mark);", "list_read_mark(row, &mark);", "store_watchlist", {}),
    "rows in memory are those of the list in force": (
        "store/list_erasure.c", "    if (erasure->rows != NULL && !list_rows_are_of(erasure->rows, &next->list))\n", "    if (false)\n", "store_watchlist", {}),
    "rows in memory were proven": (
        "store/list_rows.c", "    return list_check(list, &sum, failure);\n", "    (void)list_check;\n    return REASON_DONE;\n", "store_watchlist", {}),
    "the list's rows are proven when they are loaded": (
        "store/list_read.c", "        reason = end;\n    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;",
        "        reason = end;\n    return reason;",
        "store_watchlist", {}),
    "what goes beyond the proven end is refused": (
        "store/tree.c", "        reason = check_extent(store, failure);\n", "        (void)check_extent;\n", "store_adversary",
        {"KORDON_ADVERSARY_COUNT": "4000"}),
    "the anchor holds an older copy": (
        "store/anchor_compare.c", "    reason = compare_checkpoint(store, &checkpoint, against, failure);\n",
        "    (void)compare_checkpoint;\n    reason = REASON_DONE;\n", "store_adversary", {"KORDON_ADVERSARY_COUNT": "1000"}),
    "an import installs what it staged": (
        "store/list_change.c", "    if (sum.count != to_be->entry_count || memcmp(sum.root, to_be->root, DIGEST_BYTES) != 0)\n",
        "    if (sum.count != to_be->entry_count)\n", "store_watchlist", {}),
    "the rows of a page are proven": (
        "store/list_index.c", "    return reason == REASON_DONE ? list_check(&expected, &sum, failure) : reason;\n",
        "    (void)expected;\n    return reason;\n", "store_list_room", {}),
    "an index is of the list in force": (
        "store/list_index.c", "index->generation == list->generation &&\n", "index->count > 0 ||\n", "store_list_room", {}),
    "a list change leaves the log its room": (
        "store/list_staging.c", "        reason = list_check_room(import->store, 2 * bytes, failure);\n", "        (void)bytes;\n",
        "store_list_room", {}),
    "rows of the import under way are not swept": (
        "store/list_sweep.c", "store->import != NULL ? (int64_t)store->import->state.import : list;", "list;", "store_list_room", {}),
    "a list of another name is not replaced by accident": (
        "store/list_state.c", "        return replace_list ? REASON_DONE\n", "        return true ? REASON_DONE\n", "store_list_change", {}),
    "known ids are those of the list in force": (
        "store/list_staging.c", "    if (reason == REASON_DONE && !known_ids_are_of(import->known_ids, now))\n", "    if (false)\n",
        "store_list_change", {}),
    "a held store takes no entry": (
        "store/journal_append.c", "    enum reason reason = store_check_held(store, failure);\n    if (reason == REASON_DONE && (store->database.connection == NULL",
        "    enum reason reason = REASON_DONE;\n    if (reason == REASON_DONE && (store->database.connection == NULL", "store_adversary",
        {"KORDON_ADVERSARY_COUNT": "1000"}),
    "documents are proven when they are read": (
        "store/document.c", "    enum reason reason = prove(store, &store->proven.state, &sum, failure);\n",
        "    enum reason reason = add_up(store, &sum, failure);\n", "store_document", {}),
    "documents are proven before one is put": (
        "store/document.c", "    TRY(prove(store, next, &before, failure));\n", "    TRY(add_up(store, &before, failure));\n", "store_document", {}),
    "a bucket of notes is proven": (
        "store/row_buckets.c", "    return equal_in_constant_time(sum->digest, buckets->digests[sum->number], DIGEST_BYTES)\n", "    return true\n",
        "store_document", {}),
    "the digests of the buckets are proven": (
        "store/row_buckets.c", "    return equal_in_constant_time(found, root, DIGEST_BYTES)\n", "    return true\n",
        "store_document", {}),
    "the write-ahead log is cut behind a deleted note": (
        "store/journal_append.c", "store->database.truncation_owed || batch->erases;\n", "store->database.truncation_owed;\n",
        "store_document", {}),
    "a slot is proven when it is read": (
        "store/probe_slot.c", "    if (!equal_in_constant_time(digest, pool->places[slot].digest, DIGEST_BYTES))\n", "    if (pool->size == 0)\n",
        "store_probe_slot", {}),
    "the table of the slots is proven": (
        "store/probe_pool.c", "    if (!equal_in_constant_time(root, state->slots_root, DIGEST_BYTES))\n", "    if (bytes->sealed_size == 0)\n",
        "store_probe_slot", {}),
    "an end that keeps nothing leaves a match where it lies": (
        "store/probe_slot.c", "    enum reason reason = pool->places[change->slot].state == PROBE_PLACE_KEPT\n",
        "    enum reason reason = pool->size == 0\n", "store_probe_slot", {}),
    "a follower checks that the tree goes on": (
        "store/tree.c", "        reason = tree_check_past(store, before->state.size, before->state.root, failure);\n    if (reason == REASON_DONE)\n"
        "        reason = store->database.access", "        reason = REASON_DONE;\n    if (reason == REASON_DONE)\n"
        "        reason = store->database.access", "store_journal", {}),
}


def run(command, folder, environment=None):
    return subprocess.run(command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def replace(path, old, new):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if text.count(old) != 1:
        return None
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text.replace(old, new))
    return text


def falls(folder, name):
    """What came of taking that protection out: "" where its test fell."""
    path, old, new, test, environment = PROTECTIONS[name]
    before = replace(f"{folder}/{path}", old, new)
    if before is None:
        return f"its text is not found exactly once in {path}"
    try:
        built = run(["ninja", "-C", "build", f"tests/test_{test}"], folder)
        if built.returncode != 0:
            return "it does not build:\n" + built.stdout[-1500:]
        return "" if run([f"build/tests/test_{test}"], folder, environment).returncode != 0 else f"{test} passes without it"
    finally:
        with open(f"{folder}/{path}", "w", encoding="utf-8") as stream:
            stream.write(before)


def main():
    names = sys.argv[1:] or list(PROTECTIONS)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="kordon-mutations.") as folder:
        for name in filter(None, run(["git", "ls-files", "-z"], SOURCE).stdout.split("\0")):
            os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
            shutil.copy2(f"{SOURCE}/{name}", f"{folder}/{name}", follow_symlinks=False)
        made = run([MESON, "setup", "build", "--buildtype=debugoptimized", "-Dwerror=false"], folder)
        if made.returncode != 0:
            print(made.stdout[-2000:])
            return 1
        for name in names:
            started = time.monotonic()
            outcome = falls(folder, name)
            failed += outcome != ""
            print(f"{'NOT SHOWN' if outcome else 'needed   '}  {name} ({time.monotonic() - started:.0f} s) {outcome}", flush=True)
    print(f"{len(names) - failed} of {len(names)} protections are needed by a test")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
