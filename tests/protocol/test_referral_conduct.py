"""Who may sit at a referral, and who may read of it: nobody judges who has seen or read what he is to find by himself (H2, H3, H5)."""

import concurrent.futures
import functools

import pytest

import seat_way
from doors import SocketDoor, TlsDoor
from kordond import OPENING, entry, wait_until
from test_redress import day
from test_referrals import LIST, PERSONS, REPORT, SECRET, WANTED, fixture_post_behind  # noqa: F401  pylint: disable=unused-import
from test_second_line import change

SMALL_POST = {**PERSONS, "mykola": "examiner, supervisor"}  # he runs the shift, and examines
LOOK = "finger=right_index"


@pytest.fixture(name="post")
def fixture_post(post_behind, tmp_path):
    return post_behind(SocketDoor((*SMALL_POST, "lane-1"), tmp_path), persons=SMALL_POST)


def entries(post, name, query=""):
    return post.done(name, "GET", f"/v1/log/entries?limit=1000{query}")["entries"]


def about(found, transaction):
    return [each for each in found if each["body"] and each["body"].get("transaction") == transaction]


def test_H5_what_the_log_says_of_an_open_match_is_withheld_from_who_may_judge_it(post):
    """A supervisor who examines is shown none of its bodies, by no way, and may sit; afterwards he reads all of them, as others do all the time."""
    path = post.referred()
    made = path.rsplit("/", 1)[1]
    post.judge("olena", path)
    post.done("olena", "DELETE", f"{path}/seat")
    told = about(entries(post, "auditor"), made)
    assert [each["body"].get("what") for each in told] == [None, None, "referral taken", "probe seen", "probe judged", "referral given back"]
    assert all("withheld" not in each for each in told)
    numbers = {each["head"]["seq"] for each in told}
    seen = entries(post, "mykola")
    assert {each["head"]["seq"] for each in seen if each.get("withheld")} == numbers
    assert not about(seen, made) and all(each["body"] is None for each in seen if each.get("withheld"))
    for query in (f"&transaction={made}", "&officer=person:olena", "&decision=match"):
        assert not numbers & {each["head"]["seq"] for each in entries(post, "mykola", query)}, query
        assert numbers & {each["head"]["seq"] for each in entries(post, "auditor", query)}, query
    for way in (f"log/entries/{min(numbers)}/receipt", f"transactions/{made}/receipt", "log/files/bodies/000.p/1"):
        assert post.why_not("mykola", "GET", f"/v1/{way}") == "REFERRAL_STATE", way
        post.done("auditor", "GET", f"/v1/{way}")
    size = post.done("auditor", "GET", "/v1/status")["log"]["size"]
    assert post.ask("mykola", "GET", f"/v1/log/files/redaction?size={size}&withhold=access")[0] == 200
    redaction = [each["body"] for each in entries(post, "auditor") if each["body"].get("file") == "redaction"]
    assert [(body["withheld"], body["withheld_events"]) for body in redaction] == [("open referrals", "access")]
    for name in ("mykola", "taras"):
        post.judge(name, path)
        post.verdict(name, path)
    wait_until(lambda: post.done("sofia", "GET", path)["probe_erased"])  # that is the last entry about it
    assert len(about(entries(post, "mykola"), made)) == len(about(entries(post, "auditor"), made)) > len(numbers)
    post.done("mykola", "GET", f"/v1/transactions/{made}/receipt")
    readings = [each["body"] for each in entries(post, "auditor") if each["body"].get("read") == "entries"]
    assert {(body["actor"], body.get("withheld")) for body in readings} == {("person:mykola", "open referrals"), ("person:auditor", None)}


