"""What stands guard over a state: its anchor, the clock, the proof in it, the lock; what kordond does where it says no."""

import os
import shutil
import sqlite3
import time

import pytest

from kordond import ALL_ROLES, OPENING, Kordond, UnixConnection, contents, entry, user_name, wait_until

YEAR = 365 * 86400
WHY = ("--justification", "the stick was lost on the way")


class Post(Kordond):
    """A crossing point with a list of one; its anchor, where it has one, lies in a folder of its own."""

    def __init__(self, folder, anchor="anchor", **options):
        os.makedirs(f"{folder}/elsewhere", exist_ok=True)
        self.anchor = f"{folder}/elsewhere/anchor"
        if anchor:
            options["log__anchor"] = self.anchor
        super().__init__(folder, **options)
        self.state, self.database = f"{self.folder}/state", f"{self.folder}/state/kordon.db"

    def status(self):
        return self.client().get("/v1/status").json

    def anchored(self):
        with open(self.anchor, encoding="utf-8") as stream:
            return int(stream.read().split("\n")[1])

    def keep(self, name):
        """A copy of state and anchor, as somebody might keep one who wants to put it back."""
        shutil.copytree(self.state, f"{self.folder}/{name}")
        if os.path.exists(self.anchor):
            shutil.copy(self.anchor, f"{self.folder}/{name}.anchor")

    def put_back(self, name):
        shutil.rmtree(self.state)
        shutil.copytree(f"{self.folder}/{name}", self.state)

    def put_back_anchor(self, name):
        shutil.copy(f"{self.folder}/{name}.anchor", self.anchor)

    def change(self, *statements):
        """What somebody does who may write the database, also while kordond has it open."""
        connection = sqlite3.connect(self.database, timeout=30)
        with connection:
            for statement, *values in statements:
                connection.execute(statement, values)
        connection.close()


@pytest.fixture(name="post_of")
def fixture_post_of(tmp_path_factory, fingers):
    """Makes stopped crossing points with a list of one; what runs at the end must stop in order."""
    made = []

    def make(**options):
        post = Post(tmp_path_factory.mktemp("g"), **options).init()
        made.append(post)
        post.start()
        assert post.client().import_list([entry(fingers[1, 1], 1, expires="2999-12-31")]).status == 200
        post.stop()
        return post
    yield make
    failures = []
    for post in made:
        try:
            post.stop()
        except AssertionError as error:
            failures.append(str(error))
            post.kill()
    assert failures == []


@pytest.fixture(name="post")
def fixture_post(post_of):
    return post_of()


def check_locked(post, reason):
    """Up, and says why; nothing else is served."""
    client = post.client()
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("locked", reason), status
    if status["list"] is None:  # at the start; later it stays loaded, unused
        assert not any(each["reachable"] for each in status["identification"]["thresholds"]), status
    assert client.get("/healthz").status == 200
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, reason)
    metrics = client.get("/metrics")
    assert metrics.status == 200 and b"\nkordon_armed 0\n" in metrics.body
    assert client.get("/v1/scanners").status == client.get("/v1/openapi.json").status == 200
    events = UnixConnection(post.socket)
    events.request("GET", "/v1/events")
    assert events.getresponse().status == 200
    events.close()
    for method, path, body in (("POST", "/v1/transactions", OPENING), ("GET", "/v1/transactions/x", None),
                               ("GET", "/v1/watchlist", None), ("POST", "/v1/watchlist/imports", {"list": "l", "version": 9}),
                               ("POST", "/v1/watchlist/check", None), ("GET", "/v1/log/entries", None),
                               ("GET", "/v1/log/files/checkpoint", None), ("GET", "/v1/log/entries/0/receipt", None)):
        refused = client.request(method, path, body)
        assert (refused.status, refused.reason) == (503, reason), (method, path, refused)
    return status


def check_serves(post, fingers):
    client = post.client()
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    status = client.get("/v1/status").json
    assert status["mode"] == "armed", status
    assert client.get("/readyz").status == 200
    return client


