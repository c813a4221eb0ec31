"""What was decided is told again as long as the log has it: by id, after memory forgot, after a kill at the worst moment."""

import http.client
import os
import shutil
import signal
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import NOBODY, Client, as_user, entry, reachable, user_name, wait_until  # noqa: E402  pylint: disable=wrong-import-position
from sudden_end import SuddenEnd  # noqa: E402  pylint: disable=wrong-import-position
from test_guard import WHY, check_locked, fixture_post, fixture_post_of  # noqa: E402  pylint: disable=wrong-import-position

__all__ = ["fixture_post", "fixture_post_of"]


def again(daemon):
    """A stop and a start: memory knows no transaction any more."""
    daemon.stop()
    return daemon.start().client()


@pytest.fixture(name="decided")
def fixture_decided(daemon, fingers):
    """(daemon, answers of one transaction that matched, of one that did not, of one that was given up)."""
    client = daemon.client()
    assert client.import_list([entry(fingers[number, 1], number) for number in (1, 2, 3)]).status == 200
    given_up = client.delete(f"/v1/transactions/{client.open()}")
    assert given_up.status == 200
    answers = [client.identify(fingers[2, 2]), client.identify(fingers[5, 1]), given_up]
    assert [answer.json.get("result", {}).get("decision") for answer in answers] == ["match", "no_match", None]
    return daemon, answers


def test_L7_the_same_is_told_byte_by_byte_when_memory_forgot(decided):
    daemon, answers = decided
    client = again(daemon)
    for told in answers:
        recalled = client.get(f"/v1/transactions/{told.json['transaction']}")
        assert (recalled.status, recalled.body) == (200, told.body)


def test_L7_the_receipt_is_there_again_when_memory_forgot(decided, tmp_path):
    daemon, answers = decided
    client = again(daemon)
    for told in answers:
        receipt = client.get(f"/v1/transactions/{told.json['transaction']}/receipt")
        assert receipt.status == 200
        (tmp_path / "r.tlog-proof").write_bytes(receipt.body)
        verified = daemon.ctl_ok("log", "verify-receipt", tmp_path / "r.tlog-proof")
        assert verified["body"]["transaction"] == told.json["transaction"]


def test_a_decision_is_told_again_and_no_other_can_be_made(decided):
    """In memory and behind a start alike."""
    daemon, answers = decided
    client = daemon.client()
    for _ in range(2):
        for told in answers[:2]:
            repeated = client.decide(told.json["transaction"])
            assert (repeated.status, repeated.body) == (200, told.body)
            assert client.delete(f"/v1/transactions/{told.json['transaction']}").reason == "TRANSACTION_STATE"
        given_up = answers[2].json["transaction"]
        refused = client.decide(given_up)
        assert (refused.status, refused.reason, refused.json["detail"]) == (409, "TRANSACTION_STATE", "its state is cancelled")
        client = again(daemon)


@pytest.fixture(name="mortal")
def fixture_mortal(daemon_of, tmp_path):
    """A post that ends when a write became durable: (daemon, its sudden end)."""
    end = SuddenEnd(tmp_path)
    return daemon_of(identification__require_armed="no", environment=end.environment), end


def test_L7_killed_between_the_disk_and_the_answer_the_result_is_told_after_the_start(mortal, fingers):
    daemon, end = mortal
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    end.at(1)
    with pytest.raises((OSError, http.client.HTTPException)):
        client.decide(transaction)
    assert daemon.wait() == -signal.SIGKILL
    end.not_now()
    client = daemon.start().client()
    told = client.get(f"/v1/transactions/{transaction}")
    assert (told.status, told.json["state"], told.json["result"]["decision"]) == (200, "decided", "match")
    assert told.json["result"]["identification"]["candidates"][0]["instruction"] == "Take the person to the protection desk."
    repeated = client.decide(transaction)
    assert (repeated.status, repeated.body) == (200, told.body)
    assert client.get(f"/v1/transactions/{transaction}/receipt").body.startswith(b"c2sp.org/tlog-proof@v1\n")


