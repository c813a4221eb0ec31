"""A way through the network that breaks: what is asked arrives, and the answer does not."""

import selectors
import socket
import threading


class CuttingProxy:
    """Passes connections on to a port of this machine. Of the answers, those for whose number lost(number) holds are not passed on: the
    connection ends instead, behind the request. An answer is what comes from the post first after the client said something, once both
    have shaken hands; the numbers count over all connections."""

    def __init__(self, port, lost):
        self.port, self.lost, self.answers, self.cut = port, lost, 0, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.own_port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _is_lost(self):
        with self.lock:
            self.answers += 1
            lost = self.lost(self.answers)
            self.cut += lost
            return lost

    def _pass_on(self, client):
        """The client's second flight ends its hands' shaking, and nothing is sent back for it: kordond gives no tickets."""
        with client, socket.create_connection(("127.0.0.1", self.port)) as post, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            selector.register(post, selectors.EVENT_READ)
            greeted = waits = False
            while True:
                for key, _ in selector.select():
                    try:
                        data = key.fileobj.recv(65536)
                        if not data:
                            return
                        if key.fileobj is client:
                            waits = greeted
                            post.sendall(data)
                            continue
                        if waits and self._is_lost():
                            return
                        greeted, waits = True, False
                        client.sendall(data)
                    except OSError:
                        return

    def close(self):
        self.listener.close()
