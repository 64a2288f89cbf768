"""What automation says and does: one message, never twice, never over a human, and always with a way out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.firstline import AnswerBurst, answer_burst
from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import (
    CONVERSATION,
    BurstRead,
    CancellationRequested,
    Closed,
    Conversation,
    ConversationId,
    EnteredWaiting,
    Event,
    MessageId,
    MessageReceived,
    SendRequested,
    Stage,
)
from domain.firstline import Due, FirstLineSettings, Heard, Understanding, understand
from domain.firstline.settings import TECHNICAL, Keyword
from domain.journal import Cause
from domain.queue import Priority, QueueId

AT = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)  # 14h32 in São Paulo
CHANNEL = ChannelId("matriz")
BIA = AgentId("bia")
SETTINGS = FirstLineSettings(company="Fibra Exemplo", phone="0800 000 0000")
NUMBER = "20260000012345"


@dataclass
class Line:
    """A conversation as customer, automation and clock move it on."""

    state: Conversation = CONVERSATION.initial
    at: datetime = AT
    written: int = 0
    settings: FirstLineSettings = SETTINGS
    said: tuple[SendRequested, ...] = ()

    def happened(self, events: list[Event]) -> list[Event]:
        self.state = CONVERSATION.fold(events, self.state)
        self.said += tuple(event for event in events if isinstance(event, SendRequested))
        return events

    def write(self, *messages: Heard | str, numbered: bool = True) -> Understanding:
        """The customer writes; the number comes with the first message unless it is late."""
        burst = [Heard("text", m) if isinstance(m, str) else m for m in messages]
        for message in burst:
            self.written += 1
            received = MessageReceived(
                MessageId(f"m{self.written}"), "wamid", message.kind, message.text, {}, self.at, self.at
            )
            self.happened(conversation.receive(self.state, received, channel_id=CHANNEL))
            if numbered and self.state.protocol is None:
                self.number()
        return understand(burst, [k.words for k in self.settings.keywords])

    def number(self) -> None:
        self.happened(conversation.give_protocol(self.state, self.state.episode, NUMBER, at=self.at))

    def look(self, understanding: Understanding, due: Due = Due.BURST, **changes: Any) -> list[Event]:
        command = AnswerBurst(
            id=UUID(int=len(self.said) + 1_000 * self.written),
            cause=Cause("process:receptionist", "thread", "watch"),
            conversation_id=ConversationId("c"),
            due=due,
            episode=self.state.episode,
            through=self.state.last_message,
            understanding=understanding,
            settings=self.settings,
            name="Ana Souza",
        )
        return self.happened(answer_burst(replace(command, **changes), self.state, self.at))

    def answered(self, *messages: Heard | str, numbered: bool = True) -> list[Event]:
        """The customer writes, and automation looks once the burst is over."""
        understanding = self.write(*messages, numbered=numbered)
        self.at += timedelta(seconds=4)
        return self.look(understanding)

    @property
    def words(self) -> str:
        return str(self.said[-1].content["text"])


def of(kind: type, events: list[Event]) -> Any:
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]


def queue_of(events: list[Event]) -> tuple[str, Priority, str]:
    entered = of(EnteredWaiting, events)
    return entered.queue_id, entered.priority, entered.reason


def test_greeting_protocol_and_menu_are_one_list_message() -> None:
    line = Line()
    line.answered("oi")
    (said,) = line.said
    assert said.kind == "list"
    assert said.content["button"] == "Ver opções"
    assert [row["title"] for row in said.content["rows"]] == [
        "Sem internet ou lenta",
        "2ª via e pagamentos",
        "Tirar uma dúvida",
        "Contratar ou mudar plano",
        "Cancelar serviço",
        "Falar com atendente",
    ]
    assert f"*{NUMBER}* (12/03/2026, 14h32)" in line.words
    assert line.state.stage is Stage.AUTOMATION


def test_a_problem_already_told_gets_no_menu() -> None:
    line = Line()
    events = line.answered("oi", "tô sem net")
    assert line.words == (
        "Entendi, você está sem internet. Já passei para a equipe técnica, protocolo *20260000012345*"
        " (12/03/2026, 14h32). Se puder, mande uma foto das luzes do modem: ajuda a adiantar."
    )
    assert queue_of(events) == ("suporte-tecnico", Priority.URGENT, "subject")
    assert of(BurstRead, events).understood == "technical"


@pytest.mark.parametrize(
    ("saying", "queue", "priority"),
    [
        ("minha internet caiu", "suporte-tecnico", Priority.URGENT),
        ("quero a segunda via", "financeiro", Priority.NORMAL),
        ("qual o horário de vocês?", "geral", Priority.NORMAL),
        ("vcs tem plano de 500 mega?", "comercial", Priority.LOW),
    ],
)
def test_a_subject_goes_to_its_queue_with_its_priority(saying: str, queue: str, priority: Priority) -> None:
    line = Line()
    assert queue_of(line.answered(saying)) == (queue, priority, "subject")
    assert len(line.said) == 1


@pytest.mark.parametrize("choice", ["2", "opção 2", "2ª via e pagamentos"])
def test_a_line_of_the_menu_may_be_typed_or_numbered(choice: str) -> None:
    line = Line()
    line.answered("oi")
    assert queue_of(line.answered(choice)) == ("financeiro", Priority.NORMAL, "subject")
    assert NUMBER not in line.words  # told with the greeting already


def test_a_tapped_line_needs_no_words() -> None:
    line = Line()
    line.answered("oi")
    assert queue_of(line.answered(Heard("list_reply", "Sem internet ou lenta", "technical")))[0] == (
        "suporte-tecnico"
    )


def test_a_number_without_a_menu_chooses_nothing() -> None:
    line = Line()
    events = line.answered("2")
    assert of(BurstRead, events).understood == "nothing"
    assert line.said[-1].purpose == "greeting"


def test_the_first_burst_not_understood_meets_the_menu_and_is_no_failed_try() -> None:
    line = Line()
    assert of(BurstRead, line.answered("asdf qwer")).tries == 0
    assert line.said[-1].purpose == "greeting"


def test_two_failed_tries_with_two_texts_and_then_the_queue() -> None:
    line = Line()
    line.answered("oi")
    assert of(BurstRead, line.answered("asdf")).tries == 1
    assert line.words.startswith("Não consegui entender. Pode me dizer em poucas palavras")
    events = line.answered("qwer")
    assert of(BurstRead, events).tries == 2
    assert queue_of(events) == ("geral", Priority.NORMAL, "not_understood")
    assert len({said.content["text"] for said in line.said}) == 3


@pytest.mark.parametrize("before", [[], ["oi"], ["oi", "asdf"], ["quero cancelar"], ["oi", "voltar"]])
def test_a_person_can_be_asked_for_at_any_time(before: list[str]) -> None:
    line = Line()
    for message in before:
        line.answered(message)
    assert queue_of(line.answered("atendente"))[2] == "asked_for_person"
    assert line.words.startswith("Certo, Ana. Você está na fila da equipe *Geral*")


def test_a_person_asked_for_with_a_subject_is_one_of_that_team() -> None:
    line = Line()
    events = line.answered("quero falar com atendente sobre meu boleto")
    assert queue_of(events) == ("financeiro", Priority.NORMAL, "asked_for_person")


@pytest.mark.parametrize("kind", ["image", "audio", "location", "document"])
def test_media_goes_to_the_queue_and_is_no_failed_try(kind: str) -> None:
    line = Line()
    events = line.answered(Heard(kind))
    assert queue_of(events) == ("geral", Priority.NORMAL, "media")
    assert of(BurstRead, events).tries == 0
    assert line.words.startswith("Recebi o que você mandou. Você está na fila")
    assert NUMBER in line.words


# Cancelling


def test_cancelling_asks_one_question_with_two_buttons() -> None:
    line = Line()
    events = line.answered("quero cancelar")
    (said,) = line.said
    assert said.kind == "buttons"
    assert [button["title"] for button in said.content["buttons"]] == ["Cancelar o contrato", "É outra coisa"]
    assert not any(isinstance(event, CancellationRequested | EnteredWaiting) for event in events)


@pytest.mark.parametrize(
    "yes",
    [
        Heard("button_reply", "Cancelar o contrato", "cancel_contract"),
        "sim",
        "1",
        "quero cancelar",
        "cancelar o contrato",
    ],
)
def test_cancelling_counts_from_the_moment_it_was_said_and_is_told_at_once(yes: Heard | str) -> None:
    line = Line()
    line.answered("quero cancelar")
    line.at = datetime(2026, 3, 15, 5, 59, tzinfo=UTC)  # Sunday, 2h59
    line.state = replace(line.state, inbound_at=line.at)
    events = line.answered(yes)
    assert of(CancellationRequested, events).requested_at == datetime(2026, 3, 15, 5, 59, tzinfo=UTC)
    assert queue_of(events) == ("cancelamento", Priority.HIGH, "cancellation")
    assert line.words == (
        "Seu pedido de cancelamento foi registrado em 15/03/2026, às 2h59, protocolo *20260000012345*. Um"
        " atendente vai confirmar por aqui. Se ninguém confirmar antes, ele vale automaticamente em até 2"
        " dias úteis."
    )


@pytest.mark.parametrize("no", [Heard("button_reply", "É outra coisa", "other"), "não", "2", "é outra coisa"])
def test_something_else_brings_the_menu_back_and_records_no_cancellation(no: Heard | str) -> None:
    line = Line()
    line.answered("quero cancelar")
    events = line.answered(no)
    assert not any(isinstance(event, CancellationRequested) for event in events)
    assert line.said[-1].kind == "list"
    assert line.state.stage is Stage.AUTOMATION


def test_asking_what_cancelling_costs_is_not_confirming_it() -> None:
    line = Line()
    line.answered("quero cancelar")
    events = line.answered("quanto custa cancelar?")
    assert not any(isinstance(event, CancellationRequested) for event in events)
    assert queue_of(events)[:2] == ("cancelamento", Priority.HIGH)


def test_yes_to_nothing_cancels_nothing() -> None:
    line = Line()
    line.answered("oi")
    events = line.answered("sim")
    assert not any(isinstance(event, CancellationRequested) for event in events)


def test_an_old_button_still_counts() -> None:
    line = Line()
    line.answered("quero cancelar")
    line.answered("voltar")
    events = line.answered(Heard("button_reply", "Cancelar o contrato", "cancel_contract"))
    assert of(CancellationRequested, events)


def test_what_is_not_understood_after_the_question_is_not_greeted() -> None:
    line = Line()
    line.answered("quero cancelar")
    line.answered("porque está muito caro")
    assert line.words.startswith("Não consegui entender.")
    assert line.state.tries == 1


def test_a_person_asked_for_instead_of_the_question_brings_the_person() -> None:
    line = Line()
    line.answered("quero cancelar")
    events = line.answered("quero falar com um atendente para cancelar")
    assert queue_of(events) == ("cancelamento", Priority.HIGH, "asked_for_person")


@pytest.mark.parametrize("back", ["voltar", "0", "menu"])
def test_back_returns_to_the_menu(back: str) -> None:
    line = Line()
    line.answered("quero cancelar")
    line.answered(back)
    assert line.said[-1].kind == "list"
    assert line.state.stage is Stage.AUTOMATION


# The number


def test_a_text_leaves_without_its_number_and_the_number_follows_once() -> None:
    line = Line()
    line.answered("oi", numbered=False)
    assert line.said[-1].purpose == "greeting.unnumbered"
    assert NUMBER not in line.words
    line.number()
    line.look(understand([]), Due.PROTOCOL)
    assert line.words.startswith(f"Seu protocolo é *{NUMBER}* (12/03/2026, 14h32).")
    assert line.look(understand([]), Due.PROTOCOL) == []


def test_the_number_follows_even_into_the_queue_and_to_an_agents_hands() -> None:
    line = Line()
    line.answered("minha internet caiu", numbered=False)
    line.happened(conversation.claim(line.state, BIA, at=line.at, seen_version=None))
    line.number()
    (said,) = line.look(understand([]), Due.PROTOCOL)
    assert isinstance(said, SendRequested)
    assert said.purpose in conversation.NOTICES


def test_a_number_told_with_the_text_does_not_follow_again() -> None:
    line = Line()
    line.answered("oi")
    assert line.look(understand([]), Due.PROTOCOL) == []


def test_menu_after_an_unnumbered_greeting_still_leads_to_the_number() -> None:
    line = Line()
    line.answered("oi", numbered=False)
    line.number()
    line.answered("boleto", numbered=False)
    assert NUMBER in line.words
    assert line.look(understand([]), Due.PROTOCOL) == []


# Silence, quiet, lateness


def test_said_something_and_then_silent_goes_to_the_queue() -> None:
    line = Line()
    line.answered("asdf qwer")
    line.at += timedelta(minutes=5)
    events = line.look(understand([]), Due.SILENCE)
    assert queue_of(events) == ("geral", Priority.NORMAL, "silence")
    assert line.words.startswith("Passei o que você escreveu para uma pessoa.")


def test_silence_after_the_cancellation_question_waits_with_those_who_cancel() -> None:
    line = Line()
    line.answered("quero cancelar")
    line.at += timedelta(minutes=5)
    assert queue_of(line.look(understand([]), Due.SILENCE))[:2] == ("cancelamento", Priority.HIGH)


def test_a_bare_greeting_is_closed_without_a_word() -> None:
    line = Line()
    line.answered("oi")
    line.at += timedelta(hours=2)
    (closed,) = line.look(understand([]), Due.QUIET)
    assert isinstance(closed, Closed)
    assert (closed.reason, closed.closed_by) == ("quiet", "automation")


@pytest.mark.parametrize("due", [Due.SILENCE, Due.QUIET])
def test_silence_is_not_silence_while_something_is_unread(due: Due) -> None:
    line = Line()
    line.answered("oi")
    line.write("boleto")
    assert line.look(understand([]), due) == []


@pytest.mark.parametrize(
    ("saying", "queue", "reason"),
    [
        ("oi", "geral", "automation_late"),
        ("asdf", "geral", "automation_late"),
        ("minha internet caiu", "suporte-tecnico", "subject"),
        ("quero cancelar", "cancelamento", "automation_late"),
    ],
)
def test_automation_that_is_too_late_hands_over_with_what_it_understood(
    saying: str, queue: str, reason: str
) -> None:
    line = Line()
    understanding = line.write(saying)
    line.at += timedelta(minutes=10)
    events = line.look(understanding, Due.BREACH)
    assert (queue_of(events)[0], queue_of(events)[2]) == (queue, reason)
    assert of(SendRequested, events)


def test_automation_that_read_and_could_not_say_anything_hands_over_as_well() -> None:
    line = Line()
    line.answered("oi")
    events = line.look(understand([]), Due.BREACH)
    assert queue_of(events) == ("geral", Priority.NORMAL, "automation_late")
    assert of(SendRequested, events)


def test_outside_the_window_the_customer_waits_without_a_text() -> None:
    line = Line()
    understanding = line.write("minha internet caiu")
    line.at += timedelta(hours=25)
    events = line.look(understanding, Due.BREACH)
    assert of(EnteredWaiting, events)
    assert not any(isinstance(event, SendRequested) for event in events)


# What keeps automation still


def test_a_newer_message_makes_the_answer_stale() -> None:
    line = Line()
    understanding = line.write("oi")
    through = line.state.last_message
    line.write("minha internet caiu")
    assert line.look(understanding, through=through) == []


def test_the_same_burst_is_answered_once() -> None:
    line = Line()
    understanding = line.write("oi")
    assert line.look(understanding)
    assert line.look(understanding) == []


def test_another_episode_is_not_answered_with_an_old_look() -> None:
    line = Line()
    assert line.look(line.write("oi"), episode=0) == []


def test_automation_keeps_still_once_a_human_owns_it() -> None:
    line = Line()
    understanding = line.write("oi")
    line.happened(conversation.claim(line.state, BIA, at=line.at, seen_version=None))
    for due in (Due.BURST, Due.BREACH, Due.SILENCE, Due.QUIET):
        assert line.look(understanding, due) == []


def test_automation_keeps_still_after_somebody_wrote_from_the_phone() -> None:
    line = Line()
    understanding = line.write("oi")
    echo = MessageReceived(MessageId("e1"), "wamid", "text", "oi", {}, line.at, line.at, echo=True)
    line.happened(conversation.hear_echo(line.state, echo, channel_id=CHANNEL))
    assert line.state.silenced
    for due in (Due.BURST, Due.BREACH, Due.SILENCE, Due.QUIET):
        assert line.look(understanding, due) == []


def test_thanks_are_read_and_left_alone() -> None:
    line = Line()
    line.answered("oi")
    events = line.answered("👍")
    assert of(BurstRead, events).understood == "thanks"
    assert len(events) == 1


def test_thanks_read_late_are_left_alone_as_well() -> None:
    line = Line()
    line.answered("oi")
    understanding = line.write("obrigado")
    line.at += timedelta(minutes=10)
    assert [type(event) for event in line.look(understanding, Due.BREACH)] == [BurstRead]


# Settings


def test_a_channel_may_lead_elsewhere() -> None:
    line = Line()
    understanding = line.write(Heard("audio"))
    events = line.look(understanding, queue_id=QueueId("filial"), queue="Filial")
    assert queue_of(events)[0] == "filial"
    assert "fila da equipe *Filial*" in line.words


def test_a_subject_goes_to_its_own_queue_whatever_the_channels_default_is() -> None:
    line = Line()
    events = line.look(line.write("boleto"), queue_id=QueueId("filial"), queue="Filial")
    assert queue_of(events)[0] == "financeiro"


def test_a_deployments_own_words_lead_where_its_table_says() -> None:
    phone = replace(TECHNICAL, subject="landline", queue_id=QueueId("telefonia"), queue="Telefonia")
    line = Line(settings=replace(SETTINGS, keywords=(Keyword("telefone fixo", phone),)))
    events = line.answered("meu telefone fixo está mudo")
    assert queue_of(events) == ("telefonia", Priority.URGENT, "subject")
    assert of(EnteredWaiting, events).subject == "landline"
    assert "fila da equipe *Telefonia*" in line.words


# Laws

SAYINGS = st.sampled_from(
    [
        "oi",
        "bom dia",
        "asdf",
        "qwer zxcv",
        "voltar",
        "0",
        "menu",
        "1",
        "5",
        "6",
        "sim",
        "não",
        "quero cancelar",
        "não quero cancelar",
        "é outra coisa",
        "boleto",
        "minha internet caiu",
        "👍",
        "ok",
        "atendente",
        "?",
    ]
)


@given(st.lists(SAYINGS, max_size=12), st.booleans())
def test_whatever_is_written_no_text_is_said_twice_and_one_burst_gets_one_message(
    sayings: list[str], numbered: bool
) -> None:
    line = Line()
    for saying in sayings:
        if line.written and line.state.stage is not Stage.AUTOMATION:
            break
        before = len(line.said)
        line.answered(saying, numbered=numbered)
        assert len(line.said) - before <= 1
    texts = [said.content["text"] for said in line.said]
    assert len(texts) == len(set(texts))


@given(st.lists(SAYINGS, min_size=1, max_size=12))
def test_nobody_is_kept_from_people_for_more_than_a_few_bursts(sayings: list[str]) -> None:
    line = Line()
    unheard = 0
    for saying in sayings:
        if line.written and line.state.stage is not Stage.AUTOMATION:
            break
        unheard += of(BurstRead, line.answered(saying)).understood != "thanks"
    assert line.state.stage is Stage.WAITING or unheard <= 7


@given(st.lists(SAYINGS, min_size=1, max_size=6))
def test_a_cancellation_is_only_recorded_after_its_question(sayings: list[str]) -> None:
    line = Line()
    for saying in sayings:
        if line.written and line.state.stage is not Stage.AUTOMATION:
            break
        line.answered(saying)
    if line.state.cancellation:
        assert "cancel.question" in [said.purpose for said in line.said]
        assert line.state.queue_id == "cancelamento"


# Notices


def test_the_greeting_tells_what_everybody_should_know_now_as_long_as_it_fits() -> None:
    line = Line()
    line.look(line.write("oi"), notices=("Rompimento no centro.", "x" * 1000, "Loja fechada hoje."))
    assert "\n\n*Aviso:* Rompimento no centro.\n\n*Aviso:* Loja fechada hoje." in line.words
    assert len(line.words) <= 1024
    assert line.said[-1].kind == "list"


def test_whoever_needs_no_greeting_is_told_no_notice() -> None:
    line = Line()
    line.look(line.write("estou sem internet"), notices=("Rompimento no centro.",))
    assert "Aviso" not in line.words
