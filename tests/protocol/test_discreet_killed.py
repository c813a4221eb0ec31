"""P6: where kordond is killed in the middle of a match of somebody sought in secret, or of what the second line does about one, nobody without clearance is told
anything else after the start than of a traveller whom nobody seeks: neither what is recalled, nor receipt, list, event or count.

What each sees is compared as in test_discreet.py; who may know is asked what is true.
"""

import contextlib
import http.client
import json
import os
import signal
import tempfile

import pytest

from first_line_view import POSITIONS, PURPOSES, Observer, Post, Wire
from indistinguishable import Seen, different_counts, different_texts
from kordond import wait_until
from later import Later
from leftovers import Debugger
from sudden_end import SuddenEnd
from test_no_hit_memory import held_by_gdb

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

COLLEAGUES = {"taras": "examiner", "sofia": "supervisor"}  # beside the examiner that each post has
TURNS = (PURPOSES[0], PURPOSES[1], PURPOSES[1], PURPOSES[0])  # one picture: sought, not, not, sought
MINUTE = 60


class MortalPost(Post):
    """It ends when it is told to, and time goes by there."""

    def __init__(self, folder):
        self.later, self.end = Later(folder), SuddenEnd(folder)
        environment = {**self.later.environment, **self.end.environment,
                       "LD_PRELOAD": " ".join(each.environment["LD_PRELOAD"] for each in (self.later, self.end))}
        super().__init__(folder, "discreet_check", count=1, colleagues=COLLEAGUES, environment=environment)

    def ended(self):
        assert self.daemon.wait() == -signal.SIGKILL

    def ask(self, name, method, path, body=None):
        """(status, text)"""
        with contextlib.closing(Wire(self.connect(name))) as wire:
            head, text = wire.ask(method, path, json.dumps(body).encode() if body is not None else b"")
        return int(head.split()[1]), text

    def done(self, name, method, path, body=None):
        status, text = self.ask(name, method, path, body)
        assert status == 200, (method, path, text)
        return json.loads(text) if text.startswith("{") else text

    def recorded(self, transaction):
        """What the log's entry about its end says that was found and told, where there is one."""
        return self.truth().get(transaction)


@pytest.fixture(name="post", scope="module")
def fixture_post():
    with tempfile.TemporaryDirectory(prefix="kordon.") as folder:  # see test_discreet.py
        os.chmod(folder, 0o755)
        post = MortalPost(folder)
        yield post
        post.daemon.stop()


def killed_unrecorded(post, ask):
    """The slot and the entry's head lie in the transaction of the database, which nobody has committed."""
    with Debugger(post.daemon.process.pid, "journal_body_write") as debugger:
        ask()
        debugger.wait()
        post.daemon.process.kill()
    post.ended()


def killed_recorded(post, ask):
    """The entry and its slot are durable, and nobody was answered."""
    post.end.at(1)
    ask()
    post.ended()
    post.end.not_now()


@pytest.mark.parametrize("kill", [pytest.param(killed_unrecorded, marks=held_by_gdb), killed_recorded])
def test_P6_killed_while_a_match_is_recorded_nothing_tells_of_it_after_the_start(post, kill):
    observer, seen = Observer(post), []
    for purpose in TURNS:
        each, place, keys = observer.arrival(1, purpose)
        kill(post, lambda place=place, key=keys[1]: observer.wires["owner"].send("POST", f"{place}/decision", headers=key))
        observer.start_anew()
        observer.ask_again(each, observer.transactions[-1], keys[1])
        observer.look_round(each, observer.transactions[-1])
        seen.append(each)
    observer.close()
    told = [("match", "no_match") if each.secret else ("no_match", "no_match") for each in seen] if kill == killed_recorded else [None] * len(seen)
    assert [post.recorded(each) for each in observer.transactions] == told
    waiting = [each.secret and kill == killed_recorded for each in seen]
    assert [post.ask("examiner", "GET", f"/v1/referrals/{each}s")[0] == 200 for each in observer.transactions] == waiting
    assert different_texts(seen) == []
    assert different_counts(seen) == []


def killed_in(post, is_done, name, *request):
    """When the second line's act is durable; before it was answered. Where kordond had something else to write at that time it ended in that: once more."""
    for _ in range(5):
        post.end.at(1)
        with pytest.raises((OSError, AssertionError, http.client.HTTPException)):
            post.done(name, *request)
        post.ended()
        post.end.not_now()
        post.daemon.start()
        wait_until(lambda: post.ask(name, "GET", "/v1/status")[0] == 200)
        if is_done():
            return


def seated(post, path):
    return [seat["holder"] for seat in post.done("taras", "GET", path)["seats"] if seat["held"]]


def ended_as(post, path):
    return post.done("sofia", "GET", path)["outcome"]


def handed_over(post, path):
    post.done("examiner", "POST", f"{path}/seat")
    post.done("examiner", "GET", f"{path}/probe?finger={POSITIONS[0]}")
    killed_in(post, lambda: seated(post, path) == ["person:taras"], "examiner", "POST", f"{path}/hand_over", {"to": "taras"})


def escalated(post, path):
    """Nobody came: it is overdue, which supervisors are told, and one of them ends it."""
    post.later.go_by(31 * MINUTE)
    wait_until(lambda: post.done("sofia", "GET", path)["overdue"])
    killed_in(post, lambda: ended_as(post, path) == "inconclusive", "sofia", "POST", f"{path}/override",
              {"verdict": "inconclusive", "reason": "nobody came"})


ACTS = {handed_over: lambda post, path: seated(post, path) == ["person:taras"], escalated: lambda post, path: ended_as(post, path) == "inconclusive"}


@pytest.mark.parametrize("act", ACTS)
def test_P6_killed_in_an_act_on_a_silent_referral_nothing_tells_of_it_after_the_start(post, act):
    """It is seen as a start where nobody did anything: the act is durable, and who may know is told so."""
    observer = Observer(post)
    observer.traveller(1, PURPOSES[0])
    transaction, rounds = observer.transactions[-1], [Seen(None, secret) for secret in (False, False, True, True)]
    path = f"/v1/referrals/{transaction}s"
    wait_until(lambda: post.ask("examiner", "GET", path)[0] == 200)
    for number, each in enumerate(rounds):
        if number == 2:
            act(post, path)
        observer.start_anew()
        observer.ask_again(each, transaction)
        observer.look_round(each, transaction)
    observer.close()
    assert ACTS[act](post, path)
    assert different_texts(rounds) == []
    assert different_counts(rounds) == []
