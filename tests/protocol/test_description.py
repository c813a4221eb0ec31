"""docs/openapi.yaml is what kordond answers, and kordond gives it to whoever asks."""

import json

import yaml

from kordond import SOURCE


def described():
    with open(f"{SOURCE}/docs/openapi.yaml", encoding="utf-8") as stream:
        return yaml.safe_load(stream)


def test_the_description_is_served_to_a_peer_without_a_role(daemon_of):
    daemon = daemon_of(roles={"terminal": "user:nobody"})
    answer = daemon.client().get("/v1/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == described()
    assert daemon.client().get("/v1/status").status == 403
