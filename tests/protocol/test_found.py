"""What kordond and kordonctl do about copies, looks and changes by which somebody would get round the guard."""

import fcntl
import os
import resource
import shutil
import sqlite3
import subprocess

import pytest

from kordond import KORDOND, KORDONCTL, OPENING, Kordond, contents, user_name, wait_until
from test_guard import check_locked, check_serves, fixture_clocked, fixture_post, fixture_post_of  # noqa: F401  pylint: disable=unused-import


# --- The verifier key

def receipt_of(post, fingers, path):
    client = post.client()
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    assert client.decide(transaction).status == 200
    path.write_bytes(client.get(f"/v1/transactions/{transaction}/receipt").body)
    return path


@pytest.fixture(name="forger")
def fixture_forger(post_of, fingers, tmp_path):
    """Another log: its key, and a receipt that it signed."""
    forger = post_of(anchor=None)
    forger.start()
    receipt_of(forger, fingers, tmp_path / "forged")
    forger.stop()
    return forger


def put_key(source, target):
    shutil.copy(f"{source.state}/log.vkey", f"{target.state}/log.vkey")


def test_L7_a_replaced_verifier_key_copy_proves_nothing(post_of, forger, fingers, tmp_path):
    post = post_of(log__verifier_key=f"{tmp_path}/public.vkey")
    honest = shutil.copy(f"{post.state}/log.vkey", tmp_path / "given.vkey")
    post.start()
    receipt_of(post, fingers, tmp_path / "own")
    put_key(forger, post)
    for running in (True, False):
        if not running:
            post.stop()
        assert post.ctl("log", "verify-receipt", tmp_path / "forged").returncode == 1
        assert post.ctl_ok("log", "verify-receipt", tmp_path / "own")["verifier_key_unproven"] is False
        outcome = post.ctl("log", "verify")
        assert outcome.returncode == 0 and "find out who replaced it" in outcome.stderr, outcome
        post.ctl_ok("log", "export", tmp_path / f"export-{running}")
        with open(honest, "rb") as given:
            assert (tmp_path / f"export-{running}/log.vkey").read_bytes() == given.read()


def test_L7_a_key_that_only_the_state_directory_has_is_said_to_be_unproven(post_of, fingers, tmp_path):
    post = post_of()
    post.start()
    receipt_of(post, fingers, tmp_path / "own")
    assert post.ctl_ok("log", "verify-receipt", tmp_path / "own")["verifier_key_unproven"] is False
    post.stop()
    assert post.ctl_ok("log", "verify-receipt", tmp_path / "own")["verifier_key_unproven"] is True
    said = subprocess.run([KORDONCTL, "--config", post.configuration, "log", "verify-receipt", tmp_path / "own"],
                          capture_output=True, text=True, check=True).stdout
    assert "it came from the state directory: compare it" in said
    named = post.ctl_ok("log", "verify-receipt", tmp_path / "own", "--vkey", f"{post.state}/log.vkey")
    assert named["verifier_key_unproven"] is False


@pytest.mark.parametrize("gone", [True, False])
def test_L7_a_start_writes_the_copy_of_the_verifier_key_anew(post, forger, gone):
    with open(f"{post.state}/log.vkey", "rb") as stream:
        own = stream.read()
    if gone:
        os.unlink(f"{post.state}/log.vkey")
    else:
        put_key(forger, post)
    post.start()
    with open(f"{post.state}/log.vkey", "rb") as stream:
        assert stream.read() == own
    assert "written anew" in post.errors()


# --- What looks and changes find

def begin_import(client):
    return client.post("/v1/watchlist/imports", {"list": "test list", "version": 2})


def erase(client):
    listed = client.get("/v1/watchlist").json["entries"][0]["entry"]
    return client.delete(f"/v1/watchlist/{listed}?justification=x")


UNPROVEN = ("UPDATE state SET sealed = zeroblob(length(sealed))",)
FINDERS = {
    "a list change": begin_import,
    "a tile": lambda client: client.get("/v1/log/files/tile/0/000.p/1"),
    "the list": lambda client: client.get("/v1/watchlist"),
}


