"""Whether a terminal, or any role without clearance, can tell a traveller who is sought in secret from one whom nobody seeks: by bytes, by
times, by a classifier over all numbers it sees; and whether these would find a millisecond or a byte that somebody planted."""

import base64
import os
import sys
import tempfile

from figures import Failed, run

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STEPS = ("open", "left_index", "decision", "decided", "retried", "decided again", "recall", "receipt", "given up")
MOST_MS = 0.2
EACH = 500
ISO_LENGTH = slice(8, 12)  # of a record of ISO/IEC 19794-2:2005, in its head


def made_people(build, folder, count):
    """The records of each one's two fingers."""
    path = f"{folder}/people"
    run([f"{build}/tools/bench/kordon-bench", "people", "--templates", str(count), "--fingers", "2", "--out", path])
    records = []
    with open(path, "rb") as stream:
        while head := stream.read(ISO_LENGTH.stop):
            records.append(head + stream.read(int.from_bytes(head[ISO_LENGTH], "big") - len(head)))
    return list(zip(records[::2], records[1::2]))


def listed(view, people):
    """Entries for both purposes, so that each search has as many people."""
    def fingers(records):
        return [{"position": position, "data": base64.b64encode(record).decode()} for position, record in zip(view.POSITIONS, records)]
    return [view.entry(b"", 1000 + number, purposes=list(view.PURPOSES), fingers=fingers(records))
            for number, records in enumerate(people)]


def judged(alike, seen):
    """All that is said of one run."""
    times = {name: alike.compare_times(*alike.times_of(seen, name), MOST_MS) for name in STEPS}
    accuracy = alike.classify(seen)
    return {"texts": len(alike.different_texts(seen)), "counts": len(alike.different_counts(seen)), "accuracy": accuracy,
            "classifier": alike.judge_accuracy(accuracy, len(seen)), "transactions": len(seen),
            "times": {name: {"verdict": verdict, "bounds": bounds} for name, (verdict, bounds) in times.items()}}


def seen_by(view, post, pairs, plant=None):
    """One run; the log must say that those who are sought were found, and that nobody was told."""
    observer = view.Observer(post, plant)
    seen = observer.travellers(pairs)
    observer.close()
    truth = post.truth()
    wrong = [each.group for each, transaction in zip(seen, observer.transactions)
             if truth[transaction] != ("match" if each.secret else "no_match", "no_match")]
    if wrong:
        raise Failed(f"{len(wrong)} of {len(seen)} travellers came out as they should not")
    return seen


def measure(build, people, pairs, planted_pairs):
    """{"as it is", "a millisecond later", "another byte": judged()}. No post has more than EACH of those who are sought: what is kept of
    them for the second line has its bounds."""
    os.environ["KORDON_BUILD_DIR"] = os.path.abspath(build)
    sys.path.insert(0, f"{SOURCE}/tests/support")
    import first_line_view as view  # only here: it asks at once which build it is for
    import indistinguishable as alike
    figures = {}
    for name, count, plant in (("as it is", pairs, None), ("a millisecond later", planted_pairs, view.late), ("another byte", planted_pairs, view.byte)):
        seen = []
        for start in range(0, count, EACH):
            seen += at_new_post(view, build, people, min(EACH, count - start), plant)
            print(f"  {name}: {len(seen):,} travellers", flush=True)
        figures[name] = {**judged(alike, seen), "load": os.getloadavg()[1]}
    return figures


def at_new_post(view, build, people, pairs, plant):
    """What is seen there. A post's own names and keys are in what it says, so that only within a post anything is alike."""
    with tempfile.TemporaryDirectory(prefix="kordon-bench.") as folder:
        os.chmod(folder, 0o755)  # several users come to the socket
        post = view.Post(folder, "discreet_check", others=listed(view, made_people(build, folder, people)))
        try:
            seen = seen_by(view, post, pairs, plant)
        finally:
            post.daemon.stop()
    for each in seen:
        each.group = folder, each.group
    return seen