# --- The anchor at the start

def anchor_missing(post):
    os.unlink(post.anchor)


def anchor_folder_missing(post):
    shutil.rmtree(os.path.dirname(post.anchor))


def anchor_ahead(post):
    post.keep("before")
    post.ctl_ok("log", "show", "0")
    post.put_back("before")


def anchor_forked(post):
    """Two histories out of one; the anchor of the one, the longer state of the other."""
    post.keep("before")
    post.ctl_ok("log", "show", "0")
    post.keep("other")
    post.put_back("before")
    post.put_back_anchor("before")
    post.ctl_ok("log", "show", "0")
    post.ctl_ok("log", "show", "0")
    post.put_back_anchor("other")


def anchor_flipped(post):
    with open(post.anchor, "r+b") as stream:
        stream.seek(-10, os.SEEK_END)
        byte = stream.read(1)
        stream.seek(-10, os.SEEK_END)
        stream.write(b"A" if byte != b"A" else b"B")


def anchor_empty(post):
    os.truncate(post.anchor, 0)


def anchor_of_another(post):
    other = Post(f"{post.folder}/other", log__origin="kordon.example/other").init()
    shutil.copy(other.anchor, post.anchor)


def anchor_shortened(post):
    """A smaller size than was signed for, by hand."""
    with open(post.anchor, encoding="utf-8") as stream:
        lines = stream.read().split("\n")
    lines[1] = "1"
    with open(post.anchor, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines))


HELD = {anchor_missing: "ANCHOR_MISSING", anchor_ahead: "ANCHOR_AHEAD", anchor_forked: "ANCHOR_FORKED",
        anchor_flipped: "ANCHOR_BROKEN", anchor_empty: "ANCHOR_BROKEN", anchor_of_another: "ANCHOR_BROKEN",
        anchor_shortened: "ANCHOR_BROKEN"}


@pytest.mark.parametrize("harm", HELD, ids=[harm.__name__ for harm in HELD])
def test_L7_an_anchor_that_does_not_agree_locks_until_it_is_accepted(post, fingers, harm):
    reason = HELD[harm]
    harm(post)
    post.start()
    status = check_locked(post, reason)
    assert status["guard"]["anchor"] == ("missing" if reason == "ANCHOR_MISSING" else "disagrees")
    accepted = post.ctl_ok("state", "accept", "anchor", *WHY)
    assert accepted["mode"] == "armed" and accepted["receipt"].startswith("c2sp.org/tlog-proof@v1\n")
    client = check_serves(post, fingers)
    said, = [each for each in client.log() if each["body"].get("what") == "anchor accepted"]
    assert said["head"]["event"] == "configuration" and said["head"]["seq"] == accepted["seq"]
    assert (said["body"]["anchor"], said["body"]["justification"], said["body"]["role"]) == (reason, WHY[1], "supervisor")
    status = client.get("/v1/status").json
    assert (status["guard"]["anchor"], status["guard"]["anchored_size"]) == ("holds", status["log"]["size"])
    assert post.anchored() == status["log"]["size"]
    post.stop()
    post.start()
    check_serves(post, fingers)


def test_L7_an_anchor_whose_medium_is_back_needs_no_acceptance(post, fingers):
    os.rename(f"{post.folder}/elsewhere", f"{post.folder}/drawer")
    post.start()
    check_locked(post, "ANCHOR_MISSING")
    post.stop()
    os.rename(f"{post.folder}/drawer", f"{post.folder}/elsewhere")
    post.start()
    client = check_serves(post, fingers)
    assert [each for each in client.log() if each["body"].get("what") == "anchor accepted"] == []


