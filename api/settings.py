"""Every knob, read once from the environment (`ATENDE_…`); docs/operations.md explains each.

What is secret may be handed over as a file instead, called like the variable in small letters; a variable
says more than a file. Nothing secret has a default. `atende config` prints all of it, secrets as stars.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from commands.door_ports import Role

PREFIX: Final = "ATENDE_"
SECRETS: Final = Path("/run/secrets")
"""Where containers find their secrets, one file each; absent elsewhere."""


def _known_zone(name: str) -> str:
    ZoneInfo(name)
    return name


class ChannelSettings(BaseModel):
    """One WhatsApp number of ours."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: str
    provider: Literal["meta"] = "meta"
    number_id: str = Field(description="the provider's id of our number (phone_number_id)")
    waba_id: str | None = Field(
        None, pattern=r"^[0-9]{1,32}$", description="the business account, whose templates are followed"
    )
    queue: str = "geral"
    app_secrets: list[SecretStr] = Field(
        default_factory=list, description="two while they are rotated; none: no webhook is believed"
    )
    verify_token: SecretStr | None = None
    access_token: SecretStr | None = None


class RecipientSettings(BaseModel):
    """How somebody outside the desk is told of waits that are too long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: SecretStr | None = None
    webhook: SecretStr | None = None


class Settings(BaseSettings):
    """What a deployment says about itself."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    dsn: SecretStr = Field(description="PostgreSQL: log, index, read models")
    keyring_dsn: SecretStr | None = Field(
        None, description="PostgreSQL with the keys of people's words; else a database beside the other"
    )
    master_key: SecretStr = Field(min_length=32, description="wraps the keys that people's words need")
    master_key_before: SecretStr | None = Field(
        None, min_length=32, description="the one master_key replaces, until it has been started with once"
    )
    redis_url: SecretStr | None = Field(
        None, description="Valkey or Redis; without it each process paces alone"
    )
    log: Literal["postgres", "kafka"] = Field("postgres", description="where the log of events is kept")
    kafka: str | None = Field(None, description="brokers of the log on Kafka: host:port, commas between")
    kafka_prefix: str = Field(
        "atende", pattern=r"^[A-Za-z0-9._-]{1,200}$", description="its topics are <prefix>.log and .commands"
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_mechanism: str | None = Field(None, description="of SASL: SCRAM-SHA-512, PLAIN …")
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca: Path | None = Field(None, description="certificates the brokers' are checked against")
    kafka_single_broker: bool = Field(
        False, description="one broker will do: a development machine, where records may be lost with it"
    )
    index_key: SecretStr = Field(min_length=16, description="keys the ids computed from phones and messages")
    data: Path = Field(Path(".atende"), description="folder for files: media, raw bodies")

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    figures_port: int | None = Field(
        None, ge=1, le=65535, description="where `atende follow` tells Prometheus of first answers"
    )

    company: str = "Provedor Exemplo"
    phone: str = Field("0800 000 0000", description="where customers can call; shown in closed hours")
    zone: Annotated[str, AfterValidator(_known_zone)] = "America/Sao_Paulo"

    channels: list[ChannelSettings] = Field(default_factory=list)
    graph_url: str = "https://graph.facebook.com"
    media_origins: list[str] | None = Field(None, description="scheme://host[:port] media may come from")

    quiet_window: float = Field(4.0, gt=0, description="seconds of silence that end a burst")
    longest_burst: float = Field(20.0, gt=0, description="seconds after which a burst is read anyway")

    recipients: dict[str, RecipientSettings] = Field(
        default_factory=dict,
        description="by the names of the policy: e-mail and webhook, a JSON object",
    )
    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:port or smtps://…; without it no e-mail is sent"
    )
    smtp_from: str = "atende@localhost"
    alarm_secret: SecretStr | None = Field(None, min_length=16, description="signs webhooks to recipients")

    second_factor: list[Role] = Field(
        [Role.ADMIN, Role.DPO, Role.AUDITOR],
        description="the roles whose users do nothing before they have enrolled an authenticator app",
    )
    breached_passwords: Path | None = Field(
        None, description="file of SHA-1 hashes, in order, of passwords that nobody may choose"
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        default_factory=list, description="networks of ours whose X-Forwarded-For is believed"
    )

    couriers: bool = Field(True, description="false: nothing leaves the house (benchmarks)")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    lifeline: bool = Field(False, description="stop when standard input closes: whoever started us is gone")

    @model_validator(mode="after")
    def _brokers_are_named(self) -> Self:
        if self.log == "kafka" and not self.kafka:
            raise ValueError("ATENDE_LOG=kafka needs ATENDE_KAFKA, the brokers")
        return self

    def shown(self) -> dict[str, Any]:
        """Everything, with stars for what is secret."""
        shown: dict[str, Any] = json.loads(self.model_dump_json())
        return shown

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = (SecretsSettingsSource(settings_cls, SECRETS),) if SECRETS.is_dir() else ()
        return (init_settings, env_settings, *files)


class WrongSettings(Exception):
    """The environment says too little, or what cannot be; one line for each variable."""


def as_told() -> Settings:
    """The settings as the environment gives them. Raises WrongSettings, which never tells a value."""
    try:
        return Settings()
    except ValidationError as error:
        said = error.errors(include_input=False, include_url=False, include_context=False)
        raise WrongSettings("\n".join(f"{_variable(one['loc'])}: {one['msg']}" for one in said)) from None


def _variable(where: Sequence[int | str]) -> str:
    return "_".join([PREFIX.rstrip("_"), *(str(part).upper() for part in where)])


def database_named() -> bool:
    """Whether somebody said which database is ours, as a variable or as a file."""
    return f"{PREFIX}DSN" in os.environ or (SECRETS / f"{PREFIX}DSN".lower()).exists()
