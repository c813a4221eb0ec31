"""The state's files in somebody else's hands: what kordond and kordonctl do with what they find there."""

import os
import signal
import sqlite3
import subprocess
import time

import pytest

from kordond import KORDONCTL, OPENING, Kordond, entry


def tree_size(client):
    answer = client.get("/v1/log/files/checkpoint")
    assert answer.status == 200, answer
    return int(answer.body.split(b"\n")[1])


def beside(daemon, *statements):
    connection = sqlite3.connect(f"{daemon.folder}/state/kordon.db", timeout=10)
    with connection:
        for statement, *values in statements:
            connection.execute(statement, values)
    connection.close()


def end(daemon):
    daemon.kill()  # the fixture must not judge how a daemon ends whose state was changed


def test_A8_an_import_does_not_vouch_for_staged_rows_that_somebody_changed(daemon, client, fingers):
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    number = client.post("/v1/watchlist/imports", {"list": "test list", "version": 2}).json["import"]
    for finger in (1, 2):
        assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[finger, 1], finger)).status == 200
    beside(daemon, ("UPDATE alert SET templates = zeroblob(length(templates)) WHERE import = "
                    "(SELECT import FROM alert GROUP BY import HAVING count(*) = 2)",))
    answer = client.post(f"/v1/watchlist/imports/{number}/commit")
    changes = [each for each in client.log() if each["head"]["event"] == "alteration"]
    mode = client.get("/v1/status").json["mode"]
    end(daemon)
    assert answer.status != 200, "200 for a list that nobody can open"
    assert len(changes) == 1, "a signed entry names the changed rows' sum"
    assert mode == "armed", "the list before it is gone"


def test_L7_a_write_ahead_log_deleted_under_kordond_ends_it(daemon, client, fingers):
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    daemon.stop()
    daemon.start()
    before = tree_size(daemon.client())
    os.unlink(f"{daemon.folder}/state/kordon.db-wal")
    refused = daemon.client().post("/v1/transactions", OPENING)
    if refused.status == 201:  # nothing is written before a sample comes
        refused = daemon.client().sample(refused.json["transaction"], fingers[1, 2])
    assert refused.status in (409, 503), refused
    daemon.wait()
    assert "write-ahead log was deleted" in daemon.errors()
    daemon.start()
    assert tree_size(daemon.client()) >= before
    end(daemon)


@pytest.mark.parametrize("kind", ["folder", "link", "rubbish"])
def test_L7_nothing_is_deleted_for_a_renewed_file_that_is_none(daemon, client, fingers, kind):
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    before = tree_size(client)
    daemon.kill()
    renewed = f"{daemon.folder}/state/kordon.db.rescue"
    if kind == "folder":
        os.mkdir(renewed)
    elif kind == "link":
        os.symlink(f"{daemon.folder}/elsewhere", renewed)
    else:
        with open(renewed, "wb") as stream:
            stream.write(b"rubbish" * 1000)
    daemon.start(wait=False)
    time.sleep(1)
    end(daemon)
    if kind == "folder":
        os.rmdir(renewed)
    else:
        os.unlink(renewed)
    daemon.start()
    assert tree_size(daemon.client()) >= before
    end(daemon)


def test_A8_an_import_survives_a_full_disk_and_a_reader(small_disk, fingers):
    """A commit that failed took the connection away, with a truncation owed and an import under way."""
    daemon = Kordond(small_disk).init().start()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1]), entry(fingers[2, 1], 2)]).status == 200
    listed = client.get("/v1/watchlist").json["entries"][0]["entry"]
    reader = sqlite3.connect(f"{small_disk}/state/kordon.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry").fetchall()
    assert client.delete(f"/v1/watchlist/{listed}?justification=x").status == 200
    number = client.post("/v1/watchlist/imports", {"list": "test list", "version": 2}).json["import"]
    with open(small_disk / "fill", "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            pass
    transaction = client.post("/v1/transactions", OPENING)
    if transaction.status == 201:
        name = transaction.json["transaction"]
        client.sample(name, fingers[2, 2])
        client.decide(name)
    try:
        client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[2, 1], 2))
    except OSError:
        pass
    time.sleep(0.5)
    status = daemon.process.poll()
    reader.close()
    daemon.kill()
    assert status is None, f"kordond ended by signal {status}"


def test_L7_a_pipe_for_a_database_keeps_no_reader(daemon):
    daemon.stop()
    os.unlink(f"{daemon.folder}/state/kordon.db")
    os.mkfifo(f"{daemon.folder}/state/kordon.db")
    process = subprocess.Popen(  # pylint: disable=consider-using-with
        [KORDONCTL, "--config", daemon.configuration, "log", "verify"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        pytest.fail("kordonctl waits for ever")
