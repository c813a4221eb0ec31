"""What kordond tells systemd, by a NOTIFY_SOCKET of our own."""

import os
import signal
import socket

import pytest

from kordond import PATIENCE, Client, Kordond, entry


class Manager:
    """The service manager's end; messages in the order in which they came."""

    def __init__(self, folder):
        self.path = f"{folder}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def next(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))

    def await_key(self, key):
        """The next message with that key, watchdog signs aside."""
        message = self.next()
        while "WATCHDOG" in message and key != "WATCHDOG":
            message = self.next()
        assert key in message, message
        return message

    def rest(self):
        self.socket.setblocking(False)
        messages = []
        while True:
            try:
                messages.append(self.next())
            except BlockingIOError:
                return messages


@pytest.fixture(name="manager")
def fixture_manager(tmp_path):
    return Manager(tmp_path)


@pytest.fixture(name="post")
def fixture_post(tmp_path, manager):
    post = Kordond(tmp_path, environment={"NOTIFY_SOCKET": manager.path}).init()
    yield post
    post.kill()


def test_A8_ready_is_said_when_the_socket_answers_and_status_what_it_can_do(post, manager, fingers):
    post.start(wait=False)
    ready = manager.await_key("READY")
    client = Client(post.socket)
    assert client.get("/healthz").status == 200
    assert ready["STATUS"].startswith("not armed: ") and "watchlist" in ready["STATUS"]
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    assert manager.await_key("STATUS")["STATUS"] == "armed, from 1 finger on"
    assert [line.split(":")[:3] for line in post.errors().splitlines()] == [
        ["kordond", " identification", " not armed"], ["kordond", " identification", " armed, from 1 finger on"]]
    post.stop()
    assert manager.await_key("STOPPING")["STOPPING"] == "1"
    assert not any("READY" in message or "WATCHDOG" in message for message in manager.rest())


def test_A8_a_start_that_fails_is_never_ready(post, manager):
    post.start()
    manager.await_key("READY")
    other = Kordond(post.folder, environment=post.environment)
    status, said = other.refused_start()
    assert status != 0 and "in use by another process" in said
    assert manager.rest() == []
    post.stop()


def test_L10_a_locked_state_is_ready_to_say_why(tmp_path, manager):
    anchor = tmp_path / "anchor"
    post = Kordond(tmp_path, environment={"NOTIFY_SOCKET": manager.path}, log__anchor=str(anchor)).init()
    anchor.unlink()
    try:
        post.start(wait=False)
        assert manager.await_key("READY")["STATUS"].startswith("locked: ")
        post.stop()
    finally:
        post.kill()


def test_A8_a_reload_is_said_and_ends_whatever_comes_of_it(post, manager):
    post.start()
    manager.await_key("READY")
    for text in ("", "[policy]\nminimum_quality = 3\n", "no line of a configuration\n"):
        with open(post.configuration, "a", encoding="ascii") as stream:
            stream.write(text)
        post.signal(signal.SIGHUP)
        reloading = manager.await_key("RELOADING")
        assert int(reloading["MONOTONIC_USEC"]) > 0
        assert manager.await_key("READY") == {"READY": "1"}
    post.stop()


def test_A8_the_watchdog_is_told_as_long_as_kordond_serves_where_one_waits(post, manager):
    post.environment["WATCHDOG_USEC"] = "200000"
    post.start()
    manager.await_key("READY")
    for _ in range(5):
        manager.await_key("WATCHDOG")
    post.stop()
    manager.rest()
    manager.socket.settimeout(PATIENCE)
    post.environment["WATCHDOG_PID"] = str(os.getpid())  # meant for another process
    post.start()
    manager.await_key("READY")
    post.stop()
    assert not any("WATCHDOG" in message for message in manager.rest())


def test_M1_standard_error_names_nobody(post, fingers):
    """Names and case numbers reach the sealed state alone, whatever becomes of them."""
    post.start()
    client = post.client()
    secret = {"case_number": "CASE-4711", "name": "Zenobia Unlisted"}
    number = client.post("/v1/watchlist/imports", {"list": "l", "version": 1}).json["import"]
    bad = client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[1, 1], **secret, expires="never"))
    assert bad.status != 200
    client.delete(f"/v1/watchlist/imports/{number}")
    assert client.import_list([entry(fingers[1, 1], **secret)], version=2).status == 200
    found = client.identify(fingers[1, 2])
    assert found.json["result"]["decision"] == "match", found
    listed = found.json["result"]["identification"]["candidates"][0]["reference"]
    assert client.delete(f"/v1/watchlist/{listed}?justification=Zenobia").status == 200
    post.stop()
    said = post.errors()
    assert "identification: armed" in said
    assert [word for word in ("4711", "Zenobia", listed) if word in said] == []
