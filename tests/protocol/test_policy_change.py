"""Another policy comes into force by two persons, whole or not at all."""

import hashlib
import http.client
import json
import os
import signal
import sqlite3

import pytest

from kordond import Client, Kordond, as_user, entry, preset, reachable
from sudden_end import SuddenEnd
from test_degraded import fill
from test_evidence import bundle
from test_persons import LANE, STRANGER, asked_by, bodies, options_of, register_post
from test_reload import change, reload
from test_tls import Post

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

PERSONS = {
    "person anna": {"roles": "supervisor", "proof": "user:root"},
    "person boris": {"roles": "supervisor", "proof": "user:daemon"},
}
PROPOSALS = "/v1/policy/proposals"
DAY = 86400
FAR = {"entered": "2026-01-31", "expires": "2030-01-31"}


def hash_of(text):
    return hashlib.sha256(text).hexdigest()


def policy_of(client):
    answer = client.get("/v1/policy")
    assert answer.status == 200, answer
    return answer.json["text"].encode()


def another(text, version, *changes):
    """The next policy: of that version, with the second of each pair in each place of the first."""
    before = next(line for line in text.split(b"\n") if line.startswith(b"version = "))
    for old, new in ((before, b"version = %d" % version), *changes):
        assert old in text, old
        text = text.replace(old, new)
    return text


def propose(client, text, status=200):
    answer = client.post(f"{PROPOSALS}?justification=the+law", text)
    assert answer.status == status, answer
    return answer.json


def approve(client, proposal):
    return client.post(f"{PROPOSALS}/{proposal}/approval?justification=looked+at+it")


def approved_by(post, uid, proposal):
    return asked_by(post, uid, "POST", f"{PROPOSALS}/{proposal}/approval?justification=looked+at+it", b"")


def proposal_of(client):
    """Its hash, or why there is none."""
    answer = client.get("/v1/policy/proposal")
    return answer.json["hash"] if answer.status == 200 else answer.reason


def acts(post):
    return [body for body in bodies(post, "configuration") if "proposal" in body]


def size_of(client):
    return client.get("/v1/status").json["log"]["size"]


# --- Two persons

def test_T7_a_policy_is_proposed_by_one_person_and_approved_by_another(daemon_of):
    """The second person is told what differs; the log says who did what, and names both policies."""
    post = register_post(daemon_of, PERSONS)
    client = post.client()
    before = policy_of(client)
    text = another(before, 2, (b"attempts = 3", b"attempts = 4"))
    told = propose(client, text)
    proposal = told["hash"]
    changes = [{"purpose": None, "key": "version", "old": "1", "new": "2"}] + [
        {"purpose": purpose, "key": "attempts", "old": "3", "new": "4"}
        for purpose in ("border_check", "protection_check", "missing_person_check")]
    assert (proposal, told["version"], told["compared_with"], told["changes"]) == (hash_of(text), 2, hash_of(before), changes)
    shown = client.get("/v1/policy/proposal").json
    assert (shown["text"].encode(), shown["proposed_by"], shown["justification"]) == (text, "person:anna", "the law")
    assert (shown["changes"], shown["compared_with"], shown["version"]) == (changes, hash_of(before), 2)
    assert shown["expires_ms"] - shown["proposed_ms"] == 14 * DAY * 1000
    assert approve(client, proposal).reason == "SECOND_PERSON_NEEDED"
    assert policy_of(client) == before and proposal_of(client) == proposal
    status, answer = approved_by(post, LANE, proposal)
    assert status == 200, answer
    assert (answer["hash"], answer["version"], answer["compared_with"], answer["changes"]) == (proposal, 2, hash_of(before), changes)
    assert policy_of(client) == text and proposal_of(client) == "DOCUMENT_NOT_FOUND"
    proposed, approved = acts(post)
    assert (proposed["what"], proposed["actor"], proposed["justification"]) == ("policy proposed", "person:anna", "the law")
    assert (approved["what"], approved["actor"], approved["proposed_by"]) == ("policy approved", "person:boris", "person:anna")
    assert (approved["proposed_because"], approved["proposed_by_proof"]) == ("the law", "uid:0")
    assert approved["documents"]["policy"] == proposed["documents"]["policy_proposal"] == proposal
    assert approved["replaced"] == hash_of(before) and "same_person" not in approved
    post.stop()
    post.start()
    assert policy_of(post.client()) == text


