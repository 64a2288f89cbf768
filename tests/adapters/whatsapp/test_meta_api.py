"""What can come of a send, each over real HTTP, and what the provider knows of it afterwards."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.simulator import shapes
from adapters.simulator.faults import Faults
from adapters.simulator.graph import Graph
from adapters.whatsapp.circuit import Phase
from adapters.whatsapp.meta_api import Access
from adapters.whatsapp.meta_bodies import body_of, encoded
from commands.whatsapp_port import (
    Action,
    Kind,
    MarkedRead,
    NotSent,
    OutgoingMessage,
    Rejected,
    Sent,
    Unknown,
    Unsendable,
    attempt_of,
)
from tests.adapters.provider import ANA, ANA_SCOPED, BIA, CHANNEL, NUMBER, Desk, desk, provider

T = TypeVar("T")
Talk = Callable[[Callable[[Desk], Awaitable[T]]], T]

LIST = {
    "text": "Toque em *Ver opções*.",
    "button": "Ver opções",
    "rows": [{"id": f"r{n}", "title": f"Opção {n}", "description": "curta"} for n in range(10)],
    "footer": "Para falar com uma pessoa, escreva atendente.",
}
BUTTONS = {"text": "É isso?", "buttons": [{"id": "s", "title": "Sim"}, {"id": "n", "title": "Não"}]}


def text(words: str = "oi", n: int = 1, attempt: int = 1, **more: Any) -> OutgoingMessage:
    whom = {} if "recipient" in more else {"to": ANA}
    return OutgoingMessage(
        message_id=f"m{n}", attempt=attempt, kind=Kind.TEXT, content={"text": words}, **(whom | more)
    )


def of(kind: Kind, **content: Any) -> OutgoingMessage:
    return OutgoingMessage(message_id="m1", attempt=1, kind=kind, content=content, to=ANA)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Graph, str]]:
    with provider() as both:
        yield both


@pytest.fixture
def graph(served: tuple[Graph, str]) -> Graph:
    graph, _ = served
    graph.start_anew()
    graph.customer_wrote(ANA)
    return graph


@pytest.fixture
def talk(served: tuple[Graph, str], graph: Graph, tmp_path: Path) -> Callable[..., Any]:
    """Run a conversation with the provider; `knobs` are the sender's."""
    _, url = served

    def run(what: Callable[[Desk], Awaitable[T]], **knobs: Any) -> T:
        async def inside() -> T:
            async with desk(knobs.pop("url", url), tmp_path, **knobs) as ours:
                return await what(ours)

        return asyncio.run(inside())

    return run


def sending(message: OutgoingMessage) -> Callable[[Desk], Awaitable[Any]]:
    return lambda ours: ours.whatsapp.send(CHANNEL, message)


# Accepted


def test_an_accepted_message_carries_our_id_and_attempt(graph: Graph, talk: Talk[Any]) -> None:
    outcome = talk(sending(text("sem internet", n=7, attempt=2)))
    (accepted,) = graph.ledger.accepted
    assert outcome == Sent(accepted.wamid, wa_id=ANA)
    assert attempt_of(accepted.opaque or "") == ("m7", 2)
    assert accepted.body["text"]["body"] == "sem internet"


@pytest.mark.parametrize("opaque", ["", "m1", "m1.", ".1", "m1.x", "m1.²"])
def test_opaque_data_of_others_is_not_taken_for_ours(opaque: str) -> None:
    assert attempt_of(opaque) is None


