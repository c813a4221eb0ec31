"""Q10, A8: nobody searched is never a no-match, and armed means that an identification would succeed now."""

import ctypes
import datetime
import json
import os
import resource
import subprocess

import pytest

from kordond import KORDOND, KORDONCTL, OPENING, Kordond, UnixConnection, entry, policy_file, preset, wait_until, with_purpose
from listener import Listener

DAY = 86400
MEBIBYTE = 1 << 20
CAP_IPC_LOCK, PR_CAPBSET_DROP = 14, 24


def day(offset=0):
    """That many days from today, UTC."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def gauge(client, name):
    for line in client.get("/metrics").body.decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    raise AssertionError(f"no {name}")


def check_not_armed(client, reason):
    """Status, /readyz, metrics and a refused transaction all say it."""
    status = client.get("/v1/status").json
    assert (status["mode"], status["why"]) == ("identification_refused", reason), status
    assert status["detail"] and status["remedy"] and "armed_from_fingers" not in status, status
    ready = client.get("/readyz")
    assert (ready.status, ready.reason) == (503, reason)
    assert gauge(client, "kordon_armed") == 0 and gauge(client, "kordon_armed_from_fingers") == 0
    refused = client.post("/v1/transactions", OPENING)
    assert refused.reason == reason and refused.status >= 400, refused
    return status


def check_armed(client, fingers=1):
    status = client.get("/v1/status").json
    assert (status["mode"], status.get("armed_from_fingers")) == ("armed", fingers), status
    ready = client.get("/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ready", "armed_from_fingers": fingers})
    assert gauge(client, "kordon_armed") == 1 and gauge(client, "kordon_armed_from_fingers") == fingers
    return status


# --- Purposes

@pytest.mark.parametrize("purpose", ["boarder_check", " ", "Border_check", "border_check "])
@pytest.mark.parametrize("kind", ["identification", "verification", "both"])
def test_Q10_unknown_purpose_is_refused(daemon_of, fingers, purpose, kind, tmp_path):
    client = daemon_of(policy__first=policy_file(tmp_path, with_purpose(preset("demonstration"), "second_line"))).client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    refused = client.post("/v1/transactions", {**OPENING, "kind": kind, "purpose": purpose})
    assert (refused.status, refused.reason) == (403, "PURPOSE_NOT_DECLARED"), refused
    for declared in ("border_check", "second_line", "protection_check"):
        assert declared in refused.json["detail"], refused


def test_Q10_unknown_purpose_is_refused_to_the_officer_by_name(daemon, fingers, tmp_path):
    daemon.client().import_list([entry(fingers[1, 1])])
    (tmp_path / "finger.png").write_bytes(fingers[1, 2])
    refused = subprocess.run([KORDONCTL, "--config", daemon.configuration, "identify", "--finger", "right_index", "--image",
                              str(tmp_path / "finger.png"), "--purpose", "boarder_check", "--legal-basis", "law",
                              "--age-band", "18_and_over", "--justification", "first line"], capture_output=True, text=True,
                             check=False)
    assert refused.returncode == 77 and "not declared" in refused.stderr and "border_check" in refused.stderr, refused


def test_A8_list_with_80_purposes_is_installed_and_its_undeclared_entries_are_counted(client, fingers):
    entries = [entry(fingers[1, 1], i, purposes=[f"purpose_{16 * i + k}" for k in range(16)]) for i in range(5)]
    assert client.import_list([*entries, entry(fingers[2, 1], 9)]).status == 200
    listed = check_armed(client)["list"]
    assert (listed["entries"], listed["searchable"], listed["undeclared"]) == (6, 1, 5)
    result = client.identify(fingers[1, 2]).json["result"]["identification"]
    assert (result["decision"], result["visible"], result["searched"]) == ("no_match", 1, 1)


# --- Nobody on the list

LISTS = {
    "expired": [{"entered": "2020-01-01", "expires": day(-1)}, {"entered": "2020-01-01", "expires": "2020-01-01"}],
    "not_yet_valid": [{"entered": day(1), "expires": day(300)}, {"entered": day(200), "expires": day(300)}],
    "undeclared": [{"purposes": ["criminal_proceedings"]}] * 2,
    "empty": [],
}


def import_fault(client, fingers, fault):
    entries = [entry(fingers[i + 1, 1], i, **changes) for i, changes in enumerate(LISTS[fault])]
    assert client.import_list(entries or [entry(fingers[1, 1])]).status == 200
    if not entries:  # nobody is left
        last, = client.get("/v1/watchlist").json["entries"]
        assert client.delete(f"/v1/watchlist/{last['entry']}?justification=cleared").status == 200


@pytest.mark.parametrize("fault", LISTS)
def test_Q10_list_without_anybody_to_search_is_not_armed(client, fingers, fault):
    import_fault(client, fingers, fault)
    listed = check_not_armed(client, "NOBODY_SEARCHED")["list"]
    assert (listed["searchable"], listed["searchable_fingers"]) == (0, 0)
    if fault != "empty":
        assert listed[fault] == 2 and gauge(client, f"kordon_list_{fault}") == 2


@pytest.mark.parametrize("fault", LISTS)
def test_Q10_nobody_searched_is_inconclusive(daemon_of, fingers, tmp_path, fault):
    daemon = daemon_of(identification__require_armed="no")
    client = daemon.client()
    import_fault(client, fingers, fault)
    result = client.identify(fingers[1, 2]).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NOBODY_SEARCHED")
    assert result["failure"]["detail"], result
    told = result["identification"]
    assert (told["visible"], told["searched"], told["searched_other_fingers"]) == (0, 0, 0)
    recorded = [each["body"] for each in client.log() if each["head"]["event"] == "consultation"][-1]
    assert (recorded["decision"], recorded["why"]) == ("inconclusive", "NOBODY_SEARCHED")
    assert recorded["identification"]["searched"] == 0
    (tmp_path / "finger.png").write_bytes(fingers[1, 2])
    outcome = daemon.ctl("identify", "--finger", "right_index", "--image", tmp_path / "finger.png")
    assert outcome.returncode == 2, outcome


def test_Q10_for_a_purpose_that_sees_nobody_nothing_is_captured(client, fingers):
    """Though the post is armed for another one."""
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    check_armed(client)
    refused = client.post("/v1/transactions", {**OPENING, "purpose": "missing_person_check"})
    assert (refused.status, refused.reason) == (409, "NOBODY_SEARCHED") and "missing_person_check" in refused.json["detail"]


def test_Q10_purpose_that_sees_nobody_is_inconclusive(daemon_of, fingers):
    client = daemon_of(identification__require_armed="no").client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    result = client.identify(fingers[1, 2], purpose="missing_person_check").json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NOBODY_SEARCHED")
    assert "missing_person_check" in result["failure"]["detail"]


# --- A finger that nobody has

@pytest.mark.parametrize("swaps", ["yes", "no"])
def test_Q10_finger_that_nobody_has_is_inconclusive(daemon_of, fingers, swaps):
    client = daemon_of(identification__finger_swaps=swaps).client()
    assert client.import_list([entry(fingers[1, 1]), entry(fingers[2, 1], 2)]).status == 200
    result = client.identify(fingers[5, 1], position="left_thumb").json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NO_COMMON_FINGER")
    assert "left_thumb" in result["failure"]["detail"]
    told = result["identification"]
    assert (told["visible"], told["searched"]) == (2, 0)
    assert told["searched_other_fingers"] == (2 if swaps == "yes" else 0)
    assert "no_match" not in json.dumps(result)


def test_Q10_swapped_finger_is_still_found_where_nobody_has_the_claimed_one(client, fingers):
    assert client.import_list([entry(fingers[1, 1]), entry(fingers[2, 1], 2)]).status == 200
    told = client.identify(fingers[1, 2], position="left_thumb").json["result"]["identification"]
    assert (told["decision"], told["searched"], told["searched_other_fingers"]) == ("match", 0, 2)
    assert told["candidates"][0]["swapped"] == 1


@pytest.mark.parametrize("swaps", ["yes", "no"])
def test_Q10_searched_counts_people_with_the_captured_finger(daemon_of, fingers, tmp_path, swaps):
    daemon = daemon_of(identification__finger_swaps=swaps)
    client = daemon.client()
    positions = ["right_index", "right_index", "right_middle", "unknown"]
    entries = [entry(fingers[1 + i % 3, 1], i, position) for i, position in enumerate(positions)]
    assert client.import_list([*entries, entry(fingers[1, 1], 9, expires=day(-1))]).status == 200
    result = client.identify(fingers[6, 1]).json["result"]
    assert result["decision"] == "no_match"
    told = result["identification"]
    assert (told["visible"], told["searched"]) == (4, 3)
    assert told["searched_other_fingers"] == (1 if swaps == "yes" else 0)
    (tmp_path / "finger.png").write_bytes(fingers[6, 1])
    words = subprocess.run([KORDONCTL, "--config", daemon.configuration, "identify", "--finger", "right_index", "--image",
                            str(tmp_path / "finger.png")], capture_output=True, text=True, check=False)
    assert words.returncode == 1 and "3 of 4 people" in words.stdout, words
    assert ("with 1 more person only other fingers than the captured ones were compared" if swaps == "yes" else "1 person has none of the captured fingers") in words.stdout


# --- Days

def listed_until(clock, daemon_of, fingers, **dates):
    daemon = daemon_of(log__clock_gap_days="3650")
    daemon.stop()
    daemon.environment = clock.environment
    daemon.start()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], **dates)]).status == 200
    return daemon, client


def test_M3_expiry_acts_while_kordond_runs(clock, daemon_of, fingers):
    daemon, client = listed_until(clock, daemon_of, fingers, expires=day())
    assert check_armed(client)["list"]["next_change"] == day(1)
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    events = Listener(daemon.socket)
    clock.set(DAY)
    wait_until(lambda: client.get("/readyz").status == 503)
    status = check_not_armed(client, "NOBODY_SEARCHED")
    assert status["list"]["expired"] == 1 and "next_change" not in status["list"]
    told = [events.event()]
    while told[-1][1].get("why") != "NOBODY_SEARCHED":
        told.append(events.event())
    assert [data["expired"] for name, data, _ in told if name == "list"] == [1]
    events.close()
    # A clock that is set back is followed, too, once a supervisor has said that it is right. It is behind what is recorded.
    wait_until(lambda: any(each["body"].get("reason") == "NOBODY_SEARCHED" for each in client.log()))
    clock.set(0)
    wait_until(lambda: client.get("/readyz").reason == "CLOCK_BEHIND")
    daemon.ctl_ok("state", "accept", "clock", "--justification", "it was a day ahead")
    assert check_armed(client)["list"]["expired"] == 0
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"


def test_M3_entry_begins_while_kordond_runs(clock, daemon_of, fingers):
    _, client = listed_until(clock, daemon_of, fingers, entered=day(2), expires=day(3))
    listed = check_not_armed(client, "NOBODY_SEARCHED")["list"]
    assert (listed["next_change"], listed["expiring"], gauge(client, "kordon_list_expiring")) == (day(2), 1, 1)
    clock.set(2 * DAY)
    wait_until(lambda: client.get("/readyz").status == 200)
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    assert check_armed(client)["list"]["next_change"] == day(4)


def test_Q10_transaction_that_goes_on_past_midnight_is_judged_by_the_new_day(clock, daemon_of, fingers):
    _, client = listed_until(clock, daemon_of, fingers, expires=day())
    transaction = client.open()
    assert client.sample(transaction, fingers[1, 2]).status == 200
    clock.set(DAY)
    result = client.decide(transaction).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NOBODY_SEARCHED")


def test_A8_what_is_measured_on_a_new_day_is_of_its_list(clock, daemon_of, fingers):
    daemon = daemon_of(log__clock_gap_days="3650")
    daemon.stop()
    daemon.environment = clock.environment
    daemon.start()
    client = daemon.client()
    days = 12
    assert client.import_list([entry(fingers[1, 1], number, expires=day(number)) for number in range(days)]).status == 200
    for passed in range(1, days):
        clock.set(passed * DAY)
        lines = client.get("/metrics").body.decode().splitlines()  # the set of the day before goes while it is asked
        assert f"kordon_list_entries {days}" in lines and f"kordon_list_searchable {days - passed}" in lines


def test_Q10_clock_in_2031_is_not_armed(clock, daemon_of, fingers):
    daemon = daemon_of()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    daemon.stop()
    daemon.environment = clock.environment
    clock.set(5 * 365 * DAY)
    daemon.start()
    client = daemon.client()
    check_not_armed(client, "CLOCK_AHEAD")
    daemon.ctl_ok("state", "accept", "clock", "--justification", "it is 2031")
    assert check_not_armed(client, "NOBODY_SEARCHED")["list"]["expired"] == 1


# --- Erasure

def test_M3_erased_entry_is_never_found_again(client, fingers):
    assert client.import_list([entry(fingers[1, 1], 1), entry(fingers[2, 1], 2)]).status == 200
    found = client.identify(fingers[1, 2]).json["result"]["identification"]["candidates"][0]["reference"]
    assert client.delete(f"/v1/watchlist/{found}?justification=cleared").status == 200
    told = client.identify(fingers[1, 2]).json["result"]["identification"]
    assert (told["decision"], told["searched"]) == ("no_match", 1)
    listed = check_armed(client)["list"]
    assert (listed["entries"], listed["searchable"], listed["searchable_fingers"]) == (1, 1, 1)


# --- Fingers, disk, memory

def test_A8_armed_says_from_how_many_fingers(daemon_of, fingers):
    daemon = daemon_of(identification__target_fpir="0.0000005")
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    fewest = client.get("/v1/status").json["armed_from_fingers"]
    assert fewest > 1
    check_armed(client, fewest)
    refused = client.post("/v1/transactions", {**OPENING, "fingers": ["right_index"]})
    assert refused.reason == "THRESHOLD_UNREACHABLE"
    words = subprocess.run([KORDONCTL, "--config", daemon.configuration, "status"], capture_output=True, text=True, check=False)
    assert f"armed from {fewest} fingers" in words.stdout, words


def test_A8_full_disk_is_not_armed(small_disk, fingers):
    daemon = Kordond(small_disk).init().start()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    check_armed(client)
    left = os.statvfs(small_disk)
    with open(small_disk / "fill", "wb") as stream:
        stream.write(bytes(left.f_bavail * left.f_frsize - MEBIBYTE // 2))
    assert "MiB are free" in check_not_armed(client, "DISK_FULL")["detail"]
    os.remove(small_disk / "fill")
    check_armed(client)
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    client.close()
    daemon.stop()


def limited(mebibytes):
    """For a child: so much memory may be locked, and not even root may lock more."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if hard != resource.RLIM_INFINITY and hard < mebibytes * MEBIBYTE:
        pytest.skip(f"this machine allows no limit of {mebibytes} MiB")

    def apply():
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (mebibytes * MEBIBYTE, mebibytes * MEBIBYTE))
    return apply


