"""What a simulation is told: where the desk is, how busy it gets, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.simulator.webhooks import Number


class RobotSettings(BaseModel):
    """An agent of the desk that works by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="as customers read it")
    token: SecretStr
    skills: list[str] = Field(default_factory=list, description="queues it prefers; none: all")
    leaves: list[str] = Field(default_factory=list, description="queues it never takes from unasked")
    chief: bool = Field(False, description="looks after waits that are too long, and takes nothing else")


class SimulationSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    desk: str = Field(pattern=r"^https?://", description="base URL of the desk")
    channel: str = "principal"
    app_secret: SecretStr = Field(description="signs what customers write, and statuses")
    access_token: SecretStr = Field(description="what the desk shows the simulated provider")
    phone_number_id: str = "200000000000001"
    display: str = "552330000001"
    waba_id: str = "100000000000001"

    graph_host: str = "127.0.0.1"
    graph_port: int = Field(0, ge=0, le=65535, description="of the simulated provider; 0: any free one")
    faults: dict[str, Any] = Field(
        default_factory=lambda: {
            "duplicated": 0.1,
            "out_of_order": 0.15,
            "batched": 0.3,
            "skips_delivered": 0.1,
            "delay": 0.6,
        },
        description="of the simulated provider, by name",
    )

    rate: float = Field(3.0, gt=0, le=1000, description="messages of customers per second, roughly")
    seconds: float | None = Field(None, gt=0, description="how long new customers come; None: until stopped")
    settle: float = Field(20.0, ge=0, description="seconds after that for whoever still waits for an answer")
    seed: int = 1
    run: str | None = Field(None, description="tells the message ids of this run from another's; None: new")
    pace: float = Field(1.0, gt=0, description="stretches every human pause")

    robots: list[RobotSettings] = Field(default_factory=list)
    at_once: int = Field(6, ge=1, description="conversations a robot attends at the same time")
    ledger: Path | None = Field(None, description="a file for every message that was acknowledged")
    lifeline: bool = Field(False, description="stop when standard input closes")

    @property
    def webhook_url(self) -> str:
        return f"{self.desk.rstrip('/')}/webhooks/meta/{self.channel}"

    @property
    def number(self) -> Number:
        return Number(self.phone_number_id, self.display, self.waba_id)
