"""kordonctl state upgrade: the state of an older kordon is taken over only where it holds, and stays as it is where not.

The old states are tests/vectors/state-1: 7 entries, a list of two people, a checkpoint of its first 3 entries; and state-2: 10
entries, a list of two people, a checkpoint of its first 4; and state-3-whole: 16 entries, a policy, a list of three people, two notes of
what was put off; and state-4-three-kinds: a list of two people, of the schema of today. Schema 1 was proven by nothing, the others prove themselves.
"""

import base64
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3

import pytest

from kordond import OPENING, SOURCE, Kordond, contents

VECTORS = f"{SOURCE}/tests/vectors/state-1"
VECTORS_2 = f"{SOURCE}/tests/vectors/state-2"
VECTORS_3 = f"{SOURCE}/tests/vectors/state-3-whole"
VECTORS_4 = f"{SOURCE}/tests/vectors/state-4-three-kinds"
OLD_SIZE, CHECKPOINT_SIZE, OLD_PEOPLE = 7, 3, 2
OLD_SIZE_2, CHECKPOINT_SIZE_2, OLD_PEOPLE_2 = 10, 4, 2
OLD_SIZE_3, OLD_PEOPLE_3 = 16, 3
NEXT_KEY = bytes(range(1, 33))


def put(source, target):
    shutil.copyfile(source, target)
    os.chmod(target, 0o600)


class OldSite(Kordond):
    """A crossing point whose software was renewed and whose state was not."""

    def __init__(self, folder, vectors=VECTORS, **options):
        origin = f"kordon.example/{os.path.basename(vectors)}"
        super().__init__(folder, log__origin=origin, log__clock_gap_days="3650", **options)
        self.database, self.key = f"{self.folder}/state/kordon.db", f"{self.folder}/machine.key"
        put(f"{vectors}/kordon.db", self.database)
        put(f"{vectors}/machine.key", self.key)
        put(f"{vectors}/log.vkey", f"{self.folder}/state/log.vkey")

    def upgrade_refused(self, *arguments):
        """The reason; the old state and its key are as before, and nothing half-made lies beside them."""
        before = contents(self.database, self.key)
        reason, status, detail = self.ctl_refused("state", "upgrade", *arguments)
        assert contents(self.database, self.key) == before
        assert sorted(os.listdir(f"{self.folder}/state")) == ["kordon.db", "log.vkey"]
        return reason, status, detail

    def change(self, *statements):
        """What somebody does who may write the file."""
        connection = sqlite3.connect(self.database)
        with connection:
            for statement, *values in statements:
                connection.execute(statement, values)
        connection.close()


@pytest.fixture(name="old")
def fixture_old(tmp_path):
    site = OldSite(tmp_path)
    yield site
    site.kill()


def upgrade_entry(client, schema=1):
    """The one entry that says that the state was taken over."""
    found = [each for each in client.log() if each["body"].get("what") == f"state taken over from schema {schema}"]
    assert len(found) == 1 and found[0]["head"]["event"] == "configuration"
    return found[0]


# --- What is taken over

@pytest.mark.parametrize("checkpoint, unproven", [(False, (0, OLD_SIZE)), (True, (CHECKPOINT_SIZE, OLD_SIZE))])
def test_L7_an_upgrade_says_what_no_checkpoint_proves(old, checkpoint, unproven):
    answer = old.ctl_ok("state", "upgrade", *(["--old", f"{VECTORS}/checkpoint"] if checkpoint else []))
    assert (answer["unproven_from"], answer["unproven_before"]) == unproven
    assert answer["size"] == OLD_SIZE + 2
    assert old.ctl_ok("log", "verify", "--old", f"{VECTORS}/checkpoint")["valid"] is True
    old.start()
    client = old.client()
    status = client.get("/v1/status").json
    assert (status["guard"]["unproven_from"], status["guard"]["unproven_before"]) == unproven
    assert status["list"]["entries"] == OLD_PEOPLE
    entry = upgrade_entry(client)
    assert entry["head"]["seq"] == OLD_SIZE
    assert (entry["body"]["unproven_from"], entry["body"]["unproven_before"]) == unproven
    assert entry["body"]["role"] == "supervisor"
    old.stop()


