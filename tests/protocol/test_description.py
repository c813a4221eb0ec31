"""docs/openapi.yaml is what kordond answers: the check itself, and that kordond gives it to whoever asks."""

import json

import pytest

from description import Undescribed
from kordond import DESCRIPTION, OPENING, Answer
from listener import Listener


def test_the_description_is_served_to_a_peer_without_a_role(daemon_of):
    daemon = daemon_of(roles={"terminal": "user:nobody"})
    answer = daemon.client().get("/v1/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == DESCRIPTION.document
    assert daemon.client().get("/v1/status").status == 403


def schema(document, name):
    return document["components"]["schemas"][name]


def status_of(document):
    return document["paths"]["/v1/status"]["get"]["responses"]["200"]


# Each is one fault of the description, and the request whose answer it does not describe any more.
FAULTS = {
    "no such path": ("GET", "/v1/status", lambda document: document["paths"].pop("/v1/status")),
    "no such status": ("GET", "/v1/status", lambda document: document["paths"]["/v1/status"]["get"]["responses"].pop("200")),
    "another type": ("GET", "/v1/status", lambda document: status_of(document).update(content={"text/plain": {"schema": {}}})),
    "a member of another type": ("GET", "/v1/status", lambda document: schema(document, "Status")["properties"].update(version={"type": "integer"})),
    "a member more": ("GET", "/v1/status", lambda document: schema(document, "Status")["properties"].pop("build")),
    "a member less": ("GET", "/v1/status", lambda document: schema(document, "Status")["required"].append("weather")),
    "a word less": ("GET", "/v1/status", lambda document: schema(document, "Role")["enum"].remove("auditor")),
    "a header less": ("GET", "/v1/status", lambda document: status_of(document).update(headers={"Location": {"required": True}})),
    "a reason less": ("GET", "/v1/status?x=%E2%80%AE", lambda document: document["components"]["responses"]["BadRequest"]["content"]
                      ["application/json"]["schema"]["allOf"][1]["properties"]["reason"].update(enum=["TOO_LARGE"])),
    "no such reason": ("GET", "/v1/scanners?after=gone", lambda document: schema(document, "Reason")["enum"].remove("SCANNER_NOT_FOUND")),
    "no Location": ("POST", "/v1/transactions", lambda document: document["paths"]["/v1/transactions"]["post"]["responses"]["201"]["headers"]
                    .update(Place={"required": True})),
    "a method more": ("PUT", "/v1/transactions", lambda document: document["paths"]["/v1/transactions"].update(
        delete=document["paths"]["/v1/status"]["get"])),
    "a method less": ("DELETE", "/v1/transactions", lambda document: document["paths"]["/v1/transactions"].pop("post")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_is_not_described_is_found(client, fault):
    method, target, change = FAULTS[fault]
    body = {**OPENING, "kind": "verification"} if method == "POST" else b"" if method == "PUT" else None
    answer = client.request(method, target, body)
    DESCRIPTION.check(method, target, answer)
    with pytest.raises(Undescribed):
        DESCRIPTION.changed(change).check(method, target, answer)


def test_an_answer_of_no_operation_is_found(client):
    for method, target, status in (("GET", "/v1/nothing", 200), ("GET", "/v1/status", 404), ("PATCH", "/v1/nothing", 405),
                                   ("GET", "/healthz", 503), ("GET", "/v1/status", 418)):
        with pytest.raises(Undescribed):
            DESCRIPTION.check(method, target, Answer(status, client.get("/v1/nothing").body, {"content-type": "application/json"}))


EVENT_FAULTS = {
    "a member more": lambda document: schema(document, "ModeEvent")["properties"].pop("why"),
    "a member less": lambda document: schema(document, "ModeEvent")["required"].append("weather"),
    "no such event": lambda document: schema(document, "Event")["oneOf"].pop(4),
    "another id": lambda document: schema(document, "Event")["properties"]["id"].update(pattern="^x$"),
}


@pytest.mark.parametrize("fault", EVENT_FAULTS)
def test_an_event_that_is_not_described_is_found(daemon, fault):
    name, data, number = Listener(daemon.socket).event()
    event = {"id": number, "event": name, "data": data}
    assert name == "mode"
    DESCRIPTION.check_event(event)
    with pytest.raises(Undescribed):
        DESCRIPTION.changed(EVENT_FAULTS[fault]).check_event(event)
