"""The anchor's file: where it may lie, what is never written over, what an acceptance of another one keeps."""

import base64
import os
import subprocess

import pytest

from kordond import OPENING, contents, wait_until
from test_guard import (WHY, Post, anchor_ahead, anchor_empty, anchor_flipped, anchor_folder_missing, anchor_missing,
                        anchor_of_another, check_locked, check_serves, fixture_post, fixture_post_of, write)

__all__ = ["fixture_post", "fixture_post_of"]


def test_L7_without_waiting_results_go_on_and_the_anchor_catches_up(post_of, fingers):
    post = post_of(log__anchor_first="no")
    post.start()
    client = check_serves(post, fingers)
    wait_until(lambda: post.anchored() == client.get("/v1/status").json["log"]["size"])
    os.rename(f"{post.folder}/elsewhere", f"{post.folder}/drawer")
    decided = client.identify(fingers[1, 2])
    assert (decided.status, decided.json["result"]["decision"]) == (200, "match")
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "not written")
    status = client.get("/v1/status").json
    assert status["mode"] == "armed" and status["guard"]["results_wait"] is False and status["guard"]["detail"]
    assert status["guard"]["anchored_size"] < status["log"]["size"]
    check_serves(post, fingers)
    os.rename(f"{post.folder}/drawer", f"{post.folder}/elsewhere")
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "holds")
    assert post.anchored() == client.get("/v1/status").json["log"]["size"]


def test_P6_nobody_else_reads_from_the_anchor_how_long_the_log_is(post):
    """Each commit, what an acceptance gives up, and a file that was there before with another mode."""
    post.start()
    assert os.stat(post.anchor).st_mode & 0o777 == 0o600
    post.stop()
    os.chmod(post.anchor, 0o644)
    anchor_of_another(post)
    post.start()
    post.ctl("state", "accept", "anchor", *WHY)
    place = os.path.dirname(post.anchor)
    assert {os.stat(f"{place}/{name}").st_mode & 0o077 for name in os.listdir(place)} == {0}


@pytest.fixture(name="medium")
def fixture_medium(post_of, monkeypatch):
    """A post whose anchor lies on a medium of its own, and the taking away and putting back of it."""
    if os.getuid() != 0:
        pytest.skip("needs root, to mount")
    mounted = []

    class Medium:
        def __init__(self, **options):
            real = Post.init

            def init(post):
                self.place, self.store = f"{post.folder}/elsewhere", f"{post.folder}/stick"
                os.mkdir(self.store)
                if subprocess.run(["mount", "-t", "tmpfs", "none", self.store], check=False).returncode != 0:
                    pytest.skip("mounting is not permitted here")
                mounted.append(self.store)
                self.put_back()
                return real(post)
            monkeypatch.setattr(Post, "init", init)
            self.post = post_of(**options)

        def take_away(self):
            subprocess.run(["umount", "-l", self.place], check=True)
            mounted.remove(self.place)

        def put_back(self):
            subprocess.run(["mount", "--bind", self.store, self.place], check=True)
            mounted.append(self.place)
    yield Medium
    for place in reversed(mounted):
        subprocess.run(["umount", "-l", place], check=False)


@pytest.mark.parametrize("anchor_first", ["yes", "no"])
def test_L7_an_anchor_does_not_move_below_its_medium(medium, fingers, anchor_first):
    """Under a mount point lies a folder like any other: a copy of the state would be put back together with it."""
    medium = medium(log__anchor_first=anchor_first)
    post = medium.post
    post.start()
    client = check_serves(post, fingers)
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    medium.take_away()
    decided = client.decide(transaction)
    assert (decided.status == 200) is (anchor_first == "no"), decided
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "not written")
    guard = client.get("/v1/status").json["guard"]
    assert "another device" in guard["detail"] and "mount" in guard["detail"], guard
    assert os.listdir(medium.place) == []
    medium.put_back()
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "holds")
    check_serves(post, fingers)
    wait_until(lambda: post.anchored() == client.get("/v1/status").json["log"]["size"])
    post.stop()
    medium.take_away()
    post.start()
    check_locked(post, "ANCHOR_MISSING")


def anchor_link(post):
    os.rename(post.anchor, f"{post.folder}/linked")
    os.symlink(f"{post.folder}/linked", post.anchor)


HELD_AT_WORK = {anchor_missing: "ANCHOR_MISSING", anchor_flipped: "ANCHOR_BROKEN", anchor_empty: "ANCHOR_BROKEN",
                anchor_of_another: "ANCHOR_BROKEN", anchor_link: "ANCHOR_BROKEN"}


