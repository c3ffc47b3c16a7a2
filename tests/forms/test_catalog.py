"""The library: forms by name."""

import pytest

from forms import catalog
from forms.errors import WorkbookError


def test_the_library_has_the_census_module():
    assert "census_migration" in catalog.names()


@pytest.mark.parametrize("name", catalog.names())
def test_a_library_form_is_called_as_its_folder(name):
    head = catalog.load(name, draft=True).header
    assert head.id == name or head.sensitive == "yes"  # a tablet must not show what a sensitive form is about


def test_an_unknown_form_is_refused_with_the_nearest():
    with pytest.raises(WorkbookError, match=r"library: no form 'census_migraton'\. Did you mean 'census_migration'"):
        catalog.load("census_migraton")


def test_a_path_is_read_before_a_name(tmp_path):
    (tmp_path / "form.md").write_text("| survey | | | |\n| | type | name | label |\n| | text | a | A |")
    assert catalog.read(str(tmp_path / "form.md")).header.id == "form"
    assert catalog.read("census_migration").header.id == "census_migration"
