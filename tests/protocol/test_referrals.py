"""A match becomes a hit by people alone: a terminal's match is referred, two examiners judge it apart, and the probe goes when they have (H1, H2, H3, H5, M2).

Who is to be protected is the protection officer's, who is sought in secret is known to examiners alone (P5, P6, P7).
"""

import functools
import json
import os
import subprocess

import pytest

import seat_way
from doors import SocketDoor, TlsDoor
from kordond import KORDONCTL, OPENING, entry, reachable, wait_until

PERSONS = {"olena": "examiner", "taras": "examiner", "petro": "protection_officer", "sofia": "supervisor", "auditor": "auditor"}
WANTED, CHILD, SECRET = 1, 2, 3  # fingers of those on the list
LIST = {WANTED: {"category": "wanted_for_arrest"},
        CHILD: {"category": "child_at_risk_of_abduction", "action": "protect", "instruction": "Speak to the child alone.", "purposes": ["protection_check"]},
        SECRET: {"category": "discreet_check"}}
A_CHILD = {"purpose": "protection_check", "age_band": "6_to_11"}
REPORT = {"place": "lane 1", "time": "12:40", "reason": "on his way home", "route": "from Przemysl", "companions": "a man", "vehicle": "a grey van",
          "objects": "two phones"}
DAY = 86400
DOORS = {door.name: door for door in (SocketDoor, TlsDoor)}