@pytest.mark.parametrize("finder", list(FINDERS))
def test_L7_a_state_found_unproven_by_whatever_part_locks(post, fingers, finder):
    post.start()
    client = check_serves(post, fingers)
    client.get("/v1/log/files/tile/0/000.p/1")  # the reader has its store open
    post.change(UNPROVEN)
    assert FINDERS[finder](client).reason == "STATE_UNPROVEN"
    check_locked(post, "STATE_UNPROVEN")


def test_L7_a_state_found_replaced_by_an_erasure_ends_kordond(post, fingers):
    post.start()
    client = check_serves(post, fingers)
    listed = client.get("/v1/watchlist").json["entries"][0]["entry"]
    shutil.copy(post.database, f"{post.database}.copy")
    os.rename(f"{post.database}.copy", post.database)
    assert client.delete(f"/v1/watchlist/{listed}?justification=x").reason == "STATE_LOST"
    assert post.wait() == 1


def test_L7_a_broken_entry_locks_where_it_is_read_first(post, fingers):
    post.change(("UPDATE entry SET head = zeroblob(length(head)) WHERE seq = 1",))
    post.start()
    client = check_serves(post, fingers)
    broken = client.get("/v1/log/entries?after=0&limit=1")
    assert broken.reason == "ENTRY_BROKEN", broken
    check_locked(post, "ENTRY_BROKEN")


def test_L7_what_is_asked_for_in_vain_locks_nothing(post, fingers):
    post.start()
    client = check_serves(post, fingers)
    for path in ("entries/999999/receipt", "files/tile/0/999", "files/checkpoint?size=999999", "files/nosuch",
                 "entries?after=999999"):
        client.get(f"/v1/log/{path}")
    assert client.delete(f"/v1/watchlist/{'0' * 32}?justification=x").status == 404
    check_serves(post, fingers)


def test_M3_list_rows_found_altered_by_an_erasure_take_the_list_out_of_force(post_of, fingers):
    post = post_of(anchor=None)
    post.start()
    client = check_serves(post, fingers)
    listed = client.get("/v1/watchlist").json["entries"][0]["entry"]
    post.change(("UPDATE alert SET templates = zeroblob(length(templates))",))
    refused = client.delete(f"/v1/watchlist/{listed}?justification=x")
    assert refused.reason in ("SEAL_BROKEN", "LIST_ROLLED_BACK"), refused
    status = post.status()
    assert status["mode"] == "locked" and status["why"] in ("SEAL_BROKEN", "LIST_ROLLED_BACK"), status
    assert client.get("/v1/log/entries").status == 200


# --- What is accepted and denied while kordond is locked

BECAUSE = {"what": "anchor", "justification": "because"}


def test_L7_nothing_is_accepted_into_a_state_locked_for_another_reason(clocked, fingers):
    clocked.start()
    client = check_serves(clocked, fingers)
    clocked.clock.set(40 * 86400)
    connection = sqlite3.connect(clocked.database)
    (sealed,), = connection.execute("SELECT sealed FROM state")
    connection.close()
    clocked.change(UNPROVEN)
    assert client.get("/v1/log/files/tile/0/000.p/1").reason == "STATE_UNPROVEN"
    clocked.change(("UPDATE state SET sealed = ?", sealed))
    before = contents(clocked.state)
    for what in ("clock", "anchor"):
        refused = client.post("/v1/state/accept", {**BECAUSE, "what": what})
        assert refused.status >= 400 and refused.reason == "STATE_UNPROVEN", refused
    assert contents(clocked.state) == before
    check_locked(clocked, "STATE_UNPROVEN")


def test_L7_a_lock_over_the_anchor_is_not_ended_by_the_clock(post):
    os.unlink(post.anchor)
    post.start()
    refused = post.client().post("/v1/state/accept", {**BECAUSE, "what": "clock"})
    assert refused.status >= 400 and refused.reason == "ANCHOR_MISSING", refused
    check_locked(post, "ANCHOR_MISSING")


