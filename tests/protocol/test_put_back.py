"""L5, L10: what was erased from the log isn't shown again, whoever puts it back into the files."""

import sqlite3
import time

import pytest

from kordond import wait_until
from later import Later
from policies import changed

STEP = 900  # seconds, each time it is looked at: some days before it is patient no more


def retention(client):
    return client.get("/v1/status").json["retention"]


class Erased:
    """A post at rest whose log has the entry of a transaction's end, with the body that was erased put back into the files."""

    def __init__(self, post, folder):
        self.post, self.later, self.kept = post, Later(folder), f"{folder}/old.db"
        post.environment.update(self.later.environment)
        self.state = f"{post.folder}/state/kordon.db"

    def record(self):
        client = self.post.client()
        self.transaction = client.open(kind="verification")
        assert client.delete(f"/v1/transactions/{self.transaction}").status == 200
        entries = [each for each in client.log() if (each["body"] or {}).get("transaction") == self.transaction]
        self.seq, month = entries[-1]["head"]["seq"], time.gmtime(entries[-1]["head"]["t"] / 1000)
        self.month = time.strftime("%Y-%m", month)
        with sqlite3.connect(self.kept) as kept:
            kept.execute("ATTACH ? AS state", (self.state,))
            kept.execute("CREATE TABLE body AS SELECT * FROM state.body WHERE seq = ?", (self.seq,))
        kept.close()

    def erase(self):
        client = self.post.client()

        def is_erased():
            self.later.go_by(STEP)
            return retention(client)["erased"] > 0

        wait_until(is_erased)

    def put_back(self):
        with sqlite3.connect(self.state) as written:
            written.execute("ATTACH ? AS kept", (self.kept,))
            written.execute("INSERT OR REPLACE INTO main.body SELECT * FROM kept.body")
        written.close()

    def paths(self):
        """Each way on which kordond reads that body for somebody."""
        return (f"/v1/log/entries?after={self.seq - 1}&limit=1", f"/v1/log/entries/{self.seq}/receipt", f"/v1/figures?month={self.month}",
                f"/v1/log/files/bodies/000.p/{self.seq + 1}?size={self.seq + 1}", f"/v1/transactions/{self.transaction}",
                f"/v1/transactions/{self.transaction}/receipt")

    def commands(self, folder):
        """The same without kordond, for whoever may read the state."""
        return (("log", "show", self.seq), ("log", "prove", self.seq), ("figures", "--month", self.month), ("log", "export", f"{folder}/export"))


@pytest.fixture(name="erased")
def fixture_erased(daemon_of, tmp_path):
    policy = changed(tmp_path, ("border_check", "retention_days = 365", "retention_days = 1"))
    later = Later(tmp_path)
    made = Erased(daemon_of(environment=later.environment, policy__first=policy), tmp_path)
    made.record()
    return made


def test_L10_a_body_that_was_erased_and_put_back_is_not_shown(erased, tmp_path):
    post = erased.post
    entry, receipt, figures, *_ = erased.paths()
    assert post.client().get(entry).json["entries"][0]["body"]["transaction"] == erased.transaction
    erased.erase()
    client = post.client()
    assert client.get(entry).json["entries"][0]["body"] is None
    assert client.get(receipt).status == client.get(figures).status == 200
    post.stop()
    erased.put_back()
    for path in erased.paths():
        post.start()
        shown = post.client().get(path)
        assert shown.reason == "ENTRY_BROKEN" and "put it back" in shown.json["detail"], (path, shown)
        post.stop()
    for command in erased.commands(tmp_path):
        reason, status, detail = post.ctl_refused(*command)
        assert (reason, status) == ("ENTRY_BROKEN", 1) and "put it back" in detail, (command, detail)
    verdict = post.ctl("log", "verify")
    assert verdict.returncode == 1 and "a later entry says that it was erased" in verdict.stdout + verdict.stderr, verdict