class Post:
    """A post with a terminal, two examiners, a protection officer and a supervisor behind a door."""

    def __init__(self, daemon, door, fingers):
        self.daemon, self.door, self.fingers = daemon, door, fingers

    def ask(self, name, method, path, body=None, headers=None):
        status, text = self.door.ask(self.daemon, name, method, path, json.dumps(body) if isinstance(body, dict) else body, headers)
        return status, json.loads(text) if text.startswith("{") else text

    def done(self, name, method, path, body=None, status=200):
        answer = self.ask(name, method, path, body)
        assert answer[0] == status, (name, method, path, answer)
        return answer[1]

    def why_not(self, name, method, path, body=None):
        answer = self.ask(name, method, path, body)
        assert answer[0] >= 400, (name, method, path, answer)
        return answer[1]["reason"]

    def install(self):
        number = self.done("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": 1}, status=201)["import"]
        for finger, changes in LIST.items():
            self.done("sofia", "POST", f"/v1/watchlist/imports/{number}/entries", entry(self.fingers[finger, 1], finger, **changes))
        self.done("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")

    def travel(self, finger=WANTED, **opening):
        """The end of a transaction with that finger, as it is told the terminal."""
        made = self.done("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": "ivan", **opening}, status=201)["transaction"]
        self.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", self.fingers[finger, 2])
        return self.done("lane-1", "POST", f"/v1/transactions/{made}/decision")

    def referred(self, finger=WANTED, route="second_line", **opening):
        """The path of a new match's referral, when it is there. The terminal is told of it, and again when it asks for the end."""
        end = self.travel(finger, **opening)
        told = {"id": end["transaction"], "route": route}
        assert (end["result"]["decision"], end["result"]["referral"]) == ("match", told), end
        assert self.done("lane-1", "GET", f"/v1/transactions/{end['transaction']}")["result"]["referral"] == told
        path = f"/v1/referrals/{end['transaction']}"
        wait_until(lambda: self.ask("sofia", "GET", path)[0] == 200)
        return path

    def routes(self, name):
        """{referral: route} of all in his list."""
        return {each["referral"]: each["route"] for each in self.done(name, "GET", "/v1/referrals")["referrals"]}

    def judge(self, name, path, judgement="usable", **finger):
        self.done(name, "POST", f"{path}/seat")
        return seat_way.judge(functools.partial(self.done, name), path, judgement, f"{name} looked", **finger)

    def verdict(self, name, path, verdict="hit"):
        return seat_way.give(functools.partial(self.done, name), path, verdict, f"{name} says so")

    def override(self, name, path, word):
        return seat_way.override(functools.partial(self.done, name), path, **word)

    def log(self):
        return [each["body"] for each in self.done("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]

    def what(self, transaction):
        """What the log says was done to its referral."""
        return [body["what"] for body in self.log() if body.get("transaction") == transaction and "what" in body]

    def crash(self):
        self.daemon.kill()
        self.daemon.start()

    def verify(self):
        """What an auditor at this machine finds of the log."""
        reachable(self.daemon.folder)
        command = [KORDONCTL, "--config", self.daemon.configuration, "--json", "log", "verify", "--all"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=False, user=self.door.uid("auditor")).stdout)


@pytest.fixture(name="post_behind")
def fixture_post_behind(daemon_of, fingers):
    def make(door, persons=None, **options):
        register = {"person ivan__roles": "", "device lane-1__proof": door.proof("lane-1")}
        for name, roles in (persons or PERSONS).items():
            register.update({f"person {name}__roles": roles, f"person {name}__proof": door.proof(name)})
        made = Post(daemon_of(roles={}, api__entries_each="60000", **register, **door.settings(), **options), door, fingers)
        made.install()
        posts.append(made)
        return made
    posts = []
    yield make
    # Whatever was done there, the log proves that the rules allowed it (H5).
    told = [made.verify() for made in posts if made.door.name == "socket"]
    assert [(each["valid"], each["found"], each["referrals"]["unseen"]) for each in told] == len(told) * [(True, [], 0)]


@pytest.fixture(name="post", params=DOORS)
def fixture_post(request, post_behind, tmp_path_factory):
    return post_behind(DOORS[request.param]((*PERSONS, "lane-1"), tmp_path_factory.mktemp("door")))


@pytest.fixture(name="post_at_socket")
def fixture_post_at_socket(post_behind, tmp_path):
    return post_behind(SocketDoor((*PERSONS, "lane-1"), tmp_path))


def test_H1_H2_H3_M2_a_match_is_a_hit_when_two_said_so_and_its_probe_goes(post):
    """kordond is killed after each step: nothing is lost, and nothing decided twice."""
    path = post.referred()
    assert post.done("olena", "GET", path)["outcome"] is None
    assert post.why_not("olena", "GET", f"{path}/probe?finger=right_index") == "NOT_PERMITTED"
    post.done("olena", "POST", f"{path}/seat")
    assert post.done("olena", "GET", f"{path}/probe?finger=right_index").startswith("\x89PNG")
    for look in ("reference?finger=right_index", "comparison?finger=right_index"):
        assert post.why_not("olena", "GET", f"{path}/{look}") == "NOT_PERMITTED"
    post.crash()
    seat_way.judge(functools.partial(post.done, "olena"), path)
    assert post.done("olena", "GET", f"{path}/reference?finger=right_index").startswith("\x89PNG")
    compared = post.done("olena", "GET", f"{path}/comparison?finger=right_index")
    assert compared["pairs"] and "score" not in compared and compared["alert"]["category"] == "wanted_for_arrest"
    assert all(pair["probe"] < len(compared["probe"]["minutiae"]) and pair["reference"] < len(compared["reference"]["minutiae"])
               for pair in compared["pairs"])
    first = post.verdict("olena", path)
    assert (first["second"], first["outcome"]) == ("deferred", None)
    assert "score" in post.done("olena", "GET", f"{path}/comparison?finger=right_index")
    post.crash()
    assert post.why_not("olena", "POST", f"{path}/verdict", {"verdict": "hit", "reason": "again"}) == "REFERRAL_STATE"
    assert post.why_not("olena", "POST", f"{path}/seat") == "NOT_PERMITTED"
    post.judge("taras", path)
    assert post.verdict("taras", path)["outcome"] == "hit"
    post.crash()
    wait_until(lambda: post.done("olena", "GET", path)["probe_erased"])
    gone = post.done("olena", "GET", path)
    assert (gone["outcome"], gone["state"], gone["probe_erased"]) == ("hit", "decided", True)
    assert post.why_not("olena", "GET", f"{path}/probe?finger=right_index") == "REFERRAL_STATE"
    what = post.what(gone["transaction"])
    assert [what.count(each) for each in ("referral taken", "probe judged", "probe seen", "reference seen", "comparison seen", "probe erased")] == [2, 2, 3, 3, 2, 1]
    assert len(what) == 15, what  # and two verdicts, of which the second opens both


def test_H5_nobody_learns_of_an_open_verdict(post):
    """Whatever the first examiner found, the other is answered the same at each route, byte by byte, and so is a supervisor's view."""
    told = []
    for verdict in ("hit", "false_positive", "inconclusive"):
        path = post.referred()
        made = path.rsplit("/", 1)[1]
        post.judge("olena", path, "usable" if verdict == "hit" else "limited")
        post.verdict("olena", path, verdict)
        views = {name: [post.done(name, "GET", path), [row for row in post.done(name, "GET", "/v1/referrals")["referrals"] if row["referral"] == made]]
                 for name in ("taras", "sofia")}
        views["refused"] = [post.ask("taras", "GET", f"{path}/{look}?finger=right_index")[1] for look in ("probe", "reference", "comparison")]
        text = json.dumps(views)
        assert "olena says so" not in text and "olena looked" not in text and "phase" not in text and verdict not in text
        for key in ("time_ms", "due_ms"):
            for view in views["taras"][:1] + views["taras"][1] + views["sofia"][:1] + views["sofia"][1]:
                view[key] = 0
        told.append(json.dumps(views).replace(made, "<id>"))
    assert len(set(told)) == 1


def test_H5_a_supervisor_without_a_part_in_it_decides_where_verdicts_differ(post):
    path = post.referred()
    for name, verdict in (("olena", "hit"), ("taras", "false_positive")):
        post.judge(name, path)
        post.verdict(name, path, verdict)
    word = {"verdict": "false_positive", "reason": "the core lies elsewhere"}
    shown = post.done("taras", "GET", path)
    assert (shown["state"], shown["outcome"]) == ("disagreed", None)
    assert [seat["verdict"] for seat in shown["seats"]] == ["hit", "false_positive"]
    assert post.why_not("olena", "POST", f"{path}/override", word) == "NOT_PERMITTED"
    assert post.override("sofia", path, word)["outcome"] == "false_positive"
    wait_until(lambda: post.done("sofia", "GET", path)["probe_erased"])  # while it goes whoever acts is told BUSY
    assert post.why_not("sofia", "POST", f"{path}/override", word) == "REFERRAL_STATE"


def test_P5_an_alert_about_a_child_goes_to_the_protection_officer(post_at_socket):
    """The terminal is told another instruction and another place than of who is wanted; examiners alone never judge it."""
    post = post_at_socket
    told = post.travel(CHILD, **A_CHILD)["result"]["identification"]["candidates"]
    assert [(each["category"], each["protection"], each["action"], each["instruction"]) for each in told] == [
        ("child_at_risk_of_abduction", True, "protect", "Speak to the child alone.")]
    path = post.referred(CHILD, "protection_officer", **A_CHILD)
    wanted = post.referred().rsplit("/", 1)[1]
    assert wanted not in post.routes("petro") and set(post.routes("petro").values()) == {"protection_officer"}
    assert [number for name in ("olena", "sofia") for number, route in post.routes(name).items() if route == "second_line"] == 2 * [wanted]
    assert post.done("petro", "GET", path)["urgency"] == "immediate"
    post.judge("olena", path)
    assert post.why_not("taras", "POST", f"{path}/seat") == "NOT_PERMITTED"
    post.verdict("olena", path)
    post.judge("petro", path)
    assert post.verdict("petro", path)["outcome"] == "hit"


def test_P7_a_hit_on_who_asks_for_protection_goes_to_the_protection_officer(post_at_socket):
    """Whatever he is sought for; and who says so in the second line only then, takes it there, with the seat of one examiner too many."""
    post = post_at_socket
    path = post.referred(WANTED, "protection_officer", traveller_group="protection_claimant")
    assert post.routes("petro") == {path.rsplit("/", 1)[1]: "protection_officer"}
    path = post.referred()
    post.judge("olena", path)
    post.judge("taras", path)
    assert post.why_not("petro", "GET", path) == "REFERRAL_NOT_FOUND"
    assert post.why_not("petro", "POST", f"{path}/protection_claim") == "REFERRAL_NOT_FOUND"
    claimed = post.done("olena", "POST", f"{path}/protection_claim")
    assert (claimed["route"], claimed["protection_claimed"]) == ("protection_officer", True)
    assert post.why_not("sofia", "POST", f"{path}/protection_claim") == "REFERRAL_STATE"
    assert [seat["held"] for seat in post.done("petro", "GET", path)["seats"]] == [False, True]
    assert post.why_not("olena", "POST", f"{path}/seat") == "NOT_PERMITTED"
    assert post.verdict("taras", path)["second"] == "deferred"
    post.judge("petro", path)
    assert post.verdict("petro", path)["outcome"] == "hit"


def test_P6_of_a_silent_referral_the_second_line_alone_knows_and_reports(post_at_socket):
    post = post_at_socket
    end = post.travel(SECRET)
    assert end["result"]["decision"] == "no_match" and "referral" not in end["result"], end
    referral = f"{end['transaction']}s"
    path = f"/v1/referrals/{referral}"
    wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)
    assert [post.routes(name) for name in ("olena", "taras", "sofia", "petro")] == 3 * [{referral: "silent"}] + [{}]
    assert post.why_not("petro", "GET", path) == "REFERRAL_NOT_FOUND"
    assert post.why_not("petro", "POST", f"{path}/report", REPORT) == "REFERRAL_NOT_FOUND"
    assert post.why_not("lane-1", "GET", path) == post.why_not("auditor", "GET", path) == "NOT_PERMITTED"
    assert post.why_not("olena", "POST", f"{path}/report", {**REPORT, "place": ""}) == "BAD_VALUE"
    assert post.done("olena", "POST", f"{path}/report", REPORT)["reports"] == 1
    assert post.why_not("olena", "POST", f"{path}/protection_claim") == "REFERRAL_STATE"
    told = [body for body in post.log() if body.get("what") == "second-line report"]
    assert [(body["actor"], body["referral"], body["report"]) for body in told] == [("person:olena", referral, REPORT)]
    post.judge("olena", path)
    post.verdict("olena", path)
    post.judge("taras", path)
    assert post.verdict("taras", path)["outcome"] == "hit"
    assert post.done("lane-1", "GET", f"/v1/transactions/{end['transaction']}") == end
    assert post.why_not("olena", "POST", f"{post.referred()}/report", REPORT) == "REFERRAL_STATE"


