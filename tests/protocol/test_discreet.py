"""P6: no byte and no count tells a terminal, or any role that is not cleared for discreet alerts, whether a traveller is sought in secret.

Travellers sought in secret and travellers whom nobody seeks come in turn (first_line_view.py). How long answers take, and what a classifier
makes of all that is seen, is measured by `./run bench discreet`: no time is pass or fail here.
"""

import collections
import os
import tempfile

import pytest

import first_line_view
from first_line_view import Observer, Post
from indistinguishable import different_counts, different_texts

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be several users")

PAIRS = int(os.environ.get("KORDON_DISCREET_PAIRS", "4"))  # 2000 is what the acceptance asks for
CONTROLS = 2


@pytest.fixture(name="post_of")
def fixture_post_of():
    """In a folder that is no pytest's: another pytest that begins meanwhile closes the one above its own to other users."""
    made = []
    with tempfile.TemporaryDirectory(prefix="kordon.") as folder:
        def make(category):
            made.append(Post(f"{folder}/{len(made)}", category))
            return made[-1]
        yield make
        for post in made:
            post.daemon.stop()


def check_truth(post, observer, seen, told):
    """The log must say that those sought were found, and what was told; else nothing was compared."""
    truth = post.truth()
    counted = collections.Counter((each.secret, *truth[transaction]) for each, transaction in zip(seen, observer.transactions))
    assert counted == {(True, "match", told): len(seen) // 2, (False, "no_match", "no_match"): len(seen) // 2}


def test_P6_who_is_sought_in_secret_is_seen_by_no_byte_and_no_count(post_of):
    post = post_of("discreet_check")
    observer = Observer(post)
    seen = observer.travellers(PAIRS)
    observer.recall(seen)
    observer.close()
    check_truth(post, observer, seen, "no_match")
    assert different_texts(seen) == []
    assert different_counts(seen) == []
    planted = Observer(post, first_line_view.byte)
    seen = planted.travellers(CONTROLS)
    planted.close()
    assert {name for name, *_ in different_texts(seen)} == {"decision"}, "a byte that is planted is found, and nothing beside it"


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
