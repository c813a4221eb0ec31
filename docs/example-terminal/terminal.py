#!/usr/bin/python3
"""An example terminal: one check at a post, over TLS (docs/integrators.md). Exits 0 when a result is recorded, 1 when none is."""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import ssl
import sys
import threading
import time
import uuid

LATER = {"BUSY", "OUTCOME_UNKNOWN", "REQUEST_UNDER_WAY", "STOPPING"}  # the same request again, with its key
AGAIN = {"CAPTURE_RETRY", "SAMPLE_TOO_POOR", "CAPTURE_TIMED_OUT"}  # the finger again
REPEATS, IDLE_CAPTURES, SILENCE = 8, 3, 150  # the last: seconds, more than a capture waits for a finger


class Told(Exception):  # what went wrong, in one sentence for the officer
    reason = None  # the post's code for it


def sentence_of(error):
    return f"{error['text']} ({' '.join(filter(None, (error['subject'], error['detail'])))}): {error['remedy'] or 'ask who runs the post'}"


class Post:
    def __init__(self, options):
        self.name, self.connection, self.said = options.post, None, None  # the connection is kept, and made again when it breaks
        self.headers = {"Accept-Language": os.environ.get("LANG", "en").split(".", maxsplit=1)[0].replace("_", "-")}
        settings = ssl.create_default_context(cafile=options.authority)
        settings.minimum_version = ssl.TLSVersion.TLSv1_3
        settings.load_cert_chain(options.certificate, options.key)
        self.connect = lambda: http.client.HTTPSConnection(options.post, timeout=SILENCE, context=settings)

    def ask(self, method, path, body=None):  # what is done only once goes with a key, and is repeated until it is known what became of it
        headers = self.headers if method == "GET" else {**self.headers, "Idempotency-Key": uuid.uuid4().hex}
        for attempt in range(REPEATS):
            try:
                self.connection = self.connection or self.connect()
                self.connection.request(method, path, body and json.dumps(body), headers)
                content = (answer := self.connection.getresponse()).read()
            except (OSError, http.client.HTTPException) as error:
                self.connection, wait = self.connection.close(), 0.2
                problem = Told(f"the post at {self.name} is not reached, or refuses this terminal ({error}): call the supervisor")
                if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
                    raise problem from error
            else:
                told = json.loads(content) if content.startswith(b"{") else content
                if answer.status < 400:
                    return told
                problem, wait = Told(sentence_of(told)), float(answer.headers.get("Retry-After", 0.5))
                problem.reason = told["reason"]
                if problem.reason not in LATER:
                    raise problem
            time.sleep(wait * (1 + attempt))
        raise problem

    def tell(self, state, before=""):  # what was just said is not said again while it goes on
        line = ": ".join(state.get("guidance", {}).get(name, "") for name in ("position", "text")).strip(": ")
        if not before or line != self.said:
            print(f"{before}{line}\n", end="", flush=True)
        self.said = line

    def tell_guidance(self, transaction):
        said, headers = {}, dict(self.headers)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):  # it comes back
                stream = self.connect()
                stream.request("GET", "/v1/events", headers=headers)
                for line in stream.getresponse():
                    name, _, said[name] = line.decode().rstrip("\n").partition(": ")
                    headers["Last-Event-ID"] = said.get("id", "")  # who comes back is told what he missed
                    if name == "" and said["event"] == "guidance" and json.loads(said["data"])["transaction"] == transaction:
                        self.tell(json.loads(said["data"]), "  ")
            time.sleep(0.5)


def take_fingers(post, place, state, idle=0):
    while state["next_finger"]:
        post.tell(state)
        try:
            state = post.ask("POST", f"{place}/captures")
        except Told as problem:
            idle += problem.reason == "CAPTURE_TIMED_OUT"
            if problem.reason not in AGAIN or idle == IDLE_CAPTURES:
                raise
            state = post.ask("GET", place)
    return state


def check(post, options):
    request = {name: getattr(options, name) for name in "purpose legal_basis officer traveller_group age_band".split()}
    request |= {"exception": dict(zip(("kind", "reason", "due"), options.exception.split(":")))} if options.exception else {}
    request |= {"document": json.loads(pathlib.Path(options.document).read_text())} if options.document else {}
    state = post.ask("POST", "/v1/transactions", {"kind": "identification"} | request)
    print(f"transaction {state['transaction']}", flush=True)
    if "capture_due" in state:
        print("a capture was put off ({reason}), and is due until {due}".format(**state["capture_due"]))
    if options.exception:
        return state
    threading.Thread(target=post.tell_guidance, args=(state["transaction"],), daemon=True).start()
    place = f"/v1/transactions/{state['transaction']}"
    try:
        if take_fingers(post, place, state)["samples"]:
            return post.ask("POST", f"{place}/decision")
        why = input("No finger could be captured: fingers_missing, worn_fingers, skin_condition or disability? ")
        return post.ask("POST", f"{place}/exception", {"kind": "impossible", "reason": why})
    except Told as problem:
        if problem.reason and problem.reason not in LATER:  # the post is there, and wipes what was captured
            post.ask("DELETE", place)
        raise


def show(state):
    result = state.get("result", {"identification": {}})
    if "exception" in state:
        print(f"NOT CAPTURED, and recorded: {state['exception']['procedure']}")
    elif "decision" not in result:
        print(f"NOTHING was decided: the transaction is {state['state']}")
    elif result["decision"] == "inconclusive":
        print(f"NO DECISION, which clears nobody: {sentence_of(result['failure'])}")
    elif result["decision"] == "no_match":
        print(f"NO MATCH with any of the {result['identification']['searched']} people who were searched")
    else:
        print(f"REFERRAL to the {result['referral']['route'].replace('_', ' ')}: a machine's match, no hit until people confirm it")
    for alert in result["identification"].get("candidates", []):
        print(f"  {'PROTECT this person: ' if alert['protection'] else ''}{alert['category']}: {alert['action']}: {alert['instruction']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in "post authority certificate key officer traveller-group age-band purpose legal-basis receipt".split():
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--document", metavar="FILE", help='the traveller\'s: {"issuer": ..., "number": ...}')
    parser.add_argument("--exception", metavar="KIND[:REASON[:DUE]]", help="nothing is captured, and why")
    parser.add_argument("--recall", metavar="TRANSACTION", help="what became of it")
    options = parser.parse_args()
    try:
        post = Post(options)
        state = post.ask("GET", f"/v1/transactions/{options.recall}") if options.recall else check(post, options)
        show(state)
        pathlib.Path(options.receipt).write_bytes(post.ask("GET", f"/v1/transactions/{state['transaction']}/receipt"))
    except (Told, OSError, EOFError) as problem:
        sys.exit(f"not finished: {problem}")


if __name__ == "__main__":
    main()
