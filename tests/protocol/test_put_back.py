"""L5, L10: what was erased from the log isn't shown again, whoever puts it back into the files."""

import sqlite3

from kordond import wait_until
from later import Later
from policies import changed

STEP = 900  # seconds, each time it is looked at: some days before it is patient no more


def retention(client):
    return client.get("/v1/status").json["retention"]


def test_L10_a_body_that_was_erased_and_put_back_is_not_shown(daemon_of, tmp_path):
    later = Later(tmp_path)
    policy = changed(tmp_path, ("border_check", "retention_days = 365", "retention_days = 1"))
    post = daemon_of(environment=later.environment, policy__first=policy)
    client = post.client()
    transaction = client.open(kind="verification")
    assert client.delete(f"/v1/transactions/{transaction}").status == 200
    seq = [each["head"]["seq"] for each in client.log() if (each["body"] or {}).get("transaction") == transaction][-1]
    entry = f"/v1/log/entries?after={seq - 1}&limit=1"
    assert client.get(entry).json["entries"][0]["body"]["transaction"] == transaction
    state = f"{post.folder}/state/kordon.db"
    with sqlite3.connect(f"{tmp_path}/old.db") as kept:
        kept.execute("ATTACH ? AS state", (state,))
        kept.execute("CREATE TABLE body AS SELECT * FROM state.body WHERE seq = ?", (seq,))
    kept.close()

    def is_erased():
        later.go_by(STEP)
        return retention(client)["erased"] > 0

    wait_until(is_erased)
    assert client.get(entry).json["entries"][0]["body"] is None
    receipt = f"/v1/log/entries/{seq}/receipt"
    assert client.get(receipt).status == 200
    post.stop()
    with sqlite3.connect(state) as written:
        written.execute("ATTACH ? AS kept", (f"{tmp_path}/old.db",))
        written.execute("INSERT OR REPLACE INTO main.body SELECT * FROM kept.body")
    written.close()
    for path in (entry, receipt):
        post.start()
        shown = post.client().get(path)
        assert shown.reason == "ENTRY_BROKEN" and "put it back" in shown.json["detail"], shown
        post.stop()
