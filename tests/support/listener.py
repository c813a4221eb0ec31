"""What a client hears at /v1/events."""

import json
import socket

from kordond import DESCRIPTION, PATIENCE, Answer


class Listener:
    """One stream of events, at a unix socket or on a connection that is made already."""

    def __init__(self, path, last_id=None, language=None):
        if isinstance(path, socket.socket):
            self.socket = path
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE)
            self.socket.connect(path)
        header = f"Last-Event-ID: {last_id}\r\n" if last_id is not None else ""
        header += f"Accept-Language: {language}\r\n" if language is not None else ""
        self.socket.sendall(f"GET /v1/events HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
        self.stream = self.socket.makefile("rb")
        status = int(self.stream.readline().split()[1])
        lines = iter(self.stream.readline, b"\r\n")
        headers = dict(line.decode().rstrip("\r\n").split(": ", 1) for line in lines)
        DESCRIPTION.check("GET", "/v1/events", Answer(status, b"", headers))
        assert status == 200

    def event(self, beats=False):
        """The next one, heartbeats left out unless they are wanted: (event, data, id)."""
        while True:
            said = {}
            while True:
                line = self.stream.readline().decode()
                assert line.endswith("\n"), "the stream has ended"
                if line == "\n":
                    break
                name, value = line.rstrip("\n").split(": ", 1)
                said[name] = value
            assert set(said) == {"id", "event", "data"}
            data = json.loads(said["data"])
            DESCRIPTION.check_event({**said, "data": data})
            if beats or said["event"] != "heartbeat":
                return said["event"], data, said["id"]

    def until(self, event):
        """Up to the first one of that name."""
        told = [self.event()]
        while told[-1][0] != event:
            told.append(self.event())
        return told

    def close(self):
        self.stream.close()
        self.socket.close()
