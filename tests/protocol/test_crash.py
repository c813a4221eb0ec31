"""kordond killed at any moment under load: what was answered is in the log, and nothing needs repair by hand.

KORDON_KILL_ROUNDS says how often (5 in an ordinary run).
"""

import http.client
import json
import os
import random
import subprocess
import threading
import time

from kordond import KORDONCTL, Client, Kordond, entry

ROUNDS = int(os.environ.get("KORDON_KILL_ROUNDS", "5"))


def answer_many(daemon, image, answered, stop):
    """One terminal: transactions one after the other; every answer that came whole is noted."""
    while not stop.is_set():
        try:
            client = Client(daemon.socket)
            while not stop.is_set():
                decided = client.identify(image)
                if decided.status == 200:
                    answered.append(decided.json["transaction"])
        except (OSError, http.client.HTTPException, AssertionError, ValueError):
            time.sleep(0.01)


def test_L7_kill_under_load_loses_no_answer(tmp_path, fingers):
    daemon = Kordond(tmp_path).init().start()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    client.close()
    answered, generator = [], random.Random(7)
    for _ in range(ROUNDS):
        stop = threading.Event()
        before = len(answered)
        terminals = [threading.Thread(target=answer_many, args=(daemon, fingers[1, 2], answered, stop)) for _ in range(4)]
        for terminal in terminals:
            terminal.start()
        while len(answered) < before + 3:
            time.sleep(0.01)
        time.sleep(generator.uniform(0, 0.4))
        daemon.kill()
        stop.set()
        for terminal in terminals:
            terminal.join()
        verified = subprocess.run([KORDONCTL, "--config", daemon.configuration, "log", "verify"], capture_output=True,
                                  text=True, check=False)
        assert verified.returncode == 0, verified.stderr
        daemon.start()
    recorded = {each["body"].get("transaction") for each in daemon.client().log() if each["head"]["event"] == "consultation"}
    assert len(answered) >= 3 * ROUNDS
    assert [transaction for transaction in answered if transaction not in recorded] == []
    checked = subprocess.run([KORDONCTL, "--config", daemon.configuration, "--json", "watchlist", "check"],
                             capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    json.loads(checked.stdout)
    daemon.stop()
