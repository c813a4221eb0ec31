"""What says that two kinds can't be told apart must find a difference that is there, and must not find one that is not (P6)."""

import os
import random
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from indistinguishable import (EQUAL, FOUND, UNDECIDED, Seen, alike, beside_neighbours, classify, compare_times, different_counts, different_texts,  # noqa: E402  pylint: disable=wrong-import-position
                               judge_accuracy)


def times(seed, count, planted=0.0):
    """Milliseconds of answers: most near five, some far behind."""
    chance = random.Random(seed)
    return [5 + chance.gauss(0, 0.2) + (chance.expovariate(0.2) if chance.random() < 0.05 else 0) + planted for _ in range(count)]


def observations(count, **planted):
    """Pairs of both kinds in random order, of four groups whose times differ; planted: by how much each time is greater in secret ones."""
    chance, seen = random.Random(7), []
    for pair in range(count):
        kinds = [False, True]
        chance.shuffle(kinds)
        for secret in kinds:
            group = pair % 4
            numbers = {name: 5 + group + chance.gauss(0, 0.5) for name in ("a", "b", "c", "d", "e", "f")}
            for name, more in planted.items():
                numbers[name] += more * secret
            seen.append(Seen(group, secret, {"answer": f"group {group}"}, times=numbers))
    return seen


def test_P6_ids_and_times_are_masked_and_nothing_else():
    one = '{"id": "0123456789abcdef0123456789abcdef", "time_ms": 1764000000000, "at": "2026-11-27T12:00:00Z", "n": 17}'
    other = '{"id": "fedcba9876543210fedcba9876543210", "time_ms": 1764000000999, "at": "2026-11-28T13:00:00Z", "n": 17}'
    assert alike(one) == alike(other) != alike(other.replace("17", "18"))
    assert alike("A" * 100) == alike("B" * 100) != alike("A" * 101), "of what is sealed the length is seen"
    assert alike("a" * 32) != alike("a" * 34), "and of an id"


@pytest.mark.parametrize("spoilt", ["group 1!", "group  1", ""])
def test_P6_a_planted_byte_is_found(spoilt):
    seen = observations(40)
    assert different_texts(seen) == []
    next(each for each in seen if each.secret and each.group == 1).texts["answer"] = spoilt
    (name, group, one, other), = different_texts(seen)
    assert (name, group) == ("answer", 1) and {one, other} == {"group 1", spoilt}


def test_P6_a_text_that_is_missing_is_a_difference():
    seen = observations(40)
    del next(each for each in seen if each.secret).texts["answer"]
    assert [(name, other) for name, _, _, other in different_texts(seen)] == [("answer", None)]


def test_P6_a_count_that_is_always_the_same_elsewhere_is_a_difference():
    seen = observations(40)
    for each in seen:
        each.counts["entries"] = 2
    assert different_counts(seen) == []
    next(each for each in seen if each.secret and each.group == 3).counts["entries"] = 3
    assert different_counts(seen) == [("entries", 3, 2, [3])]


@pytest.mark.parametrize("seed", range(2))
def test_P6_equal_times_are_not_found_to_differ(seed):
    assert compare_times(times(seed, 2000), times(seed + 100, 2000), 0.2)[0] != FOUND


def test_P6_equal_times_are_shown_to_be_equal():
    chance = random.Random(3)
    even = [[5 + chance.gauss(0, 0.3) for _ in range(2000)] for _ in range(2)]
    assert compare_times(*even, 0.2)[0] == EQUAL


def test_P6_a_step_that_moves_for_all_hides_nothing():
    """By themselves such times tell nothing; beside their neighbours they do."""
    chance = random.Random(5)
    kinds = [chance.random() < 0.5 for _ in range(2000)]
    steps = [chance.uniform(90, 150) for _ in range(50)]
    told = [steps[place // 40] + chance.gauss(0, 0.3) + 1.0 * secret for place, secret in enumerate(kinds)]
    for values, verdict in ((told, UNDECIDED), (beside_neighbours(told), FOUND)):
        assert compare_times(*([value for value, secret in zip(values, kinds) if secret == wanted] for wanted in (False, True)), 0.2)[0] == verdict
    assert beside_neighbours([7.0]) == [0.0]


@pytest.mark.parametrize("planted", [1.0, -1.0])
def test_P6_a_planted_millisecond_is_found(planted):
    for seed in range(2):
        assert compare_times(times(seed, 200), times(seed + 100, 200, planted), 0.2)[0] == FOUND


def test_P6_a_difference_of_few_is_found_in_its_decile():
    """A third of the secret ones are late: the middle of all would hardly show it."""
    verdict, bounds = compare_times(times(3, 2100), times(1, 1400) + times(2, 700, 1.0), 0.2)
    assert verdict == FOUND and max(map(abs, bounds[0])) < 0.2


@pytest.mark.parametrize("planted", [0.0, 10.0])
def test_P6_too_few_times_show_nothing(planted):
    assert compare_times([5.0] * 20, [5.0 + planted] * 20, 0.2)[0] == UNDECIDED


def test_P6_times_that_vary_much_are_not_found_to_differ_by_chance():
    chance = random.Random(5)
    for _ in range(4):
        wild = [[chance.expovariate(0.05) for _ in range(300)] for _ in range(2)]
        assert compare_times(*wild, 0.2)[0] == UNDECIDED


def test_P6_the_classifier_does_not_find_what_is_not_there():
    seen = observations(2000)
    assert judge_accuracy(classify(seen), len(seen)) == EQUAL


@pytest.mark.parametrize("planted", [{"c": 1.0}, {"c": -0.5}, {name: 0.25 for name in "abcdef"}])
def test_P6_the_classifier_finds_what_was_planted(planted):
    """Much in one number, less, and in none of them enough to see it there alone."""
    seen = observations(300, **planted)
    assert judge_accuracy(classify(seen), len(seen)) == FOUND


def test_P6_the_classifier_finds_what_has_another_spread():
    seen = observations(300)
    for each in seen:
        if each.secret:
            each.times["b"] = 5 + each.group + 3 * (each.times["b"] - 5 - each.group)
    assert judge_accuracy(classify(seen), len(seen)) == FOUND


def test_P6_few_observations_show_neither():
    assert judge_accuracy(0.5, 100) == UNDECIDED and judge_accuracy(0.5, 4000) == EQUAL
    assert judge_accuracy(0.53, 4000) == FOUND and judge_accuracy(0.46, 4000) == UNDECIDED
