"""What a deployment says about itself: variables, files of secrets, and which of the two counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from api import settings
from api.cli import main
from api.settings import Settings, database_named

KEY = "k" * 16
MASTER = "m" * 32


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets as a container finds it, and nothing said by variables."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ATENDE_{name.upper()}", raising=False)
    monkeypatch.setattr(settings, "SECRETS", tmp_path)
    return tmp_path


def test_a_secret_may_be_a_file_called_like_its_variable(secrets: Path) -> None:
    (secrets / "atende_dsn").write_text("postgresql:///filed\n")
    (secrets / "atende_index_key").write_text(KEY)
    (secrets / "atende_master_key").write_text(MASTER)
    channel = {"id": "principal", "name": "Principal", "number_id": "1", "app_secrets": ["s"]}
    (secrets / "atende_channels").write_text(json.dumps([channel]))
    told = Settings()
    assert told.dsn.get_secret_value() == "postgresql:///filed"
    assert told.index_key.get_secret_value() == KEY
    assert told.master_key.get_secret_value() == MASTER
    assert [each.app_secrets[0].get_secret_value() for each in told.channels] == ["s"]


def test_links_as_kubernetes_lays_them_are_followed(secrets: Path) -> None:
    (secrets / "..2026").mkdir()
    (secrets / "..2026" / "atende_dsn").write_text("postgresql:///linked")
    (secrets / "..data").symlink_to("..2026")
    (secrets / "atende_dsn").symlink_to("..data/atende_dsn")
    (secrets / "atende_index_key").write_text(KEY)
    (secrets / "atende_master_key").write_text(MASTER)
    assert Settings().dsn.get_secret_value() == "postgresql:///linked"


def test_a_variable_says_more_than_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "atende_dsn").write_text("postgresql:///filed")
    (secrets / "atende_index_key").write_text(KEY)
    (secrets / "atende_master_key").write_text(MASTER)
    monkeypatch.setenv("ATENDE_DSN", "postgresql:///said")
    assert Settings().dsn.get_secret_value() == "postgresql:///said"


def test_what_is_missing_is_told_by_its_variable_and_no_value_is(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATENDE_DSN", "postgresql://somebody:hidden@nowhere/x")
    monkeypatch.setattr("sys.argv", ["atende", "verify", "--data", str(secrets)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert "ATENDE_MASTER_KEY: Field required" in told.err
    assert "ATENDE_INDEX_KEY: Field required" in told.err
    assert "hidden" not in told.err + told.out


@pytest.mark.usefixtures("secrets")
def test_a_secret_that_nobody_told_is_missed() -> None:
    with pytest.raises(ValidationError) as missed:
        Settings()
    assert {error["loc"] for error in missed.value.errors()} == {("dsn",), ("index_key",), ("master_key",)}


def test_a_log_on_kafka_without_brokers_is_no_deployment(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "atende_dsn").write_text("postgresql:///filed")
    (secrets / "atende_index_key").write_text(KEY)
    (secrets / "atende_master_key").write_text(MASTER)
    monkeypatch.setenv("ATENDE_LOG", "kafka")
    with pytest.raises(ValidationError, match="ATENDE_KAFKA"):
        Settings()
    monkeypatch.setenv("ATENDE_KAFKA", "kafka-1:9092")
    assert Settings().log == "kafka"


def test_without_a_folder_of_secrets_nothing_is_missed_but_what_nobody_told(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECRETS", secrets / "nowhere")
    monkeypatch.setenv("ATENDE_DSN", "postgresql:///said")
    monkeypatch.setenv("ATENDE_INDEX_KEY", KEY)
    monkeypatch.setenv("ATENDE_MASTER_KEY", MASTER)
    assert Settings().dsn.get_secret_value() == "postgresql:///said"


def test_a_database_is_named_by_a_variable_or_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not database_named()
    (secrets / "atende_dsn").write_text("postgresql:///filed")
    assert database_named()
    (secrets / "atende_dsn").unlink()
    monkeypatch.setenv("ATENDE_DSN", "postgresql:///said")
    assert database_named()