def in_files(post, pattern):
    """In which files of the state these bytes are."""
    found = []
    for name in os.listdir(f"{post.daemon.folder}/state"):
        with open(f"{post.daemon.folder}/state/{name}", "rb") as stream:
            if pattern in stream.read():
                found.append(name)
    return found


def test_P6_the_state_s_files_do_not_tell_who_is_referred(post_at_socket):
    """Who steals a copy without the machine key and knows the transactions' numbers does not find there whom the second line worked on."""
    post, ends = post_at_socket, []
    for finger, silent in ((SECRET, "s"), (WANTED, "")):
        ends.append(post.travel(finger)["transaction"])
        path = f"/v1/referrals/{ends[-1]}{silent}"
        wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)  # pylint: disable=cell-var-from-loop
        post.judge("olena", path)
    assert [in_files(post, form) for end in ends for form in (bytes.fromhex(end), end.encode())] == 4 * [[]]
    assert "kordon.db" in in_files(post, b"case_record")
    post.crash()
    for end, silent in zip(ends, "s "):
        assert post.done("olena", "GET", f"/v1/referrals/{end}{silent.strip()}")["seats"][0]["own"]


def test_P6_a_silent_referral_does_not_exist_for_the_officer_whose_traveller_it_is(post_at_socket):
    """He is an examiner: neither event nor list tells him of it, while another examiner hears of it."""
    post, names = post_at_socket, ("olena", "taras")
    before = {name: post.door.events(post.daemon, name, modes=1)[-1][1] for name in names}
    path = f"/v1/referrals/{post.travel(SECRET, officer='taras')['transaction']}s"
    wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)
    assert post.why_not("taras", "GET", path) == post.why_not("taras", "POST", f"{path}/seat") == "REFERRAL_NOT_FOUND"
    assert (len(post.routes("olena")), post.routes("taras")) == (1, {})
    number = post.done("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": 2, "allow_empty": True}, status=201)["import"]
    post.done("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")  # a change of mode ends what is listened to
    heard = {name: {event for event, _ in post.door.events(post.daemon, name, modes=2, after=before[name])} for name in names}
    assert ["referral" in heard[name] for name in names] == [True, False]