def test_L7_what_an_acceptance_begins_stands_in_the_log_before_anybody_is_served(post, fingers):
    os.unlink(post.anchor)
    post.start()
    client = post.client()
    accepted = client.post("/v1/state/accept", BECAUSE).json
    check_serves(post, fingers)
    said = client.log(accepted["seq"])
    assert [each["head"]["event"] for each in said[:2]] == ["configuration", "start"], said


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="the sanitizer's own memory has no such limit")
def test_L7_who_can_not_begin_after_an_acceptance_ends_and_begins_at_the_next_start(post, fingers):
    """No room for the search threads' stacks; it must not go on as if there were something left to accept."""
    os.unlink(post.anchor)
    post.start()
    with open(f"/proc/{post.process.pid}/statm", encoding="ascii") as stream:
        pages = int(stream.read().split()[0])
    room = pages * os.sysconf("SC_PAGE_SIZE") + (4 << 20)
    resource.prlimit(post.process.pid, resource.RLIMIT_AS, (room, room))
    assert post.client().post("/v1/state/accept", BECAUSE).status >= 400
    assert post.wait() != 0
    assert "what was accepted is recorded, but work can't begin" in post.errors()
    post.start()
    check_serves(post, fingers)


def test_L4_who_was_denied_while_the_state_was_locked_stands_in_the_log(post, fingers):
    os.unlink(post.anchor)
    Kordond(post.folder, log__anchor=post.anchor,
            roles={role: f"user:{user_name()}" for role in ("supervisor", "auditor")})
    post.start()
    for _ in range(3):
        assert post.client().post("/v1/transactions", OPENING).status == 403
    assert "denied while locked: POST /v1/transactions" in post.errors()
    assert post.client().post("/v1/state/accept", BECAUSE).status == 200
    wait_until(lambda: [each for each in post.client().log() if "denied" in each["body"]])
    said, = [each["body"] for each in post.client().log() if "denied" in each["body"]]
    assert (said["denied"], said["count"], said["actor"]) == ("/v1/transactions", 3, f"user:{user_name()}"), said


# --- What a verification says of the anchor

def test_L7_verification_says_what_the_anchor_shows(post):
    post.start()
    through_kordond = post.ctl_ok("log", "verify")
    post.stop()
    for said in (through_kordond, post.ctl_ok("log", "verify")):
        assert said["valid"] and said["anchored_size"] > 0, said


# --- Where the configuration lies

def test_kordond_takes_a_configuration_by_a_relative_path(tmp_path):
    (tmp_path / "kordon.conf").write_text("[state]\ndirectory = state\nmachine_key = file:machine.key\n[log]\n"
                                          "origin = kordon.example/test\nunit = Test post\n[api]\nsocket = s\n")
    checked = subprocess.run([KORDOND, "--config", "kordon.conf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "absolute" not in checked.stderr and f"{tmp_path}/" in checked.stderr, checked


# --- Words

def said_by(post, *arguments):
    return subprocess.run([KORDONCTL, "--config", post.configuration, *arguments], capture_output=True, text=True, check=False)


def test_an_init_says_to_keep_the_key_also_where_one_before_it_failed(tmp_path):
    os.mkdir(tmp_path / "elsewhere")
    post = Kordond(tmp_path, log__anchor=f"{tmp_path}/elsewhere/anchor")
    (tmp_path / "elsewhere/anchor").write_text("in the way")
    assert said_by(post, "init").returncode != 0 and os.path.exists(f"{tmp_path}/machine.key")
    os.unlink(tmp_path / "elsewhere/anchor")
    outcome = said_by(post, "init")
    assert outcome.returncode == 0 and "was there: keep a copy at a safe place" in outcome.stdout, outcome
    assert "the log holds: 2 entries, every one" in said_by(post, "log", "verify").stdout


def test_an_export_that_only_reads_says_what_it_can_not_sign(post, fingers, tmp_path):
    post.start()
    check_serves(post, fingers)
    post.kill()
    folder = os.open(post.state, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_SH)  # the look can't be recorded
    outcome = said_by(post, "log", "export", str(tmp_path / "export"), "--withhold", "access")
    os.close(folder)
    assert outcome.returncode == 78 and "can't sign what is withheld" in outcome.stderr, outcome
    assert "start kordond" in outcome.stderr and "signed none" not in outcome.stderr
    assert said_by(post, "log", "export", str(tmp_path / "again"), "--withhold", "access").returncode == 0