def test_T7_one_person_is_not_two_whatever_proves_him(daemon_of):
    """Two users of the machine that the register knows as one person; who tried is in the log."""
    post = register_post(daemon_of, {"person anna": {"roles": "supervisor", "proof": "user:root, user:daemon"}})
    client = post.client()
    before = policy_of(client)
    proposal = propose(client, another(before, 2))["hash"]
    status, answer = approved_by(post, LANE, proposal)
    assert (status, answer["reason"], answer["detail"]) == (403, "SECOND_PERSON_NEEDED", "person:anna proposed it")
    assert policy_of(client) == before and proposal_of(client) == proposal
    tried = [body for body in bodies(post, "access") if body.get("denied", "").endswith("approval")]
    assert tried and all(body["actor"] == "person:anna" for body in tried)


def test_T7_one_person_is_not_two_by_socket_and_certificate(tmp_path):
    """olena comes over the network and from the post's own machine."""
    known = {"person olena__proof": "certificate:post/DNS:olena, user:daemon", "person root__roles": "supervisor",
             "person root__proof": "user:root"}
    post = Post(tmp_path / "post", **known).start()
    client = post.client("olena")
    before = policy_of(client)
    proposal = propose(client, another(before, 2))["hash"]
    assert approve(client, proposal).reason == "SECOND_PERSON_NEEDED"
    assert approved_by(post.daemon, LANE, proposal)[1]["reason"] == "SECOND_PERSON_NEEDED"
    assert policy_of(client) == before
    assert approve(post.daemon.client(), proposal).status == 200
    post.daemon.stop()


def test_T7_another_name_in_the_register_makes_no_second_person(daemon_of):
    """Whoever writes the configuration calls himself otherwise: his proof is what it was."""
    post = register_post(daemon_of, PERSONS)
    before = policy_of(post.client())
    proposal = propose(post.client(), another(before, 2))["hash"]
    post.stop()
    with open(post.configuration, encoding="ascii") as stream:
        changed = stream.read().replace("[person anna]", "[person hanna]")
    with open(post.configuration, "w", encoding="ascii") as stream:
        stream.write(changed)
    post.start()
    assert post.client().get("/v1/status").json["principal"] == "person:hanna"
    assert approve(post.client(), proposal).reason == "SECOND_PERSON_NEEDED"
    assert policy_of(post.client()) == before


def test_T7_who_is_not_in_the_register_changes_no_policy(daemon_of):
    """He could be somebody in it by another name."""
    post = register_post(daemon_of, PERSONS, roles={"supervisor": "user:nobody"})
    client = post.client()
    proposal = propose(client, another(policy_of(client), 2))["hash"]
    assert approved_by(post, STRANGER, proposal)[1]["reason"] == "NOT_PERMITTED"
    reachable(post.folder)
    text = another(policy_of(client), 3)
    refused = as_user(STRANGER, lambda: Client(post.socket).post(f"{PROPOSALS}?justification=why", text).json["reason"])
    assert refused == "NOT_PERMITTED"
    assert proposal_of(client) == proposal


BORIS = "[person boris]\nroles = supervisor\nproof = user:daemon\n"


