#!/usr/bin/python3
"""Writes the demonstration's watchlist manifest beside its prints. Standard library only.

    manifest.py FOLDER COUNT      FOLDER holds <finger>_1.png; the manifest is FOLDER/manifest.json

The people are invented; so are their cases.
"""

import json
import sys

GIVEN_NAMES = ["Olena", "Marko", "Daryna", "Ostap", "Solomiya", "Taras", "Zlata", "Bohdan", "Iryna", "Nazar", "Liliya", "Denys",
               "Vira", "Roman", "Kalyna", "Yurii", "Myroslava", "Levko", "Oksana", "Pavlo", "Roksolana", "Artem", "Nadiya", "Ivan"]
# From the words for "example", "invented", "sample" and "trial": nobody is called so.
FAMILY_NAMES = ["Prykladenko", "Vyhadanenko", "Zrazkenko", "Sprobenko", "Umovnenko", "Probnenko"]
# Protection alerts first: most people on this list are looked for because they may need help.
ALERTS = [
    ("missing_person", "stay with the person and call the second line",
     "Reported missing by the family. Ask, away from others, whether the person is safe and wishes to be found."),
    ("child_at_risk_of_abduction", "do not let the child travel on; call the child protection officer",
     "Do not question the child about the accompanying adult in that adult's presence."),
    ("to_be_prevented_from_travelling", "second line; call the protection officer",
     "Court order against travel to a forced marriage. The person is protected by it, not accused."),
    ("trafficking_victim", "second line; call the protection officer and an interpreter",
     "Separate the person from companions before asking anything. Offer assistance first."),
    ("wanted_for_arrest", "second line; call the police",
     "Arrest warrant. Check the identity by two examiners before any action."),
]


def entry(number):
    category, action, instruction = ALERTS[number % len(ALERTS)]
    return {
        "case_number": f"DEMO-2026-{number + 4711}",
        "name": f"{GIVEN_NAMES[number % len(GIVEN_NAMES)]} {FAMILY_NAMES[number % len(FAMILY_NAMES)]}",
        "category": category,
        "action": action,
        "instruction": instruction,
        "purposes": ["border_check"],
        "legal_basis": "invented for the demonstration",
        "authority": "Demonstration authority",
        "entered": "2026-01-31",
        "expires": "2029-01-30",
        "fingers": [{"position": "right_index", "file": f"{number + 1}_1.png", "ppi": 500}],
    }


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    manifest = {"list": "demonstration", "version": 1, "entries": [entry(number) for number in range(count)]}
    with open(f"{folder}/manifest.json", "w", encoding="utf-8") as stream:
        json.dump(manifest, stream, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
