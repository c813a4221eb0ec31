"""Another policy comes into the state by two persons, whole or not at all."""

import hashlib
import os
import sqlite3

import pytest

from kordond import Client, as_user, preset, reachable
from test_persons import LANE, STRANGER, asked_by, bodies, register_post

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

PERSONS = {
    "person anna": {"roles": "supervisor", "proof": "user:root"},
    "person boris": {"roles": "supervisor", "proof": "user:daemon"},
}
TEXT = preset("protection").encode()
OTHER = TEXT.replace(b"version = 1", b"version = 2")
PROPOSALS = "/v1/policy/proposals"


def hash_of(text):
    return hashlib.sha256(text).hexdigest()


def propose(post, text=TEXT):
    answer = post.client().post(f"{PROPOSALS}?justification=the+law", text)
    assert (answer.status, answer.json["hash"]) == (200, hash_of(text)), answer
    return answer.json["hash"]


def approve(post, uid, proposal):
    return asked_by(post, uid, "POST", f"{PROPOSALS}/{proposal}/approval?justification=looked+at+it", b"")


def policy_of(post):
    answer = post.client().get("/v1/policy")
    return answer.json["text"].encode() if answer.status == 200 else answer.reason


def test_T7_a_policy_is_proposed_by_one_person_and_approved_by_another(daemon_of):
    post = register_post(daemon_of, PERSONS)
    before = policy_of(post)
    proposal = propose(post)
    shown = post.client().get("/v1/policy/proposal").json
    assert (shown["text"].encode(), shown["proposed_by"], shown["justification"]) == (TEXT, "person:anna", "the law")
    assert shown["expires_ms"] - shown["proposed_ms"] == 14 * 86400 * 1000
    status, answer = approve(post, 0, proposal)
    assert (status, answer["reason"]) == (403, "SECOND_PERSON_NEEDED")
    assert policy_of(post) == before
    status, answer = approve(post, LANE, proposal)
    assert status == 200, answer
    assert policy_of(post) == TEXT
    assert post.client().get("/v1/policy/proposal").reason == "DOCUMENT_NOT_FOUND"
    proposed, approved = [body for body in bodies(post, "configuration") if "proposal" in body]
    assert (proposed["what"], proposed["actor"]) == ("policy proposed", "person:anna")
    assert (approved["what"], approved["actor"], approved["proposed_by"]) == ("policy approved", "person:boris", "person:anna")
    assert approved["documents"]["policy"] == proposed["documents"]["policy_proposal"] == proposal
    assert "same_person" not in approved
    post.stop()
    post.start()
    assert policy_of(post) == TEXT


def test_A8_a_proposal_changed_under_the_feet_is_not_approved(daemon_of):
    post = register_post(daemon_of, PERSONS)
    before = policy_of(post)
    first = propose(post)
    second = propose(post, OTHER)
    for name in (first, 64 * "0"):
        status, answer = approve(post, LANE, name)
        assert (status, answer["reason"]) == (409, "PROPOSAL_OTHER")
    for name in ("x", second[:-1], second.upper()):
        assert approve(post, LANE, name)[1]["reason"] == "DOCUMENT_NOT_FOUND"
    assert policy_of(post) == before
    assert post.client().delete(f"{PROPOSALS}/{first}?justification=why").reason == "PROPOSAL_OTHER"
    assert post.client().delete(f"{PROPOSALS}/{second}?justification=why").status == 200
    assert approve(post, LANE, second)[1]["reason"] == "DOCUMENT_NOT_FOUND"
    assert [body.get("replaced") for body in bodies(post, "configuration") if body.get("what") == "policy proposed"] == [None, first]


def test_T7_who_is_not_in_the_register_changes_no_policy(daemon_of):
    """He could be somebody in it by another name."""
    post = register_post(daemon_of, PERSONS, roles={"supervisor": "user:nobody"})
    proposal = propose(post)
    reachable(post.folder)
    assert approve(post, STRANGER, proposal)[1]["reason"] == "NOT_PERMITTED"
    refused = as_user(STRANGER, lambda: Client(post.socket).post(f"{PROPOSALS}?justification=why", OTHER).json["reason"])
    assert refused == "NOT_PERMITTED"
    assert post.client().get("/v1/policy/proposal").json["hash"] == proposal


def test_T7_in_a_demonstration_one_person_may_do_both_and_the_entry_says_so(daemon_of):
    post = daemon_of()
    proposal = propose(post)
    assert approve(post, 0, proposal)[0] == 200
    approved, = [body for body in bodies(post, "configuration") if body.get("what") == "policy approved"]
    assert approved["same_person"] is True and approved["demonstration"] is True
    assert policy_of(post) == TEXT


def test_a_proposal_that_can_be_none_is_refused(daemon_of):
    post = daemon_of()
    client = post.client()
    assert client.post(PROPOSALS, TEXT).status == 400, "no justification"
    assert client.post(f"{PROPOSALS}?justification=why", b"").reason == "BAD_VALUE"
    assert client.post(f"{PROPOSALS}?justification=why", 65536 * b"x").status == 200
    assert post.client().post(f"{PROPOSALS}?justification=why", 65537 * b"x").status == 413


def test_A8_a_kordond_killed_before_or_behind_an_approval_finds_one_whole_policy(daemon_of):
    post = daemon_of()
    first = propose(post)
    post.kill()
    post.start()
    assert policy_of(post) == preset("demonstration").encode()
    assert approve(post, 0, first)[0] == 200
    propose(post, OTHER)
    post.kill()
    post.start()
    assert policy_of(post) == TEXT
    assert post.client().get("/v1/policy/proposal").json["hash"] == hash_of(OTHER)


def test_L10_a_policy_that_was_written_by_another_is_not_read(daemon_of):
    post = daemon_of()
    assert approve(post, 0, propose(post))[0] == 200
    post.stop()
    connection = sqlite3.connect(f"{post.folder}/state/kordon.db")
    with connection:
        connection.execute("DELETE FROM document")
    connection.close()
    status, said = post.refused_start()
    assert status != 0 and "the state is not what was sealed under its machine key" in said