def test_H5_nobody_is_shown_more_of_the_log_than_stood_there_when_his_reading_was_recorded(post):
    """Who has read of a match is whose reading stands behind it: what comes between the entry about a reading and the answer is not in that."""
    shown = {}

    def read(number):
        name = ("auditor", "sofia")[number % 2]
        shown[str(number)] = post.done(name, "GET", f"/v1/log/entries?limit=1&order=newest_first&justification={number}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(200)))
    for number, told in shown.items():
        newest, = told["entries"]
        assert newest["body"].get("justification") == number
        assert told["size"] == newest["head"]["seq"] + 1


def test_H4_who_examines_and_reads_the_log_is_told_in_his_language_what_is_not_there(post):
    for way, told in (("entries/999999/receipt", "журнал ще не такий великий"), ("files/bodies/000.p/1?size=999999", "так видають стільки записів"),
                      ("files/bodies/000.p/1?withhold=consultation,decision", "тоді він був порожній")):
        status, answer = post.ask("mykola", "GET", f"/v1/log/{way}", headers={"Accept-Language": "uk"})
        assert (status, answer["reason"]) == (404, "ENTRY_NOT_FOUND"), answer
        assert told in answer["detail"].encode("latin-1").decode("utf-8"), answer


def test_H5_the_score_is_withheld_from_who_may_judge_the_match(post):
    """By the transaction's own view as well. Who only decides where they differ is shown it; of a silent match the view has nothing, and is shown."""
    path = post.referred()
    made = path.rsplit("/", 1)[1]
    assert post.why_not("mykola", "GET", f"/v1/transactions/{made}") == "REFERRAL_STATE"
    assert post.done("sofia", "GET", f"/v1/transactions/{made}")["result"]["decision"] == "match"
    silent = post.travel(SECRET)["transaction"]
    wait_until(lambda: post.ask("olena", "GET", f"/v1/referrals/{silent}s")[0] == 200)
    assert post.done("mykola", "GET", f"/v1/transactions/{silent}")["result"]["decision"] == "no_match"
    post.done("mykola", "POST", f"/v1/referrals/{silent}s/seat")
    post.judge("mykola", path)
    assert post.why_not("mykola", "GET", f"/v1/transactions/{made}") == "REFERRAL_STATE"
    post.verdict("mykola", path)
    post.judge("taras", path)
    post.verdict("taras", path)
    assert post.done("mykola", "GET", f"/v1/transactions/{made}")["result"]["decision"] == "match"
    looks = [each["body"] for each in entries(post, "auditor") if each["body"].get("read") == "transaction"]
    assert [(body["actor"], body.get("withheld")) for body in looks] == [
        ("person:sofia", None), ("person:mykola", "open referrals"), ("person:mykola", "open referrals")]


@pytest.mark.parametrize("way", ["transactions/{}", "transactions/{}/receipt", "log/entries", "log/entries/0/receipt", "referrals/{}/probe?finger=right_index", "log/files/checkpoint"])
def test_H5_who_saw_or_read_of_it_before_he_became_an_examiner_takes_no_seat(post, way):
    """A supervisor of yesterday: what he knows of a match that is open he knows in his next role. At the next match he may sit."""
    path = post.referred()
    post.done("sofia", "GET", "/v1/" + way.format(path.rsplit("/", 1)[1]))
    post.daemon.stop()
    with open(post.daemon.configuration, encoding="ascii") as stream:
        text = stream.read()
    assert text.count("roles = supervisor\n") == 1
    with open(post.daemon.configuration, "w", encoding="ascii") as stream:
        stream.write(text.replace("roles = supervisor\n", "roles = examiner\n"))
    post.daemon.start()
    assert post.why_not("sofia", "POST", f"{path}/seat") == "NOT_PERMITTED"
    post.done("olena", "POST", f"{path}/seat")
    assert post.why_not("olena", "POST", f"{path}/hand_over", {"to": "sofia"}) == "NOT_PERMITTED"
    again = f"/v1/referrals/{post.travel()['transaction']}"
    wait_until(lambda: post.ask("olena", "GET", again)[0] == 200)
    post.judge("sofia", again)


def become(post, name, role):
    """From the next start on."""
    post.daemon.stop()
    with open(post.daemon.configuration, encoding="ascii") as stream:
        before, section, behind = stream.read().partition(f"[person {name}]\n")
    held, own, rest = behind.partition("roles = ")
    assert section and own and "[" not in held
    with open(post.daemon.configuration, "w", encoding="ascii") as stream:
        stream.write(f"{before}{section}{held}{own}{role}\n" + rest.split("\n", 1)[1])
    post.daemon.start()


def test_H5_the_log_says_what_is_withheld_from_who_sits_whatever_his_role_is_by_now(post):
    """Else it would accuse her of a reading that showed her nothing."""
    path = post.referred()
    made = path.rsplit("/", 1)[1]
    post.judge("olena", path)
    other = post.referred()
    become(post, "olena", "supervisor")
    assert not about(entries(post, "olena"), made)
    for which in (made, other.rsplit("/", 1)[1]):  # she may still sit at the other one
        assert post.why_not("olena", "GET", f"/v1/transactions/{which}") == "REFERRAL_STATE"
        assert post.why_not("olena", "GET", f"/v1/transactions/{which}/receipt") == "REFERRAL_STATE"
    become(post, "olena", "examiner")
    post.verdict("olena", path)
    post.judge("olena", other)
    verified = post.verify()
    assert verified["valid"] and verified["found"] == [], verified


def test_H2_who_comes_while_an_act_is_recorded_is_told_so(post):
    path = post.referred()

    def take(name):
        status, told = post.ask(name, "POST", f"{path}/seat")
        return told if status != 200 else post.ask(name, "DELETE", f"{path}/seat")[1]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        told = list(pool.map(take, 30 * ["olena", "taras"]))
    busy = [each for each in told if isinstance(each, dict) and each.get("reason") == "BUSY"]
    assert {each["detail"] for each in busy} <= {"a change of it is being recorded, or nobody knows yet whether the last one is: try again in a moment",
                                                 "what you asked for before is still looked into: wait for its answer"}


def test_H3_a_supervisor_in_an_examiners_seat_is_shown_what_an_examiner_is(post):
    """He took it as an examiner, and may be one again: until then he is shown the probe alone, and nothing of who sits beside him; then he judges."""
    path = post.referred()
    post.done("olena", "POST", f"{path}/seat")
    post.judge("taras", path)
    post.verdict("taras", path)
    looks = [f"{path}{part}" for part in ("", f"/probe?{LOOK}", f"/reference?{LOOK}", f"/comparison?{LOOK}")]
    as_examiner = [post.ask("olena", "GET", look) for look in looks]
    assert [status for status, _ in as_examiner] == [200, 200, 403, 403]
    become(post, "olena", "supervisor")
    assert [post.ask("olena", "GET", look) for look in looks] == as_examiner
    assert post.done("sofia", "GET", looks[3])["pairs"]  # the control: who has no seat is shown all
    become(post, "olena", "examiner")
    seat_way.judge(functools.partial(post.done, "olena"), path)
    assert post.verdict("olena", path)["outcome"] == "hit"


def install(post, version, *listed, **changes):
    number = post.done("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": version, "allow_empty": True}, status=201)["import"]
    for finger in listed:
        post.done("sofia", "POST", f"/v1/watchlist/imports/{number}/entries", entry(post.fingers[finger, 1], finger, **{**LIST[finger], **changes}))
    post.done("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")


