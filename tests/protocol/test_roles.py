"""T7: who may do what: every role at every route, purpose and category, against tables written by hand (role_tables.py).

What is refused is refused alike whether it exists or not, and is in the log. Run at each door (doors.py), which answer alike.
"""

import base64
import collections
import datetime
import json
import os
import re

import pytest

from doors import STRANGER, SocketDoor, TlsDoor
from kordond import DESCRIPTION, OPENING, entry, wait_until
from role_tables import CATEGORIES, EVENTS, MATRIX, PURPOSES

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

OFFICER = "olena"
# Who is registered, and as what. Nobody has no role; the stranger is not registered.
PERSONS = {"examiner": "examiner", "protection": "protection_officer", "supervisor": "supervisor", "auditor": "auditor",
           "administrator": "administrator", "nobody": ""}
DEVICES = ("lane-1", "lane-2")
COLUMNS = ("lane-1", "examiner", "protection", "supervisor", "auditor", "administrator", "nobody", STRANGER)

VERDICT = {"verdict": "inconclusive", "reason": "why"}
LISTENERS = ("lane-1", "lane-2", "examiner", "protection", "supervisor", "auditor", "administrator")


def table_rows(text):
    """(words, marks): a row's words, and its one-letter marks; drawn headings are left out."""
    for line in text.splitlines():
        words = line.split()
        marks = [word for word in words if word in ("x", ".", "-")]
        if marks:
            yield words[:-len(marks)], marks


ROWS = [(method, path, status, dict(zip(COLUMNS, marks, strict=True))) for (method, path, status), marks in table_rows(MATRIX)]
NO_CASE = "AAAA-AAAA-AAAA-AAAA"  # which can be one
ABSENT = {"no_referral": 32 * "1", "no_case": NO_CASE, "mine": 32 * "0", "travels": 32 * "0", "decided": 32 * "0", "sampled": 32 * "0", "protected": 32 * "0", "wanted": 32 * "0", "erased": 32 * "0",
          "import": "4711", "seq": "999999", "held": 32 * "0", "proposal": 64 * "0"}


def tomorrow():
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)).isoformat()