@pytest.mark.parametrize(
    "message",
    [
        text(),
        of(Kind.REACTION, target="wamid.1", emoji="👍"),
        of(Kind.REACTION, target="wamid.1", emoji=""),
        of(Kind.IMAGE, link="https://files.example/modem.jpg", caption="o modem"),
        of(Kind.VIDEO, link="https://files.example/a.mp4"),
        of(Kind.AUDIO, link="https://files.example/a.ogg", voice=True),
        of(Kind.DOCUMENT, link="https://files.example/2via.pdf", filename="2via.pdf", caption="março"),
        of(Kind.STICKER, link="https://files.example/a.webp"),
        of(Kind.TEMPLATE, name="retomar", language="pt_BR", components=[{"type": "body", "parameters": []}]),
        of(Kind.BUTTONS, **BUTTONS, header="Cancelar", footer="Você decide."),
        of(Kind.LIST, **LIST),
        of(
            Kind.LIST,
            text="Escolha",
            button="Ver",
            sections=[
                {"title": "Técnico", "rows": [{"id": "a", "title": "Sem internet"}]},
                {"title": "Contas", "rows": [{"id": "b", "title": "2ª via"}]},
            ],
        ),
    ],
    ids=lambda message: message.kind.value,
)
def test_every_kind_is_accepted_as_documented(
    graph: Graph, talk: Talk[Any], message: OutgoingMessage
) -> None:
    assert isinstance(talk(sending(message)), Sent)
    assert len(graph.ledger.accepted) == 1


def test_the_address_the_provider_knows_comes_back(graph: Graph, talk: Talk[Any]) -> None:
    graph.customer_wrote("551132654321")
    graph.customer_wrote("552176543210")  # known there without the ninth digit
    outcome = talk(sending(text(to=BIA)))
    assert isinstance(outcome, Sent)
    assert outcome.wa_id == "552176543210"


def test_a_customer_without_a_phone_is_reached_by_their_scoped_id(graph: Graph, talk: Talk[Any]) -> None:
    graph.customer_wrote(ANA_SCOPED)
    outcome = talk(sending(text(recipient=ANA_SCOPED)))
    assert isinstance(outcome, Sent)
    assert (outcome.wa_id, outcome.user_id) == (None, ANA_SCOPED)
    assert "to" not in graph.ledger.accepted[0].body


def test_an_answer_names_what_it_answers(graph: Graph, talk: Talk[Any]) -> None:
    talk(sending(text(reply_to="wamid.9")))
    assert graph.ledger.accepted[0].body["context"] == {"message_id": "wamid.9"}


def test_a_template_held_for_quality_is_told_apart(graph: Graph, talk: Talk[Any]) -> None:
    graph.faults = Faults(held=1)
    outcome = talk(sending(of(Kind.TEMPLATE, name="aviso", language="pt_BR")))
    assert isinstance(outcome, Sent)
    assert outcome.held


def test_blue_ticks_and_typing_reach_the_provider(graph: Graph, talk: Talk[Any]) -> None:
    async def both(ours: Desk) -> list[Any]:
        return [
            await ours.whatsapp.mark_read(CHANNEL, "wamid.1"),
            await ours.whatsapp.mark_read(CHANNEL, "wamid.2", typing=True),
        ]

    assert talk(both) == [MarkedRead(), MarkedRead()]
    assert (graph.ledger.read, graph.ledger.typing) == (["wamid.1", "wamid.2"], ["wamid.2"])


