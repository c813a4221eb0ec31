"""Whether two kinds of what an observer sees can be told apart: by a byte, by a time, or by all of it taken together.

An observer sees texts, counts and times (Seen). Texts are compared byte by byte, without what differs between any two observations anyway:
ids and times. Of times the deciles' differences are bounded; and a classifier is trained on all counts and times at once. Each answer has
three ends: FOUND, EQUAL as far as the bound says, and UNDECIDED, which is neither. Standard library only.
"""

import bisect
import collections
import dataclasses
import math
import random
import re

FOUND, EQUAL, UNDECIDED = "found", "equal", "undecided"
LEVEL = 0.99
TWO_SIDED, ONE_SIDED = 2.5758, 2.3263  # standard deviations that LEVEL of a normal distribution lies within, and below
DECILES = range(1, 10)
RESAMPLES = 10000
FEWEST = 200  # times of a kind, from which on their deciles show anything
ACCURACY_BOUND = 0.03  # beside one half
FOLDS, ROUNDS, BINS = 5, 20, 12
PARTITIONS = 5  # into folds: what a single one comes to differs by a percent

# In this order: each may stand in what the next one would take.
MASKS = (
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z| [0-9:.]+ UTC)"), "<time>"),
    (re.compile(r"[A-Za-z0-9+/]{80,}={0,2}"), lambda found: f"<{len(found[0])} letters>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), lambda found: f"<id of {len(found[0])}>"),
    (re.compile(r"\b1[0-9]{12}\b"), "<time>"),
)


@dataclasses.dataclass
class Seen:
    """One observation. group: what the observer knows himself, such as which picture he sent; only within a group is anything expected to be
    alike. secret: of which of the two kinds it is, which he wants to know."""

    group: object
    secret: bool
    texts: dict = dataclasses.field(default_factory=dict)
    counts: dict = dataclasses.field(default_factory=dict)
    times: dict = dataclasses.field(default_factory=dict)  # ms, and whatever else is another number each time


def alike(text):
    """The text without ids, times and what keys and random numbers make."""
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


def in_groups(seen, kind):
    """{(name, group): [values of what is no secret, values of what is one]} of the texts or counts."""
    values = collections.defaultdict(lambda: ([], []))
    for each in seen:
        for name, value in getattr(each, kind).items():
            values[name, each.group][each.secret].append(value)
    return values


def different_texts(seen):
    """[(name, group, one, other)] of texts that are not the same in a group, whatever makes them differ; one that is missing in some
    observations is None."""
    counts = collections.Counter(each.group for each in seen)
    found = []
    for (name, group), (known, secret) in in_groups(seen, "texts").items():
        distinct = list(dict.fromkeys(known + secret))
        if len(known) + len(secret) < counts[group]:
            distinct.append(None)
        if len(distinct) > 1:
            found.append((name, group, distinct[0], distinct[1]))
    return found


def different_counts(seen):
    """[(name, group, value, others)] of counts that have one value in all that is no secret, and another one in something that is."""
    found = []
    for (name, group), (known, secret) in in_groups(seen, "counts").items():
        distinct = set(known)
        others = sorted(set(secret) - distinct)
        if len(distinct) == 1 and others:
            found.append((name, group, distinct.pop(), others))
    return found


# --- Times

