"""A unix socket between kordonctl and kordond, by which a test sees each request on its way and changes what is answered."""

import http.server
import json
import os
import socketserver
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kordond import UnixConnection  # noqa: E402  pylint: disable=wrong-import-position


class Relay(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """change(method, path, answer) gives what the client is told; answer: the JSON of kordond's, which has been given already. What is no
    JSON is passed on as it is, and events are not passed on. refuse(method, path, headers): what the client is told in kordond's place, a status and JSON; None:
    it is asked."""

    daemon_threads = True

    def __init__(self, daemon, change, refuse=lambda *_: None):
        self.there, self.change, self.refuse = daemon.socket, change, refuse
        super().__init__(f"{daemon.folder}/r", Handler)
        self.configuration = f"{daemon.folder}/relayed.conf"
        with open(daemon.configuration, encoding="utf-8") as stream, open(self.configuration, "w", encoding="utf-8") as copy:
            copy.write(stream.read().replace(f"{daemon.folder}/s\n", f"{daemon.folder}/r\n"))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *args):
        self.shutdown()
        super().__exit__(*args)
        os.unlink(self.server_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        refused = self.server.refuse(self.command, self.path, self.headers)
        if refused is not None:
            self.answer(refused[0], json.dumps(refused[1]).encode())
            return
        connection = UnixConnection(self.server.there)
        kept = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept-language")}
        if self.path == "/v1/events":
            self.answer(404, b"{}")
            return
        connection.request(self.command, self.path, body=asked, headers=kept)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.getheader("Content-Type") == "application/json":
            body = json.dumps(self.server.change(self.command, self.path, json.loads(body)), ensure_ascii=False).encode()
        self.answer(response.status, body, response.getheader("Content-Type"))

    do_GET = do_POST = do_PUT = do_DELETE = relay  # pylint: disable=invalid-name

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass
