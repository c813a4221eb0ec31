"""SIGHUP: what may change while kordond runs does so when it is recorded; what fails changes nothing (A8)."""

import hashlib
import json
import os
import signal
import socket

import pytest

from kordond import ALL_ROLES, BUILD, OPENING, Kordond, user_name, wait_until

SAYS_END = ("configuration reloaded", "configuration read again", "the configuration in force stays")


@pytest.fixture(name="post")
def fixture_post(daemon_of):
    return daemon_of()


def text_of(post):
    with open(post.configuration, encoding="ascii") as stream:
        return stream.read()


def write(post, text):
    with open(f"{post.configuration}.new", "w", encoding="ascii") as stream:
        stream.write(text)
    os.rename(f"{post.configuration}.new", post.configuration)


def change(post, *pairs):
    """Replaces lines of the file, each of which is there."""
    text = text_of(post)
    for before, after in pairs:
        assert before in text, text
        text = text.replace(before, after)
    write(post, text)


def ends(post):
    return sum(line.startswith(f"kordond: {words}") for line in post.errors().splitlines() for words in SAYS_END)


def reload(post):
    """What kordond says of one reload."""
    before, size = ends(post), len(post.errors())
    post.signal(signal.SIGHUP)
    wait_until(lambda: ends(post) > before)
    return post.errors()[size:]


def role(name):
    return f"{name} = user:{user_name()}\n"


def configuration_entries(client):
    """Those of a running kordond: the first policy is put in the state before it."""
    return [each["body"] for each in client.log() if each["head"]["event"] == "configuration" and each["body"]["actor"] != "kordonctl init"]


def sha256(post):
    return hashlib.sha256(text_of(post).encode()).hexdigest()


def await_text(stream, text):
    seen = b""
    while text not in seen:
        received = stream.recv(65536)
        assert received != b"", seen
        seen += received


def test_T7_a_role_that_is_given_serves_at_once_and_one_taken_away_is_refused_at_once(post):
    client = post.client()
    change(post, (role("terminal"), ""))
    assert "changed: [roles] terminal" in reload(post)
    refused = client.post("/v1/transactions", OPENING)  # on the same connection
    assert (refused.status, refused.reason) == (403, "NOT_PERMITTED")
    change(post, ("[roles]\n", "[roles]\n" + role("terminal")))
    assert "changed: [roles] terminal" in reload(post)
    answer = client.post("/v1/transactions", {**OPENING, "kind": "verification"})
    assert answer.status == 201, answer