def test_L7_what_was_recorded_with_an_unknown_outcome_is_told_by_the_log(daemon_of, tmp_path, fingers):
    """The entry is durable, its anchor is not: nobody is told a result then, and the log has it."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    client = daemon_of(identification__require_armed="no", log__anchor=f"{place}/anchor").client()
    transaction = client.open(kind="verification")
    client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1])
    assert client.sample(transaction, fingers[1, 2]).status == 200
    place.rename(tmp_path / "drawer")
    unknown = client.decide(transaction)
    assert (unknown.status, unknown.reason) == (503, "OUTCOME_UNKNOWN")
    for early in (client.get(f"/v1/transactions/{transaction}"), client.get(f"/v1/transactions/{transaction}/receipt")):
        assert (early.status, early.reason) == (503, "ANCHOR_UNREACHABLE"), "results wait for the anchor"
    (tmp_path / "drawer").rename(place)
    wait_until(lambda: client.get("/v1/status").json["guard"]["anchor"] == "holds")
    told = client.get(f"/v1/transactions/{transaction}")
    assert (told.status, told.json["state"], told.json["result"]["decision"]) == (200, "decided", "match")
    assert client.decide(transaction).body == told.body


def test_what_was_open_when_kordond_was_killed_is_proven_undecided(daemon, fingers):
    client = daemon.client()
    transaction = client.open(kind="verification")
    assert client.sample(transaction, fingers[1, 1]).status == 200
    daemon.kill()
    client = daemon.start().client()
    for answer in (client.get(f"/v1/transactions/{transaction}"), client.decide(transaction),
                   client.get(f"/v1/transactions/{transaction}/receipt")):
        assert (answer.status, answer.reason) == (404, "TRANSACTION_UNDECIDED")


@pytest.mark.parametrize("number", ["0" * 32, "f" * 32, "0123456789abcdef" * 2, "0" * 31, "x" * 32, "0" * 64])
def test_an_id_that_is_not_ours_is_unknown(client, number):
    answer = client.get(f"/v1/transactions/{number}")
    assert (answer.status, answer.reason) == (404, "TRANSACTION_NOT_FOUND")


def test_T4_ids_of_one_moment_have_nothing_in_common(daemon):
    """What an id says is hidden: of many made at one size of the log by one principal each byte takes many values."""
    client = daemon.client()
    made = [bytes.fromhex(client.open(kind="verification")) for _ in range(64)]
    assert len(set(made)) == 64
    for place in range(16):
        assert len({number[place] for number in made}) > 32


def test_a_foreign_principal_is_told_nothing_by_the_log(daemon_of, fingers):
    """Decided, undecided and never made are answered alike to who is not the owner, when memory forgot."""
    daemon = daemon_of(identification__require_armed="no",
                       roles={"terminal": f"user:{user_name()}, user:nobody", "auditor": f"user:{user_name()}"})
    reachable(daemon.folder)
    client = daemon.client()
    undecided = client.open(kind="verification")
    decided = client.identify(fingers[1, 1]).json["transaction"]
    daemon.kill()
    size = len(daemon.start().client().log())

    def other():
        peer = Client(daemon.socket)
        return [[answer.status, answer.body.decode()] for number in (decided, undecided, "0" * 32)
                for answer in (peer.get(f"/v1/transactions/{number}"), peer.decide(number), peer.delete(f"/v1/transactions/{number}"),
                               peer.get(f"/v1/transactions/{number}/receipt"))]
    told = as_user(NOBODY, other)
    assert {status for status, _ in told} == {404} and len({body for _, body in told}) == 1
    assert len(daemon.client().log()) == size + 1, "nor is the log read or written for it"
    assert daemon.client().get(f"/v1/transactions/{decided}").status == 200


def test_L4_a_supervisor_s_look_at_another_s_transaction_is_recorded(daemon_of, fingers):
    daemon = daemon_of(identification__require_armed="no", roles={"supervisor": f"user:{user_name()}", "terminal": "user:nobody"})
    reachable(daemon.folder)

    def other():
        return Client(daemon.socket).identify(fingers[1, 1]).json
    told = as_user(NOBODY, other)
    client = again(daemon)
    recalled = client.get(f"/v1/transactions/{told['transaction']}?justification=complaint+12")
    assert (recalled.status, recalled.json) == (200, told)
    looks = [each["body"] for each in client.log() if each["head"]["event"] == "access" and each["body"].get("read") == "transaction"]
    assert [(look["asked_for"], look["role"], look["justification"]) for look in looks] == [
        (told["transaction"], "supervisor", "complaint 12")]


def test_L6_the_log_says_no_more_to_its_readers_than_before(decided):
    """What is kept for the owner is sealed, and of one size whatever it says."""
    daemon, answers = decided
    bodies = [each["body"] for each in daemon.client().log() if "answer" in each["body"]]
    assert len({len(body["answer"]) for body in bodies}) == 1 and len(bodies) == len(answers)
    text = str(bodies)
    assert "protection desk" not in text and "smeared" not in text
    assert "fmr'" not in text.replace("target_fmr", "")


def test_a_log_that_was_read_far_is_searched_in_steps(daemon, fingers):
    """More entries than one step between opening and end."""
    client = daemon.client()
    transaction = client.open(kind="verification")
    for _ in range(200):
        assert client.get("/v1/log/entries?limit=1").status == 200
    client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1])
    client.sample(transaction, fingers[1, 2])
    told = client.decide(transaction)
    assert told.status == 200
    assert again(daemon).get(f"/v1/transactions/{transaction}").body == told.body


def transactions_of(post, fingers):
    """(opened before a copy of the state was kept and decided behind it, opened and decided behind it); stopped."""
    client = post.start().client()
    before = client.open()
    assert client.sample(before, fingers[1, 2]).status == 200
    shutil.copytree(post.state, f"{post.folder}/before")
    assert client.decide(before).json["result"]["decision"] == "match"
    behind = client.identify(fingers[1, 2]).json
    assert behind["result"]["decision"] == "match"
    for told in (before, behind["transaction"]):
        assert client.get(f"/v1/transactions/{told}").json["state"] == "decided"
    post.stop()
    return before, behind["transaction"]


def check_unknown(client, *transactions):
    for transaction in transactions:
        for answer in (client.get(f"/v1/transactions/{transaction}"), client.decide(transaction), client.delete(f"/v1/transactions/{transaction}"),
                       client.get(f"/v1/transactions/{transaction}/receipt")):
            assert (answer.status, answer.reason) == (503, "OUTCOME_UNKNOWN"), answer


def test_L7_what_the_log_lost_when_it_was_put_back_is_not_undecided(post, fingers):
    """They were decided, and their owner was told so; the log that a supervisor accepted never heard of it."""
    transactions = transactions_of(post, fingers)
    post.put_back("before")
    client = post.start().client()
    check_locked(post, "ANCHOR_AHEAD")
    assert post.ctl_ok("state", "accept", "anchor", *WHY)["mode"] == "armed"
    while client.get("/v1/status").json["log"]["size"] < 40:
        check_unknown(client, *transactions)
        client.log()
    check_unknown(client, *transactions)
    undecided = client.open()
    post.kill()
    client = post.start().client()
    assert client.get(f"/v1/transactions/{undecided}").reason == "TRANSACTION_UNDECIDED", "what came later is known"
    check_unknown(client, *transactions)


def test_L7_what_was_opened_in_a_log_that_was_put_back_is_not_undecided_without_an_anchor(post_of, fingers):
    """Nothing shows then that the log was put back; but the id is of no entry that it has."""
    post = post_of(anchor=None)
    _, behind = transactions_of(post, fingers)
    post.put_back("before")
    client = post.start().client()
    while client.get("/v1/status").json["log"]["size"] < 40:
        check_unknown(client, behind)
        client.log()
    check_unknown(client, behind)
