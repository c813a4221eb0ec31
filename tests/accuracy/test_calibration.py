"""The calibration in force is what the real sets give, and its claims hold on sets that it was not derived from."""

import json
import os
import subprocess

import pytest

BUILD = os.environ["KORDON_BUILD_DIR"]
LAB = f"{BUILD}/lab/kordon-lab"
DATA = os.environ.get("KORDON_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="KORDON_DATA is not set: no real fingerprints here")

# What the table in force was derived from: folders below $KORDON_DATA with their resolutions, ppi
SETS = [("fvc2002/db1_b", 500), ("fvc2002/db2_b", 569), ("fvc2002/db3_b", 500), ("fvc2002/db4_b", 500), ("fvc2004/db1_b", 500),
        ("fvc2004/db3_b", 512), ("neurotech/uareu", 500), ("templates/iso/fvc2002/db1_b", 500), ("templates/iso/fvc2002/db3_b", 500),
        ("templates/iso/fvc2004/db1_b", 500), ("templates/iso/neurotech/uareu", 500)]
# Scores. Extraction may change a little without the table being written anew; its claims must not drift.
DIFFERENCE_ALLOWED = 3


@pytest.fixture(name="derived", scope="module")
def derive():
    arguments = [argument for name, ppi in SETS for argument in ("--set", f"{DATA}/{name}", "--ppi", str(ppi))]
    outcome = subprocess.run([LAB, "calibrate", "--json", *arguments], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


@pytest.mark.parametrize("kind", ["with_flow", "minutiae_only"])
def test_Q7_table_in_force_is_the_derived_one(derived, kind):
    assert derived[kind]["difference_in_force"] <= DIFFERENCE_ALLOWED


@pytest.mark.parametrize("kind", ["with_flow", "minutiae_only"])
def test_Q7_claims_hold_on_sets_left_out(derived, kind):
    """Nowhere are there more false matches than the factor allows, where the set can tell; fewer are printed."""
    for row in derived[kind]["left_out"]:
        for check in row["checks"]:
            print(f"{kind} {row['set']} {check['score']}: {check['ratio']:.2f} ({check['low']:.2f}-{check['high']:.2f}) {check['verdict']}")
            assert check["verdict"] != "TOO MANY", row["set"]