# Never sent, because it never could be


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (text(""), "text"),
        (text("   "), "text"),
        (text("a" * 4097), "text"),
        (text("metade \ud83d de um emoji"), "content"),
        (text(to="+5511987654321"), "to"),
        (text(to="٣٣٣٣٣٣٣٣"), "to"),
        (text(recipient="ana"), "recipient"),
        (of(Kind.REACTION, target="", emoji="👍"), "target"),
        (of(Kind.REACTION, target="wamid.1"), "emoji"),
        (of(Kind.IMAGE), "media_id"),
        (of(Kind.IMAGE, media_id="1", link="https://files.example/1"), "media_id"),
        (of(Kind.IMAGE, link="http://files.example/1"), "link"),
        (of(Kind.IMAGE, media_id="1", caption="a" * 1025), "caption"),
        (of(Kind.AUDIO, media_id="1", caption="ouça"), "caption"),
        (of(Kind.STICKER, media_id="1", filename="a.webp"), "filename"),
        (of(Kind.VIDEO, media_id="1", voice=True), "voice"),
        (of(Kind.TEMPLATE, name="aviso"), "language"),
        (of(Kind.BUTTONS, **BUTTONS | {"buttons": []}), "buttons"),
        (
            of(Kind.BUTTONS, **BUTTONS | {"buttons": [{"id": f"{n}", "title": "a"} for n in range(4)]}),
            "buttons",
        ),
        (of(Kind.BUTTONS, **BUTTONS | {"buttons": [{"id": "1", "title": "a"}] * 2}), "buttons"),
        (of(Kind.BUTTONS, **BUTTONS | {"buttons": [{"id": "1", "title": "a" * 21}]}), "title"),
        (of(Kind.BUTTONS, **BUTTONS | {"footer": "a" * 61}), "footer"),
        (of(Kind.BUTTONS, **BUTTONS | {"text": "a" * 1025}), "text"),
        (of(Kind.LIST, **LIST | {"button": "a" * 21}), "button"),
        (of(Kind.LIST, **LIST | {"rows": [{"id": f"{n}", "title": "a"} for n in range(11)]}), "rows"),
        (of(Kind.LIST, **LIST | {"rows": [{"id": "1", "title": "a" * 25}]}), "title"),
        (
            of(Kind.LIST, **LIST | {"rows": [{"id": "1", "title": "a", "description": "a" * 73}]}),
            "description",
        ),
        (
            of(Kind.LIST, text="a", button="b", sections=[{"rows": [{"id": "1", "title": "a"}]}] * 2),
            "title",
        ),
    ],
)
def test_a_message_above_a_limit_never_leaves(
    graph: Graph, talk: Talk[Any], message: OutgoingMessage, field: str
) -> None:
    async def refused(ours: Desk) -> list[str]:
        with pytest.raises(Unsendable) as told:
            await ours.whatsapp.send(CHANNEL, message)
        assert told.value.field == field
        assert ANA not in str(told.value)
        return ours.asked

    assert talk(refused) == []


@pytest.mark.parametrize("whom", [{}, {"to": ANA, "recipient": ANA_SCOPED}])
def test_a_message_is_for_exactly_one_address(whom: dict[str, str]) -> None:
    with pytest.raises(Unsendable):
        OutgoingMessage(message_id="m1", attempt=1, kind=Kind.TEXT, content={"text": "oi"}, **whom)


WORDS = st.one_of(st.none(), st.text(max_size=80), st.integers(1, 5000).map(lambda n: "a" * n))
ROW = st.fixed_dictionaries({"id": st.text(max_size=4), "title": WORDS}, optional={"description": WORDS})
ANY_CONTENT = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("text", "emoji", "target", "media_id", "caption", "footer", "header", "name", "language"), WORDS
    )
    | {
        "button": WORDS,
        "buttons": st.lists(ROW, max_size=4),
        "rows": st.lists(ROW, max_size=12),
        "sections": st.lists(
            st.fixed_dictionaries({"rows": st.lists(ROW, max_size=6)}, optional={"title": WORDS}), max_size=3
        ),
    },
)


@given(st.sampled_from(Kind), ANY_CONTENT)
def test_what_we_would_send_breaks_no_limit_of_the_provider(kind: Kind, content: dict[str, Any]) -> None:
    try:
        body = body_of(of(kind, **content))
        encoded(body)
    except Unsendable:
        return
    assert shapes.fault_of(body) is None


# Refused


@pytest.mark.parametrize(
    ("fault", "code", "action", "after"),
    [
        ("throttled", 130429, Action.SLOW_NUMBER, 0.5),
        ("unavailable", 131016, Action.RETRY, 0.5),
    ],
)
def test_a_refusal_says_what_it_asks_for(
    graph: Graph, talk: Talk[Any], fault: str, code: int, action: Action, after: float
) -> None:
    graph.faults = Faults().changed({fault: 1.0})
    outcome = talk(sending(text()))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.action, outcome.retry_after) == (code, action, after)
    assert outcome.trace
    assert graph.ledger.accepted == []


def test_free_text_to_a_silent_customer_is_outside_the_window(graph: Graph, talk: Talk[Any]) -> None:
    graph.customer_exists(BIA)
    outcome = talk(sending(text(to=BIA)))
    assert isinstance(outcome, Rejected)
    assert (outcome.action, outcome.retry_after) == (Action.OUTSIDE_WINDOW, None)