def test_A8_post_that_cannot_lock_a_samples_memory_is_not_armed(daemon_of, fingers):
    daemon = daemon_of(identification__threads="2")
    assert daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    daemon.stop()
    daemon.start(preexec=limited(6))
    status = daemon.client().get("/v1/status").json
    assert status["mode"] != "armed" and status["why"] == "MEMLOCK_LIMIT", status
    assert "LimitMEMLOCK" in status["remedy"] and "MiB" in status["detail"]
    assert status["memory"]["limit"] == 6 * MEBIBYTE
    assert daemon.client().get("/readyz").status == 503
    words = subprocess.run([KORDONCTL, "--config", daemon.configuration, "status"], capture_output=True, text=True, check=False)
    assert "LimitMEMLOCK" in words.stdout


def test_A8_post_that_can_lock_what_it_needs_is_armed(daemon_of, fingers):
    daemon = daemon_of(identification__threads="2")
    assert daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    daemon.stop()
    daemon.start(preexec=limited(32))
    client = daemon.client()
    memory = check_armed(client)["memory"]
    assert memory["locked"] < memory["needed"] < memory["needed_for_change"] < memory["limit"]
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"


def test_A8_list_that_fits_beside_travellers_only_is_said_to_need_more(daemon_of, fingers):
    """What a traveller's sample needs is kept from the list."""
    daemon = daemon_of(identification__threads="1")
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], i) for i in range(40)]).status == 200
    needed = client.get("/v1/status").json["memory"]["needed"]
    daemon.stop()
    daemon.start(preexec=limited(needed // MEBIBYTE - 3))  # without what a look at prints takes, too
    status = daemon.client().get("/v1/status").json
    assert status["why"] == "MEMLOCK_LIMIT" and "40 people with 40 fingers: " in status["detail"], status


def test_A8_check_config_says_what_memory_is_needed(daemon_of, fingers):
    daemon = daemon_of()

    def said(**options):
        outcome = subprocess.run([KORDOND, "--config", daemon.configuration, "--check-config"], capture_output=True, text=True,
                                 check=False, **options)
        assert outcome.returncode == 0, outcome
        return outcome.stdout
    assert "MiB to be locked without a list" in said()
    assert daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    assert "with the installed list (1 person, 1 finger)" in said()
    assert "which is too low: set LimitMEMLOCK=" in said(preexec_fn=limited(6))
    assert "is 64.0 MiB: enough" in said(preexec_fn=limited(64))


def test_A9_greedy_entries_leave_a_travellers_memory(daemon_of, fingers):
    """Uploads for the list that are never finished can't take what a traveller's sample needs."""
    daemon = daemon_of(identification__threads="1")
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    daemon.stop()
    daemon.start(preexec=limited(24))
    client = daemon.client()
    number = client.post("/v1/watchlist/imports", {"list": "test list", "version": 2}).json["import"]
    greedy = []
    for _ in range(6):
        connection = UnixConnection(daemon.socket)
        connection.putrequest("POST", f"/v1/watchlist/imports/{number}/entries")
        connection.putheader("Content-Length", str(4 * MEBIBYTE))
        connection.endheaders()
        connection.send(b"{")
        greedy.append(connection)
    wait_until(lambda: client.get("/v1/status").json["memory"]["locked"] > 8 * MEBIBYTE)
    check_armed(client)
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    for connection in greedy:
        connection.close()
