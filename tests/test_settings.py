"""Settings: a flag before a variable before the default; what is impossible is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import BadSetting
from app.settings import Settings, environment, load


def test_a_flag_comes_before_a_variable_and_a_variable_before_the_default() -> None:
    assert load({}, {}).port == 8000
    assert load({}, {"GLOSS_PORT": "9000"}).port == 9000
    assert load({"port": "9001"}, {"GLOSS_PORT": "9000"}).port == 9001
    assert load({"port": None}, {"GLOSS_PORT": "9000"}).port == 9000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("port", "http", "not a number"),
        ("port", "-1", "at least 0"),
        ("workers", "0", "at least 1"),
        ("run_missing", "perhaps", "say yes or no"),
    ],
)
def test_an_impossible_value_names_its_setting(name: str, value: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message) as caught:
        load({name: value}, {})
    assert caught.value.field == name


def test_a_child_process_gets_the_same_settings(tmp_path: Path) -> None:
    given = load({"notes": str(tmp_path), "run_missing": "no", "title": "Ours = yours"}, {})
    assert load({}, environment(given)) == given
    assert isinstance(given, Settings)


def test_folders_are_absolute_and_know_home() -> None:
    assert load({"notes": "~/vault"}, {}).notes == Path.home() / "vault"
    assert load({"notes": "here"}, {}).notes == Path.cwd() / "here"


def test_the_hosts_that_a_request_may_name() -> None:
    hosts = load({"base_url": "https://notes.example.org/", "trusted_hosts": "a.test, b.test"}, {})
    assert {"localhost", "127.0.0.1", "notes.example.org", "a.test", "b.test"} <= set(hosts.hosts)
    assert hosts.address == "https://notes.example.org"


def test_data_do_not_lie_among_the_notes(tmp_path: Path) -> None:
    """Only in a folder that is skipped, and never in one that is not to be written."""
    vault = {"notes": str(tmp_path)}
    with pytest.raises(BadSetting, match="within the notes") as caught:
        load({**vault, "data": str(tmp_path / "data")}, {})
    assert caught.value.field == "data"
    hidden = {**vault, "data": str(tmp_path / ".gloss")}
    assert load(hidden, {}).data == tmp_path / ".gloss"
    with pytest.raises(BadSetting, match="within the notes"):
        load({**hidden, "read_only": "yes"}, {})


def test_this_machines_names_mean_the_library_unless_it_has_an_address_for_others() -> None:
    assert "http://localhost:8000" in load({"port": "8000"}, {}).loopback
    public = {"port": "8000", "host": "0.0.0.0", "base_url": "https://gloss.example"}
    assert load(public, {}).loopback == []