def test_L7_a_checkpoint_of_all_entries_leaves_nothing_unproven(old):
    answer = old.ctl_ok("state", "upgrade", "--old", f"{VECTORS}/checkpoint.whole")
    assert (answer["unproven_from"], answer["unproven_before"]) == (0, 0)
    old.start()
    assert old.client().get("/v1/status").json["guard"]["unproven_before"] == 0
    old.stop()


def test_L7_an_upgraded_state_is_anchored_from_the_start(tmp_path):
    site = OldSite(tmp_path, log__anchor=f"{tmp_path}/anchor")
    site.ctl_ok("state", "upgrade")
    assert (tmp_path / "anchor").read_text().split("\n")[1] == str(OLD_SIZE + 2)
    site.start()
    assert site.client().get("/v1/status").json["guard"]["anchor"] == "holds"
    site.stop()


def test_T5_after_an_upgrade_a_kept_copy_of_the_old_state_opens_no_more(old):
    old.ctl_ok("state", "upgrade")
    with open(f"{VECTORS}/machine.key", "rb") as before, open(old.key, "rb") as now:
        assert before.read() != now.read()
    assert os.stat(old.key).st_mode & 0o777 == 0o600 and not os.path.exists(f"{old.key}.next")
    old.ctl_ok("log", "verify")
    put(f"{VECTORS}/kordon.db", old.database)
    assert old.upgrade_refused()[:2] == ("KEY_WRONG", 78)
    assert old.ctl_refused("log", "verify")[:2] == ("STATE_OLD", 78)


def test_T5_after_an_upgrade_the_old_key_does_not_open_the_new_state(old):
    old.ctl_ok("state", "upgrade")
    put(f"{VECTORS}/machine.key", old.key)
    assert old.ctl_refused("log", "verify")[:2] == ("KEY_WRONG", 78)


# --- Repeated and interrupted

def test_an_upgrade_repeated_changes_nothing(old):
    old.ctl_ok("state", "upgrade")
    before = contents(old.database, old.key)
    assert old.ctl_refused("state", "upgrade")[:2] == ("STATE_EXISTS", 75)
    assert contents(old.database, old.key) == before
    assert not os.path.exists(f"{old.key}.next"), "a key that nothing is wrapped by"
    old.start()
    upgrade_entry(old.client())
    old.stop()