def test_a_template_needs_no_window(graph: Graph, talk: Talk[Any]) -> None:
    graph.customer_exists(BIA)
    template = {"name": "retomar", "language": "pt_BR"}
    message = OutgoingMessage(message_id="m1", attempt=1, kind=Kind.TEMPLATE, content=template, to=BIA)
    assert isinstance(talk(sending(message)), Sent)


def test_a_number_without_whatsapp_may_be_tried_in_its_other_form(graph: Graph, talk: Talk[Any]) -> None:
    outcome = talk(sending(text(to="5585988887777")))
    assert isinstance(outcome, Rejected)
    assert outcome.action is Action.TRY_OTHER_NUMBER_FORM


def test_too_much_to_one_customer_waits_four_to_the_power_of_tries(graph: Graph, talk: Talk[Any]) -> None:
    async def flood(ours: Desk) -> list[Any]:
        return [await ours.whatsapp.send(CHANNEL, text(n=n, attempt=3)) for n in range(60)]

    outcomes = talk(flood)
    assert all(isinstance(outcome, Sent) for outcome in outcomes[:45])
    assert isinstance(outcomes[-1], Rejected)
    assert (outcomes[-1].action, outcomes[-1].retry_after) == (Action.SLOW_RECIPIENT, 16.0)


# Certain and uncertain failures


@pytest.mark.parametrize(
    ("fault", "reason", "left"),
    [
        ("fails", "http_500", False),
        ("fails_after", "http_500", True),
        ("reset", "reset", False),
        ("reset_after", "reset", True),
        ("hangs", "timeout", True),
    ],
)
def test_nobody_knows_what_became_of_a_message_without_an_answer(
    graph: Graph, talk: Talk[Any], fault: str, reason: str, left: bool
) -> None:
    graph.faults = Faults().changed({fault: 1.0})
    assert talk(sending(text()), total=1.5 if fault == "hangs" else 10.0) == Unknown(reason)
    assert bool(graph.ledger.accepted) is left


