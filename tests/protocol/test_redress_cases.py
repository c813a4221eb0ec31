"""What a case of redress rests on, by what it is found, and when it is over (H6)."""

import functools
import io

from PIL import Image

import seat_way
from kordond import wait_until
from test_redress import LISTED, STRANGER, TRAVELLER, WANTED, day, fixture_post, fixture_post_of, given  # noqa: F401  pylint: disable=unused-import


def verified(post, referral):
    """It is known, and two examiners find a false positive."""
    path = f"/v1/referrals/{referral}"
    wait_until(lambda: post.ask("sofia", "GET", path)[0] == 200)
    for name in ("olena", "taras"):
        post.examine(name, path)
    return referral


def test_H6_what_was_changed_before_people_compared_with_it_clears_nobody(post):
    """The score is one with what the machine compared with; a list that says the same again changes nothing."""
    same = post.travel()["transaction"]
    post.install(LISTED)
    post.recorded(verified(post, same))
    changed = post.travel()["transaction"]
    post.install({**LISTED, "instruction": "Arrest."})
    status, answer = post.ask("sofia", "POST", "/v1/redress", post.asked(verified(post, changed)))
    assert (status, answer["reason"]) == (409, "REDRESS_STATE") and "changed or erased" in answer["detail"], answer
    post.crash()
    assert "changed or erased" in post.ask("sofia", "POST", "/v1/redress", post.asked(changed))[1]["detail"]
    post.install_prints(post.fingers[WANTED, 1])
    gone = post.travel(finger=WANTED)["transaction"]
    post.install_prints(post.fingers[TRAVELLER, 3])
    assert "changed or erased" in post.ask("sofia", "POST", "/v1/redress", post.asked(verified(post, gone)))[1]["detail"]


def test_H6_who_lost_his_number_withdraws_by_what_the_log_calls_his_case(post):
    """It finds the case for those alone who read the log, gives no finger, and a wrong one is answered as a wrong number."""
    made = post.recorded(post.judged())
    post.keep(made["number"])
    mark, why = made["case"], "?justification=he+lost+the+number"
    wrong = ("0" if mark[0] != "0" else "1") + mark[1:]
    answers = [post.ask("sofia", method, f"/v1/redress/{name}{why}") for method in ("GET", "DELETE") for name in (wrong, "AAAA-AAAA-AAAA-AAAA")]
    assert [status for status, _ in answers] == 4 * [404] and len({str(answer) for _, answer in answers}) == 1, answers
    for name in ("auditor", "olena", "lane-1"):
        assert post.why_not(name, "GET", f"/v1/redress/{mark}{why}") == "NOT_PERMITTED"
    assert post.ask("sofia", "POST", f"/v1/redress/{mark}/samples?position=right_thumb", post.fingers[TRAVELLER, 2])[1]["reason"] == "REDRESS_NOT_FOUND"
    shown = post.done("sofia", "GET", f"/v1/redress/{mark}{why}")
    assert (shown["case"], shown["state"], shown["fingers"]) == (mark, "counts", ["right_index"])
    said = ("--justification", "he lost the number")
    assert mark in post.command("marta", "show", mark, *said)[0]
    assert "letters are needed" in post.command("marta", "show", mark[:-1], *said, status=64)[1]
    removed, _ = post.command("marta", "remove", mark, *said)
    assert "is removed" in removed and "fingers kept" not in removed
    assert post.told() == "match"
    assert post.command("marta", "show", mark, *said, status=66)[1].startswith("kordonctl: ")
    what = [body["what"] for body in post.log() if body.get("case") == mark]
    assert what == ["redress recorded", "redress finger kept", "redress shown", "redress shown", "redress removed", "redress not found"], what
    disclosed = [body for body in post.log() if "recipients" in body and body.get("case") is not None]
    assert [(body["what"], body["case"]) for body in disclosed] == 2 * [("redress shown", mark)]  # and nothing of what there is not


def test_H6_a_number_whose_last_day_is_over_says_so_until_it_is_erased(post_of, clock):
    """It is not erased by the clock alone (M2), so it may be kept for a while."""
    post = post_of(environment=clock.environment)
    number = post.cleared(until=day())
    assert post.done("sofia", "GET", f"/v1/redress/{number}?justification=why")["state"] == "counts"
    clock.set(24 * 3600)
    shown = post.done("sofia", "GET", f"/v1/redress/{number}?justification=why")
    assert (shown["state"], shown["counts"], shown["until"]) == ("over", False, day())
    assert "OVER" in post.command("marta", "show", number, "--justification", "why")[0]
    path = f"/v1/referrals/{post.travel(redress=number)['transaction']}"
    wait_until(lambda: post.ask("sofia", "GET", path)[0] == 200)
    post.done("olena", "POST", f"{path}/seat")
    seat_way.judge(functools.partial(post.done, "olena"), path)
    told = post.done("olena", "GET", f"{path}/comparison?finger=right_index")["redress"]
    assert told["found"] == "told_apart" and told["over"] is True, told


def test_H6_no_case_is_made_for_pictures_that_are_not_there(post, tmp_path):
    rest, _, own = given(post, tmp_path)
    add = ("add", post.judged(), *rest, "--consent", "--finger", "right_index", "--image", own, "--finger", "right_thumb", "--image")
    assert "none.png" in post.command("marta", *add, tmp_path / "none.png", status=66)[1]
    assert "document" in post.command("marta", *add, tmp_path / "document", status=65)[1]
    assert "--document" in post.command("marta", "add", add[1], *rest[2:], status=64)[1]
    assert not [body for body in post.log() if body.get("what") == "redress recorded"]


