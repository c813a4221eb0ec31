"""What is written at a transaction's end does not show what came of it: one entry of the same size, one slot of the same size (H1)."""

import os
import sqlite3
import sys

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import entry  # noqa: E402  pylint: disable=wrong-import-position

STEP = 4096
WORN = {"kind": "impossible", "reason": "worn_fingers"}


def asked(daemon, sql):
    """The rows beside the running kordond."""
    connection = sqlite3.connect(f"file:{daemon.folder}/state/kordon.db?mode=ro", uri=True)
    rows = list(connection.execute(sql))
    connection.close()
    return rows


def ends(daemon):
    """The seqs of the entries that ended a transaction, and their bodies' sizes as they are stored."""
    seqs = [each["head"]["seq"] for each in daemon.client().log()
            if each["head"]["event"] == "consultation" and "transaction" in each["body"]]
    sizes = dict(asked(daemon, "SELECT seq, length(sealed) FROM body"))
    return {seq: sizes[seq] for seq in seqs}


def test_H1_whatever_a_transaction_comes_to_its_end_is_written_alike(daemon, fingers):
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1), entry(fingers[1, 2], 2), entry(fingers[2, 1], 3)]).status == 200
    assert client.identify(fingers[1, 3]).json["result"]["decision"] == "match"
    assert client.identify(fingers[5, 1]).json["result"]["decision"] == "no_match"
    transaction = client.open(kind="verification")
    client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[4, 1])
    client.sample(transaction, fingers[4, 2])
    assert client.decide(transaction).json["result"]["decision"] == "match"
    assert client.delete(f"/v1/transactions/{client.open()}").status == 200
    assert client.post(f"/v1/transactions/{client.open()}/exception", WORN).status == 200
    found = ends(daemon)
    assert len(found) == 5 and len(set(found.values())) == 1, found
    bodies = [each["body"] for each in client.log() if each["head"]["seq"] in found]
    assert all(len(body["probe"]) == 44 and set(body["padding"]) == {"0"} for body in bodies)
    assert len({body["probe"] for body in bodies}) == len(bodies)
    assert len(asked(daemon, "SELECT DISTINCT length(sealed) FROM probe_slot")) == 1
    (written,), = asked(daemon, "SELECT count(*) FROM probe_slot")
    assert 1 <= written <= 5