@pytest.mark.parametrize("anchor_first, goes_on", [("yes", False), ("no", True)])
def test_L7_an_anchor_accepted_without_its_medium(post_of, fingers, anchor_first, goes_on):
    """Where results wait for the anchor nothing is served yet; where they do not, status says that it is not written."""
    post = post_of(log__anchor_first=anchor_first)
    anchor_folder_missing(post)
    post.start()
    check_locked(post, "ANCHOR_MISSING")
    outcome = post.ctl("state", "accept", "anchor", *WHY)
    assert (outcome.returncode == 0) is goes_on, outcome
    if goes_on:
        check_serves(post, fingers)
        assert post.status()["guard"]["anchor"] == "not written"
    else:
        assert post.status()["mode"] != "armed"
        assert post.client().get("/readyz").status == 503
        os.mkdir(f"{post.folder}/elsewhere")
        outcome = post.ctl("state", "accept", "anchor", *WHY)
        wait_until(lambda: post.client().get("/readyz").status == 200)
        check_serves(post, fingers)
        assert post.anchored() == post.status()["log"]["size"]


def test_T7_who_is_no_supervisor_accepts_nothing(post, fingers):
    os.unlink(post.anchor)
    others = Kordond(post.folder, log__anchor=post.anchor,
                     roles={role: f"user:{user_name()}" for role in ALL_ROLES if role != "supervisor"})
    others.start()
    for what in ("anchor", "clock"):
        refused = others.client().post("/v1/state/accept", {"what": what, "justification": "because"})
        assert (refused.status, refused.reason) == (403, "NOT_PERMITTED"), refused
        assert others.ctl_refused("state", "accept", what, *WHY)[:2] == ("NOT_PERMITTED", 77)
    assert others.client().get("/v1/status").json["why"] == "ANCHOR_MISSING"
    others.stop()
    assert others.ctl_refused("state", "accept", "anchor", *WHY)[:2] == ("NOT_PERMITTED", 77)
    assert not os.path.exists(post.anchor)
    again = Post(post.folder)
    again.start()
    check_locked(again, "ANCHOR_MISSING")
    again.stop()


def test_L7_an_acceptance_says_why_and_what(post):
    os.unlink(post.anchor)
    post.start()
    client = post.client()
    for body in ({"what": "anchor"}, {"what": "anchor", "justification": ""}, {"what": "all", "justification": "because"},
                 {"what": "anchor", "justification": "because", "more": 1}, {"justification": "because"}):
        refused = client.post("/v1/state/accept", body)
        assert refused.status in (400, 422), (body, refused)
    assert post.ctl_refused("state", "accept", "anchor")[:2] == ("BAD_ARGUMENT", 64)
    check_locked(post, "ANCHOR_MISSING")


def test_L7_what_agrees_is_not_accepted(post, fingers):
    post.start()
    for what in ("anchor", "clock"):
        refused = post.client().post("/v1/state/accept", {"what": what, "justification": "because"})
        assert (refused.status, refused.reason) == (409, "NOTHING_TO_ACCEPT"), refused
        assert post.ctl_refused("state", "accept", what, *WHY)[:2] == ("NOTHING_TO_ACCEPT", 75)
    check_serves(post, fingers)


def test_L7_kordonctl_accepts_an_anchor_without_kordond(post, fingers):
    anchor_ahead(post)
    assert post.ctl_refused("watchlist", "list")[:2] == ("ANCHOR_AHEAD", 1)
    post.ctl_ok("state", "accept", "anchor", *WHY)
    post.start()
    check_serves(post, fingers)


def test_L7_an_anchor_behind_is_extended_at_the_start(post, fingers):
    post.keep("before")
    post.start()
    check_serves(post, fingers)
    post.stop()
    post.put_back_anchor("before")
    behind = post.anchored()
    post.start()
    check_serves(post, fingers)
    status = post.status()
    assert post.anchored() == status["guard"]["anchored_size"] == status["log"]["size"] > behind
    assert status["guard"]["anchor"] == "holds"


