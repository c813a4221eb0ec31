"""Ways in to kordond for several principals, so that one test can be run at each door.

A door knows who proves to be whom there: proof(name) is what the register says of him, settings() what the configuration needs beside it.
ask() sends a request in somebody's name, and events() listens in it. Who is registered as nobody at all is "stranger".
"""

import pwd

from kordond import DESCRIPTION, Answer, UnixConnection, as_user, reachable
from listener import Listener

STRANGER = "stranger"


def answered(connection, method, path, body):
    """[status, text] of one request, which must be answered as it is described; of a stream what it begins with."""
    try:
        connection.request(method, path, body=body)
    except BrokenPipeError:
        pass  # its head was refused and the connection closed while the body was still on its way: the answer is there
    response = connection.getresponse()
    stream = response.status == 200 and path.split("?")[0] == "/v1/events"
    content = response.fp.readline() if stream else response.read()
    if not stream:
        DESCRIPTION.check(method, path, Answer(response.status, content, dict(response.getheaders())))
    connection.close()
    return [response.status, content.decode("latin-1")]


class SocketDoor:
    """The unix socket: each principal is a user whom every Debian has (base-passwd)."""

    name = "socket"
    USERS = ("daemon", "bin", "sys", "games", "man", "lp", "mail", "news", "uucp", "proxy")

    def __init__(self, names):
        self.users = {STRANGER: "nobody", **dict(zip(names, self.USERS, strict=False))}
        assert set(names) <= set(self.users)

    def proof(self, name):
        return f"user:{self.users[name]}"

    def uid(self, name):
        return pwd.getpwnam(self.users[name]).pw_uid

    def settings(self):
        return {}

    def ask(self, post, name, method, path, body=None):
        reachable(post.folder)
        answer = as_user(self.uid(name), lambda: answered(UnixConnection(post.socket), method, path, body))
        assert isinstance(answer, list), answer
        return tuple(answer)

    def events(self, post, name, modes, after=None):
        """[(event, id)] that he hears up to so many events of the mode, which the first one is."""
        def listen():
            listener, heard = Listener(post.socket, after), []
            while sum(event == "mode" for event, _ in heard) < modes:
                event, _, number = listener.event()
                heard.append((event, number))
            listener.close()
            return heard
        reachable(post.folder)
        heard = as_user(self.uid(name), listen)
        assert isinstance(heard, list), heard
        return [tuple(each) for each in heard]