def test_H3_a_hit_on_what_the_machine_did_not_compare_with_says_so(post):
    """Examiners see the list's entry as it is now; whether it is what was matched stands in the view, at the comparison, in the verdict and in the log."""
    path = post.referred()
    post.judge("olena", path)
    post.judge("taras", path)
    standing = lambda name="olena": post.done(name, "GET", path)["entries_since"]  # noqa: E731  pylint: disable=unnecessary-lambda-assignment
    assert standing() == ["same"]
    install(post, 2, WANTED)
    assert standing() == ["same"]
    install(post, 3, WANTED, instruction="Let him go on.")
    assert standing() == ["changed"]
    assert post.done("olena", "GET", f"{path}/comparison?{LOOK}")["alert"]["entry_since"] == "changed"
    post.done("olena", "GET", f"{path}/reference?{LOOK}")
    hit = {"verdict": "hit", "reason": "the cores agree"}
    for said in ({}, {"entry_since": "same"}, {"entry_since": "gone"}):
        assert post.why_not("olena", "POST", f"{path}/verdict", {**hit, **said}) == "BAD_VALUE"
    post.done("olena", "POST", f"{path}/verdict", {**hit, "entry_since": "changed"})
    post.done("taras", "GET", f"{path}/reference?{LOOK}")
    install(post, 4)
    assert standing("taras") == ["gone"]
    assert post.why_not("taras", "GET", f"{path}/reference?{LOOK}") == "ENTRY_NOT_FOUND"  # which takes nothing from what he was shown
    assert post.why_not("taras", "POST", f"{path}/verdict", hit) == "BAD_VALUE"
    told = post.done("taras", "POST", f"{path}/verdict", {**hit, "entry_since": "gone"})
    assert (told["outcome"], [seat["entry_since"] for seat in told["seats"]]) == ("hit", ["changed", "gone"])
    outcome, = [body for body in post.log() if body.get("what") == "outcome"]
    assert [seat["entry_since"] for seat in outcome["verdicts"]] == ["changed", "gone"]
    assert [each["entry_since"] for each in outcome["candidates"]] == ["gone"]