def test_L7_an_older_copy_of_the_whole_state_locks_where_there_is_an_anchor(post, fingers):
    post.keep("before")
    post.start()
    check_serves(post, fingers)
    post.stop()
    post.put_back("before")
    post.start()
    status = check_locked(post, "ANCHOR_AHEAD")
    assert "entries" in status["detail"]


def test_L7_without_an_anchor_status_says_that_nothing_stands_guard(post_of, fingers):
    post = post_of(anchor=None)
    post.keep("before")
    post.start()
    check_serves(post, fingers)
    post.stop()
    post.put_back("before")
    post.start()
    check_serves(post, fingers)
    guard = post.status()["guard"]
    assert guard["anchored"] is False and guard["anchor"].startswith("none") and "older copy" in guard["anchor"]


# --- The anchor while kordond runs

def test_L7_a_result_waits_for_an_anchor_that_cannot_be_written(post, fingers):
    post.start()
    client = check_serves(post, fingers)
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    os.rename(f"{post.folder}/elsewhere", f"{post.folder}/drawer")
    withheld = client.decide(transaction)
    assert withheld.status == 503 and withheld.reason == "OUTCOME_UNKNOWN" and "result" not in withheld.json, withheld
    assert "not anchored" in withheld.json["detail"]
    assert client.get(f"/v1/transactions/{transaction}/receipt").status != 200
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", "ANCHOR_UNREACHABLE"), status
    assert (status["guard"]["anchor"], status["guard"]["results_wait"]) == ("not written", True)
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, "ANCHOR_UNREACHABLE")
    refused = client.post("/v1/transactions", OPENING)
    assert refused.reason == "ANCHOR_UNREACHABLE" and refused.status == 503, refused
    os.rename(f"{post.folder}/drawer", f"{post.folder}/elsewhere")
    wait_until(lambda: client.get("/readyz").status == 200)
    check_serves(post, fingers)
    assert post.anchored() == post.status()["log"]["size"]
    # The withheld result was recorded: the log tells of it.
    assert [each["body"]["decision"] for each in client.log() if each["head"]["event"] == "consultation"
            and each["body"]["transaction"] == transaction] == ["match"]


# --- The clock

@pytest.fixture(name="clocked")
def fixture_clocked(post_of, clock):
    post = post_of(anchor=None)
    post.clock = clock
    post.environment = clock.environment
    return post


def check_not_armed(post, reason):
    client = post.client()
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", reason), status
    assert "last entry was written at" in status["detail"]
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, reason)
    refused = client.post("/v1/transactions", OPENING)
    assert refused.reason == reason and refused.status >= 400, refused
    assert b"\nkordon_armed 0\n" in client.get("/metrics").body
    return client


@pytest.mark.parametrize("seconds, reason", [(-27 * YEAR, "CLOCK_BEHIND"), (5 * YEAR, "CLOCK_AHEAD")])
def test_L7_a_clock_that_cannot_be_right_keeps_from_arming(clocked, fingers, seconds, reason):
    clocked.clock.set(seconds)
    clocked.start()
    client = check_not_armed(clocked, reason)
    start = [each for each in client.log() if each["head"]["event"] == "start"][-1]
    assert start["body"]["clock"] == reason and abs(start["head"]["t"] / 1000 - time.time() - seconds) < 3600
    # What was written with that time is not what the right time is judged by.
    clocked.clock.set(0)
    wait_until(lambda: client.get("/readyz").status == 200)
    check_serves(clocked, fingers)
    clocked.stop()
    clocked.start()
    check_serves(clocked, fingers)
    assert clocked.ctl_ok("log", "verify")["valid"] is True