@pytest.mark.parametrize("now, may", [
    ("", False),  # dismissed
    (BORIS.replace("supervisor", "terminal"), False),
    (BORIS.replace("user:daemon", "user:sys"), False),
    (BORIS.replace("supervisor", "administrator"), True),
])
def test_T7_who_may_not_propose_any_more_is_no_first_person(daemon_of, now, may):
    """What he proposed before he was dismissed, or by a proof that is not his any more, nobody brings into force alone."""
    post = register_post(daemon_of, PERSONS)
    client = post.client()
    before = policy_of(client)
    text = another(before, 2)
    reachable(post.folder)
    proposal = as_user(LANE, lambda: Client(post.socket).post(f"{PROPOSALS}?justification=why", text).json["hash"])
    change(post, (BORIS, now))
    assert "configuration reloaded" in reload(post)
    answer = approve(post.client(), proposal)
    assert (answer.reason if answer.status != 200 else None) == (None if may else "SECOND_PERSON_NEEDED"), answer
    assert policy_of(client) == (text if may else before)
    if not may:
        assert "person:boris, who proposed it" in answer.json["detail"]
        assert approve(client, propose(client, another(before, 3))["hash"]).reason == "SECOND_PERSON_NEEDED"


def test_T7_what_was_proposed_in_a_demonstration_is_not_approved_elsewhere(daemon_of):
    """Nobody knew who proposed it there."""
    post = daemon_of()
    text = another(preset("protection").encode(), 2)
    proposal = propose(post.client(), text)["hash"]
    assert approve(post.client(), proposal).status == 200
    proposal = propose(post.client(), another(text, 3))["hash"]
    post.stop()
    Kordond(post.folder, roles={}, **options_of(PERSONS))  # writes the same post's configuration anew
    post.start()
    for uid in (0, LANE):
        status, answer = approved_by(post, uid, proposal)
        assert (status, answer["reason"]) == (403, "SECOND_PERSON_NEEDED")
    assert policy_of(post.client()) == text


def test_T7_in_a_demonstration_one_person_may_do_both_and_the_entry_says_so(daemon_of):
    post = daemon_of()
    client = post.client()
    text = another(policy_of(client), 2)
    assert approve(client, propose(client, text)["hash"]).status == 200
    approved = acts(post)[-1]
    assert approved["same_person"] is True and approved["demonstration"] is True
    assert policy_of(client) == text


# --- Only what was looked at, and only as long as it can be

def test_A8_a_proposal_changed_under_the_feet_is_not_approved(daemon_of):
    post = register_post(daemon_of, PERSONS)
    client = post.client()
    before = policy_of(client)
    first = propose(client, another(before, 2))["hash"]
    second = propose(client, another(before, 3))["hash"]
    for name in (first, 64 * "0"):
        status, answer = approved_by(post, LANE, name)
        assert (status, answer["reason"]) == (409, "PROPOSAL_OTHER")
    for name in ("x", second[:-1], second.upper()):
        assert approved_by(post, LANE, name)[1]["reason"] == "DOCUMENT_NOT_FOUND"
    assert policy_of(client) == before
    assert client.delete(f"{PROPOSALS}/{first}?justification=why").reason == "PROPOSAL_OTHER"
    assert client.delete(f"{PROPOSALS}/{second}?justification=why").status == 200
    assert approved_by(post, LANE, second)[1]["reason"] == "DOCUMENT_NOT_FOUND"
    assert [(body["what"], body.get("replaced")) for body in acts(post)] == [
        ("policy proposed", None), ("policy proposed", first), ("policy proposal withdrawn", None)]


def test_A8_an_approval_of_what_is_no_more_proposed_is_stale(daemon_of):
    """Once approved it is not proposed any more; what was proposed beside a policy that is gone must be higher than its successor."""
    post = daemon_of()
    client = post.client()
    before = policy_of(client)
    second = another(before, 2)
    proposal = propose(client, second)["hash"]
    assert approve(client, proposal).status == 200
    assert approve(client, proposal).reason == "DOCUMENT_NOT_FOUND"
    for text in (before, second, another(second, 1), another(second, 2, (b"attempts = 3", b"attempts = 4"))):
        assert propose(client, text, 409)["reason"] == "POLICY_NOT_NEWER"
    assert policy_of(client) == second and proposal_of(client) == "DOCUMENT_NOT_FOUND"