def test_H2_a_look_is_at_the_entry_that_was_shown(post):
    """Whose entry was replaced is looked at again; the same one again, by a newer list, is not."""
    path = post.referred()
    post.judge("olena", path)
    post.done("olena", "GET", f"{path}/reference?{LOOK}")
    install(post, 2, WANTED, instruction="Let him go on.")
    for verdict in ("hit", "false_positive", "inconclusive"):
        status, answer = post.ask("olena", "POST", f"{path}/verdict", {"verdict": verdict, "reason": "the cores agree", "entry_since": "changed"})
        assert (status, answer["reason"]) == (409, "REFERRAL_STATE") and "look again" in answer["detail"], answer
    post.done("olena", "GET", f"{path}/reference?{LOOK}")
    install(post, 3, WANTED, instruction="Let him go on.")
    post.done("olena", "POST", f"{path}/verdict", {"verdict": "hit", "reason": "the cores agree", "entry_since": "changed"})


def test_H2_hits_on_two_candidates_are_no_hit(post):
    """The list has one print under two names: two who say hit may mean two people, so each says whom, and nobody agrees by the word alone."""
    number = post.done("sofia", "POST", "/v1/watchlist/imports", {"list": "wanted", "version": 2}, status=201)["import"]
    for each in (1, 7):
        post.done("sofia", "POST", f"/v1/watchlist/imports/{number}/entries", entry(post.fingers[WANTED, 1], each, **LIST[WANTED]))
    post.done("sofia", "POST", f"/v1/watchlist/imports/{number}/commit")
    path = post.referred()
    hit = {"verdict": "hit", "reason": "the cores agree"}
    for name in ("olena", "taras"):
        post.judge(name, path)
    assert post.done("olena", "GET", path)["candidates"] == [1, 2]
    post.done("olena", "GET", f"{path}/reference?{LOOK}&candidate=1")
    assert post.why_not("olena", "POST", f"{path}/verdict", hit) == "BAD_VALUE"
    assert post.why_not("olena", "POST", f"{path}/verdict", {**hit, "candidate": 2}) == "REFERRAL_STATE"
    assert post.done("olena", "POST", f"{path}/verdict", {**hit, "candidate": 1})["seats"][0]["candidate"] == 1
    closed, = [body for body in post.log() if body.get("what") == "verdict given"]
    assert not {"candidate", "shown"} & set(closed), closed
    for candidate in (1, 2):
        post.done("taras", "GET", f"{path}/reference?{LOOK}&candidate={candidate}")
    told = post.done("taras", "POST", f"{path}/verdict", {**hit, "candidate": 2})
    assert (told["state"], told["outcome"], [seat["candidate"] for seat in told["seats"]]) == ("disagreed", None, [1, 2])
    outcome, = [body for body in post.log() if body.get("what") == "outcome"]
    assert [(each["candidate"], each["shown"]) for each in outcome["verdicts"]] == [(1, [1]), (2, [1, 2])] and "candidate" not in outcome
    told = post.override("sofia", path, {"verdict": "hit", "reason": "the delta of the second", "candidate": 2})
    assert (told["outcome"], told["candidate"], told["overridden"]["candidate"]) == ("hit", 2, 2)
    assert post.verify()["valid"]


