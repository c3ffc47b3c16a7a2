"""The sample: its joint probabilities, its files, its survey."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sampling import plan as plans
from sampling import sample as samples
from sampling import selection
from sampling.errors import SamplingError
from tests.sampling import villages


@pytest.fixture(scope="module")
def drawn():
    return plans.draw(plans.parse(villages.PLAN), villages.frame())


def test_joint_probabilities_are_those_of_the_stratum(drawn):
    matrix = drawn.joint_matrix("1")
    p = selection.inclusion_probabilities(np.array(villages.DWELLINGS["1"], dtype=float), 3)
    positions = np.array([int(ea[1]) - 1 for ea in matrix.index])
    assert matrix.to_numpy() == pytest.approx(selection.joint_sampford(p, positions), rel=1e-14)


def test_each_pair_of_areas_in_a_stratum_stands_once(drawn):
    assert drawn.joint.groupby("stratum").size().to_dict() == {"1": 3, "2": 3}
    assert (drawn.joint["prob_ij"] > 0).all()


def test_the_survey_has_the_base_weights(drawn):
    assert drawn.survey.weights == pytest.approx(drawn.units["weight_base"])


def test_a_sample_read_is_the_sample_written(drawn, tmp_path):
    samples.write(drawn, tmp_path / "new" / "sample")
    again = samples.read(tmp_path / "new" / "sample")
    for name in ("units", "psus", "joint"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(drawn, name))
    assert (again.design, again.record) == (drawn.design, drawn.record)


def test_the_same_draw_writes_the_same_bytes(drawn, tmp_path):
    samples.write(drawn, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    samples.write(drawn, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sorted(before) == ["joint.csv", "psus.csv", "record.json", "sample.csv"]
    assert not any(b"\r" in content for content in before.values())


def test_a_sample_in_the_field_is_not_overwritten_by_another(drawn, tmp_path):
    samples.write(drawn, tmp_path)
    other = plans.draw(plans.parse(villages.PLAN.replace("20260115", "7")), villages.frame())
    with pytest.raises(SamplingError, match="record of another draw"):
        samples.write(other, tmp_path)


def test_a_sample_file_changed_after_the_draw_is_found(drawn, tmp_path):
    samples.write(drawn, tmp_path)
    path = tmp_path / "sample.csv"
    key = drawn.units["dwelling"][0]
    path.write_text(path.read_text().replace(f"{key},", f"{key[:-1]}x,"))
    with pytest.raises(SamplingError, match="changed after the draw"):
        samples.read(tmp_path)


def test_a_folder_without_a_sample_is_named(tmp_path):
    with pytest.raises(SamplingError, match="holds no complete sample"):
        samples.read(tmp_path)


def test_a_stratum_that_is_not_there_is_named(drawn):
    with pytest.raises(SamplingError, match="no stratum '9'"):
        drawn.joint_matrix("9")
