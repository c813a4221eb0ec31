"""kordonctl policy, as an authority uses it: checked, proposed by one person, looked at and approved by another."""

import hashlib
import os
import subprocess

import pytest

from kordond import KORDONCTL, SOURCE, reachable
from test_persons import LANE, register_post
from test_policy_change import PERSONS, another, policy_of, proposal_of
from test_reload import reload
from test_tls_tools import fixture_post_of, refused  # noqa: F401  pylint: disable=unused-import

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")


@pytest.fixture(name="post")
def fixture_post(daemon_of):
    post = register_post(daemon_of, PERSONS)
    reachable(post.folder)
    return post


def plain(post, *arguments):
    """What a kordonctl that must succeed says to people."""
    outcome = subprocess.run([KORDONCTL, "--config", post.configuration, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def by_boris(post, *arguments):
    return post.ctl(*arguments, user=LANE, group=LANE, extra_groups=[])


def write(folder, text, name="next.policy"):
    path = folder / name
    path.write_bytes(text)
    return path


def test_T7_a_policy_changes_by_two_persons_with_nothing_but_kordonctl(post, tmp_path):
    """What the second person reads names each key, old and new; the file that he may save has the SHA-256 that he approves."""
    client = post.client()
    before = policy_of(client)
    text = another(before, 2, (b"postponement_days = 90", b"postponement_days = 30"))
    path = write(tmp_path, text)
    digest = hashlib.sha256(text).hexdigest()
    assert post.ctl_ok("policy", "check", path)["hash"] == digest
    proposed = post.ctl_ok("policy", "propose", path, "--because", "the law of May")
    assert proposed["hash"] == digest and {each["key"] for each in proposed["changes"]} == {"version", "postponement_days"}
    assert post.ctl_refused("policy", "approve", digest, "--because", "mine") == ("SECOND_PERSON_NEEDED", 77, "person:anna proposed it")
    saved = tmp_path / "saved"
    saved.mkdir()
    saved.chmod(0o777)
    reachable(str(tmp_path))
    assert by_boris(post, "policy", "show", "--proposal", "--text", "--out", str(saved / "file")).returncode == 0
    assert (saved / "file").read_bytes() == text
    approved = by_boris(post, "policy", "approve", digest, "--because", "I read it")
    assert approved.returncode == 0, approved.stderr
    shown = post.ctl_ok("policy", "show")
    assert shown["hash"] == digest and shown["text"].encode() == text
    assert post.ctl_ok("policy", "show", "--text")["text"].encode() == text
    assert post.ctl_refused("policy", "diff")[0] == "DOCUMENT_NOT_FOUND"


def test_T7_what_people_read_says_all_that_they_need(post, tmp_path):
    before = policy_of(post.client())
    text = another(before, 2, (b"postponement_days = 90", b"postponement_days = 30"))
    path = write(tmp_path, text + b"\n[purpose review]\n" + text.split(b"[purpose missing_person_check]\n")[1])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    out = plain(post, "policy", "propose", path, "--because", "the law of May")
    assert f"kordonctl policy approve {digest} --because TEXT" in out
    out = plain(post, "policy", "diff")
    for line in (f"proposed        {digest}", "[policy]", "  version                   1 -> 2", "[purpose border_check]",
                 "  postponement_days         90 -> 30", "[purpose review] is new", "  postponement_days         30",
                 "because         the law of May"):
        assert line in out.split("\n"), out
    assert "person:anna" in out and "may be approved until " in out
    out = plain(post, "policy", "show", "--proposal")
    assert "version 2" in out and digest in out and "review" in out
    assert "is withdrawn" in plain(post, "policy", "withdraw", digest, "--because", "a mistake")
    assert "version 1" in plain(post, "policy", "show")
    assert plain(post, "policy", "show", "--text").encode() == before


def test_what_is_wrong_is_said_before_kordond_is_asked(post, tmp_path):
    """The file's own name and line, and what to write."""
    client = post.client()
    bad = another(policy_of(client), 2, (b"attempts = 3", b"attempts = 300"))
    line = bad.split(b"attempts")[0].count(b"\n") + 1
    path = write(tmp_path, bad)
    for command in (("check", path), ("propose", path, "--because", "x")):
        outcome = post.ctl("policy", *command)
        assert outcome.returncode == 65 and f"{path}:{line}: " in outcome.stderr and "from 1 to 10" in outcome.stderr, outcome
    assert proposal_of(client) == "DOCUMENT_NOT_FOUND"
    good = write(tmp_path, another(policy_of(client), 2), "good")
    for arguments, what in ((("propose", good), "--because"), (("approve", 64 * "0"), "--because"), (("withdraw", 64 * "0"), "--because"),
                            (("approve", "abc", "--because", "x"), "all 64 characters"), (("show", "--out", tmp_path / "x"), "--text"),
                            (("approve", 64 * "X", "--because", "x"), "all 64 characters")):
        outcome = post.ctl("policy", *arguments)
        assert outcome.returncode == 64 and what in outcome.stderr, outcome
    assert post.ctl_refused("policy", "propose", write(tmp_path, policy_of(client), "same"), "--because", "x")[::2] == (
        "POLICY_NOT_NEWER", "it is version 1, in force is version 1")
    assert post.ctl_refused("policy", "approve", 64 * "0", "--because", "x")[::2] == ("DOCUMENT_NOT_FOUND", "none is proposed")


def test_a_policy_is_checked_without_kordond(daemon_of, tmp_path):
    """Each preset by its name; what differs is told by --against, another preset or a file."""
    post = daemon_of()
    post.stop()
    for name in ("ukraine", "ees", "protection", "demonstration"):
        with open(f"{SOURCE}/packaging/policies/{name}.policy", "rb") as stream:
            text = stream.read()
        checked = post.ctl_ok("policy", "check", name)
        assert (checked["name"], checked["version"], checked["hash"]) == (name, 1, hashlib.sha256(text).hexdigest())
        assert "changes" not in checked
        assert post.ctl_ok("policy", "check", name, "--against", name)["changes"] == []
    path = write(tmp_path, text.replace(b"retention_days = 365", b"retention_days = 30"))
    changes = post.ctl_ok("policy", "check", path, "--against", "demonstration")["changes"]
    assert {(each["key"], each["old"], each["new"]) for each in changes} == {("retention_days", "365", "30")} and len(changes) == 3
    path = write(tmp_path, text.replace(b"version = 1", b"version = 2", 1))
    assert post.ctl_ok("policy", "check", path, "--against", "demonstration")["changes"] == [
        {"purpose": None, "key": "version", "old": "1", "new": "2"}]  # as kordond tells a proposal's
    reason, status, detail = post.ctl_refused("policy", "check", "ukrain")
    assert (reason, status) == ("FILE_NOT_FOUND", 66) and "ukraine, ees, protection, demonstration" in detail
    assert post.ctl_refused("policy", "check", tmp_path)[0] == "FILE_ERROR"
    assert post.ctl_refused("policy", "check", write(tmp_path, 65537 * b"#", "long"))[0] == "TOO_LARGE"


def test_T7_two_persons_change_the_policy_from_their_desks_over_the_network(post_of, tmp_path):
    """All of it with certificates: who may not is refused as at the post, and the log names the persons."""
    post = post_of(**{"person maria__roles": "supervisor", "person maria__proof": "certificate:post-ca/email:maria@border.example"})
    post.pairs["maria"] = post.made.issue("email:maria@border.example")
    post.start()
    before = post.asked("lane-1", "policy", "show")
    path = write(tmp_path, another(before["text"].encode(), 2, (b"attempts = 3", b"attempts = 4")))
    assert refused(*post.desk("lane-1"), "policy", "propose", path, "--because", "x")[0] == 77
    digest = post.asked("olena", "policy", "propose", path, "--because", "the law of May")["hash"]
    assert {each["key"] for each in post.asked("ivan", "policy", "diff")["changes"]} == {"version", "attempts"}
    for name, what in (("olena", "person:olena proposed it"), ("ivan", "")):
        status, line = refused(*post.desk(name), "policy", "approve", digest, "--because", "I read it")
        assert status == 77 and what in line, line
    post.asked("maria", "policy", "show", "--proposal", "--text", "--out", tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == path.read_bytes()
    assert post.asked("maria", "policy", "approve", digest, "--because", "I read it")["version"] == 2
    assert post.asked("lane-1", "policy", "show")["hash"] == digest
    again = write(tmp_path, another(before["text"].encode(), 3), "third")
    proposal = post.asked("maria", "policy", "propose", again, "--because", "back")["hash"]
    post.asked("maria", "policy", "withdraw", proposal, "--because", "a mistake")
    said = [each["body"] for each in post.asked("ivan", "log", "show", "--event", "configuration", "--count", "100")["entries"]]
    assert sorted((body["what"], body["actor"]) for body in said if "proposal" in body) == [
        ("policy approved", "person:maria"), ("policy proposal withdrawn", "person:maria"), ("policy proposed", "person:maria"),
        ("policy proposed", "person:olena")]


def test_T7_who_proposed_by_a_certificate_that_is_revoked_is_no_first_person(post_of, tmp_path):
    """His section may still be in the register, with the name of the certificate that was stolen: so may a new certificate of that name."""
    post = post_of(**{"person maria__roles": "supervisor", "person maria__proof": "certificate:post-ca/email:maria@border.example"})
    post.pairs["maria"] = post.made.issue("email:maria@border.example")
    post.start()
    before = post.asked("lane-1", "policy", "show")
    path = write(tmp_path, another(before["text"].encode(), 2))
    digest = post.asked("olena", "policy", "propose", path, "--because", "mine")["hash"]
    post.made.revoke(post.pairs["olena"][0])
    post.pairs["olena"] = post.made.issue("email:olena@border.example", out=f"{tmp_path}/renewed")
    reload(post.daemon)
    status, line = refused(*post.desk("maria"), "policy", "approve", digest, "--because", "I read it")
    assert status == 77 and "person:olena, who proposed it, may not any more" in line, line
    assert post.asked("lane-1", "policy", "show")["hash"] == before["hash"]
    renewed = post.asked("olena", "policy", "propose", path, "--because", "mine, indeed")["hash"]
    assert post.asked("maria", "policy", "approve", renewed, "--because", "I read it")["version"] == 2
