"""What the first line learns of a discreet alert that matches: nothing. Whatever a terminal can ask for is what it is told of a traveller whom nobody seeks (P6).

Each test runs the same steps at two posts that differ in one thing: whose finger the discreet alert of the list has.
"""

import json
import re

import pytest

from kordond import ALL_ROLES, NOBODY, Client, as_user, entry, reachable, user_name
from listener import Listener

DISCREET = ("discreet_check", "inquiry_check", "specific_check")
STRANGER = 6  # whose finger nobody is found with
ROLES = {**{role: f"user:{user_name()}" for role in ALL_ROLES}, "terminal": f"user:{user_name()}, user:nobody"}
SENSOR = {"sensor plate__device": "lane 3", "sensor plate__fap": "45", "sensor plate__area_mm": "40.6x38.1", "sensor plate__ppi": "500",
          "sensor plate__attack_detection": "multispectral"}
IMITATION = {"device": "lane%203", "attack_detection_result": "presentation_attack"}


def list_of(fingers, sought, overt):
    """One discreet alert of each category for the finger sought, and the overt ones; the lists of two posts are of one length."""
    discreet = [entry(fingers[sought, 1 + i % 2], 10 + i, category=category, case_number=f"D-{i}") for i, category in enumerate(DISCREET)]
    return discreet + [entry(fingers[number, 1], number, category="wanted_for_arrest") for number in overt]


@pytest.fixture(name="posts")
def fixture_posts(daemon_of, fingers):
    """Makes the two posts: where finger 1 is sought in secret, and where another is."""
    def make(overt=(3,), **options):
        made = []
        for sought in (1, 4):
            daemon = daemon_of(roles=ROLES, identification__target_fpir="0.01", **SENSOR, **options)
            answer = daemon.client().import_list(list_of(fingers, sought, overt))
            assert answer.status == 200, answer
            made.append(daemon)
        return made
    return make


def alike(text):
    """The same without what differs between any two transactions: ids, times, what random numbers and keys make."""
    text = re.sub(r"[0-9a-f]{32}", "<id>", text)
    text = re.sub(r"\b1[0-9]{12}\b", "<time>", text)
    return re.sub(r"[A-Za-z0-9+/]{80,}={0,2}", lambda found: f"<{len(found[0])} letters>", text)


def at_terminal(post, action):
    """What the action returns at the terminal."""
    reachable(post.folder)
    told = as_user(NOBODY, action)
    assert isinstance(told, list), told
    return told


def told_at(post, action):
    """What the terminal learns in the action, alike between any two transactions; the action returns texts."""
    return [alike(text) for text in at_terminal(post, action)]


def ask(terminal, method, path, body=b""):
    answer = terminal.request(method, path, body)
    return f"{method} {answer.status} {len(answer.body)} {answer.body.decode()}"


def way(post, image, kind="identification", reference=None, **query):
    """All that a terminal can ask for about one traveller, to what its list and its events hold of him."""
    def action():
        terminal, listener = Client(post.socket), Listener(post.socket)
        told = [json.dumps(listener.until("mode")[0][1])]
        transaction = terminal.open(kind=kind)
        path = f"/v1/transactions/{transaction}"
        if reference:
            told.append(ask(terminal, "PUT", f"{path}/reference?position=right_index", reference))
        told.append(terminal.sample(transaction, image, **query).body.decode())
        for method, part in (("POST", "/decision"), ("GET", ""), ("POST", "/decision"), ("GET", "/receipt"), ("DELETE", ""),
                             ("GET", "/evidence?recipient=x&justification=x"), ("POST", "/samples?position=right_thumb")):
            told.append(ask(terminal, method, path + part))
        told.append(terminal.get("/v1/transactions").body.decode())
        while True:
            name, data, _ = listener.event()
            told.append(f"{name} {json.dumps(data)}")
            if data.get("state") == "decided":
                break
        return told + [transaction]
    return action


