"""Two persons stand for a policy when it comes into force: each as he was proven, and as the authorities and the register have him by then (T7)."""

import os
import shutil
import threading

import pytest

from certificates import Authority, TlsClient, settings_of
from kordond import BUILD, entry, wait_until
from test_policy_change import another, approve, policy_of, propose
from test_reload import change, reload
from test_tls import fixture_post, fixture_post_of  # noqa: F401  pylint: disable=unused-import

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, whom the register knows as a supervisor")

DAY = 86400


def refuses(post, proposal):
    """Whether root, who is the second person, is told that the first one does not count any more."""
    answer = approve(post.daemon.client(), proposal)
    return answer.reason == "SECOND_PERSON_NEEDED" and "person:olena, who proposed it, may not any more" in answer.json["detail"]


def test_T7_an_authority_made_anew_does_not_stand_for_what_the_one_before_issued(post, tmp_path):
    """Its list, under the same section's name, says nothing of a certificate that the one before had revoked, or would have."""
    before = policy_of(post.client("olena"))
    proposal = propose(post.client("olena"), another(before, 2))["hash"]
    anew = Authority(tmp_path / "anew")
    for old, new in ((post.authority.certificate, anew.certificate), (post.authority.list, anew.list)):
        shutil.copy(new, old)
    assert "configuration reloaded" in reload(post.daemon)
    assert refuses(post, proposal)
    assert policy_of(post.daemon.client()) == before


def test_T7_nobody_is_a_first_person_by_an_authority_that_has_ended(post_of, clock):
    """His own certificate would last longer."""
    post = post_of(clock=clock, authority_days=10)
    post.authority.publish(until=100)
    post.start()
    before = policy_of(post.client("olena"))
    proposal = propose(post.client("olena"), another(before, 2))["hash"]
    clock.set(11 * DAY)
    assert refuses(post, proposal)
    assert policy_of(post.daemon.client()) == before


def test_T7_a_proposer_whose_certificate_holds_is_a_first_person(post):
    """Also where the authority's certificate was made anew for the same key and name, and its list was."""
    before = policy_of(post.client("olena"))
    text = another(before, 2)
    proposal = propose(post.client("olena"), text)["hash"]
    post.authority.renew()
    post.authority.publish()
    assert "configuration reloaded" in reload(post.daemon)
    assert approve(post.daemon.client(), proposal).status == 200
    assert policy_of(post.daemon.client()) == text


# --- Meanwhile

@pytest.fixture(name="held")
def fixture_held(post_of, tmp_path):
    """A post of whose list the reader's thread is held while it builds it for another policy: (post, the file that holds it)."""
    hold = tmp_path / "hold"
    checks = os.environ.get("ASAN_OPTIONS", "")
    post = post_of()
    post.daemon.environment = {"LD_PRELOAD": f"{BUILD}/tests/hold_thread.so", "KORDON_TEST_HOLD": str(hold),
                               "ASAN_OPTIONS": f"{checks}:verify_asan_link_order=0".lstrip(":")}
    yield post.start(), hold
    hold.unlink(missing_ok=True)


def dismissed(post, _):
    olena = "[person olena]\nproof = certificate:post/DNS:olena\nroles = "
    change(post.daemon, (f"{olena}supervisor", f"{olena}terminal"))


def revoked(post, certificate):
    post.authority.revoke(certificate)
    post.authority.publish()


@pytest.mark.parametrize("lose", [dismissed, revoked])
def test_T7_an_approver_who_is_none_any_more_when_the_list_is_built_brings_nothing_into_force(held, fingers, lose):
    """He was one when he approved: his role, or his certificate, is taken away while the list is being built for the policy."""
    post, hold = held
    assert post.daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    before = policy_of(post.daemon.client())
    without = another(before, 2, (b"wanted_for_arrest,\n    refusal_of_entry", b"\n    refusal_of_entry"))
    proposal = propose(post.daemon.client(), without)["hash"]
    certificate, key = post.authority.issue("olena", "DNS:olena")
    client, answers = TlsClient(post.port, settings_of(post.authority, (certificate, key))), []
    hold.write_text("mlock kordon-reader")
    approval = threading.Thread(target=lambda: answers.append(approve(client, proposal)))
    approval.start()
    wait_until(hold.with_name("hold.held").exists)
    lose(post, certificate)
    assert "configuration reloaded" in reload(post.daemon)
    hold.unlink()
    approval.join()
    assert [(each.reason, each.json["detail"]) for each in answers] == [("NOT_PERMITTED", "he is no supervisor of the register any more")]
    assert policy_of(post.daemon.client()) == before
    assert post.daemon.client().get("/v1/policy/proposal").json["hash"] == proposal
