from hypothesis import given
from hypothesis import strategies as st

from server.demo import chance


def test_the_same_names_give_the_same_number_on_every_machine():
    assert chance.share("popstan", 1) == 0.061873160892801086


@given(st.integers(), st.text(max_size=8))
def test_a_share_lies_between_zero_and_one(number, text):
    assert 0 <= chance.share(number, text) < 1


@given(st.integers(-5, 5), st.integers(0, 9), st.text(max_size=4))
def test_a_whole_number_lies_within_its_bounds(low, more, name):
    assert low <= chance.whole(low, low + more, name) <= low + more


def test_keys_are_picked_in_proportion_to_their_weight():
    picked = [chance.pick({"a": 3, "b": 1}, "pick", number) for number in range(4000)]
    assert abs(picked.count("a") / 4000 - 0.75) < 0.03


def test_normal_deviates_have_mean_zero_and_variance_one():
    deviates = [chance.normal("normal", number) for number in range(4000)]
    mean = sum(deviates) / 4000
    assert abs(mean) < 0.06
    assert abs(sum(value**2 for value in deviates) / 4000 - 1) < 0.08
