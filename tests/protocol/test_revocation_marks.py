"""What was seen of revocation lists stays seen: also of one that begins to hold later, of one that nobody names, of many authorities (T7, A8)."""

import signal

from certificates import Authority, settings_of
from kordond import BUILD, wait_until
from test_policy_change import another, approve, policy_of, propose
from test_reload import change, ends, reload
from test_tls import (fixture_post, fixture_post_of, is_reachable, read_list, told_of_lists, with_revoked,  # noqa: F401
                      write_list)  # pylint: disable=unused-import

DAY = 86400
OLDER = "its revocation list is older than one that was in force"
NAMES_NONE = "it had a revocation list, and names none"


def numbers(post):
    """Of the post's own authority, as the log tells them one after the other."""
    return [row.get("number", "given up") for body in told_of_lists(post) for row in body["revocation_lists"] if row["authority"] == "post"]


def ahead(post_of, clock, **options):
    """A post that serves by a list of tomorrow; and the text of the one before, which it has seen."""
    post = post_of(clock=clock, **options).start()
    before = read_list(post)
    post.daemon.stop()
    post.authority.publish(since=1)
    post.daemon.start()
    assert numbers(post) == ["1"]
    return post, before


def test_T7_a_list_of_a_time_to_come_is_seen_once_it_holds(post_of, clock):
    """By kordond itself, with an entry; so the list before it is an older one from then on, behind a restart as well."""
    post, before = ahead(post_of, clock)
    clock.set(2 * DAY)
    wait_until(lambda: numbers(post) == ["1", "2"])
    newest = read_list(post)
    write_list(post, before)
    assert OLDER in reload(post.daemon)
    post.daemon.stop()
    post.daemon.start()
    assert not is_reachable(post)
    write_list(post, newest)
    assert "configuration reloaded" in reload(post.daemon)
    assert numbers(post) == ["1", "2"] and post.client().get("/v1/status").status == 200


def test_T7_a_list_that_holds_since_a_moment_is_not_followed_by_an_older_one(post_of, clock):
    """However soon after that moment the reload comes."""
    post, before = ahead(post_of, clock)
    clock.set(2 * DAY)
    write_list(post, before)
    assert OLDER in reload(post.daemon)


def test_T7_a_reload_that_changes_nothing_else_notes_a_list_that_holds_by_now(post_of, clock):
    post, _ = ahead(post_of, clock)
    clock.set(2 * DAY)
    assert "the configuration in force stays" not in reload(post.daemon)
    assert numbers(post)[-1] == "2"


def test_T7_a_reload_while_a_list_is_being_noted_loses_neither(post_of, clock, tmp_path):
    """The journal's thread is held with the entry of the list; the reload, asked for twice, ends behind it, by what was noted."""
    hold = tmp_path / "hold"
    clock.environment.update({"LD_PRELOAD": f"{BUILD}/tests/hold_thread.so {clock.environment['LD_PRELOAD']}", "KORDON_TEST_HOLD": str(hold)})
    other = Authority(tmp_path / "other", "other-ca")
    post, before = ahead(post_of, clock)
    newest = read_list(post)
    hold.write_text("fdatasync kordon-journal")
    clock.set(2 * DAY)
    wait_until((tmp_path / "hold.held").exists)
    with open(post.daemon.configuration, "a", encoding="ascii") as stream:
        stream.write(f"[client_authority other]\ncertificate = {other.certificate}\nrevocation_list = {other.list}\n")
    said = ends(post.daemon)
    for _ in range(2):
        post.daemon.signal(signal.SIGHUP)
        assert post.daemon.client().get("/healthz").status == 200
    hold.unlink()
    wait_until(lambda: ends(post.daemon) == said + 2)
    assert numbers(post)[:3] == ["1", "2", "2"]
    write_list(post, before)
    assert OLDER in reload(post.daemon)
    post.daemon.stop()
    write_list(post, newest)
    post.daemon.start()
    assert is_reachable(post) and len(numbers(post)) == 3


