"""A warning about a cell names its file and the place in it, on whatever page the cell is drawn."""

import re

import pytest
from tinysite import OFFICIAL, TinySite


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What is said of a picture that is missing, in a script that was run with it."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        site = TinySite(tmp_path_factory.mktemp("site"))
        site.edit(
            "scripts/line/abacus_line.py",
            "# %% train [markdown]\n",
            "# %% train [markdown]\n# ![bead](bead.png)\n#\n",
        )
        assert site.run("line/abacus", data=OFFICIAL).ok
        done = site.draw()
    assert done.returncode == 1
    return done.stderr


def test_a_script_by_its_line(told):
    assert re.search(r"abacus_line\.py:\d+: WARNING: .*bead\.png", told)


def test_a_record_by_its_cell_and_the_line_in_it(told):
    assert re.search(r"abacus_line\.full\.ipynb: cell 7:1: WARNING: .*bead\.png", told)


def test_no_line_that_does_not_exist(told):
    assert not re.search(r":\d0\d{3}:", told)