def test_H2_who_is_handed_a_seat_begins_with_the_probe(post_at_socket):
    post = post_at_socket
    path = post.referred()
    post.judge("olena", path)
    for to, why in (("nobody-here", "OFFICER_NOT_REGISTERED"), ("ivan", "NOT_PERMITTED"), ("petro", "NOT_PERMITTED"), ("olena", "BAD_VALUE")):
        assert post.why_not("olena", "POST", f"{path}/hand_over", {"to": to}) == why, to
    assert post.why_not("taras", "POST", f"{path}/hand_over", {"to": "taras"}) == "NOT_PERMITTED"
    post.done("olena", "POST", f"{path}/hand_over", {"to": "taras"})
    assert post.why_not("olena", "GET", f"{path}/comparison?finger=right_index") == "NOT_PERMITTED"
    assert post.why_not("taras", "GET", f"{path}/comparison?finger=right_index") == "NOT_PERMITTED"
    seat = post.done("taras", "GET", path)["seats"][0]
    assert (seat["own"], seat["holder"], seat["phase"], "judgement" in seat) == (True, "person:taras", "probe", False)
    handed = [body for body in post.log() if body.get("what") == "referral handed over"]
    assert [(body["actor"], body["to"], body["seat"]["judgement"]) for body in handed] == [("person:olena", "person:taras", "usable")]


