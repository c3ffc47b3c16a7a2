"""A demonstration's folder: how far it is, whether it runs, and when it may be removed."""

import pytest

from server.demo import state
from server.demo.state import State
from server.errors import Problem


def test_what_is_saved_is_kept(tmp_path):
    assert state.kept(tmp_path) is None
    State(seed=5, areas=24, day=3).save(tmp_path)
    assert state.kept(tmp_path) == State(5, 24, 3)


@pytest.mark.skipif(state.fcntl is None, reason="the system has no file locks of this kind")
def test_a_running_demonstration_is_neither_joined_nor_removed(tmp_path):
    State().save(tmp_path)
    with state.claim(tmp_path):
        with pytest.raises(Problem, match="is running"):
            state.claim(tmp_path)
        with pytest.raises(Problem, match="is running"):
            state.clean(tmp_path)
    assert state.clean(tmp_path)
    assert not tmp_path.exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Problem, match="holds no demonstration"):
        state.clean(tmp_path)
    assert not state.clean(tmp_path / "nothing")