def test_H2_who_is_gone_unseen_is_no_hit_and_no_false_positive(post):
    """That the list has him no more was told, and nothing of him shown: what is left to say is inconclusive."""
    path = post.referred()
    post.judge("olena", path)
    install(post, 2)
    assert post.why_not("olena", "GET", f"{path}/reference?{LOOK}") == "ENTRY_NOT_FOUND"
    for verdict in ("hit", "false_positive"):
        status, answer = post.ask("olena", "POST", f"{path}/verdict", {"verdict": verdict, "reason": "I know him", "entry_since": "gone"})
        assert (status, answer["reason"]) == (409, "REFERRAL_STATE") and "what is left to say is inconclusive" in answer["detail"], answer
    post.done("olena", "POST", f"{path}/verdict", {"verdict": "inconclusive", "reason": "there is nothing to compare with"})


def test_H3_a_finger_without_a_picture_is_no_look_where_another_has_one(post_behind, tmp_path):
    """There is no room for the pictures of three fingers: who asked for one that is not there alone was shown nothing."""
    post = post_behind(SocketDoor((*PERSONS, "lane-1"), tmp_path), persons__demonstration="yes", policy__first="demonstration")
    made = post.done("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": "ivan"}, status=201)["transaction"]
    for finger in (WANTED, 4, 5):
        post.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=unknown", post.fingers[finger, 2])
    post.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
    path = f"/v1/referrals/{made}"
    wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)
    for name in ("olena", "taras"):
        post.done(name, "POST", f"{path}/seat")
    looks = [f"{path}/probe?finger=unknown&number={number + 1}" for number, _ in enumerate(post.done("taras", "GET", path)["fingers"])]
    answers = [post.ask("taras", "GET", look) for look in looks]
    without = [look for look, (status, _) in zip(looks, answers) if status == 404]
    assert 0 < len(without) < len(looks), answers
    for look in without:
        status, answer = post.ask("olena", "GET", look)
        assert (status, answer["reason"]) == (404, "PROBE_NOT_KEPT") and "look at another finger's" in answer["detail"], answer
    judgement = {"judgement": "usable"}
    assert post.why_not("olena", "POST", f"{path}/probe_judgement", judgement) == "REFERRAL_STATE"
    post.done("olena", "GET", next(look for look in looks if look not in without))
    post.done("olena", "POST", f"{path}/probe_judgement", judgement)


def test_H3_each_finger_of_unknown_position_can_be_looked_at(post_behind, tmp_path):
    """By its number among them; so can those of the person on the list. A demonstration alone takes fingers without a position."""
    post = post_behind(SocketDoor((*PERSONS, "lane-1"), tmp_path), persons__demonstration="yes", policy__first="demonstration")
    made = post.done("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": "ivan"}, status=201)["transaction"]
    for impression in (2, 1):
        post.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=unknown", post.fingers[WANTED, impression])
    post.done("lane-1", "POST", f"/v1/transactions/{made}/decision")
    path = f"/v1/referrals/{made}"
    wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)
    post.judge("olena", path, finger="unknown")
    assert [finger["position"] for finger in post.done("olena", "GET", path)["fingers"]] == ["unknown", "unknown"]
    first, second = (post.done("olena", "GET", f"{path}/probe?finger=unknown&number={number}") for number in (1, 2))
    assert first.startswith("\x89PNG") and second.startswith("\x89PNG") and first != second
    assert post.done("olena", "GET", f"{path}/probe?finger=unknown") == first
    compared = [post.done("olena", "GET", f"{path}/comparison?finger=unknown&number={number}") for number in (1, 2)]
    assert compared[0]["probe"] != compared[1]["probe"] and all(each["reference"]["number"] == 1 for each in compared)
    for look in ("probe?finger=unknown&number=3", "comparison?finger=unknown&number=3", "reference?finger=right_index&number=2"):
        assert post.why_not("olena", "GET", f"{path}/{look}") == "BAD_VALUE", look
    looks = [body for body in post.log() if body.get("what") == "probe seen"]
    assert [body.get("number") for body in looks] == [None, None, 2, None, 3]