def test_H6_a_case_stays_until_somebody_says_that_a_new_one_takes_its_place(post, tmp_path):
    """Its letter and its fingers are not lost to an attempt that fails, nor to one that does not know of it."""
    rest, _, own = given(post, tmp_path)
    referral = post.judged()
    first = post.recorded(referral)
    post.keep(first["number"])
    plain = io.BytesIO()
    Image.open(own).save(plain, "PNG", dpi=(1, 1))
    written = {"unsized": plain.getvalue(), "cut": own.read_bytes()[:2000]}
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644)
        add = ("add", referral, *rest, "--consent", "--replace", "--finger", "right_index", "--image", tmp_path / name)
        assert name in post.command("marta", *add, "--out", tmp_path / "letter.txt", status=65)[1]
    status, answer = post.ask("sofia", "POST", "/v1/redress", post.asked(referral))
    assert (status, answer["reason"]) == (409, "REDRESS_STATE") and first["case"] in answer["detail"], answer
    post.crash()
    assert first["case"] in post.command("marta", "add", referral, *rest, status=75)[1]
    assert post.done("sofia", "GET", f"/v1/redress/{first['number']}?justification=why")["state"] == "counts" and post.told() == "no_match"
    assert [body["case"] for body in post.log() if body.get("what") == "redress recorded"] == [first["case"]]
    sought = tmp_path / "sought.png"
    said = post.command("marta", "add", referral, *rest, "--consent", "--replace", "--finger", "right_index", "--image", sought, status=65)[1]
    assert f"case {first['case']} serves until" in said and "is void" not in said and post.told() == "no_match"
    said = post.command("marta", "add", referral, *rest, "--replace")[1]
    assert first["case"] in said and "is void" in said and post.told() == "match"


def test_H6_a_case_says_which_fingers_a_crossing_takes_that_are_not_kept(post, tmp_path):
    """Else it never clears, and nobody is told."""
    rest, _, own = given(post, tmp_path)
    referral = post.judged()
    made = post.recorded(referral)
    lacking = {"purpose": "border_check", "fingers": ["right_index"], "missing": ["right_index"]}
    assert made["state"] == "no_finger" and lacking in made["needed"], made
    assert lacking in post.keep(made["number"], position="right_thumb")["needed"] and post.told() == "match"
    shown = post.done("sofia", "GET", f"/v1/redress/{made['number']}?justification=why")
    assert (shown["state"], shown["counts"]) == ("fingers_missing", False) and lacking in shown["needed"]
    told = post.command("marta", "show", made["number"], "--justification", "why")[0]
    assert "does NOT clear" in told and "right_index: a crossing for border_check takes it" in told, told
    add = ("add", referral, *rest, "--consent", "--replace", "--finger")
    assert "a crossing for border_check takes it" in post.command("marta", *add, "right_thumb", "--image", own)[1]
    letter, said = post.command("marta", *add, "right_index", "--image", own)
    assert "takes it" not in said and post.told() == "no_match"
    shown = post.done("sofia", "GET", f"/v1/redress/{letter.split()[3]}?justification=why")
    assert shown["state"] == "counts" and {**lacking, "missing": []} in shown["needed"]
    assert "needed" not in post.recorded(referral, replace=True, consent=False)


def test_H6_a_case_that_can_t_clear_since_the_scale_of_scores_ends_says_so(post, tmp_path):
    rest, _, own = given(post, tmp_path)
    post.install_prints(post.fingers[TRAVELLER, 2])
    referral = post.judged()
    made = post.recorded(referral)
    assert made["state"] == "too_alike"
    post.keep(made["number"], impression=3)
    shown = post.done("sofia", "GET", f"/v1/redress/{made['number']}?justification=why")
    assert (shown["state"], shown["counts"]) == ("too_alike", False) and post.told() == "match"
    said = post.command("marta", "add", referral, *rest, "--consent", "--replace", "--finger", "right_index", "--image", own)[1]
    assert "NEVER clears" in said and "Ask who listed" in said


def test_H6_no_more_is_promised_than_that_each_finger_taken_is_kept_and_is_his(post, tmp_path):
    """A crossing with a finger that is not kept is referred: neither the letter nor what is shown says otherwise."""
    rest, _, own = given(post, tmp_path)
    letter = tmp_path / "letter.txt"
    add = ("add", post.judged(), *rest, "--consent", "--finger", "right_index", "--image", own, "--language", "en", "--out", letter)
    said = post.command("marta", *add)[1]
    assert f"the letter is written to {letter}" in said
    assert "where each finger that is taken is among them" in letter.read_text()
    number = letter.read_text().split("\n")[2].strip()
    assert "where each finger that is taken is kept" in post.command("marta", "show", number, "--justification", "why")[0]
    crossing = post.opened()
    post.done("lane-1", "POST", f"/v1/transactions/{crossing}/samples?position=right_thumb", post.fingers[STRANGER, 2])
    assert post.ended(crossing)["result"]["decision"] == "match"
    assert post.told() == "no_match"
