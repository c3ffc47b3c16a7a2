import pytest

from server.demo import respondents


@pytest.fixture
def emigrants_household(people) -> str:
    return people.households.loc[people.households["n_emigrants"] == 2, "household_id"].iloc[0]


def test_a_household_answers_for_each_of_its_members(people, emigrants_household):
    answers = respondents.truthful(people, emigrants_household, 1)
    assert answers["n_usual"] == str(len(answers["person"]))
    assert answers["emi_n"] == "2" == str(len(answers["emigrant"]))


def test_hiding_emigrants_leaves_no_trace_of_them(people, emigrants_household):
    answers = respondents.without_emigrants(respondents.truthful(people, emigrants_household, 1))
    assert answers["emi_gate"] == respondents.NO
    assert not {"emi_n", "emigrant"} & set(answers)


def test_a_copied_interview_has_the_same_people_at_nearly_the_same_ages(people, emigrants_household):
    source = respondents.truthful(people, emigrants_household, 1)
    copy = respondents.copied(source, "elsewhere", 1)
    assert [row["sex"] for row in copy["person"]] == [row["sex"] for row in source["person"]]
    apart = [abs(int(a["age"]) - int(b["age"])) for a, b in zip(copy["person"], source["person"], strict=True)]
    assert max(apart) <= 2


def test_lines_of_different_households_have_different_keys():
    assert respondents.lasting_key("a/1") != respondents.lasting_key("b/1")
