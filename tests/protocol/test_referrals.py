"""A match becomes a hit by people alone: a terminal's match is referred, two examiners judge it apart, and the probe goes when they have (H1, H2, H3, H5, M2)."""

import json

import pytest

from doors import SocketDoor, TlsDoor
from kordond import OPENING, entry

PERSONS = {"olena": "examiner", "taras": "examiner", "sofia": "supervisor", "auditor": "auditor"}
DOORS = {door.name: door for door in (SocketDoor, TlsDoor)}


class Post:
    """A post with a terminal, two examiners and a supervisor behind a door, whose list has one person."""

    def __init__(self, daemon, door, fingers):
        self.daemon, self.door, self.fingers = daemon, door, fingers

    def ask(self, name, method, path, body=None):
        status, text = self.door.ask(self.daemon, name, method, path, json.dumps(body) if isinstance(body, dict) else body)
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
        self.done("sofia", "POST", f"/v1/watchlist/imports/{number}/entries", entry(self.fingers[1, 1], category="wanted_for_arrest"))
        self.done("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")

    def match(self):
        """A transaction in which the listed person was found."""
        made = self.done("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": "ivan"}, status=201)["transaction"]
        self.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", self.fingers[1, 2])
        answer = self.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
        assert answer["result"]["decision"] == "match", answer
        return made

    def referred(self):
        """The path of a new match's referral, when it is there."""
        path = f"/v1/referrals/{self.match()}"
        while self.ask("sofia", "GET", path)[0] == 404:
            pass
        return path

    def judge(self, name, path, judgement="usable"):
        self.done(name, "POST", f"{path}/seat")
        return self.done(name, "POST", f"{path}/probe_judgement", {"judgement": judgement, "reason": f"{name} looked"})

    def verdict(self, name, path, verdict="hit"):
        return self.done(name, "POST", f"{path}/verdict", {"verdict": verdict, "reason": f"{name} says so"})

    def log(self):
        return [each["body"] for each in self.done("sofia", "GET", "/v1/log/entries?limit=1000")["entries"]]

    def what(self, transaction):
        """What the log says was done to its referral."""
        return [body["what"] for body in self.log() if body.get("transaction") == transaction and "what" in body]

    def crash(self):
        self.daemon.kill()
        self.daemon.start()


@pytest.fixture(name="post", params=DOORS)
def fixture_post(request, daemon_of, fingers, tmp_path_factory):
    door = DOORS[request.param]((*PERSONS, "lane-1"), tmp_path_factory.mktemp("door"))
    register = {"person ivan__roles": "", "device lane-1__proof": door.proof("lane-1")}
    for name, roles in PERSONS.items():
        register.update({f"person {name}__roles": roles, f"person {name}__proof": door.proof(name)})
    made = Post(daemon_of(roles={}, api__entries_each="60000", **register, **door.settings()), door, fingers)
    made.install()
    return made


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
    post.done("olena", "POST", f"{path}/probe_judgement", {"judgement": "usable"})
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
    gone = post.done("olena", "GET", path)
    while not gone["probe_erased"]:
        gone = post.done("olena", "GET", path)
    assert (gone["outcome"], gone["state"], gone["probe_erased"]) == ("hit", "decided", True)
    assert post.why_not("olena", "GET", f"{path}/probe?finger=right_index") == "REFERRAL_STATE"
    what = post.what(gone["transaction"])
    assert [what.count(each) for each in ("referral taken", "probe judged", "probe seen", "reference seen", "comparison seen", "probe erased")] == [2, 2, 1, 1, 2, 1]
    assert len(what) == 11, what  # and two verdicts, of which the second opens both


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
    assert post.done("sofia", "POST", f"{path}/override", word)["outcome"] == "false_positive"
    assert post.why_not("sofia", "POST", f"{path}/override", word) == "REFERRAL_STATE"
