#!/usr/bin/python3
"""A traveller's hand at the simulated scanner: one picture for each capture, whenever the scanner wants a finger. Standard library only.

    hand.py API_SOCKET READER_SOCKET PICTURE...      to be started before the officer begins; ends when the last picture was taken
"""

import json
import os
import socket
import sys

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/../../tests/support")
from virtual_finger import VirtualFinger  # noqa: E402  pylint: disable=wrong-import-position

PATIENCE = 120  # seconds without any event, which come every few seconds


def events(path):
    """What kordond tells, from its stream of events: nothing that happens between two of them is missed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(path)
        connection.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for line in connection.makefile("rb"):
            if line.startswith(b"data: "):
                yield json.loads(line[len("data: "):])


def main():
    api, reader, *pictures = sys.argv[1:]
    told = events(api)
    next(told)
    print("listening", flush=True)
    for picture in pictures:
        if not any(event.get("finger_needed") for event in told):
            sys.exit("kordond's events have ended")
        with VirtualFinger(reader) as finger:
            finger.png(picture)
            # It is taken when its transaction goes on.
            if not any(event.get("state") == "open" and "transaction" in event for event in told):
                sys.exit("kordond's events have ended")


if __name__ == "__main__":
    main()