def test_T7_a_proposal_ends_and_a_clock_that_can_not_be_right_changes_nothing(tmp_path, clock):
    post = Kordond(tmp_path, environment=clock.environment).init().start()
    client = post.client()
    before = policy_of(client)
    proposal = propose(client, another(before, 2))["hash"]
    for seconds, reason in ((-DAY, "CLOCK_BEHIND"), (40 * DAY, "CLOCK_AHEAD"), (14 * DAY, "PROPOSAL_EXPIRED")):
        clock.set(seconds)
        assert approve(client, proposal).reason == reason, seconds
        if reason != "PROPOSAL_EXPIRED":
            assert client.post(f"{PROPOSALS}?justification=why", another(before, 3)).reason == reason
        assert policy_of(client) == before and proposal_of(client) == proposal
    proposal = propose(client, another(before, 2))["hash"]
    assert approve(client, proposal).status == 200
    post.stop()


# --- Nothing but a policy

def test_A8_what_is_no_policy_is_not_even_proposed(daemon_of):
    """The answer names the line; nothing is stored, and nothing recorded."""
    post = daemon_of()
    client = post.client()
    good = another(policy_of(client), 2)
    size = size_of(client)
    for bad in (b"[policy]\nname = x\n", good.replace(b"attempts = 3", b"attempts = 300"), good.replace(b"roles = terminal", b"roles = king"),
                good + b"\0", b"\xef\xbb\xbf" + good, good + b"# \x1b[2J\n", good + b"# \xff\n", good + "# \u202e\n".encode(), b"{}",
                good + b"[purpose border_check]\n", 65536 * b"x", 65536 * b"\n"):
        refused = propose(client, bad, 422)
        assert refused["reason"] == "POLICY_BAD" and refused["subject"].startswith("policy"), refused
    assert propose(client, good.replace(b"attempts = 3", b"attempts = 300"), 422)["subject"] == f"policy:{good.split(b'attempts')[0].count(10) + 1}"
    assert client.post(f"{PROPOSALS}?justification=why", b"").reason == "BAD_VALUE"
    assert client.post(PROPOSALS, good).status == 400, "no justification"
    assert (size_of(client), proposal_of(client)) == (size, "DOCUMENT_NOT_FOUND")


def test_A9_a_policy_has_64_KiB_at_most(daemon_of):
    post = daemon_of()
    client = post.client()
    text = another(policy_of(client), 2)
    line = b"#" + 99 * b"x" + b"\n"
    text += (65536 - len(text)) // len(line) * line
    text += b"#" + (65536 - len(text) - 2) * b"y" + b"\n" if len(text) < 65535 else b""
    assert len(text) == 65536
    assert client.post(f"{PROPOSALS}?justification=why", text + b"\n").status == 413
    client = post.client()
    proposal = propose(client, text)["hash"]
    assert client.get("/v1/policy/proposal").json["text"].encode() == text
    assert approve(client, proposal).status == 200 and policy_of(client) == text


def test_T7_a_demonstrations_policy_is_not_proposed_elsewhere(daemon_of):
    post = register_post(daemon_of, PERSONS)
    refused = propose(post.client(), another(preset("demonstration").encode(), 2), 422)
    assert refused["reason"] == "POLICY_BAD" and "demonstration" in refused["detail"]
    assert proposal_of(post.client()) == "DOCUMENT_NOT_FOUND"


# --- Whole or not at all

@pytest.fixture(name="mortal")
def fixture_mortal(tmp_path):
    """A post that ends when a write became durable: (daemon, its sudden end)."""
    end = SuddenEnd(tmp_path)
    daemon = Kordond(tmp_path / "d", environment=end.environment)
    yield daemon.init().start(), end
    daemon.stop()


