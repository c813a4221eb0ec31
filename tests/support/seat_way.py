"""The way of who verifies a match, over the API: he looks at the probe, judges it, looks at the references beside it, and gives his verdict (H3).

done(method, path, body) must succeed, as who has the seat; path is the referral's.
"""


def judge(done, path, judgement="usable", reason="", finger="right_index"):
    done("GET", f"{path}/probe?finger={finger}")
    return done("POST", f"{path}/probe_judgement", {"judgement": judgement, "reason": reason})


def look_at_references(done, path, finger):
    for number in done("GET", path)["candidates"]:
        done("GET", f"{path}/reference?finger={finger}&candidate={number}")


def give(done, path, verdict, reason, finger="right_index"):
    look_at_references(done, path, finger)
    return done("POST", f"{path}/verdict", {"verdict": verdict, "reason": reason})


def override(done, path, verdict, reason, finger="right_index", **whom):
    """By who decides where they differ: he looks at all."""
    done("GET", f"{path}/probe?finger={finger}")
    look_at_references(done, path, finger)
    return done("POST", f"{path}/override", {"verdict": verdict, "reason": reason, **whom})
