"""Where settings come from, and what is said of wrong ones."""

from pathlib import Path

import pytest

from preamp.settings import Settings, SettingsError, read


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "preamp.toml"
    file.write_text('region = "eu-west-1"\naccount = "111111111111"\nhttp = "127.0.0.1:1"\n')

    found = read({"PREAMP_ACCOUNT": "222222222222", "PREAMP_HTTP": "127.0.0.1:2"}, file, {"http": "127.0.0.1:3"})

    assert (found.region, found.account, found.http) == ("eu-west-1", "222222222222", "127.0.0.1:3")


def test_nothing_given_is_the_defaults() -> None:
    """An empty variable and a flag that was not given count as absent."""
    assert read({"PREAMP_HTTP": ""}, None, {"https": None}) == Settings()


def test_numbers_are_read_from_text() -> None:
    assert read({"PREAMP_CLOCK_SKEW_SECONDS": "60"}).clock_skew_seconds == 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("http", "20002"),
        ("http", "127.0.0.1:99999"),
        ("account", "12"),
        ("region", "mars"),
        ("clock_skew_seconds", "soon"),
        ("job_concurrency", "0"),
        ("log_format", "xml"),
        ("public_url", "preamp.example.com"),
        ("database", "mysql://localhost/preamp"),
        ("tls_cert_file", "server.pem"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({f"PREAMP_{name.upper()}": value})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    """A misspelled setting must not be ignored in silence."""
    file = tmp_path / "preamp.toml"
    file.write_text('htpp = "127.0.0.1:1"\n')

    with pytest.raises(SettingsError, match="htpp"):
        read({}, file)


def test_a_password_in_the_database_url_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        read({"PREAMP_DATABASE": "mysql://ann:hunter2@localhost/preamp"})

    assert "hunter2" not in str(caught.value)