class World:
    """A post with everybody, and what the cells of the matrix need."""

    def __init__(self, post, door, fingers):
        self.post, self.door, self.fingers = post, door, fingers
        self.refused = collections.Counter()
        self.version = 0

    def ask(self, name, method, path, body=None):
        if isinstance(body, dict):
            body = json.dumps(body)
        status, text = self.door.ask(self.post, name, method, path, body)
        return status, json.loads(text) if text.startswith("{") else text

    def done(self, *request, status=200):
        answer = self.ask(*request)
        assert answer[0] == status, (request, answer)
        return answer[1]

    # --- What "{...}" stands for

    def make(self, what):
        return getattr(self, f"make_{what}")()

    def make_mine(self):
        return self.done("lane-1", "POST", "/v1/transactions", self.opening(), status=201)["transaction"]

    def make_travels(self):
        return self.done("lane-1", "POST", "/v1/transactions", self.opening(kind="verification"), status=201)["transaction"]

    def make_sampled(self):
        made = self.make_mine()
        self.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", self.fingers[5, 1])
        return made

    def make_decided(self):
        made = self.make_sampled()
        self.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
        return made

    def make_proposal(self):
        return self.done("administrator", "POST", "/v1/policy/proposals?justification=why", self.next_policy())["hash"]

    def make_no_referral(self):
        """That there is one at all is test_referrals.py's: here nobody matched."""
        return 32 * "0"

    def make_no_case(self):
        return NO_CASE

    def make_held(self):
        made = self.make_decided()
        self.done("supervisor", "POST", "/v1/log/holds", {"transaction": made, "reason": "why"}, status=201)
        return made

    def make_import(self):
        self.end_import()
        self.version += 1
        begun = {"list": "another", "version": self.version, "replace_list": True, "allow_empty": True}
        return self.done("supervisor", "POST", "/v1/watchlist/imports", begun, status=201)["import"]

    def make_seq(self):
        return 0

    def entry_of(self, category):
        return next(each["entry"] for each in self.entries("supervisor") if each["category"] == category)

    def make_protected(self):
        return self.entry_of("missing_person")

    def make_wanted(self):
        return self.entry_of("wanted_for_arrest")

    def make_erased(self):
        return self.entry_of("specific_check")

    # --- Beside

    def opening(self, **changes):
        return {**OPENING, "officer": OFFICER, **changes}

    def next_policy(self):
        """What is in force, with a version that no proposal had yet."""
        self.version += 1
        text = self.done("supervisor", "GET", "/v1/policy")["text"]
        return re.sub("^version = .*$", f"version = {self.version + 1}", text, flags=re.M).encode()

    def end_import(self):
        for each in self.done("supervisor", "GET", "/v1/watchlist/imports")["imports"]:
            self.ask("supervisor", "DELETE", f"/v1/watchlist/imports/{each['import']}")

    def entries(self, name, query=""):
        """All entries that he is shown, in pages of two."""
        after, found = "", []
        while True:
            page = self.done(name, "GET", f"/v1/watchlist?limit=2{after}{query}")
            found += page["entries"]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def install(self):
        """A list with one person of each category."""
        self.end_import()
        self.version += 1
        begun = {"list": "all", "version": self.version, "replace_list": True}
        number = self.done("supervisor", "POST", "/v1/watchlist/imports", begun, status=201)["import"]
        for i, (words, _) in enumerate(table_rows(CATEGORIES)):
            self.done("supervisor", "POST", f"/v1/watchlist/imports/{number}/entries",
                      entry(self.fingers[1 + i % 4, 1 + i // 4], i, category=words[0],
                            purposes=["border_check", "protection_check", "missing_person_check"]))
        self.done("supervisor", "POST", f"/v1/watchlist/imports/{number}/commit")

    def body(self, method, path):
        """What a request of the matrix carries."""
        last = path.split("?")[0].rsplit("/", 1)[1]
        if (method, last) == ("POST", "transactions"):
            return self.opening()
        if (method, last) == ("POST", "imports"):
            self.end_import()
            self.version += 1
            return {"list": "another", "version": self.version, "replace_list": True, "allow_empty": True}
        return {"reference": self.fingers[5, 1] if method == "PUT" else None, "samples": self.fingers[5, 1], "captures": {"position": "right_index"},
                "missing_fingers": {"fingers": ["right_thumb"]},
                "exception": {"kind": "impossible", "reason": "worn_fingers"}, "proposals": self.next_policy() if last == "proposals" else None,
                "suspension": {"minutes": 30, "reason": "why"} if method == "POST" else None,
                "manual_records": {"time": "2026-01-01T00:00:00Z", "officer": OFFICER, "traveller_group": "foreigner", "purpose": "border_check",
                                   "legal_basis": "Border Act art. 7", "outcome": "passed", "reason": "no_power", "stamp_number": "7"},
                "holds": {"transaction": self.make_decided(), "reason": "why"} if (method, last) == ("POST", "holds") else None,
                "hand_over": {"to": "examiner"}, "freed_seat": {"holder": "person:examiner", "reason": "why"},
                "probe_judgement": {"judgement": "usable"}, "verdict": VERDICT, "override": VERDICT, "correction": VERDICT,
                "redress": {"referral": 32 * "0", "document": {"issuer": "UKR", "number": "FB123456"}, "until": tomorrow(), "consent": False, "reason": "why"},
                "report": {"place": "here"}, "accept": {"what": "clock", "justification": "why"},
                "entries": entry(self.fingers[6, 1], 99) if method == "POST" else None}.get(last)


DOORS = {door.name: door for door in (SocketDoor, TlsDoor)}


@pytest.fixture(name="doors", scope="module")
def fixture_doors(tmp_path_factory):
    return {name: door((*PERSONS, *DEVICES), tmp_path_factory.mktemp(name)) for name, door in DOORS.items()}


@pytest.fixture(name="world_behind")
def fixture_world_behind(daemon_of, fingers):
    """Makes the world behind a door."""
    def make(door):
        register = {f"person {OFFICER}__roles": ""}
        for name, roles in PERSONS.items():
            register.update({f"person {name}__roles": roles, f"person {name}__proof": door.proof(name)})
        for name in DEVICES:
            register[f"device {name}__proof"] = door.proof(name)
        post = daemon_of(roles={}, api__transactions="4096", api__transactions_each="2048", api__entries_each="60000",
                         api__connections_without_role="16", **register, **door.settings())
        world = World(post, door, fingers)
        world.install()
        return world
    return make


@pytest.fixture(name="world", params=DOORS)
def fixture_world(request, world_behind, doors):
    return world_behind(doors[request.param])


@pytest.fixture(name="worlds")
def fixture_worlds(world_behind, doors):
    """One behind each door."""
    return [world_behind(door) for door in doors.values()]


def filled(world, path, absent=False):
    """The path with what it needs, made anew; or with ids that nothing has."""
    for what in ABSENT:
        if f"{{{what}}}" in path:
            path = path.replace(f"{{{what}}}", str(ABSENT[what] if absent else world.make(what)))
    return path


def told_by(answer):
    """An answer's status, and why where there is a reason: "404/SCANNER_NOT_FOUND"."""
    reason = answer[1].get("reason") if isinstance(answer[1], dict) else None
    return f"{answer[0]}/{reason}" if answer[0] >= 400 else str(answer[0])


def check_refused(world, name, method, path):
    """Alike for what exists and what does not, and counted for the log."""
    answers = [world.ask(name, method, each, world.body(method, path)) for each in (filled(world, path), filled(world, path, absent=True))]
    assert answers[0] == answers[1], (name, method, path, answers)
    assert (answers[0][0], answers[0][1]["reason"]) == (403, "NOT_PERMITTED"), (name, method, path, answers)
    world.refused[name] += 2
    return answers[0]


def check_not_there(world, name, method, path):
    answers = [world.ask(name, method, each, world.body(method, path)) for each in (filled(world, path), filled(world, path, absent=True))]
    assert answers[0] == answers[1] and answers[0][0] == 404, (name, method, path, answers)
    return answers[0]


def check_cell(world, name, row):
    """What one is answered who may or may not."""
    method, path, status, marks = row
    if marks[name] == ".":
        return check_refused(world, name, method, path)
    if marks[name] == "-":
        return check_not_there(world, name, method, path)
    answer = world.ask(name, method, filled(world, path), world.body(method, path))
    assert told_by(answer) == status, (name, method, path, answer)
    return answer


# What differs from one post to another: ids, times, what was made with a key of its own, and what is measured. How far the log has grown
# depends on when denials are summed up in it, and on the revocation lists that a post over the network notes, and with it everything that is proven
# by it.
DIFFERS = re.compile(r"[0-9a-f]{32,}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|[A-Za-z0-9+/]{40,}=*")
MEASURED = ("seq", "size", "receipt", "memory", "loop_longest_block_ms", "tls", "took_ms")
PROVEN = ("/v1/log/", "/receipt", "/evidence")
FIRST_TIME = 10**9  # a number from here on is a time


def without_what_differs(value, door):
    if isinstance(value, dict):
        return {key: without_what_differs(each, door) for key, each in value.items() if key not in MEASURED}
    if isinstance(value, list):
        return sorted((without_what_differs(each, door) for each in value), key=json.dumps)  # by ids, most of them
    if isinstance(value, str):
        return DIFFERS.sub("#", value.replace(door.stranger, STRANGER))
    return "a time" if isinstance(value, (int, float)) and value >= FIRST_TIME else value


def compared(answer, path, door):
    """An answer as it must be at each door; of a text its words, beside those that only a post has that serves over the network."""
    status, body = answer
    if status == 200 and any(each in path for each in PROVEN):
        return status
    if isinstance(body, str):
        return status, [re.sub(r"[0-9.]+", "#", line) for line in body.splitlines() if "kordon_tls" not in line]
    return status, without_what_differs(body, door)


def log_of(world):
    """The whole log, by a supervisor."""
    found, after = [], ""
    while after is not None:
        page = world.done("supervisor", "GET", f"/v1/log/entries?limit=1000{after}")
        found += page["entries"]
        after = f"&after={page['next']}" if page["next"] is not None else None
    return found


def principal(name):
    return STRANGER if name == STRANGER else f"{'device' if name in DEVICES else 'person'}:{name}"


def denials(world):
    """{(who, as what): how often} in the log, where it is at a stop at the latest; what was denied is said of a series' last one."""
    world.post.stop()
    world.post.start()
    told = collections.Counter()
    for body in (each["body"] for each in log_of(world) if "denied" in each["body"]):
        told[body["actor"].replace(world.door.stranger, STRANGER), body["role"]] += body["count"]
    return told


def test_T7_the_matrix_has_every_route():
    described = {(method, path) for path, item in DESCRIPTION.document["paths"].items()
                 for method in (verb.upper() for verb in item if verb != "parameters")}
    missing = {(method, path) for method, path in described
               if not any(row[0] == method and DESCRIPTION.methods(path.replace("{path}", "x")) == DESCRIPTION.methods(
                   row[1].replace("{", "").replace("}", "")) for row in ROWS)}
    assert missing == set()


# What metrics tell of travellers, or lets it be reckoned: what was opened and not decided, given up or failed is an exception.
OF_TRAVELLERS = {
    "kordon_journal_entries_total", "kordon_log_size", "kordon_searches_total", "kordon_subjects_searched_total", "kordon_samples_accepted_total",
    "kordon_samples_refused_total", "kordon_captures_total", "kordon_capture_retries_total", "kordon_transaction_step_seconds", "kordon_memory_locked_bytes",
    "kordon_http_connections", "kordon_http_connections_turned_away", "kordon_streams_cut_off", "kordon_loop_longest_block_seconds",
    "kordon_access_denied_total", "kordon_http_requests_failed_total", "kordon_journal_failures_total", "kordon_journal_bodies_erased_total",
    "kordon_http_requests_total", "kordon_http_requests_refused_total", *(f"kordon_referrals_{each}" for each in ("waiting", "immediate", "overdue", "ended")), "kordon_referral_places", "kordon_referral_places_few",
    *(f"kordon_transactions_{each}_total" for each in ("opened", "cancelled", "failed", "match", "no_match", "inconclusive", "not_applicable", "impossible",
                                                       "temporarily_impossible", "unchecked"))}

OF_THE_POST = {
    "kordon_armed", "kordon_armed_from_fingers", "kordon_degraded", "kordon_disk_free_bytes",
    "kordon_list_age_seconds", "kordon_list_entries", "kordon_list_expired",
    "kordon_list_expired_erased_total", "kordon_list_expiring", "kordon_list_not_permitted", "kordon_list_not_yet_valid", "kordon_list_searchable",
    "kordon_list_undeclared", "kordon_list_unsearchable", "kordon_list_version", "kordon_memory_lockable_bytes",
    "kordon_memory_needed_bytes", "kordon_scanner_faults_total", "kordon_scanners", "kordon_scanners_watched", "kordon_second_line_gaps",
    "kordon_self_test_passed", "kordon_self_tests_failed_total", "kordon_self_tests_incomplete_total", "kordon_self_tests_passed_total",
    "kordon_tls_certificate_ends_seconds", "kordon_tls_refused_total", "kordon_tls_revocation_list_due_seconds", "kordon_tls_served",
    "kordon_transactions_unfinished"}


def keys_of(value):
    """All names of members in it, however deep."""
    if isinstance(value, dict):
        return set(value) | set().union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


PLACES = {"seq", "size", "anchored_size", "locked", "referrals", "erased", "loop_longest_block_ms"}  # members that say where entries stand, and what grows when the second line works


def test_P6_where_entries_stand_and_how_many_there_are_is_told_to_who_reads_the_log(worlds):
    """By two numbers anybody could count what was written between them about a match."""
    for world in worlds:
        record = world.body("POST", "/v1/manual_records")
        asked = {"lane-1": (("GET", "/v1/status", None, 200), ("POST", "/v1/manual_records", record, 201), ("POST", "/v1/self_test", None, 200)),
                 "administrator": (("GET", "/v1/status", None, 200), ("POST", "/v1/self_test", None, 200),
                                   ("POST", "/v1/policy/proposals?justification=why", world.next_policy(), 200)),
                 "examiner": (("GET", "/v1/status", None, 200),), "protection": (("GET", "/v1/status", None, 200),)}
        for name, requests in asked.items():
            for method, path, body, status in requests:
                answer = world.done(name, method, path, body, status=status)
                assert not keys_of(answer) & PLACES, (name, path, answer)
                assert answer.get("receipt", "kordon-receipt/v1").startswith("kordon-receipt/v1"), (name, path)
        transaction = world.make_decided()
        shown = world.done("lane-1", "GET", f"/v1/transactions/{transaction}")
        assert not keys_of(shown) & PLACES, shown
        assert world.done("lane-1", "GET", f"/v1/transactions/{transaction}/receipt").startswith("kordon-receipt/v1\n")
        for name in ("supervisor", "auditor"):
            assert {"size", "locked"} <= keys_of(world.done(name, "GET", "/v1/status"))
            assert world.done(name, "GET", f"/v1/transactions/{transaction}/receipt?justification=w").startswith("c2sp.org/tlog-proof@v1\n")
        assert {"seq", "receipt"} <= keys_of(world.done("supervisor", "POST", "/v1/manual_records", record, status=201))


def families(text):
    return set(re.findall("^# TYPE ([a-z_]+) ", text, re.M))


def test_T7_P6_what_becomes_of_travellers_is_counted_for_those_who_see_figures(worlds):
    """Metrics are anybody's: who reads them at every moment must not see that somebody matched, or crossed unchecked, nor reckon it."""
    for world in worlds:
        told = {name: families(world.ask(name, "GET", "/metrics")[1]) for name in COLUMNS}
        assert {name: told[name] & OF_TRAVELLERS for name in COLUMNS} == {
            name: OF_TRAVELLERS if name in ("supervisor", "auditor") else set() for name in COLUMNS}
        for name in COLUMNS:
            assert told[name] - OF_TRAVELLERS - OF_THE_POST == set(), "say of each new one whether it lets what becomes of a traveller be reckoned"


@pytest.mark.parametrize("name", COLUMNS)
def test_T7_each_role_may_what_the_matrix_says_and_nothing_else(worlds, name):
    """At each door, where he is answered the same."""
    for row in ROWS:
        answers = [compared(check_cell(world, name, row), row[1], world.door) for world in worlds]
        assert answers[0] == answers[1], (name, row, answers)
        if row[0] != "GET" and "watchlist" in row[1] and row[3][name] == "x":
            for world in worlds:
                world.install()
    told = [denials(world) for world in worlds]
    assert told[0] == told[1] and {who for who, _ in told[0]} <= {principal(name)}
    assert sum(told[0].values()) == worlds[0].refused[name] == worlds[1].refused[name]


def test_L8_who_acted_is_in_the_register_when_it_is_entered(world):
    record = world.body("POST", "/v1/manual_records")
    assert told_by(world.ask("lane-1", "POST", "/v1/manual_records", {**record, "officer": "nobody-knows"})) == "403/OFFICER_NOT_REGISTERED"
    seq = world.done("supervisor", "POST", "/v1/manual_records", record, status=201)["seq"]
    said, = [each["body"] for each in log_of(world) if each["head"]["seq"] == seq]
    assert (said["actor"], said["role"], said["officer"], said["officer_registered"]) == ("person:supervisor", "supervisor", OFFICER, True)


def test_T7_what_is_another_terminals_is_as_if_it_were_not_there(world):
    for method, path, _, marks in ROWS:
        if path.startswith("/v1/transactions/"):
            assert marks["lane-1"] == "x"
            check_not_there(world, "lane-2", method, path)


def test_T7_each_category_is_shown_to_whom_the_table_says(world):
    expected = {words[0]: marks for words, marks in table_rows(CATEGORIES)}
    entries = {each["category"]: each["entry"] for each in world.entries("supervisor")}
    assert set(entries) == set(expected)
    for column, name in enumerate(("examiner", "protection", "supervisor")):
        may = {category for category, marks in expected.items() if marks[column] == "x"}
        for query in ("", "&identity=1&justification=why"):
            shown = world.entries(name, query)
            assert {each["category"] for each in shown} == may
            assert all(("name" in each) == (query != "") for each in shown)
        for category, number in entries.items():
            for query in ("", "?identity=1&justification=why"):
                status, answer = world.ask(name, "GET", f"/v1/watchlist/{number}{query}")
                assert status == (200 if category in may else 404), (name, category, answer)
                assert status == 404 or ("name" in answer) == (query != "")
    assert "entries" not in world.done("administrator", "GET", "/v1/watchlist")
    looks = [each["body"] for each in log_of(world) if "identities in the watchlist" in each["body"].get("what", "")]
    assert {(each["actor"], each["role"], each["justification"]) for each in looks} == {
        ("person:examiner", "examiner", "why"), ("person:protection", "protection_officer", "why"),
        ("person:supervisor", "supervisor", "why")}


def test_T7_each_hears_of_what_the_table_says(world):
    """Who comes back is told what he missed: a match with an alert of protection, another list, and that nobody can be searched any more."""
    before = {name: world.door.events(world.post, name, modes=1)[-1][1] for name in LISTENERS}
    made = world.make_mine()
    world.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", world.fingers[1, 2])
    world.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
    wait_until(lambda: world.ask("supervisor", "GET", f"/v1/referrals/{made}")[0] == 200)
    world.done("supervisor", "POST", f"/v1/watchlist/imports/{world.make_import()}/commit")
    heard = {name: {event for event, _ in world.door.events(world.post, name, modes=2, after=before[name])} for name in LISTENERS}
    expected = {words[0]: dict(zip(LISTENERS, marks, strict=True)) for words, marks in table_rows(EVENTS)}
    assert heard == {name: {event for event, marks in expected.items() if marks[name] == "x"} for name in LISTENERS}


def test_T7_only_terminals_open_transactions_and_for_declared_purposes(world):
    for line in PURPOSES.splitlines():
        purpose, *expected = line.split()[:3] if line and not line.startswith(" ") else [None]
        for band, status in zip(("18_and_over", "6_to_11"), map(int, expected)):
            opening = world.opening(purpose=purpose, age_band=band)
            assert world.ask("lane-1", "POST", "/v1/transactions", opening)[0] == status, (purpose, band)
            for name in COLUMNS[1:]:
                status_of_others, answer = world.ask(name, "POST", "/v1/transactions", opening)
                assert (status_of_others, answer["reason"]) == (403, "NOT_PERMITTED"), (name, purpose, answer)


def test_T7_what_a_terminal_gets_is_no_more_than_its_own_transaction(world):
    """A match tells a terminal what it needs: which alert, and what to do; neither name nor case number."""
    made = world.make_mine()
    world.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", world.fingers[1, 2])
    answer = world.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
    text = json.dumps(answer) + base64.b64encode(json.dumps(answer).encode()).decode()
    assert answer["result"]["decision"] == "match"
    assert "CASE-" not in text and "Person " not in text