def centred(seen, name):
    """The number in each observation, beside the median of its group: what is left is not known to the observer himself."""
    values = [each.counts.get(name, each.times.get(name, 0)) for each in seen]
    groups = collections.defaultdict(list)
    for each, value in zip(seen, values):
        groups[each.group].append(value)
    medians = {group: sorted(members)[len(members) // 2] for group, members in groups.items()}
    return [value - medians[each.group] for each, value in zip(seen, values)]


def beside_neighbours(values, reach=10):
    """Each beside the median of those before and behind it: what moves slowly for all the observer sees himself, and takes out."""
    beside = []
    for place, value in enumerate(values):
        others = sorted(values[max(0, place - reach):place] + values[place + 1:place + 1 + reach])
        beside.append(value - others[len(others) // 2] if others else 0.0)
    return beside


def times_of(seen, name):
    """Those of what is no secret and of what is one, each beside the median of its group."""
    values = centred(seen, name)
    return [[value for value, each in zip(values, seen) if each.secret == secret] for secret in (False, True)]


def resampled(ordered, decile, chance):
    """The decile of as many values drawn from the ordered ones again: the rank that it has there is drawn, not the values."""
    count = len(ordered)
    rank = max(1, math.ceil(count * decile / 10))
    return ordered[min(count - 1, int(chance.betavariate(rank, count - rank + 1) * count))]


def decile_differences(known, secret, seed=1):
    """By how much each decile of the secret ones is above the other's, in order over all times that both were drawn again (bootstrap)."""
    chance, known, secret = random.Random(seed), sorted(known), sorted(secret)
    return [sorted(resampled(secret, decile, chance) - resampled(known, decile, chance) for _ in range(RESAMPLES)) for decile in DECILES]


def compare_times(known, secret, most, seed=1):
    """(FOUND, EQUAL or UNDECIDED, [(low, high)] of each decile's difference at LEVEL): EQUAL where all of these lie within +-most. FOUND where
    a decile is outside of that each time it was drawn again, which is asked of many deciles and must not come about by chance."""
    differences = decile_differences(known, secret, seed)
    cut = int(RESAMPLES * (1 - LEVEL) / 2)
    bounds = [(each[cut], each[-1 - cut]) for each in differences]
    if min(len(known), len(secret)) < FEWEST:
        return UNDECIDED, bounds
    if any(each[0] > most or each[-1] < -most for each in differences):
        return FOUND, bounds
    return EQUAL if all(-most <= low and high <= most for low, high in bounds) else UNDECIDED, bounds


# --- A classifier

def in_bins(column, training):
    """The column's values as numbers of bins, which have equal shares of the training's."""
    ordered = sorted(column[index] for index in training)
    edges = sorted({ordered[len(ordered) * part // BINS] for part in range(1, BINS)} | {ordered[-1]})
    return [bisect.bisect_left(edges, value) for value in column]


def best_table(columns, training, signed):
    """The column that tells most, and what each of its bins votes; signed: weights, negative where it is no secret."""
    best, chosen = -1.0, None
    for column in columns:
        sums = [0.0] * (BINS + 2)
        for index, weight in zip(training, signed):
            sums[column[index]] += weight
        told = sum(map(abs, sums))
        if told > best:
            best, chosen = told, (column, [1 if total > 0 else -1 for total in sums])
    return best, chosen


def trained(columns, labels, training):
    """Tables of one column each, with their weights: AdaBoost."""
    weights, tables = [1 / len(training)] * len(training), []
    for _ in range(ROUNDS):
        told, (column, votes) = best_table(columns, training, [weight * labels[index] for weight, index in zip(weights, training)])
        error = min(max((1 - told) / 2, 1e-6), 0.5 - 1e-9)
        strength = 0.5 * math.log((1 - error) / error)
        tables.append((strength, column, votes))
        weights = [weight * math.exp(-strength * labels[index] * votes[column[index]]) for weight, index in zip(weights, training)]
        whole = sum(weights)
        weights = [weight / whole for weight in weights]
    return tables


def guess_in_folds(whole, labels, seed):
    """How many are guessed right, each by what was learned from the other folds. An observation and the one behind it are held back together,
    so that neither teaches what the other is."""
    pairs = list(range((len(labels) + 1) // 2))
    random.Random(seed).shuffle(pairs)
    right = 0
    for fold in range(FOLDS):
        held = {index for pair in pairs[fold::FOLDS] for index in (2 * pair, 2 * pair + 1) if index < len(labels)}
        training = [index for index in range(len(labels)) if index not in held]
        tables = trained([in_bins(column, training) for column in whole], labels, training) if whole else []
        for index in held:
            vote = sum(strength * votes[column[index]] for strength, column, votes in tables)
            right += 0.5 if vote == 0 else (vote > 0) == (labels[index] > 0)
    return right


def classify(seen, seed=1):
    """The share of observations whose kind is guessed by who learned from the others, over several partitions. The kinds must be equally many."""
    names = sorted({name for each in seen for name in (*each.counts, *each.times)})
    whole = [column for column in (centred(seen, name) for name in names) if len(set(column)) > 1]
    labels = [1 if each.secret else -1 for each in seen]
    chance = random.Random(seed)
    return sum(guess_in_folds(whole, labels, chance.random()) for _ in range(PARTITIONS)) / (PARTITIONS * len(seen))


def judge_accuracy(accuracy, count):
    """EQUAL where it is shown to be within ACCURACY_BOUND of one half (two one-sided tests), FOUND where it is shown to be above one half."""
    deviation = math.sqrt(0.25 / count)
    if accuracy - TWO_SIDED * deviation > 0.5:
        return FOUND
    return EQUAL if abs(accuracy - 0.5) + ONE_SIDED * deviation < ACCURACY_BOUND else UNDECIDED