def killed_at(daemon, end, number, act):
    """Whether kordond was killed right behind the disk's word about that write, before act, which makes some, was answered."""
    end.at(number)
    try:
        act()
        end.not_now()
        return False
    except (OSError, http.client.HTTPException):
        assert daemon.wait() == -signal.SIGKILL
    end.not_now()
    daemon.start()
    return True


def test_A8_killed_at_each_write_of_an_approval_the_start_finds_one_whole_policy(mortal):
    """The old one with the proposal, or the new one without it; and the log says which."""
    daemon, end = mortal
    number, killed, found = 0, True, set()
    while killed:
        number += 1
        client = daemon.client()
        before = policy_of(client)
        text = another(before, number + 1)
        proposal = propose(client, text)["hash"]
        killed = killed_at(daemon, end, number, lambda c=client, p=proposal: approve(c, p))
        client = daemon.client()
        state = policy_of(client), proposal_of(client)
        assert state in ((before, proposal), (text, "DOCUMENT_NOT_FOUND")), (number, state)
        assert [body["proposal"] for body in acts(daemon) if body["what"] == "policy approved"].count(proposal) == (state[0] == text)
        if killed:
            found.add(state[0] == text)
    assert True in found, "killed behind the commit at least once"
    assert number > 1 and policy_of(client) == text
    daemon.ctl_ok("log", "verify")


def test_A8_killed_at_each_write_of_a_proposal_what_is_in_force_stays(mortal):
    """Proposed, and withdrawn: there is the whole proposal, or none."""
    daemon, end = mortal
    before = policy_of(daemon.client())
    text = another(before, 2)
    for act, left in ((lambda c: propose(c, text), "DOCUMENT_NOT_FOUND"),
                      (lambda c: c.delete(f"{PROPOSALS}/{hash_of(text)}?justification=why"), hash_of(text))):
        number, killed = 0, True
        while killed:
            number += 1
            client = daemon.client()
            if proposal_of(client) != left:
                client.delete(f"{PROPOSALS}/{hash_of(text)}?justification=why") if left == "DOCUMENT_NOT_FOUND" else propose(client, text)
            killed = killed_at(daemon, end, number, lambda c=client, a=act: a(c))
            assert policy_of(daemon.client()) == before
            assert proposal_of(daemon.client()) in ("DOCUMENT_NOT_FOUND", hash_of(text))
        assert number > 1
        assert (proposal_of(daemon.client()) == hash_of(text)) == (left == "DOCUMENT_NOT_FOUND")
    daemon.ctl_ok("log", "verify")


def test_A8_killed_in_between_the_start_finds_what_was_in_force(daemon_of):
    post = daemon_of()
    before = policy_of(post.client())
    proposal = propose(post.client(), another(before, 2))["hash"]
    post.kill()
    client = post.start().client()
    assert policy_of(client) == before and proposal_of(client) == proposal
    assert approve(client, proposal).status == 200


def test_A8_a_full_disk_changes_nothing(small_disk):
    daemon = Kordond(small_disk).init().start()
    client = daemon.client()
    before = policy_of(client)
    proposal = propose(client, another(before, 2))["hash"]
    fill(small_disk, 0)
    size = size_of(client)
    for answer in (approve(client, proposal), client.delete(f"{PROPOSALS}/{proposal}?justification=why"),
                   client.post(f"{PROPOSALS}?justification=why", another(before, 3))):
        assert answer.reason == "DISK_FULL", answer
    assert (policy_of(client), proposal_of(client), size_of(client)) == (before, proposal, size)
    os.remove(small_disk / "fill")
    assert approve(client, proposal).status == 200
    assert policy_of(client) == another(before, 2)
    daemon.stop()