@pytest.mark.parametrize("seconds, reason", [(-120, "CLOCK_BEHIND"), (32 * 86400, "CLOCK_AHEAD")])
def test_L7_a_clock_that_jumps_while_kordond_runs_disarms_it(clocked, fingers, seconds, reason):
    """Nobody asks: metrics and events say it by themselves."""
    clocked.start()
    client = check_serves(clocked, fingers)
    clocked.clock.set(seconds)
    wait_until(lambda: b"\nkordon_armed 0\n" in client.get("/metrics").body)
    check_not_armed(clocked, reason)
    clocked.clock.set(0)
    wait_until(lambda: b"\nkordon_armed 1\n" in client.get("/metrics").body)
    check_serves(clocked, fingers)
    modes = [each["body"].get("reason") for each in client.log() if each["head"]["event"] == "mode"]
    assert modes[-2:] == [reason, None]


@pytest.mark.parametrize("seconds", [-30, 30 * 86400])
def test_L7_a_clock_within_its_bounds_arms(clocked, fingers, seconds):
    clocked.clock.set(seconds)
    clocked.start()
    check_serves(clocked, fingers)


def test_L7_an_accepted_clock_is_believed_from_then_on(clocked, fingers):
    clocked.clock.set(11 * YEAR)
    clocked.start()
    check_not_armed(clocked, "CLOCK_AHEAD")
    accepted = clocked.ctl_ok("state", "accept", "clock", "--justification", "it stood in a store for years")
    # The time is believed, and by it the list is too old for anything.
    client = clocked.client()
    status = client.get("/v1/status").json
    assert (accepted["mode"], status["mode"], status["why"]) == ("identification_refused", "identification_refused", "LIST_TOO_OLD")
    assert client.import_list([entry(fingers[1, 1], 1, expires="2999-12-31")], version=2).status == 200
    client = check_serves(clocked, fingers)
    said, = [each for each in client.log() if each["body"].get("what") == "clock accepted"]
    assert said["head"]["event"] == "configuration" and said["head"]["seq"] == accepted["seq"]
    assert (said["body"]["clock"], said["body"]["justification"]) == ("CLOCK_AHEAD", "it stood in a store for years")
    clocked.clock.set(0)
    wait_until(lambda: client.get("/readyz").status == 503)
    check_not_armed(clocked, "CLOCK_BEHIND")


# --- A state that does not prove itself

def write(path, content):
    with open(path, "wb") as stream:
        stream.write(content)


REPLACED = {
    "trigger planted": ("STATE_FOREIGN", lambda post: post.change(
        ("CREATE TRIGGER planted AFTER INSERT ON entry BEGIN DELETE FROM alert; END",))),
    "rollback journal planted": ("STATE_FOREIGN", lambda post: write(f"{post.database}-journal", bytes(4096))),
    "proof overwritten": ("STATE_UNPROVEN", lambda post: post.change(
        ("UPDATE state SET sealed = zeroblob(length(sealed))",))),
    "proof gone": ("STATE_UNPROVEN", lambda post: post.change(("DELETE FROM state",))),
    "entry beyond the end": ("LOG_BROKEN", lambda post: post.change(
        ("INSERT INTO entry SELECT max(seq) + 1, head FROM entry",))),
    "node beyond the end": ("LOG_BROKEN", lambda post: post.change(
        ("INSERT INTO node SELECT 0, max(place) + 1, zeroblob(32) FROM node WHERE level = 0",))),
    "other database": ("STATE_FOREIGN", lambda post: post.change(
        ("ALTER TABLE alert ADD COLUMN planted INTEGER",))),
    "no database": ("LOG_BROKEN", lambda post: write(post.database, b"not a database" * 500)),
}


@pytest.mark.parametrize("what", list(REPLACED))
def test_L7_a_state_that_does_not_prove_itself_locks(post_of, what):
    post = post_of(anchor=None)
    reason, harm = REPLACED[what]
    harm(post)
    post.start()
    check_locked(post, reason)
    for each in ("anchor", "clock"):
        refused = post.client().post("/v1/state/accept", {"what": each, "justification": "because"})
        assert (refused.status >= 400, refused.reason) == (True, reason), refused
        assert post.status()["mode"] == "locked"
    before = contents(post.state)
    post.stop()
    assert contents(post.state) == before, "nothing is written into what is evidence"


