"""Reference pages say what the program does."""

from pathlib import Path

from preamp.settings import reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_settings_page_lists_every_setting_as_it_is() -> None:
    """Write it anew by: python -c "from preamp.settings import reference; print(reference(), end='')"."""
    assert (DOCS / "reference" / "settings.md").read_text() == reference()