def test_T7_an_authority_does_not_lose_its_list_unnoticed(post):
    """Who was revoked would be let in: kordon.conf says that it is meant, and the log says that it does; the marks stay."""
    gone, before = with_revoked(post)
    newest, named = read_list(post), f"revocation_list = {post.authority.list}\n"
    change(post.daemon, (named, ""))
    assert NAMES_NONE in reload(post.daemon)
    assert post.refused(settings_of(post.authority, gone)) == "SSLV3_ALERT_CERTIFICATE_REVOKED"
    post.daemon.stop()
    post.daemon.start()
    assert not is_reachable(post)
    assert post.daemon.client().get("/v1/status").json["tls"]["reason"] == "CONFIGURATION_BAD"
    change(post.daemon, (f"certificate = {post.authority.certificate}\n", f"certificate = {post.authority.certificate}\nno_revocation_list = yes\n"))
    assert "configuration reloaded" in reload(post.daemon)
    assert is_reachable(post) and numbers(post) == ["1", "2", "given up"]
    assert "as it was" in reload(post.daemon)
    post.daemon.stop()
    post.daemon.start()
    assert is_reachable(post) and numbers(post) == ["1", "2", "given up"]
    change(post.daemon, ("no_revocation_list = yes\n", f"no_revocation_list = yes\n{named}"))
    assert "no_revocation_list = yes stands beside it" in reload(post.daemon)
    change(post.daemon, ("no_revocation_list = yes\n", ""))
    write_list(post, before)
    assert OLDER in reload(post.daemon)
    write_list(post, newest)
    assert "configuration reloaded" in reload(post.daemon)
    assert numbers(post) == ["1", "2", "given up", "2"]
    assert post.refused(settings_of(post.authority, gone)) == "SSLV3_ALERT_CERTIFICATE_REVOKED"


def test_T7_that_there_is_no_list_is_said_at_the_start_as_well(post):
    """It is meant from the start on: the network is served, behind an entry."""
    post.daemon.stop()
    change(post.daemon, (f"revocation_list = {post.authority.list}\n", "no_revocation_list = yes\n"))
    post.daemon.start()
    assert is_reachable(post) and numbers(post) == ["1", "given up"]
    assert told_of_lists(post)[-1]["what"] == "revocation lists in force"


AUTHORITIES, AT_ONCE = 71, 7  # the state has room for 64 marks, the configuration for 8 authorities


def test_T7_authorities_that_come_and_go_keep_out_no_new_one(post, tmp_path):
    """What was seen first of those that nobody names is forgotten, and the log says so; of one that is named never."""
    _, before = with_revoked(post)
    named, sections, forgotten = read_list(post), "", []
    wanted = another(policy_of(post.client("olena")), 2)
    proposal = propose(post.client("olena"), wanted)["hash"]
    for first in range(0, AUTHORITIES - 1, AT_ONCE):
        changed = ""
        for number in range(first, first + AT_ONCE):
            made = Authority(tmp_path / f"a{number}", f"ca-{number}")
            changed += f"[client_authority a{number}]\ncertificate = {made.certificate}\nrevocation_list = {made.list}\n"
        if sections:
            change(post.daemon, (sections, changed))
        else:
            with open(post.daemon.configuration, "a", encoding="ascii") as stream:
                stream.write(changed)
        sections = changed
        assert "configuration reloaded" in reload(post.daemon)
    for body in told_of_lists(post):
        forgotten += [row["authority"] for row in body.get("revocation_lists_forgotten", [])]
    assert len(set(forgotten)) == len(forgotten) == AUTHORITIES - 64
    # Who proposed a policy before all these came is still the first person, and what comes into force finds room beside their marks.
    assert approve(post.daemon.client(), proposal).status == 200 and policy_of(post.daemon.client()) == wanted
    post.daemon.stop()
    post.daemon.start()
    assert is_reachable(post)
    write_list(post, before)
    assert OLDER in reload(post.daemon)
    write_list(post, named)
    assert "as it was" in reload(post.daemon)