def test_L7_an_entry_left_out_is_found_when_the_log_is_verified(post):
    """Heads are proven when they are used: a start that read all of them would take too long."""
    post.change(("DELETE FROM body WHERE seq = 1",), ("DELETE FROM entry WHERE seq = 1",))
    assert post.ctl_refused("log", "verify")[1] == 1
    post.start()
    assert post.ctl_refused("log", "verify")[1] == 1


def test_M3_a_list_row_removed_locks_the_list_and_not_the_log(post_of):
    post = post_of(anchor=None)
    post.change(("DELETE FROM alert",))
    post.start()
    client = post.client()
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("locked", "LIST_ROLLED_BACK")
    refused = client.post("/v1/transactions", OPENING)
    assert refused.reason == "LIST_ROLLED_BACK", refused
    assert client.get("/v1/log/entries").status == 200


LIVE = {
    "proof overwritten": ("STATE_UNPROVEN", ("UPDATE state SET sealed = zeroblob(length(sealed))",)),
    "proof gone": ("STATE_UNPROVEN", ("DELETE FROM state",)),
    "trigger planted": ("STATE_FOREIGN", ("CREATE TRIGGER planted AFTER INSERT ON entry BEGIN DELETE FROM alert; END",)),
}


@pytest.mark.parametrize("what", list(LIVE))
def test_L7_a_state_changed_under_a_running_kordond_locks_it(post, fingers, what):
    reason, statement = LIVE[what]
    post.start()
    client = check_serves(post, fingers)
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    size = client.get("/v1/status").json["log"]["size"]
    post.change(statement)
    refused = client.decide(transaction)
    assert refused.status >= 400 and refused.reason == reason and "result" not in refused.json, refused
    check_locked(post, reason)
    assert post.status()["log"]["size"] == size
    post.stop()
    assert post.anchored() == size


def test_L7_an_earlier_proof_put_back_under_a_running_kordond_locks_it(post, fingers):
    """It opens, being kordon's own; but it is not the one that kordond wrote last."""
    connection = sqlite3.connect(post.database)
    (earlier,), = connection.execute("SELECT sealed FROM state")
    connection.close()
    post.start()
    client = check_serves(post, fingers)
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    post.change(("UPDATE state SET sealed = ?", earlier))
    refused = client.decide(transaction)
    assert refused.reason == "STATE_UNPROVEN", refused
    check_locked(post, "STATE_UNPROVEN")


# --- The folder is one kordond's own

def test_L7_a_second_kordond_is_refused_whatever_was_deleted(post, fingers):
    post.start()
    check_serves(post, fingers)
    for name in os.listdir(post.state):
        if name not in ("kordon.db", "kordon.db-wal"):  # without the latter it stops by itself
            os.unlink(f"{post.state}/{name}")
    second = Kordond(post.folder, log__anchor=post.anchor, api__socket=f"{post.folder}/s2")
    status, said = second.refused_start()
    assert status == 75 and "in use by another process" in said
    assert second.ctl_refused("watchlist", "list")[:2] == ("STATE_LOCKED", 75)
    check_serves(post, fingers)
    # The first one's configuration was written over by the second's; kordond has long read its own.
    post.stop()


@pytest.mark.parametrize("what", ["folder", "database"])
def test_L7_who_lost_folder_or_database_to_a_copy_stops_serving(post, fingers, what):
    post.start()
    client = check_serves(post, fingers)
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    if what == "folder":
        os.rename(post.state, f"{post.folder}/moved")
        shutil.copytree(f"{post.folder}/moved", post.state)
    else:
        shutil.copy(post.database, f"{post.database}.copy")
        os.rename(f"{post.database}.copy", post.database)
    answer = client.decide(transaction)
    assert answer.reason == "STATE_LOST" and answer.status >= 400 and "result" not in answer.json, answer
    assert post.wait() == 1
    assert "no longer this process's own" in post.errors() and "handles were left open" not in post.errors()