def test_T7_a_stream_and_a_half_sent_request_end_with_the_role(post):
    """A client that sends a byte now and then would otherwise keep what he was allowed once."""
    stream, half = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    for each in (stream, half):
        each.settimeout(60)
        each.connect(post.socket)
    stream.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    await_text(stream, b"event: mode")
    body = json.dumps({**OPENING, "kind": "verification"}).encode()
    half.sendall(b"POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:-1])
    client = post.client()
    assert client.get("/v1/status").json["transactions"] == 0  # the server has read the half: connections are served in turn
    change(post, *((role(name), "") for name in ALL_ROLES if name != "supervisor"))
    reload(post)
    while stream.recv(65536) != b"":
        pass
    try:
        half.sendall(body[-1:])
        assert half.recv(65536) == b""
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert client.get("/v1/status").json["transactions"] == 0


def test_A9_a_connection_counts_as_it_was_made_whatever_roles_come_and_go(post):
    """Given back on another's account it would have let nobody without a role in any more."""
    client = post.client()
    assert client.get("/v1/status").status == 200
    change(post, *((role(name), "") for name in ALL_ROLES))
    reload(post)
    client.close()
    for _ in range(3):
        again = post.client()
        assert (again.get("/v1/log/entries").status, again.get("/healthz").status) == (403, 200)
        again.close()


def test_T7_whose_roles_stay_keeps_his_connection(post):
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(60)
    stream.connect(post.socket)
    stream.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    stream.recv(65536)
    change(post, ("[roles]\n", "[policy]\nminimum_quality = 0\n[roles]\n"))
    assert "changed: [policy] minimum_quality" in reload(post)
    client = post.client()
    assert client.import_list([]).status in (200, 201)  # an event for the stream
    await_text(stream, b"event: import")


def test_L3_a_change_is_recorded_before_it_takes_effect(post):
    client = post.client()
    before = sha256(post)
    change(post, (role("auditor"), ""), ("[roles]\n", "[policy]\nminimum_quality = 0\n[roles]\n"))
    reload(post)
    entry, = configuration_entries(client)
    assert (entry["what"], entry["actor"], entry["role"]) == ("configuration reloaded", "kordond", "system")
    assert (entry["config"], entry["config_after"]) == (before, sha256(post))
    assert entry["changed"] == [
        {"section": "roles", "key": "auditor", "before": f"user:{user_name()}", "after": ""},
        {"section": "policy", "key": "minimum_quality", "before": "12", "after": "0"}]
    assert entry["restart_needed"] == []
    assert "auditor" not in post.client().get("/v1/status").json["roles"]
    assert client.log()[-1]["body"]["config"] == sha256(post)  # the reading's own entry


@pytest.mark.parametrize("bad, says", [
    ("[polcy]\nminimum_quality = 3\n", "unknown section [polcy]"),
    ("[policy]\nminimum_quality = good\n", "minimum_quality must be"),
    ("[policy]\nminimum_quality = 3\nminimum_quality = 4\n", "given twice"),
])
def test_A8_a_file_with_an_error_changes_nothing_and_says_where(post, bad, says):
    client = post.client()
    change(post, (role("terminal"), ""))
    write(post, text_of(post) + bad)
    said = reload(post)
    line = text_of(post).count("\n")
    assert says in said and f"{post.configuration}:{line}" in said.replace(f":{line - 1}", f":{line}"), said
    assert said.count("\n") == 1
    assert client.open(kind="verification")
    entry, = configuration_entries(client)
    assert (entry["what"], entry["reason"]) == ("configuration refused", "CONFIGURATION_BAD")
    assert says in entry["detail"]


def test_A8_a_user_who_does_not_exist_and_a_missing_file_change_nothing(post):
    client = post.client()
    change(post, (role("terminal"), "terminal = user:nobody-of-this-name\n"))
    assert "no such user or group here" in reload(post)
    os.unlink(post.configuration)
    assert "the configuration in force stays" in reload(post)
    assert client.open(kind="verification")
    assert len(configuration_entries(client)) == 2


def test_A8_what_needs_a_restart_is_named_and_not_half_applied(post):
    client = post.client()
    change(post, ("socket_mode = 0666", "socket_mode = 0600\nconnections = 1\nsample_bytes = 70000"), ("target_fpir = 0.01", "target_fpir = 0.5"),
           (role("auditor"), ""))
    said = reload(post)
    assert "changed: [roles] auditor\n" in said
    assert "only a restart changes: [api] socket_mode, [api] connections, [api] sample_bytes, [identification] target_fpir" in said
    entry, = configuration_entries(client)
    assert [each["key"] for each in entry["restart_needed"]] == ["socket_mode", "connections", "sample_bytes", "target_fpir"]
    assert client.get("/v1/status").json["identification"]["target_fpir"] == 0.01
    assert os.stat(post.socket).st_mode & 0o777 == 0o666
    assert post.client().get("/healthz").status == 200  # a second connection
    again = reload(post)  # nothing new, and what waits is not forgotten
    assert "it is as it was" in again and "only a restart changes: [api] socket_mode" in again
    assert len(configuration_entries(client)) == 1
    post.stop()
    post.start()
    assert post.client().get("/v1/status").json["identification"]["target_fpir"] == 0.5


def test_A8_many_signals_lead_to_the_last_file(post):
    client = post.client()
    for quality in range(3, 19):
        write(post, text_of(post).split("[policy]")[0] + f"[policy]\nminimum_quality = {quality}\n")
        post.signal(signal.SIGHUP)
    last = sha256(post)
    wait_until(lambda: any(each.get("config_after") == last for each in configuration_entries(client)))
    changes = [each["changed"][0] for each in configuration_entries(client) if each["changed"]]
    assert [each["before"] for each in changes[1:]] == [each["after"] for each in changes[:-1]]  # each from what was in force
    assert client.open(kind="verification").strip()


def test_A8_a_signal_at_any_moment_of_start_and_stop_ends_nothing(tmp_path):
    """One signal waits already when the program begins; others come whenever the test gets to it."""
    post = Kordond(tmp_path).init()
    for _ in range(5):
        before, line = ends(post), b""
        post.start(wait=False, preexec=hang_up_blocked)
        while not line.startswith(b"kordond: ready"):
            if os.path.exists(f"/proc/{post.process.pid}/status") and blocks_hangup(post.process.pid):
                post.signal(signal.SIGHUP)
            line = read_line(post, line)
        wait_until(lambda: ends(post) > before)  # pylint: disable=cell-var-from-loop
        post.signal(signal.SIGTERM)
        while post.process.poll() is None:
            post.signal(signal.SIGHUP)
        assert post.wait() == 0, post.errors()
    assert "handles were left open" not in post.errors()


def hang_up_blocked():
    """In the process that becomes kordond: a blocked signal waits for whatever program comes next."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    os.kill(os.getpid(), signal.SIGHUP)


def blocks_hangup(pid):
    """Whether SIGHUP would not end it as it ends any program."""
    with open(f"/proc/{pid}/status", encoding="ascii") as stream:
        blocked = next(line for line in stream if line.startswith("SigBlk:"))
    return int(blocked.split()[1], 16) & 1 << (signal.SIGHUP - 1) != 0


def read_line(post, line):
    """line with what is there by now."""
    os.set_blocking(post.process.stdout.fileno(), False)
    return line + (os.read(post.process.stdout.fileno(), 4096) if readable(post.process.stdout) else b"")


def readable(stream):
    import select  # pylint: disable=import-outside-toplevel
    return bool(select.select([stream], [], [], 0.001)[0])


def test_A8_a_change_that_cannot_be_recorded_does_not_come_into_force(small_disk):
    post = Kordond(small_disk).init().start()
    try:
        change(post, (role("auditor"), ""))
        with open(small_disk / "filler", "wb") as filler:
            try:
                while True:
                    filler.write(bytes(1 << 16))
                    filler.flush()
            except OSError:
                pass
            said = reload(post)
            assert "the configuration in force stays" in said, said
            assert "auditor" in post.client().get("/v1/status").json["roles"]
            filler.truncate(0)
        assert "changed: [roles] auditor" in reload(post)
        assert "auditor" not in post.client().get("/v1/status").json["roles"]
        post.stop()
    finally:
        post.kill()


def test_A8_a_stop_does_not_wait_for_a_name_service_that_does_not_answer(tmp_path):
    silent = tmp_path / "silent"
    post = Kordond(tmp_path, environment={"LD_PRELOAD": f"{BUILD}/tests/slow_names.so", "SLOW_NAMES": str(silent),
                                          "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0".lstrip(":")})
    post.init().start()
    try:
        client = post.client()
        silent.touch()
        post.signal(signal.SIGHUP)
        assert client.get("/v1/status").json["phase"] == "running"  # it serves meanwhile
        post.signal(signal.SIGTERM)
        wait_until(lambda: '"stop"' in post.ctl("log", "show").stdout)
        silent.unlink()
        assert post.wait() == 0, post.errors()
        assert "the configuration is not read again" in post.errors() and "handles were left open" not in post.errors()
    finally:
        post.kill()


def test_L10_a_locked_state_takes_no_change(daemon_of, tmp_path):
    """What can't be recorded does not come into force."""
    anchor = tmp_path / "anchor"
    post = daemon_of(log__anchor=str(anchor))
    post.stop()
    anchor.unlink()
    post.start()
    client = post.client()
    change(post, (role("terminal"), ""))
    assert "the configuration in force stays: anchor" in reload(post).replace(str(anchor), "anchor")
    roles = client.get("/v1/status").json["roles"]
    assert "terminal" in roles
    assert post.ctl("state", "accept", "anchor", "--justification", "test").returncode == 0
    assert "changed: [roles] terminal" in reload(post)
    assert "terminal" not in client.get("/v1/status").json["roles"]