def test_H2_a_verdict_that_is_sent_again_is_given_once(post_at_socket):
    post = post_at_socket
    path = post.referred()
    post.judge("olena", path)
    post.done("olena", "GET", f"{path}/reference?finger=right_index")
    word, key = {"verdict": "hit", "reason": "why"}, {"Idempotency-Key": "verdict"}
    told = [post.ask("olena", "POST", f"{path}/verdict", word, key) for _ in range(2)]
    assert told[0] == told[1] and told[0][0] == 200, told
    assert post.ask("olena", "POST", f"{path}/verdict", {**word, "verdict": "inconclusive"}, key)[1]["reason"] == "IDEMPOTENCY_KEY_REUSED"
    assert post.why_not("olena", "POST", f"{path}/verdict", word) == "REFERRAL_STATE"
    assert post.what(path.rsplit("/", 1)[1]).count("verdict given") == 1


def test_H2_an_outcome_is_corrected_a_day_later(post_behind, tmp_path, clock):
    """The probe is gone by then, and what was said before stays readable."""
    post = post_behind(SocketDoor((*PERSONS, "lane-1"), tmp_path), environment=clock.environment)
    path = post.referred()
    word = {"verdict": "false_positive", "reason": "he was in prison on that day"}
    for name in ("olena", "taras"):
        assert post.why_not("sofia", "POST", f"{path}/correction", word) == "REFERRAL_STATE"
        post.judge(name, path)
        post.verdict(name, path)
    decided = post.done("sofia", "GET", path)
    clock.set(DAY)
    wait_until(lambda: post.done("sofia", "GET", path)["probe_erased"])
    assert post.why_not("olena", "POST", f"{path}/correction", word) == "NOT_PERMITTED"
    assert post.why_not("sofia", "POST", f"{path}/correction", {**word, "reason": ""}) == "BAD_VALUE"
    assert post.why_not("sofia", "POST", f"{path}/correction", {**word, "verdict": "hit"}) == "BAD_VALUE"
    corrected = post.done("sofia", "POST", f"{path}/correction", word)
    assert (corrected["state"], corrected["outcome"], corrected["seats"]) == ("corrected", "false_positive", decided["seats"])
    assert corrected["corrected"]["time_ms"] - decided["outcome_ms"] >= DAY * 1000
    assert (corrected["corrected"]["by"], corrected["corrected"]["reason"]) == ("person:sofia", word["reason"])
    post.crash()
    assert post.done("sofia", "GET", path) == corrected
    assert post.done("olena", "GET", path)["outcome"] == "false_positive"