def test_A8_with_an_unknown_outcome_what_is_stored_is_what_is_in_force(daemon_of, tmp_path):
    """The commit is durable, its anchor is not: the one who approved is told that, and the policy in memory is the one in the state."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    post = daemon_of(identification__require_armed="no", log__anchor=f"{place}/anchor")
    client = post.client()
    text = another(policy_of(client), 2)
    proposal = propose(client, text)["hash"]
    place.rename(tmp_path / "drawer")
    unknown = approve(client, proposal)
    assert (unknown.status, unknown.reason) == (503, "OUTCOME_UNKNOWN")
    (tmp_path / "drawer").rename(place)
    assert policy_of(client) == text and proposal_of(client) == "DOCUMENT_NOT_FOUND"
    assert propose(client, text, 409)["reason"] == "POLICY_NOT_NEWER"
    entries = client.log()
    assert entries[-1]["body"]["policy"]["hash"] == proposal
    post.stop()
    assert policy_of(post.start().client()) == text


def test_L10_a_policy_that_was_written_by_another_is_not_read(daemon_of):
    post = daemon_of()
    client = post.client()
    assert approve(client, propose(client, another(policy_of(client), 2))["hash"]).status == 200
    post.stop()
    connection = sqlite3.connect(f"{post.folder}/state/kordon.db")
    with connection:
        connection.execute("DELETE FROM document")
    connection.close()
    status, said = post.refused_start()
    assert status != 0 and "the state is not what was sealed under its machine key" in said


# --- In force

def test_L3_entries_name_the_policy_that_was_in_force(daemon_of):
    post = daemon_of()
    client = post.client()
    before = policy_of(client)
    text = another(before, 2)
    proposal = propose(client, text)["hash"]
    approved = approve(client, proposal).json["seq"]
    assert client.get("/v1/policy").json["hash"] == proposal
    client.log()
    for each in client.log():
        wanted = (hash_of(before), 1) if each["head"]["seq"] <= approved else (proposal, 2)
        if each["head"]["seq"] > 0:
            assert (each["body"]["policy"]["hash"], each["body"]["policy"]["version"]) == wanted, each


def test_L7_the_export_alone_tells_who_changed_the_policy(daemon_of, tmp_path):
    post = register_post(daemon_of, PERSONS)
    client = post.client()
    text = another(policy_of(client), 2)
    proposal = propose(client, text)["hash"]
    assert approved_by(post, LANE, proposal)[0] == 200
    post.ctl_ok("log", "export", tmp_path / "export")
    size = json.loads(post.ctl("log", "verify", str(tmp_path / "export")).stdout)["size"]
    told = [json.loads(body[32:]) for body in bundle(tmp_path / f"export/bodies/000.p/{size}", ">I")]  # behind their salt
    proposed, approved = [body for body in told if body.get("proposal") == hash_of(text)]
    assert (proposed["actor"], proposed["documents"]["policy_proposal"]) == ("person:anna", hash_of(text))
    assert (approved["actor"], approved["proposed_by"], approved["documents"]["policy"]) == ("person:boris", "person:anna", hash_of(text))


def test_P8_a_category_is_searched_as_long_as_the_policy_in_force_names_it(daemon_of, fingers):
    """Taken away it is searched no more directly after the approval's answer, named again it is."""
    post = daemon_of(identification__require_armed="no")
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], 1, category="wanted_for_arrest", **FAR), entry(fingers[2, 1], 2, **FAR)]).status == 200
    with_it = policy_of(client)
    without = another(with_it, 2, (b"wanted_for_arrest,\n    refusal_of_entry", b"\n    refusal_of_entry"))
    again = another(with_it, 3)

    def searched():
        result = client.identify(fingers[1, 2]).json["result"]
        return result["decision"], result["identification"]["searched"]
    assert searched() == ("match", 2)
    assert approve(client, propose(client, without)["hash"]).status == 200
    assert searched() == ("no_match", 1)
    assert approve(client, propose(client, again)["hash"]).status == 200
    assert searched() == ("match", 2)
    named = [body["policy"]["version"] for body in bodies(post, "consultation")]
    assert named == [1, 2, 3]