@pytest.mark.parametrize("anchor_first", ["yes", "no"])
@pytest.mark.parametrize("harm", HELD_AT_WORK, ids=[harm.__name__ for harm in HELD_AT_WORK])
def test_L7_an_anchor_changed_under_a_running_kordond_is_not_written_over(post_of, fingers, harm, anchor_first):
    post, reason = post_of(log__anchor_first=anchor_first), HELD_AT_WORK[harm]
    post.start()
    client = check_serves(post, fingers)
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "holds")
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "holds")
    harm(post)
    before = contents(os.path.dirname(post.anchor))
    decided = client.decide(transaction)
    if anchor_first == "yes":
        assert decided.reason == "OUTCOME_UNKNOWN" and "result" not in decided.json, decided
    wait_until(lambda: client.get("/v1/status").json["mode"] == "locked")
    check_locked(post, reason)
    assert contents(os.path.dirname(post.anchor)) == before
    if harm is anchor_link:
        os.unlink(post.anchor)
        assert post.ctl_refused("state", "accept", "anchor", *WHY)[0] == "ANCHOR_MISSING", "what is said now is another thing"
    assert post.ctl_ok("state", "accept", "anchor", *WHY)["mode"] == "armed"
    client = check_serves(post, fingers)
    wait_until(lambda: post.anchored() == client.get("/v1/status").json["log"]["size"])
    assert [each["body"]["decision"] for each in client.log() if each["head"]["event"] == "consultation"
            and each["body"]["transaction"] == transaction] == ["match"]


def test_L7_an_anchor_ahead_under_a_running_kordond_locks(post, fingers):
    """Somebody else signs with this log's key: the longer note is the proof, and stays."""
    post.keep("before")
    for _ in range(4):
        post.ctl_ok("log", "show", "0")
    with open(post.anchor, "rb") as stream:
        ahead = stream.read()
    post.put_back("before")
    post.put_back_anchor("before")
    post.start()
    client = post.client()
    write(post.anchor, ahead)
    client.post("/v1/transactions", OPENING)
    client.get("/v1/log/entries?limit=1")
    wait_until(lambda: client.get("/v1/status").json["mode"] == "locked")
    assert client.get("/v1/status").json["why"] in ("ANCHOR_AHEAD", "ANCHOR_FORKED")
    with open(post.anchor, "rb") as stream:
        assert stream.read() == ahead


def test_L7_an_anchor_is_no_link(post):
    anchor_link(post)
    post.start()
    assert "symbolic link" in check_locked(post, "ANCHOR_BROKEN")["detail"]
    reason, _, said = post.ctl_refused("state", "accept", "anchor", *WHY)
    assert reason == "ANCHOR_UNREACHABLE" and "symbolic link" in said
    assert os.path.islink(post.anchor)


def test_L7_reading_the_log_is_not_held_by_a_medium_that_was_away(post_of, fingers):
    post = post_of(log__anchor_first="no")
    post.start()
    client = post.client()
    os.rename(f"{post.folder}/elsewhere", f"{post.folder}/drawer")
    assert client.get("/v1/log/files/checkpoint").status == 200
    os.rename(f"{post.folder}/drawer", f"{post.folder}/elsewhere")
    check_serves(post, fingers)
    assert client.get("/v1/log/files/checkpoint").status == 200


def test_L7_a_broken_node_is_no_other_history(post):
    post.keep("before")
    for _ in range(8):
        post.ctl_ok("log", "show", "0")
    post.put_back_anchor("before")
    post.change(("UPDATE node SET hash = zeroblob(32) WHERE level < 4 AND place < 6",))
    post.start()
    check_locked(post, "LOG_BROKEN")
    refused = post.client().post("/v1/state/accept", {"what": "anchor", "justification": "because"})
    assert refused.reason == "LOG_BROKEN", refused


def test_L7_what_an_acceptance_gives_up_is_kept(post, fingers):
    """The longer note is the signed proof that the state was put back: in the entry, and beside the new anchor."""
    anchor_ahead(post)
    with open(post.anchor, "rb") as stream:
        note = stream.read()
    size, root = note.decode().split("\n")[1:3]
    post.start()
    post.ctl_ok("state", "accept", "anchor", *WHY)
    said, = [each["body"] for each in check_serves(post, fingers).log() if each["body"].get("what") == "anchor accepted"]
    assert (said["note_size"], said["note_root"], base64.b64decode(said["note"])) == (int(size), root, note)
    with open(f"{post.anchor}.{size}", "rb") as stream:
        assert stream.read() == note


def test_L7_what_is_no_note_is_kept_as_well(post, fingers):
    broken = bytes(range(256)) * 40
    write(post.anchor, broken)
    write(f"{post.anchor}.broken", b"of another time")
    post.start()
    post.ctl_ok("state", "accept", "anchor", *WHY)
    said, = [each["body"] for each in check_serves(post, fingers).log() if each["body"].get("what") == "anchor accepted"]
    assert base64.b64decode(said["note"]) == broken[:4096] and said["note_bytes"] == len(broken)
    assert "note_size" not in said and "note_root" not in said
    with open(f"{post.anchor}.broken", "rb") as stream:
        assert stream.read() == b"of another time", "what was kept once stays"


def test_L7_an_acceptance_without_a_medium_writes_nothing(post):
    anchor_folder_missing(post)
    post.start()
    size = post.status()["log"]["size"]
    for _ in range(3):
        assert post.ctl_refused("state", "accept", "anchor", *WHY)[0] == "ANCHOR_UNREACHABLE"
    check_locked(post, "ANCHOR_MISSING")
    assert post.status()["log"]["size"] == size


def test_L7_an_anchor_over_a_file_of_the_state_is_refused(tmp_path):
    """By both programs, before anything is made."""
    post = Post(tmp_path, anchor=None, log__anchor=f"{tmp_path}/state/kordon.db")
    reason, status, said = post.ctl_refused("init")
    assert (reason, status) == ("CONFIGURATION_BAD", 78) and "[log] anchor names" in said
    assert post.refused_start()[0] == 78
