"""Lists are given in pages, everywhere alike: after, limit, next."""

import http.server
import json
import socketserver
import threading
import urllib.parse

import pytest

from kordond import Kordond, entry

LISTS = {"/v1/watchlist": "entries", "/v1/watchlist/imports": "imports", "/v1/log/entries": "entries", "/v1/scanners": "scanners"}


@pytest.mark.parametrize("path", [*LISTS, "/v1/watchlist/check"])
@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=1abc", "limit=", "limit=-1", "limit=99999999999999999999"])
def test_a_page_of_no_size_is_refused(client, path, query):
    answer = client.request("POST" if path.endswith("check") else "GET", f"{path}?{query}", b"" if path.endswith("check") else None)
    assert (answer.status, answer.reason, answer.json["subject"]) == (400, "BAD_REQUEST", "limit")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_is_asked_for_in_other_words_is_refused(client, path):
    answer = client.get(f"{path}?from=1&limit=1")
    assert (answer.status, answer.reason, answer.json["subject"]) == (400, "BAD_REQUEST", "from")


def test_a_misspelt_parameter_is_refused_wherever_it_stands(client):
    """What is passed over in silence would be done otherwise than it was meant: a finger would be recorded as unknown."""
    transaction = client.open(kind="verification")
    for method, path, name in (("POST", f"/v1/transactions/{transaction}/samples?postion=right_index", "postion"),
                               ("POST", "/v1/transactions?kind=identification", "kind"), ("GET", "/v1/status?limit=1", "limit"),
                               ("GET", f"/v1/transactions/{transaction}?justificatio=x", "justificatio"), ("GET", "/healthz?position", "position")):
        answer = client.request(method, path, b"{}" if method == "POST" else None)
        assert (answer.status, answer.reason, answer.json["subject"]) == (400, "BAD_REQUEST", name)
    assert client.get(f"/v1/transactions/{transaction}").json["samples"] == []


@pytest.mark.parametrize("path, after, status", [("/v1/watchlist", "x", 400), ("/v1/log/entries", "x", 400), ("/v1/log/entries", "-1", 400),
                                                 ("/v1/scanners", "gone", 404)])
def test_a_row_that_is_none_is_refused(client, path, after, status):
    assert client.get(f"{path}?after={after}").status == status


@pytest.mark.parametrize("path, key", LISTS.items())
def test_every_list_says_where_it_ends(client, path, key):
    answer = client.get(path).json
    assert answer["next"] is None and isinstance(answer[key], list)


def test_pages_hold_each_row_once_and_in_order(client, fingers):
    assert client.import_list([entry(fingers[1, 1], number) for number in range(1, 6)]).status == 200
    whole = client.get("/v1/watchlist").json["entries"]
    assert len(whole) == 5
    for limit in range(1, 7):
        assert list(client.rows("/v1/watchlist", "entries", limit=limit)) == whole
    last = client.get("/v1/watchlist?limit=5").json
    assert len(last["entries"]) == 5 and last["next"] is None, "a full page need not be followed by another"
    size = client.get("/v1/log/entries?limit=1").json["size"]
    # The reading itself adds an entry a page: what was there before comes once and in order.
    sequence = [row["head"]["seq"] for row in client.rows("/v1/log/entries", "entries", limit=2)]
    assert sequence == list(range(len(sequence))) and len(sequence) > size
    assert client.get("/v1/log/entries?after=0&limit=1").json["entries"][0]["head"]["seq"] == 1


class Pages(http.server.BaseHTTPRequestHandler):
    """A kordond with three scanners, which tells of one at a time."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        url = urllib.parse.urlsplit(self.path)
        after = urllib.parse.parse_qs(url.query).get("after", ["0"])[0]
        number = int(after) + 1
        answer = {"scanners": [{"scanner": str(number), "name": "n", "driver": "d", "state": "ready"}],
                  "next": str(number) if number < 3 else None}
        body = json.dumps(answer if url.path == "/v1/scanners" else {"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "unix"

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


def test_kordonctl_shows_all_pages(tmp_path):
    state = Kordond(tmp_path)
    with socketserver.ThreadingUnixStreamServer(state.socket, Pages) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shown = state.ctl_ok("scanners")
        server.shutdown()
    assert [scanner["scanner"] for scanner in shown["scanners"]] == ["1", "2", "3"] and "next" not in shown
