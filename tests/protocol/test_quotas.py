"""A9: a greedy peer beside an officer who must not notice. Each test holds what the greedy one gets while the officer works."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import traceback

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import BUILD, KORDONCTL, PATIENCE, Client, Kordond, OPENING, entry, user_name, wait_until  # noqa: E402  pylint: disable=wrong-import-position
from test_policy_change import another, approve, policy_of, propose  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to be two users")

GREEDY = 65534  # nobody: every Debian knows him by name
HOST = "Host: localhost\r\n"
ROLES = ("terminal", "supervisor", "auditor")


def post_of(daemon_of, greedy_role=None, **options):
    """A post where the officer is root; the greedy one has a role, or none."""
    roles = {role: f"user:{user_name()}" for role in ROLES}
    if greedy_role is not None:
        roles[greedy_role] += ", user:nobody"
    daemon = daemon_of(roles=roles, **options)
    return daemon


@contextlib.contextmanager
def greedy(daemon, action, uid=GREEDY):
    """Runs action() as that user; what it returns beside what it holds, which it keeps until the end of the block. In the daemon's folder:
    those above it are not open to him, and belong to whoever runs tests."""
    told, tell = os.pipe()
    end, ended = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ended)
            os.chmod(daemon.folder, 0o755)
            os.chdir(daemon.folder)
            daemon.socket = "s"
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            held, result = action()
            os.write(tell, json.dumps(result).encode())
            os.close(tell)
            os.read(end, 1)
            del held
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(tell)
    os.close(end)
    with os.fdopen(told, encoding="utf-8") as stream:
        text = stream.read()
    try:
        yield json.loads(text)
    finally:
        os.close(ended)
        os.waitpid(child, 0)


def asked(path, text):
    """A connection on which something was sent, and the answer to it, where there is one at once."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(path)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(text.encode())
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while b"}" not in answer and b"data:" not in answer and (part := connection.recv(65536)):
            answer += part
    return connection, answer.decode()


def ask_many(path, text, count):
    """What is held, and [answers that are no refusal, one refusal]."""
    held = [asked(path, text) for _ in range(count)]
    refused = [answer for _, answer in held if " 503 " in answer]
    return held, [sum(" 200 " in answer for _, answer in held), len(refused), (refused or [""])[-1]]


def officer_works(daemon, fingers=None):
    """On new connections, as a desk begins its day."""
    for _ in range(3):
        client = daemon.client()
        assert client.get("/v1/status").status == 200
        opened = client.post("/v1/transactions", {**OPENING, "kind": "verification"})
        assert opened.status == 201, opened
        path = f"/v1/transactions/{opened.json['transaction']}"
        if fingers is not None:
            answer = client.put(f"{path}/reference?position=right_index", fingers[1, 1])
            assert answer.status == 200, answer
        assert client.delete(path).status == 200
        client.close()


@pytest.mark.parametrize("role, most", [(None, 4), ("terminal", 32)])
def test_A9_one_user_does_not_hold_all_connections(daemon_of, role, most):
    daemon = post_of(daemon_of, role)
    with greedy(daemon, lambda: ask_many(daemon.socket, f"GET /healthz HTTP/1.1\r\n{HOST}\r\n", 80)) as (got, refused, refusal):
        officer_works(daemon)
        assert (got, refused) == (most, 80 - most)
        assert '"reason":"BUSY"' in refusal and '"subject":"connections"' in refusal and f"may hold {most}" in refusal, refusal
    officer_works(daemon)


def test_A9_the_last_connections_are_for_those_who_hold_few(daemon_of):
    """However the limits are set: here one user could hold all."""
    daemon = post_of(daemon_of, "terminal", api__connections="8", api__connections_each="8", api__connections_without_role="8")
    for uid, most in ((GREEDY, 6), (GREEDY - 1, 4)):
        with greedy(daemon, lambda: ask_many(daemon.socket, f"GET /healthz HTTP/1.1\r\n{HOST}\r\n", 20), uid) as (got, _, _):
            assert got == most
            officer_works(daemon)
            wait_until(lambda: b"kordon_http_connections 1\n" not in daemon.client().get("/metrics").body)
        wait_until(lambda: b"kordon_http_connections 1\n" in daemon.client().get("/metrics").body)


def test_A9_who_is_turned_away_learns_why(daemon_of):
    """Not that nobody is there, as a client says that finds its connection closed while it makes it."""
    daemon = daemon_of(api__connections_each="1")
    held, _ = asked(daemon.socket, f"GET /healthz HTTP/1.1\r\n{HOST}\r\n")
    for _ in range(10):
        said = subprocess.run([KORDONCTL, "--config", daemon.configuration, "status"], capture_output=True, text=True, check=False)
        assert said.returncode == 69 and f"user:{user_name()} holds 1, and may hold 1" in said.stderr, said
    held.close()


def test_A9_one_user_does_not_hold_all_event_streams(daemon_of):
    daemon = post_of(daemon_of, "terminal", api__connections="256", api__connections_each="192")
    with greedy(daemon, lambda: ask_many(daemon.socket, f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n", 70)) as (got, refused, refusal):
        officer_works(daemon)
        assert (got, refused) == (8, 62)
        assert '"subject":"event streams"' in refusal and "may hold 8" in refusal, refusal
        stream, answer = asked(daemon.socket, f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n")
        assert " 200 " in answer
        stream.close()
    officer_works(daemon)
    with greedy(daemon, lambda: ask_many(daemon.socket, f"GET /v1/events HTTP/1.1\r\n{HOST}\r\n", 8)) as (got, _, _):
        assert got == 8, "what was given back can be had again"


def limited(folder, mebibytes, role):
    """A running daemon that may lock so little memory."""
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, to give up a capability")
    roles = {each: f"user:{user_name()}" for each in ROLES}
    roles[role] += ", user:nobody"
    daemon = Kordond(folder, roles=roles, identification__threads="1").init()
    amount = mebibytes << 20
    daemon.prefix = ["prlimit", f"--memlock={amount}:{amount}", "setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]
    return daemon.start()


def locked_bytes(daemon):
    text = daemon.client().get("/metrics").body.decode()
    return float(next(line for line in text.splitlines() if line.startswith("kordon_memory_locked_bytes ")).split()[1])


@pytest.mark.skipif("san" in os.path.basename(os.environ.get("KORDON_BUILD_DIR", "")), reason="sanitizers replace mlock")
@pytest.mark.parametrize("sent, holds", [(0, False), (100000, True), ((4 << 20) - 1, False)])
def test_A9_bodies_that_do_not_come_take_no_memory_from_others(tmp_path, fingers, sent, holds):
    """18 uploads of 4 MiB each, of which nothing comes, a part, or all but the last byte; where what comes takes what is kept for
    others they are refused."""
    daemon = limited(tmp_path / "d", 8, "terminal")

    def announce():
        held = []
        for _ in range(18):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(PATIENCE)
            connection.connect(daemon.socket)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(f"PUT /v1/transactions/0/reference HTTP/1.1\r\n{HOST}Content-Length: {4 << 20}\r\n\r\n".encode() +
                                   b"x" * sent)
            held.append(connection)
        return held, len(held)
    try:
        officer_works(daemon, fingers)
        before = locked_bytes(daemon)
        with greedy(daemon, announce) as count:
            assert count == 18
            officer_works(daemon, fingers)
            assert (locked_bytes(daemon) > before) == holds
        wait_until(lambda: locked_bytes(daemon) == before)
        daemon.stop()
    finally:
        daemon.kill()


def test_A9_one_user_does_not_fill_the_log(daemon_of):
    daemon = post_of(daemon_of, "auditor", api__entries_each="6")

    def read_on():
        client = Client(daemon.socket)
        answers = [client.get("/v1/log/entries?limit=1") for _ in range(150)]
        return None, [[answer.status for answer in answers], answers[-1].body.decode()]
    with greedy(daemon, read_on) as (statuses, refusal):
        assert statuses == [200] * 60 + [503] * 90
        assert '"subject":"log entries"' in refusal and "6 a minute" in refusal, refusal
        officer_works(daemon)
        entries = daemon.client().log()
    assert sum(each["body"].get("actor") == "user:nobody" for each in entries) == 60


def test_A9_samples_are_spent_like_all_that_is_recorded(daemon_of, fingers):
    """A transaction takes many of them, each with an entry of its own."""
    client = daemon_of(api__entries_each="1").client()
    transaction = client.open(kind="verification")
    positions = [f"{hand}_{finger}" for hand in ("left", "right") for finger in ("thumb", "index", "middle", "ring", "little")]
    answers = [client.sample(transaction, fingers[1, 1], position) for position in positions]
    assert [answer.status for answer in answers] == [200] * 9 + [503], answers[-1]
    assert (answers[-1].reason, answers[-1].json["subject"]) == ("BUSY", "log entries")


def test_L4_the_denials_of_one_do_not_hide_those_of_another(daemon_of):
    """Of each there is an entry at once, with who it was by name and number; how many more there were is said before the end."""
    daemon = post_of(daemon_of)

    def ask():
        client = Client(daemon.socket)
        return None, [client.get("/v1/log/entries").status for _ in range(3)]
    for uid in (GREEDY, 4711, GREEDY):
        with greedy(daemon, ask, uid) as statuses:
            assert statuses == [403] * 3
    daemon.stop()
    daemon.start()
    denials = [each["body"] for each in daemon.client().log() if "denied" in each["body"]]
    assert [(each["actor"], each["actor_uid"], each["count"]) for each in denials[:2]] == [("user:nobody", GREEDY, 1), ("uid:4711", 4711, 1)]
    counts = {each["actor"]: 0 for each in denials}
    for each in denials:
        counts[each["actor"]] += each["count"]
    assert counts == {"user:nobody": 6, "uid:4711": 3}


def test_T8_the_actor_is_who_proved_it_and_the_officer_is_as_claimed(daemon_of, fingers):
    """By name also where only a group gave the role."""
    daemon = daemon_of(roles={"terminal": "group:nogroup", "supervisor": f"user:{user_name()}"})
    assert daemon.client().import_list([entry(fingers[1, 1], 1)]).status == 200

    def identify():
        answer = Client(daemon.socket).identify(fingers[2, 1])
        return None, [answer.status, answer.json["result"]["decision"]]
    with greedy(daemon, identify) as outcome:
        assert outcome == [200, "no_match"]
    bodies = [each["body"] for each in daemon.client().log() if each["head"]["event"] in ("collection", "consultation")]
    assert len(bodies) == 2
    assert all((each["actor"], each["actor_uid"], each["officer"], each["role"]) ==
               ("user:nobody", GREEDY, OPENING["officer"], "terminal") for each in bodies), bodies


def test_A9_what_is_read_for_others_holds_up_no_decision(daemon_of, fingers, tmp_path):
    """What is kept for the document of a traveller is read at his opening, and at his decision, while the thread that reads for others is held."""
    hold, checks = tmp_path / "hold", os.environ.get("ASAN_OPTIONS", "")
    daemon = daemon_of(environment={"LD_PRELOAD": f"{BUILD}/tests/hold_thread.so", "KORDON_TEST_HOLD": str(hold),
                                    "ASAN_OPTIONS": f"{checks}:verify_asan_link_order=0".lstrip(":")})
    client, answers = daemon.client(), []
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    without = another(policy_of(client), 2, (b"wanted_for_arrest,\n    refusal_of_entry", b"\n    refusal_of_entry"))
    proposal = propose(client, without)["hash"]
    hold.write_text("mlock kordon-reader")  # while it builds the list for the policy
    approval = threading.Thread(target=lambda: answers.append(approve(daemon.client(), proposal)))
    approval.start()
    try:
        wait_until(hold.with_name("hold.held").exists)
        decided = client.identify(fingers[1, 2], document={"issuer": "UKR", "number": "FK443322"})
        assert decided.json["result"]["decision"] == "match"
        assert not answers
    finally:
        hold.unlink()
        approval.join()
    assert answers[0].status == 200