def test_a_message_to_a_closed_port_was_certainly_not_sent(talk: Talk[Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = talk(sending(text()), url=url)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "connect"


def test_a_door_that_never_opens_leaves_nothing_unknown(talk: Talk[Any]) -> None:
    """TLS is asked for, and nobody answers the handshake: not a byte of the message was said."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        hasty = httpx.AsyncClient(timeout=httpx.Timeout(10, connect=0.2))
        outcome = talk(sending(text()), url=f"https://127.0.0.1:{mute.getsockname()[1]}", client=hasty)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "timeout"


def answering(status: int, content: bytes, **headers: str) -> httpx.AsyncClient:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=content, headers=headers)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (200, b"", Unknown("unreadable_answer")),
        (200, b'{"messages": []}', Unknown("unreadable_answer")),
        (200, b'{"messages": [{"id": ""}]}', Unknown("unreadable_answer")),
        (200, b"[" * 100_000, Unknown("unreadable_answer")),
        (200, b'{"messages": [{"id": "wamid.1"}], "contacts": 7}', Sent("wamid.1")),
        (408, b"", Unknown("http_408")),
        (503, b'{"error": {"code": 131016}}', Unknown("http_503")),
        (302, b"", Rejected(302, Action.GIVE_UP)),
        (404, b"<html>", Rejected(404, Action.CALL_OPERATOR)),
        (400, b'{"error": {"code": "131047"}}', Rejected(400, Action.GIVE_UP)),
        (400, b'{"error": {"code": 131047, "fbtrace_id": 7}}', Rejected(131047, Action.OUTSIDE_WINDOW)),
    ],
)
def test_an_answer_is_judged_by_its_status_and_code_alone(
    talk: Talk[Any], status: int, content: bytes, outcome: Any
) -> None:
    assert talk(sending(text()), client=answering(status, content)) == outcome


def test_the_provider_may_ask_for_more_patience_than_we_had(talk: Talk[Any]) -> None:
    outcome = talk(sending(text()), client=answering(429, b"", **{"Retry-After": "30"}))
    assert outcome == Rejected(429, Action.SLOW_NUMBER, retry_after=30.0)


# The circuit


def test_five_failures_in_a_row_stop_the_channel_until_a_probe_gets_through(
    graph: Graph, talk: Talk[Any]
) -> None:
    path = f"/v23.0/{NUMBER.phone_number_id}"

    async def outage(ours: Desk) -> None:
        graph.faults = Faults(down=True)
        for n in range(5):
            assert await ours.whatsapp.send(CHANNEL, text(n=n)) == Unknown("http_503")
        assert ours.whatsapp.circuit(CHANNEL).phase is Phase.OPEN

        ours.asked.clear()
        assert await ours.whatsapp.send(CHANNEL, text(n=5)) == NotSent("circuit_open", retry_after=1.0)
        assert ours.asked == []

        ours.now[0] += 1.0  # a probe is due, and fails: the pause doubles
        assert await ours.whatsapp.send(CHANNEL, text(n=5)) == NotSent("circuit_open", retry_after=2.0)
        assert ours.asked == [f"GET {path}"]

        graph.faults = Faults()
        ours.now[0] += 2.0
        assert isinstance(await ours.whatsapp.send(CHANNEL, text(n=5)), Sent)
        assert ours.asked[1:] == [f"GET {path}", f"POST {path}/messages"]

    talk(outage)
    assert [message.opaque for message in graph.ledger.accepted] == ["m5.1"]


def test_only_one_of_many_waiting_messages_pays_for_the_probe(graph: Graph, talk: Talk[Any]) -> None:
    async def outage(ours: Desk) -> list[Any]:
        graph.faults = Faults(signed_out=True)
        await ours.whatsapp.send(CHANNEL, text(n=0))
        graph.faults = Faults()
        ours.now[0] += 60
        ours.asked.clear()
        outcomes = await asyncio.gather(*(ours.whatsapp.send(CHANNEL, text(n=n)) for n in range(1, 9)))
        assert len([request for request in ours.asked if request.startswith("GET")]) == 1
        return outcomes

    outcomes = talk(outage)
    assert sum(isinstance(outcome, Sent) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotSent) for outcome in outcomes) == 7


def test_a_channel_that_cannot_sign_in_stops_at_once(graph: Graph, talk: Talk[Any]) -> None:
    async def signed_out(ours: Desk) -> None:
        graph.faults = Faults(signed_out=True)
        first = await ours.whatsapp.send(CHANNEL, text())
        assert first == Rejected(190, Action.OPEN_CIRCUIT, None, first.trace)
        assert isinstance(await ours.whatsapp.send(CHANNEL, text()), NotSent)
        assert isinstance(await ours.whatsapp.mark_read(CHANNEL, "wamid.1"), NotSent)

    with capture_logs() as logs:
        talk(signed_out)
    assert [entry["phase"] for entry in logs] == ["open"]
    assert ANA not in repr(logs)


def test_refusals_of_messages_are_no_failures_of_the_channel(graph: Graph, talk: Talk[Any]) -> None:
    async def refused(ours: Desk) -> Phase:
        for n in range(10):
            assert isinstance(await ours.whatsapp.send(CHANNEL, text(n=n, to=BIA)), Rejected)
        return ours.whatsapp.circuit(CHANNEL).phase

    assert talk(refused) is Phase.CLOSED


def test_a_weak_provider_that_still_answers_stops_the_channel_too(graph: Graph, talk: Talk[Any]) -> None:
    async def weak(ours: Desk) -> Phase:
        graph.faults = Faults(unavailable=1)
        for n in range(5):
            assert isinstance(await ours.whatsapp.send(CHANNEL, text(n=n)), Rejected)
        return ours.whatsapp.circuit(CHANNEL).phase

    assert talk(weak) is Phase.OPEN


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(Access("1", "secret"))


@pytest.mark.parametrize(
    ("number", "token"), [("1", ""), ("1", "abc\n"), ("1", "a b"), ("../1", "abc"), ("", "abc")]
)
def test_a_number_that_could_never_sign_in_is_refused_at_the_start(number: str, token: str) -> None:
    with pytest.raises(ValueError, match="only"):
        Access(number, token)
