"""T1: what the list says of a person is in no core dump of kordond, whatever was just done with it."""

import os
import shutil
import socket
import subprocess
import time

import pytest

from kordond import PATIENCE, entry, wait_until

pytestmark = [
    pytest.mark.skipif(shutil.which("gcore") is None, reason="gdb is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="kordond lets only root look into it"),
    pytest.mark.skipif("asan" in os.environ.get("KORDON_BUILD_DIR", ""), reason="the address sanitizer keeps freed memory on purpose")]

NAME, CASE = "Zlatoslava Vyhadana-Unikalna", "CASE-UNIQUE-775533"


def core_of(daemon, folder):
    dumped = subprocess.run(["gcore", "-o", str(folder / "core"), str(daemon.process.pid)], capture_output=True,
                            text=True, check=False)
    assert dumped.returncode == 0, dumped.stderr
    with open(folder / f"core.{daemon.process.pid}", "rb") as stream:
        core = stream.read()
    assert b"kordon.example/test" in core  # the dump is a real one
    return core


def test_T1_no_identity_in_a_core_dump(daemon, fingers, tmp_path):
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1, name=NAME, case_number=CASE)]).status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    client.close()
    core = core_of(daemon, tmp_path)
    assert NAME.encode() not in core
    assert CASE.encode() not in core


def asked(daemon, text):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(daemon.socket)
    connection.sendall(text.encode())
    return connection


def test_T1_no_answer_stays_in_memory(daemon, fingers, tmp_path):
    """Neither of one that was read whole, nor of one that was broken off, nor what the query said; nor of a head that was refused
    or never became whole."""
    question = "Nekazane-Unikalne-Pytannia"
    client = daemon.client()
    entries = [entry(fingers[1, 1], i, name=f"{NAME} {i}", case_number=f"{CASE}-{i}", instruction="x" * 900) for i in range(1, 301)]
    assert client.import_list(entries).status == 200
    path = "/v1/watchlist?identity=1&limit=300&justification=order"
    answer = client.get(path)
    assert answer.status == 200 and answer.body.count(NAME.encode()) == 300 and len(answer.body) > 256 << 10
    broken_off = asked(daemon, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
    assert broken_off.recv(1000).startswith(b"HTTP/1.1 200 ")
    broken_off.close()
    assert client.get(f"/v1/nothing?x={question}").status == 404
    refused = asked(daemon, f"GET /healthz?x={question} HTTP/1.1\r\nX : {NAME}\r\n\r\n")
    assert refused.recv(1000).startswith(b"HTTP/1.1 400 ")
    refused.close()
    unfinished = asked(daemon, f"GET /healthz?x={question} HTTP/1.1\r\nX: {NAME}\r\n")
    time.sleep(0.1)  # most likely it was received; nothing depends on it
    unfinished.close()
    client.close()
    wait_until(lambda: b"kordon_http_connections 1\n" in daemon.client().get("/metrics").body)
    core = core_of(daemon, tmp_path)
    for marker in (NAME, CASE, question):
        assert marker.encode() not in core, marker
