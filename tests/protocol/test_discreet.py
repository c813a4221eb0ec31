"""P6: no byte and no count tells a terminal, or any role that is not cleared for discreet alerts, whether a traveller is sought in secret.

Travellers sought in secret and travellers whom nobody seeks come in turn (first_line_view.py). How long answers take, and what a classifier
makes of all that is seen, is measured by `./run bench discreet`: no time is pass or fail here.
"""

import collections
import os
import subprocess
import tempfile

import pytest

import first_line_view
from doors import SocketDoor, TlsDoor
from first_line_view import POSITIONS, PURPOSES, Observer, Post, Wire
from indistinguishable import Seen, alike, different_counts, different_texts
from kordond import KORDONCTL, OPENING, wait_until
from listener import Listener

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

PAIRS = int(os.environ.get("KORDON_DISCREET_PAIRS", "6"))  # 2000 is what the acceptance asks for
CONTROLS = 2
DISCREET = ("discreet_check", "inquiry_check", "specific_check")


@pytest.fixture(name="post_of", scope="module")
def fixture_post_of():
    """In a folder that is no pytest's: another pytest that begins meanwhile closes the one above its own to other users."""
    made = []
    with tempfile.TemporaryDirectory(prefix="kordon.") as folder:
        def make(category, door=SocketDoor):
            made.append(Post(f"{folder}/{len(made)}", category, door=door))
            return made[-1]
        yield make
        for post in made:
            post.daemon.stop()


@pytest.fixture(name="post", scope="module")
def fixture_post(post_of):
    """One for several tests, each with travellers of its own."""
    return post_of(DISCREET)


def check_truth(post, observer, seen, told):
    """The log must say that those sought were found, and what was told; else nothing was compared."""
    truth = post.truth()
    counted = collections.Counter((each.secret, *truth[transaction]) for each, transaction in zip(seen, observer.transactions))
    assert counted == {(True, "match", told): len(seen) // 2, (False, "no_match", "no_match"): len(seen) // 2}


@pytest.mark.parametrize("door, pairs", [("socket", PAIRS), ("tls", CONTROLS)])
def test_P6_who_is_sought_in_secret_is_seen_by_no_byte_and_no_count(post, post_of, door, pairs):
    """By each of the discreet categories. What kordond says to the service manager is read by whoever runs the machine."""
    post = post_of(DISCREET, TlsDoor) if door == "tls" else post
    observer = Observer(post)
    said = post.daemon.errors()
    seen = observer.travellers(pairs)
    assert post.daemon.errors() == said
    observer.recall(seen)
    observer.close()
    check_truth(post, observer, seen, "no_match")
    assert different_texts(seen) == []
    assert different_counts(seen) == []


def test_P6_a_byte_that_is_planted_is_found(post):
    """The control, and nothing beside it is found."""
    planted = Observer(post, first_line_view.byte)
    seen = planted.travellers(CONTROLS)
    planted.close()
    assert {name for name, *_ in different_texts(seen)} == {"decision"}


def refused_too_early(post, transaction):
    """An examiner asks for what he may not see yet: that is counted, for those who may know."""
    examiner, path = Wire(post.connect("examiner")), f"/v1/referrals/{transaction}s"
    wait_until(lambda: " 200 " in examiner.ask("GET", path)[0].split("\r\n", maxsplit=1)[0])
    assert " 403 " in examiner.ask("GET", f"{path}/probe?finger={POSITIONS[0]}")[0].split("\r\n", maxsplit=1)[0]
    examiner.close()


def test_P6_nobody_without_clearance_sees_that_an_examiner_works_on_a_silent_referral(post):
    """What each sees before and behind it is the same; an event tells the examiner, who may know."""
    observer, examiner = Observer(post), Listener(post.connect("examiner"))
    observer.traveller(1, PURPOSES[0])
    transaction, rounds = observer.transactions[-1], [Seen(None, secret) for secret in (False, False, False, True)]
    for each in rounds:
        if each.secret:
            refused_too_early(post, transaction)
            size = post.daemon.client().get("/v1/status").json["log"]["size"]
            observer.work(transaction)
            assert post.daemon.client().get("/v1/status").json["log"]["size"] >= size + 7
        observer.look_round(each, transaction)
    observer.close()
    while examiner.event()[0] != "referral":
        pass
    assert different_texts(rounds[1:]) == []
    assert different_counts(rounds[1:]) == []


def test_P6_kordonctl_says_the_same_of_who_is_sought_in_secret(post):
    """The same words, in each language, and the same exit status."""
    pictures = [f"{post.daemon.folder}/{position}.png" for position in POSITIONS]
    before = post.truth()

    def told(number, purpose, language):
        for path, picture in zip(pictures, post.shown[number]):
            with open(path, "wb") as stream:
                stream.write(picture)
        given = [part for position, path in zip(POSITIONS, pictures) for part in ("--finger", position, "--image", path)]
        outcome = subprocess.run([KORDONCTL, "--config", post.daemon.configuration, "identify", "--purpose", purpose,
                                  "--legal-basis", OPENING["legal_basis"], "--justification", "on arrival", "--officer", first_line_view.OFFICER,
                                  "--traveller-group", "foreigner", "--age-band", "18_and_over", *given], user="daemon", capture_output=True, text=True, check=False,
                                 env={"LANG": language, "LC_ALL": language})
        return outcome.returncode, *(alike(text).replace(purpose, "<purpose>") for text in (outcome.stdout, outcome.stderr))

    for number, language in zip(post.shown, 3 * ("en_GB.UTF-8", "uk_UA.UTF-8")):
        first, second = [told(number, purpose, language) for purpose in PURPOSES]
        assert first == second, number
    ends = [each for transaction, each in post.truth().items() if transaction not in before]
    assert sorted(ends) == sorted(len(post.shown) * [("match", "no_match"), ("no_match", "no_match")])


def test_P6_who_is_sought_openly_is_seen(post_of):
    """The control: by what is answered, by the list of transactions, and after a start as well."""
    post = post_of("wanted_for_arrest")
    observer = Observer(post)
    seen = observer.travellers(CONTROLS)
    observer.recall(seen)
    observer.close()
    check_truth(post, observer, seen, "match")
    assert {name for name, *_ in different_texts(seen)} >= {"decision", "retried", "decided again", "recall", "owner: /v1/transactions?limit=2",
                                                            "started anew: recall", "started anew: decided again"}
