"""A stream of events that nobody reads ends in bounded time; one that is read goes on (A9)."""

import socket
import time

from kordond import OPENING, PATIENCE, wait_until
from listener import Listener

EVENTS = b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"


def cut_off(client):
    text = client.get("/metrics").body.decode()
    return int(float(text.split("\nkordon_streams_cut_off ")[1].split("\n")[0]))


def test_A9_a_stream_that_nobody_reads_is_cut_off(daemon_of):
    """Also where what waits for it is far from the most that may; kordond says so, and counts it."""
    daemon = daemon_of(api__event_stream_patience="1")
    unread = socket.socket(socket.AF_UNIX)
    unread.settimeout(PATIENCE)
    unread.connect(daemon.socket)
    unread.sendall(EVENTS)
    assert unread.recv(15) == b"HTTP/1.1 200 OK"
    client = daemon.client()
    listener = Listener(daemon.socket)
    listener.until("mode")

    def happens():
        opened = client.post("/v1/transactions", {**OPENING, "kind": "verification"}).json["transaction"]
        assert client.delete(f"/v1/transactions/{opened}").status == 200
        while listener.until("transaction")[-1][1]["state"] == "open":
            pass
        time.sleep(0.02)  # so that time is over long before too much waits
        return cut_off(client) > 0
    wait_until(happens)
    assert cut_off(client) == 1
    said = [line for line in daemon.errors().splitlines() if "is cut off" in line]
    assert len(said) == 1 and said[0].endswith("nothing was taken of what waits for it"), said
    while unread.recv(65536):
        pass
    happens()
    assert cut_off(client) == 1
    listener.close()
    unread.close()