@pytest.fixture(name="interrupted")
def fixture_interrupted(old, tmp_path):
    """An old site with the next machine key made, and the new database that an upgrade wraps by it."""
    with open(f"{old.key}.next", "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(NEXT_KEY)
    whole = OldSite(tmp_path / "whole")
    put(f"{old.key}.next", f"{whole.key}.next")
    whole.ctl_ok("state", "upgrade")
    with open(whole.key, "rb") as stream:
        assert stream.read() == NEXT_KEY
    old.new = whole.database
    return old


def garbage(site):
    with open(f"{site.database}.new", "wb") as stream:
        stream.write(b"half a database" * 1000)


MOMENTS = {
    "the next key was made": lambda site: None,
    "the new database was half written": garbage,
    "the new database was whole, not yet in its place": lambda site: put(site.new, f"{site.database}.new"),
    "the new database was on its way to its place": lambda site: put(site.new, f"{site.database}.rescue"),
    "the new state stood, not yet the new key": lambda site: put(site.new, site.database),
}


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_L7_an_interrupted_upgrade_ends_right_when_it_is_repeated(interrupted, moment):
    MOMENTS[moment](interrupted)
    answer = interrupted.ctl_ok("state", "upgrade")
    assert (answer["size"], answer["unproven_from"], answer["unproven_before"]) == (OLD_SIZE + 2, 0, OLD_SIZE)
    with open(interrupted.key, "rb") as stream:
        assert stream.read() == NEXT_KEY
    assert not os.path.exists(f"{interrupted.key}.next")
    interrupted.start()
    client = interrupted.client()
    assert client.get("/v1/status").json["list"]["entries"] == OLD_PEOPLE
    upgrade_entry(client)
    interrupted.stop()
    assert interrupted.ctl_ok("log", "verify", "--old", f"{VECTORS}/checkpoint")["valid"] is True
    assert sorted(os.listdir(f"{interrupted.folder}/state")) == ["kordon.db", "log.vkey"]


def test_L7_a_new_state_without_its_new_key_is_not_served(interrupted):
    """What is to be done stands in the refusal."""
    put(interrupted.new, interrupted.database)
    status, said = interrupted.refused_start()
    assert status == 78 and "state upgrade is repeated" in said
    assert interrupted.ctl_refused("log", "verify")[:2] == ("KEY_WRONG", 78)


# --- Refused

def test_kordond_and_kordonctl_refuse_an_old_state_by_name(old):
    before = contents(old.folder + "/state", old.key)
    status, said = old.refused_start()
    assert status == 78 and "written by an older kordon" in said and "kordonctl state upgrade" in said
    for command in (("log", "verify"), ("watchlist", "list"), ("state", "accept", "clock", "--justification", "x")):
        assert old.ctl_refused(*command)[:2] == ("STATE_OLD", 78)
    assert contents(old.folder + "/state", old.key) == before


def test_T7_an_upgrade_needs_the_supervisor(tmp_path):
    site = OldSite(tmp_path, roles={"auditor": "user:root", "administrator": "user:root"})
    assert site.upgrade_refused()[:2] == ("NOT_PERMITTED", 77)


def test_an_upgrade_does_not_run_beside_the_owner(old):
    """Today's lock is on the folder; the old kordond's was on kordon.lock in it."""
    before = contents(old.database, old.key)
    descriptor = os.open(f"{old.folder}/state", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert old.ctl_refused("state", "upgrade")[:2] == ("STATE_LOCKED", 75)
    os.close(descriptor)
    with open(f"{old.folder}/state/kordon.lock", "wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert old.ctl_refused("state", "upgrade")[:2] == ("STATE_LOCKED", 75)
    assert contents(old.database, old.key) == before
    old.ctl_ok("state", "upgrade")
    assert not os.path.exists(f"{old.folder}/state/kordon.lock")


def test_L7_a_checkpoint_newer_than_the_state_refuses_it(old):
    put(f"{VECTORS}/older.db", old.database)
    reason, status, detail = old.upgrade_refused("--old", f"{VECTORS}/checkpoint.whole")
    assert (reason, status) == ("LOG_INCOMPLETE", 1) and "put back" in detail
    # The older copy is whole in itself: only a checkpoint shows that it is one.
    old.ctl_ok("state", "upgrade", "--old", f"{VECTORS}/checkpoint")


def test_L7_a_checkpoint_that_is_none_refuses_the_state(old, tmp_path):
    with open(f"{VECTORS}/checkpoint", encoding="utf-8") as stream:
        note = stream.read()
    lines = note.split("\n")
    (tmp_path / "other size").write_text("\n".join([lines[0], "2", *lines[2:]]))
    assert old.upgrade_refused("--old", tmp_path / "other size")[:2] == ("SIGNATURE_BROKEN", 1)
    (tmp_path / "empty").write_text("")
    assert old.upgrade_refused("--old", tmp_path / "empty")[1] == 1
    assert old.upgrade_refused("--old", tmp_path / "none")[0] == "FILE_NOT_FOUND"


def leaf(head):
    return hashlib.sha256(b"\0" + head).digest()


def tree(leaves):
    """RFC 6962's root, and the nodes of every whole subtree."""
    nodes = {(0, place): hashed for place, hashed in enumerate(leaves)}
    level, row = 0, list(leaves)
    while len(row) > 1:
        row = [hashlib.sha256(b"\1" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        level += 1
        nodes.update({(level, place): hashed for place, hashed in enumerate(row)})

    def root(first, count):
        if count == 1:
            return leaves[first]
        half = 1 << (count - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(first, half) + root(first + half, count - half)).digest()
    return root(0, len(leaves)), nodes


FORGED_BODIES = {
    "none": [],
    "another entry's": [("INSERT INTO body SELECT ?, wrapped, sealed FROM body WHERE seq = ?", OLD_SIZE, OLD_SIZE - 1)],
    "random": [("INSERT INTO body VALUES (?, ?, ?)", OLD_SIZE, os.urandom(60), os.urandom(540))],
}


@pytest.mark.parametrize("body, reason", [("none", "ENTRY_BROKEN"), ("another entry's", "ENTRY_BROKEN"), ("random", "ENTRY_BROKEN")])
def test_L7_a_tail_forged_without_the_key_is_refused(old, body, reason):
    """SHA-256 alone makes heads, nodes and root that fit together; schema 1 would have signed them."""
    connection = sqlite3.connect(old.database)
    heads = [head for head, in connection.execute("SELECT head FROM entry ORDER BY seq")]
    stored = {(level, place): hashed for level, place, hashed in connection.execute("SELECT * FROM node")}
    (size, stored_root), = connection.execute("SELECT size, root FROM tree")
    connection.close()
    assert (size, tree([leaf(head) for head in heads])) == (OLD_SIZE, (stored_root, stored)), "this file's own hashing"
    said = json.loads(heads[-1])
    said.update(seq=OLD_SIZE, commit=base64.b64encode(os.urandom(32)).decode())
    heads.append(json.dumps(said, separators=(",", ":"), sort_keys=True).encode())
    root, nodes = tree([leaf(head) for head in heads])
    old.change(("INSERT INTO entry VALUES (?, ?)", OLD_SIZE, heads[-1]),
               *[("INSERT INTO node VALUES (?, ?, ?)", *place, hashed) for place, hashed in nodes.items()
                 if place not in stored],
               ("UPDATE tree SET size = ?, root = ?", OLD_SIZE + 1, root), *FORGED_BODIES[body])
    assert old.upgrade_refused()[:2] == (reason, 1)


def test_M3_the_list_of_an_older_version_put_back_is_refused(old):
    connection = sqlite3.connect(f"file:{VECTORS}/older.db?immutable=1", uri=True)
    state, = connection.execute("SELECT * FROM list_state")
    alerts = list(connection.execute("SELECT * FROM alert"))
    connection.close()
    assert len(alerts) == 2
    old.change(("DELETE FROM alert",), *[("INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)", *row) for row in alerts],
               ("DELETE FROM list_state",), ("INSERT INTO list_state VALUES (?, ?, ?)", *state))
    assert old.upgrade_refused()[:2] == ("LIST_ROLLED_BACK", 1)


def test_M3_a_list_row_left_out_is_refused(old):
    old.change(("DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)",))
    assert old.upgrade_refused()[:2] == ("LIST_ROLLED_BACK", 1)


FOREIGN = {
    "trigger": "CREATE TRIGGER planted AFTER INSERT ON entry BEGIN DELETE FROM alert; END",
    "view": "CREATE VIEW planted AS SELECT * FROM alert",
    "table": "CREATE TABLE planted(a)",
    "dropped trigger": "DROP TRIGGER entry_stays_u",
    "column": "ALTER TABLE alert ADD COLUMN planted INTEGER",
}


@pytest.mark.parametrize("what", list(FOREIGN))
def test_L7_a_database_with_what_kordon_did_not_make_is_refused(old, what):
    old.change((FOREIGN[what],))
    assert old.upgrade_refused()[:2] == ("STATE_FOREIGN", 1)


def test_an_unknown_version_is_refused(old):
    old.change(("PRAGMA user_version = 99",))
    assert old.upgrade_refused()[:2] == ("STATE_NEWER", 78)
    os.unlink(old.database)
    assert old.ctl_refused("state", "upgrade")[:2] == ("STATE_MISSING", 78)


@pytest.mark.parametrize("table", ["body", "node", "entry"])
def test_L7_a_flipped_bit_of_the_log_is_refused(old, table):
    column = {"body": "sealed", "node": "hash", "entry": "head"}[table]
    connection = sqlite3.connect(old.database)
    (value,), = connection.execute(f"SELECT {column} FROM {table} LIMIT 1 OFFSET 2")
    triggers = [sql for sql, in connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
    connection.close()
    changed = bytearray(value)
    changed[20] ^= 1
    names = [sql.split()[2] for sql in triggers]
    # Whoever may write the file puts the triggers away and back.
    old.change(*[(f"DROP TRIGGER {name}",) for name in names],
               (f"UPDATE {table} SET {column} = ? WHERE {column} = ?", bytes(changed), value),
               *[(sql,) for sql in triggers])
    reason, status, _ = old.upgrade_refused()
    assert status == 1 and reason in ("ENTRY_BROKEN", "LOG_BROKEN", "SEAL_BROKEN"), reason


# --- Schema 2

@pytest.fixture(name="proven")
def fixture_proven(tmp_path):
    site = OldSite(tmp_path, VECTORS_2)
    yield site
    site.kill()


@pytest.mark.parametrize("old_checkpoint", [[], ["--old", f"{VECTORS_2}/checkpoint"], ["--old", f"{VECTORS_2}/checkpoint.whole"]])
def test_L7_a_state_that_proves_itself_is_taken_over_as_proven(proven, old_checkpoint):
    assert proven.ctl_refused("log", "verify")[:2] == ("STATE_OLD", 78)
    answer = proven.ctl_ok("state", "upgrade", *old_checkpoint)
    assert (answer["unproven_from"], answer["unproven_before"], answer["size"]) == (0, 0, OLD_SIZE_2 + 2)
    assert proven.ctl_ok("log", "verify", "--old", f"{VECTORS_2}/checkpoint.whole")["valid"] is True
    assert proven.ctl_refused("state", "upgrade")[:2] == ("STATE_EXISTS", 75)
    proven.start()
    client = proven.client()
    status = client.get("/v1/status").json
    assert (status["list"]["entries"], status["guard"]["unproven_before"]) == (OLD_PEOPLE_2, 0)
    assert upgrade_entry(client, 2)["head"]["seq"] == OLD_SIZE_2
    proven.stop()
    put(f"{VECTORS_2}/kordon.db", proven.database)
    assert proven.upgrade_refused()[:2] == ("KEY_WRONG", 78), "a kept copy of the old state opens no more"


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_L7_an_interrupted_upgrade_from_schema_2_ends_right_when_it_is_repeated(proven, tmp_path, moment):
    with open(f"{proven.key}.next", "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(NEXT_KEY)
    whole = OldSite(tmp_path / "whole", VECTORS_2)
    put(f"{proven.key}.next", f"{whole.key}.next")
    whole.ctl_ok("state", "upgrade")
    proven.new = whole.database
    MOMENTS[moment](proven)
    assert proven.ctl_ok("state", "upgrade")["size"] == OLD_SIZE_2 + 2
    with open(proven.key, "rb") as stream:
        assert stream.read() == NEXT_KEY
    proven.start()
    upgrade_entry(proven.client(), 2)
    proven.stop()
    assert sorted(os.listdir(f"{proven.folder}/state")) == ["kordon.db", "log.vkey"]


OLDER_2 = f"file:{VECTORS_2}/older.db?immutable=1"
WRITTEN_2 = {
    "the row that proves it, of before": ("UPDATE state SET sealed = (SELECT sealed FROM older.state)", "LOG_BROKEN"),
    "another row that proves it": ("UPDATE state SET sealed = zeroblob(length(sealed))", "STATE_UNPROVEN"),
    "an entry less": ("DELETE FROM body WHERE seq = 9; DELETE FROM entry WHERE seq = 9", None),
    "a node": ("UPDATE node SET hash = zeroblob(32) WHERE level = 1", None),
    "a person less": ("DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)", "LIST_ROLLED_BACK"),
    "the list of before": ("DELETE FROM alert; INSERT INTO alert SELECT * FROM older.alert", None),
    "a trigger": ("CREATE TRIGGER planted AFTER INSERT ON entry BEGIN DELETE FROM alert; END", "STATE_FOREIGN"),
    "a table of today's": ("CREATE TABLE document(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID", "STATE_FOREIGN"),
}


@pytest.mark.parametrize("what", list(WRITTEN_2))
def test_L10_what_was_written_into_a_state_of_schema_2_is_refused(proven, what):
    sql, expected = WRITTEN_2[what]
    connection = sqlite3.connect(f"file:{proven.database}", uri=True)
    connection.execute("ATTACH ? AS older", (OLDER_2,))
    connection.executescript(sql)
    connection.close()
    reason, status, _ = proven.upgrade_refused()
    assert status == 1 and reason in ((expected,) if expected else ("ENTRY_BROKEN", "LOG_BROKEN", "LOG_INCOMPLETE", "LIST_ROLLED_BACK", "SEAL_BROKEN"))


def test_L7_an_older_copy_of_schema_2_is_refused_by_what_was_kept_elsewhere(proven, tmp_path):
    """Whole in itself, it is only betrayed by a checkpoint or by the anchor."""
    put(f"{VECTORS_2}/older.db", proven.database)
    reason, _, detail = proven.upgrade_refused("--old", f"{VECTORS_2}/checkpoint.whole")
    assert reason == "LOG_INCOMPLETE" and "put back" in detail
    anchored = OldSite(tmp_path / "anchored", VECTORS_2, log__anchor=f"{tmp_path}/anchor")
    put(f"{VECTORS_2}/checkpoint.whole", f"{tmp_path}/anchor")
    put(f"{VECTORS_2}/older.db", anchored.database)
    assert anchored.upgrade_refused()[0] == "ANCHOR_AHEAD"
    put(f"{VECTORS_2}/kordon.db", anchored.database)
    anchored.ctl_ok("state", "upgrade")
    assert (tmp_path / "anchor").read_text().split("\n")[1] == str(OLD_SIZE_2 + 2)
    anchored.start()
    assert anchored.client().get("/v1/status").json["guard"]["anchor"] == "holds"
    anchored.stop()


def test_L7_an_anchor_that_is_away_or_none_keeps_schema_2_from_being_taken_over(tmp_path):
    site = OldSite(tmp_path, VECTORS_2, log__anchor=f"{tmp_path}/anchor")
    assert site.upgrade_refused()[0] == "ANCHOR_MISSING"
    (tmp_path / "anchor").write_text("no note\n")
    assert site.upgrade_refused()[0] == "ANCHOR_BROKEN"
    put(f"{VECTORS_2}/checkpoint", f"{tmp_path}/anchor")  # behind, as a crash leaves it
    site.ctl_ok("state", "upgrade")


# --- Schema 3

@pytest.fixture(name="third")
def fixture_third(tmp_path):
    site = OldSite(tmp_path, VECTORS_3)
    yield site
    site.kill()


def test_L7_a_state_of_schema_3_keeps_its_policy_and_what_was_put_off(third):
    """Nothing says anew what is in force: only that the state was taken over."""
    assert third.ctl_refused("log", "verify")[:2] == ("STATE_OLD", 78)
    answer = third.ctl_ok("state", "upgrade", "--old", f"{VECTORS_3}/checkpoint.whole")
    assert (answer["unproven_from"], answer["unproven_before"], answer["size"]) == (0, 0, OLD_SIZE_3 + 1)
    assert "policy_name" not in answer
    assert third.ctl_refused("state", "upgrade")[:2] == ("STATE_EXISTS", 75)
    third.start()
    client = third.client()
    assert client.get("/v1/status").json["list"]["entries"] == OLD_PEOPLE_3
    assert upgrade_entry(client, 3)["head"]["seq"] == OLD_SIZE_3
    for number in ("L898902C3", "XY1"):
        opened = client.post("/v1/transactions", {**OPENING, "kind": "verification", "document": {"issuer": "UTO", "number": number}})
        assert opened.json["capture_due"]["reason"] == "injured", opened
    third.stop()
    put(f"{VECTORS_3}/kordon.db", third.database)
    assert third.upgrade_refused()[:2] == ("KEY_WRONG", 78), "a kept copy of the old state opens no more"


WRITTEN_3 = {
    "the row that proves it, of before": "UPDATE state SET sealed = (SELECT sealed FROM older.state)",
    "the list of before": "DELETE FROM alert; INSERT INTO alert SELECT * FROM older.alert",
    "the policy": "UPDATE document SET sealed = zeroblob(length(sealed))",
    "no policy": "DELETE FROM document",
    "a note less": "DELETE FROM capture_note WHERE key = (SELECT min(key) FROM capture_note)",
    "no note": "DELETE FROM capture_note; DELETE FROM capture_buckets",
    "the notes of before": "DELETE FROM capture_note; INSERT INTO capture_note SELECT * FROM older.capture_note;"
                           "UPDATE capture_buckets SET digests = (SELECT digests FROM older.capture_buckets)",
    "a table of today's": "CREATE TABLE probe_slot(slot INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
}


@pytest.mark.parametrize("what", list(WRITTEN_3))
def test_L10_what_was_written_into_a_state_of_schema_3_is_refused(third, what):
    connection = sqlite3.connect(f"file:{third.database}", uri=True)
    connection.execute("ATTACH ? AS older", (f"file:{VECTORS_3}/older.db?immutable=1",))
    connection.executescript(WRITTEN_3[what])
    connection.close()
    assert third.upgrade_refused()[1] == 1


def test_L10_a_state_from_before_the_last_kind_of_records_serves_on(tmp_path):
    """Its row names three kinds; with its next entry it names all, and none of the fourth was there."""
    site = OldSite(tmp_path, VECTORS_4)
    try:
        for entries in (8, 10):
            site.start()
            client = site.client()
            status = client.get("/v1/status").json
            assert status["list"]["entries"] == 2 and status["log"]["size"] >= entries, status
            assert len(client.log()) >= entries
            client.close()
            site.stop()
    finally:
        site.kill()
