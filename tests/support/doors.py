"""Ways in to kordond for several principals, so that one test can be run at each door.

A door knows who proves to be whom there: proof(name) is what the register says of him, settings() what the configuration needs beside it.
ask() sends a request in somebody's name, events() listens in it, and connect() is a connection for more than one request. Who is registered as nobody at all is "stranger"; stranger is what
the log calls him there.
"""

import contextlib
import os
import pwd
import socket

from certificates import Authority, TlsConnection, free_port, settings_of, shake_hands
from kordond import DESCRIPTION, PATIENCE, Answer, UnixConnection, as_user, reachable
from listener import Listener

STRANGER = "stranger"


def answered(connection, method, path, body, headers=None):
    """[status, text] of one request, which must be answered as it is described; of a stream what it begins with."""
    try:
        connection.request(method, path, body=body, headers=headers or {})
    except BrokenPipeError:
        pass  # its head was refused and the connection closed while the body was still on its way: the answer is there
    response = connection.getresponse()
    stream = response.status == 200 and path.split("?")[0] == "/v1/events"
    content = response.fp.readline() if stream else response.read()
    if not stream:
        DESCRIPTION.check(method, path, Answer(response.status, content, dict(response.getheaders())))
    connection.close()
    return [response.status, content.decode("latin-1")]


def events_until(listener, modes):
    """[(event, id)] up to so many events of the mode, which the first one is."""
    heard = []
    while sum(event == "mode" for event, _ in heard) < modes:
        event, _, number = listener.event()
        heard.append((event, number))
    listener.close()
    return heard


@contextlib.contextmanager
def as_effective(user):
    """What connects meanwhile is that user, by what the socket tells."""
    os.seteuid(pwd.getpwnam(user).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


class SocketDoor:
    """The unix socket: each principal is a user whom every Debian has (base-passwd)."""

    name, stranger = "socket", "user:nobody"
    USERS = ("daemon", "bin", "sys", "games", "man", "lp", "mail", "news", "uucp", "proxy")

    def __init__(self, names, _folder):
        self.users = {STRANGER: "nobody", **dict(zip(names, self.USERS, strict=False))}
        assert set(names) <= set(self.users)

    def proof(self, name):
        return f"user:{self.users[name]}"

    def uid(self, name):
        return pwd.getpwnam(self.users[name]).pw_uid

    def settings(self):
        return {}

    def ask(self, post, name, method, path, body=None, headers=None):
        reachable(post.folder)
        answer = as_user(self.uid(name), lambda: answered(UnixConnection(post.socket), method, path, body, headers))
        assert isinstance(answer, list), answer
        return tuple(answer)

    def connect(self, post, name):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        with as_effective(self.users[name]):
            connection.connect(post.socket)
        return connection

    def events(self, post, name, modes, after=None):
        """What he hears: events_until()."""
        reachable(post.folder)
        heard = as_user(self.uid(name), lambda: events_until(Listener(post.socket, after), modes))
        assert isinstance(heard, list), heard
        return [tuple(each) for each in heard]


class TlsDoor:
    """The network: each principal has a certificate of one authority. One kordond at a time is behind it."""

    name, stranger = "tls", f"certificate:post/DNS:{STRANGER}"

    def __init__(self, names, folder):
        self.authority, self.port = Authority(folder), free_port()
        self.server = self.authority.issue("server", "DNS:localhost", "serverAuth")
        self.shown = {name: settings_of(self.authority, self.authority.issue(name, f"DNS:{name}")) for name in (STRANGER, *names)}

    def proof(self, name):
        return f"certificate:post/DNS:{name}"

    def settings(self):
        return {"tls__address": f"127.0.0.1:{self.port}", "tls__certificate": self.server[0], "tls__key": self.server[1],
                "client_authority post__certificate": self.authority.certificate,
                "client_authority post__revocation_list": self.authority.list}

    def ask(self, _post, name, method, path, body=None, headers=None):
        return tuple(answered(TlsConnection(self.port, self.shown[name]), method, path, body, headers))

    def connect(self, _post, name):
        return shake_hands(self.port, self.shown[name])

    def events(self, _post, name, modes, after=None):
        return events_until(Listener(shake_hands(self.port, self.shown[name]), after), modes)