def test_H2_H5_P6_P7_all_that_people_do_to_a_referral_is_done_over_the_network(post_behind, tmp_path):
    """With certificates: handed over, disagreed on, decided and corrected by a supervisor, claimed for protection, reported on."""
    post = post_behind(TlsDoor((*PERSONS, "lane-1"), tmp_path))
    path = post.referred()
    post.done("olena", "POST", f"{path}/seat")
    post.done("olena", "POST", f"{path}/hand_over", {"to": "taras"})
    seat_way.judge(functools.partial(post.done, "taras"), path)
    post.verdict("taras", path)
    post.judge("olena", path)
    assert post.verdict("olena", path, "false_positive")["state"] == "disagreed"
    word = {"verdict": "false_positive", "reason": "the core lies elsewhere"}
    assert post.why_not("olena", "POST", f"{path}/override", word) == "NOT_PERMITTED"
    assert post.override("sofia", path, word)["outcome"] == "false_positive"
    wait_until(lambda: post.done("sofia", "GET", path)["probe_erased"])  # while it goes whoever acts is told BUSY
    word = {"verdict": "inconclusive", "reason": "it was another scar"}
    assert post.done("sofia", "POST", f"{path}/correction", word)["state"] == "corrected"
    claimed = post.referred()
    assert post.done("olena", "POST", f"{claimed}/protection_claim")["route"] == "protection_officer"
    assert post.routes("petro") == {claimed.rsplit("/", 1)[1]: "protection_officer"}
    silent = f"/v1/referrals/{post.travel(SECRET)['transaction']}s"
    wait_until(lambda: post.ask("olena", "GET", silent)[0] == 200)
    assert post.done("olena", "POST", f"{silent}/report", REPORT)["reports"] == 1
    acts = [(body["actor"], body["what"]) for body in post.log() if "what" in body and body["actor"] in ("person:olena", "person:sofia")]
    for act in (("olena", "referral handed over"), ("sofia", "overridden"), ("sofia", "corrected"), ("olena", "protection claimed"),
                ("olena", "second-line report")):
        assert (f"person:{act[0]}", act[1]) in acts


def test_H2_who_comes_into_the_register_and_does_nothing_more_is_known_in_the_log(post):
    """The terminal's user was in no register when he opened the transaction, nor taras when he looked; who is registered sits down then, and the log proves it (when the post ends)."""
    lane, taras = (f"proof = {post.door.proof(name)}" for name in ("lane-1", "taras"))
    change(post.daemon, lane, "proof = user:nobody")
    change(post.daemon, f"roles = examiner\n{taras}", "roles = ")
    with open(post.daemon.configuration, "a", encoding="ascii") as stream:
        stream.write(f"[roles]\nterminal = {post.door.proof('lane-1')}\nsupervisor = {post.door.proof('taras')}\n")
    change(post.daemon, "[roles]", "[roles]")
    document = {"issuer": "UKR", "number": "FB123456"}
    path = post.referred(document=document)
    post.ask("taras", "GET", f"{path}/probe?{LOOK}")
    assert post.why_not("olena", "POST", f"{path}/seat") == "NOT_PERMITTED"
    change(post.daemon, "proof = user:nobody", lane)
    assert post.why_not("olena", "POST", f"{path}/seat") == "NOT_PERMITTED"
    change(post.daemon, "[person taras]\nroles = ", f"[person taras]\n{taras}\nroles = supervisor")
    for name in ("olena", "mykola"):
        post.judge(name, path)
        post.verdict(name, path, "false_positive")
    post.done("sofia", "POST", "/v1/redress", {"referral": path.rsplit("/", 1)[1], "document": document, "until": day(9), "consent": False,
                                               "reason": "told apart"}, status=201)
    told = [body.get("registered_as") for body in post.log() if body.get("what") in ("referral taken", "redress recorded")]
    assert [sorted(each.values()) for each in told] == 3 * [["device:lane-1", "person:taras"]], told