def decided(told):
    """Result of the decision's answer among what was told."""
    answer = next(each for each in told if each.startswith("POST 200"))
    return json.loads(re.sub("<time>", "0", answer.split(" ", 3)[3]))["result"]


def both(posts, *arguments, **options):
    """What the terminals of both posts are told, which must be the same."""
    secret, other = [told_at(post, way(post, *arguments, **options)) for post in posts]
    assert secret == other
    return decided(secret)


def truth(post):
    """What the log says of the last decision."""
    return [each["body"] for each in post.client().log() if "told" in each["body"]][-1]


def test_P6_a_discreet_match_is_told_as_no_match_and_stands_in_the_log(posts, fingers):
    made = posts()
    result = both(made, fingers[1, 2])
    assert result["decision"] == "no_match" and result["identification"]["candidates"] == []
    bodies = [truth(post) for post in made]
    assert [(body["decision"], body["told"]) for body in bodies] == [("match", "no_match"), ("no_match", "no_match")]
    assert len(bodies[0]["identification"]["candidates"]) == 3 and "candidates" not in bodies[1]["identification"]
    assert both(made, fingers[STRANGER, 1])["decision"] == "no_match"


def test_P6_the_overt_alert_beside_discreet_ones_is_told_alone(posts, fingers):
    made = posts(overt=(1, 3))
    result = both(made, fingers[1, 3])
    candidate, = result["identification"]["candidates"]
    assert (result["decision"], candidate["category"], candidate["rank"]) == ("match", "wanted_for_arrest", 1)
    assert [len(truth(post)["identification"]["candidates"]) for post in made] == [4, 1]


def test_P6_discreet_alerts_take_no_overt_one_its_place(posts, fingers):
    """As many candidates as an answer has are counted without those that it must not have."""
    made = posts(overt=(1, 3), identification__candidates="1")
    candidate, = both(made, fingers[1, 3])["identification"]["candidates"]
    assert candidate["category"] == "wanted_for_arrest"


def test_P6_an_imitation_of_a_person_sought_in_secret_is_told_as_any_imitation(posts, fingers):
    made = posts()
    result = both(made, fingers[1, 2], **IMITATION)
    assert (result["decision"], result["why"]) == ("inconclusive", "PRESENTATION_ATTACK")
    assert [(body["decision"], body["told"]) for body in map(truth, made)] == [("match", "inconclusive"), ("inconclusive", "inconclusive")]


@pytest.mark.parametrize("impression, claim", [((1, 3), "match"), ((2, 1), "no_match")])
def test_P6_a_verification_beside_a_discreet_match_goes_its_own_way(posts, fingers, impression, claim):
    made = posts()
    result = both(made, fingers[1, 2], kind="both", reference=fingers[impression])
    assert (result["decision"], result["verification"]["decision"]) == ("no_match", claim)
    assert truth(made[0])["decision"] == "match"


def test_P6_what_is_recalled_after_a_restart_is_what_was_told(posts, fingers):
    made = posts()

    def again(post, transaction):
        def action():
            terminal = Client(post.socket)
            return [ask(terminal, method, f"/v1/transactions/{transaction}{part}")
                    for method, part in (("GET", ""), ("POST", "/decision"), ("GET", "/receipt"), ("DELETE", ""))]
        return action
    told = []
    for post in made:
        transaction = at_terminal(post, way(post, fingers[1, 2]))[-1]
        post.stop()
        post.start()
        told.append(told_at(post, again(post, transaction)))
    assert told[0] == told[1] and decided(told[0])["decision"] == "no_match"


def test_P6_no_role_is_told_by_a_transaction_what_the_log_alone_says(posts, fingers):
    post = posts()[0]
    transaction = at_terminal(post, way(post, fingers[1, 2]))[-1]
    shown = post.client().get(f"/v1/transactions/{transaction}?justification=x").json
    assert shown["result"]["decision"] == "no_match"
    row, = post.client().get("/v1/transactions").json["transactions"]
    assert row["decision"] == "no_match"
