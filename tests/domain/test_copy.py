"""The catalogue of what people read: complete, within WhatsApp's limits, in one voice, and nowhere else."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters
import api
import commands
import domain
import projections
from api import problems
from domain.copy import (
    REFUSALS,
    TEXTS,
    Part,
    Reader,
    Text,
    ago,
    at_clock_time,
    calendar_date,
    clock_time,
    named_moment,
    recent_moment,
    refusal,
    say,
)
from domain.copy.refusals import variables_of
from domain.grammar import Refused

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ROOMS = (domain, commands, projections, adapters, api)
ROOT = Path(domain.__file__ or "").parent.parent

LONGEST = {
    "company": "Provedor de Internet do Interior Ltda",
    "protocol": "20260000012345",
    "date": "12/03/2026",
    "time": "14h32",
    "at_time": "às 14h32",
    "name": "Maximiliano-Guilherme",
    "queue": "Suporte técnico avançado de fibra",
    "team": "equipe de relacionamento com o cliente",
    "heard": max((t.text for k, t in TEXTS.items() if k.startswith("heard.")), key=len),
    "ask": max((t.text for k, t in TEXTS.items() if k.startswith("ask.")), key=len),
    "opening": max((t.text for k, t in TEXTS.items() if k.startswith("opening.")), key=len),
    "notice": "Rompimento de fibra no bairro Centro, com previsão de volta às 18h.",
    "from": "55",
    "to": "60",
    "phone": "0800 000 0000",
    "agent": "Maximiliano",
    "outcome": "o" * 280,
    "conversation": "6f1c2a34-5b6d-8e7f-9a0b-1c2d3e4f5a6b",
    "due": "segunda, 16/03, às 14h32",
    "since": "segunda, 16/03, às 14h32",
    "moment": "segunda, 16/03, às 8h",
    "ahead": "120",
    "closing": f"Encerramos o atendimento *20260000012345*: {'o' * 500}.",
}


def filled(key: str) -> str:
    return say(key, **{name: LONGEST[name] for name in TEXTS[key].variables})


def of(reader: Reader) -> dict[str, Text]:
    return {key: text for key, text in TEXTS.items() if text.reader is reader}


# To the letter


def test_the_greeting_says_who_speaks_the_number_and_the_way_to_a_person() -> None:
    said = say(
        "greeting", company="Fibra Exemplo", protocol="20260000012345", date="12/03/2026", time="14h32"
    )
    assert said == (
        "Oi! 👋 Aqui é o assistente virtual da *Fibra Exemplo*. Seu protocolo é *20260000012345* (12/03/2026,"
        " 14h32). Se perder o número, a gente encontra pelo seu cadastro. Toque em *Ver opções* ou conte com"
        " as suas palavras o que você precisa. Para falar com uma pessoa, escreva *atendente*."
    )


def test_a_problem_already_told_is_passed_on_without_asking_again() -> None:
    said = say(
        "told",
        heard=say("heard.technical.down"),
        team=say("team.technical"),
        protocol="20260000012345",
        date="12/03/2026",
        time="14h32",
        ask=say("ask.technical"),
    )
    assert said == (
        "Entendi, você está sem internet. Já passei para a equipe técnica, protocolo *20260000012345*"
        " (12/03/2026, 14h32). Se puder, mande uma foto das luzes do modem: ajuda a adiantar."
    )


def test_a_cancellation_tells_its_number_date_time_and_effect() -> None:
    said = say("cancellation", protocol="20260000012345", date="12/03/2026", at_time="às 14h32")
    assert said == (
        "Seu pedido de cancelamento foi registrado em 12/03/2026, às 14h32, protocolo *20260000012345*. Um"
        " atendente vai confirmar por aqui. Se ninguém confirmar antes, ele vale automaticamente em até 2"
        " dias úteis."
    )


def test_the_closed_window_is_explained_with_the_way_out() -> None:
    assert refusal("WindowClosed", moment="ontem às 14h32") == (
        "O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente, que foi ontem"
        " às 14h32. Escolha um modelo aprovado para retomar. Assim que ele responder, você volta a escrever"
        " normalmente."
    )


def test_the_loser_of_a_race_reads_who_won() -> None:
    assert refusal("AlreadyAttended", agent="A Bia", ago="há 2 segundos") == (
        "A Bia assumiu esta conversa há 2 segundos."
    )
    assert refusal("AlreadyAttended", agent=None) == "Outra pessoa da equipe já está com esta conversa."


# The tables are complete


def modules() -> Iterator[ModuleType]:
    for room in (domain, commands):  # where rules live
        yield room
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def refusals() -> set[type[Refused]]:
    found = {
        value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Refused) and value is not Refused
    }
    return {rule for rule in found if not rule.__subclasses__()}


def test_every_rule_of_the_domain_has_its_sentence_and_no_sentence_lacks_its_rule() -> None:
    assert {rule.__name__ for rule in refusals()} == REFUSALS.keys()


def test_a_rule_that_is_no_longer_one_can_still_be_told() -> None:
    assert refusal("NoSuchRuleAnyMore", agent="A Bia") == "Este pedido foi recusado."


def test_every_rule_can_be_told_when_nothing_else_is_known() -> None:
    assert [rule for rule, told in REFUSALS.items() if variables_of(told[-1])] == []
    assert [rule for rule in REFUSALS if not refusal(rule).endswith(".")] == []


def test_fuller_sentences_come_first() -> None:
    for rule, told in REFUSALS.items():
        known = [len(variables_of(sentence)) for sentence in told]
        assert known == sorted(known, reverse=True), rule


# Filling


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_takes_its_variables_and_no_others(key: str) -> None:
    assert "{" not in filled(key)
    for name in TEXTS[key].variables:
        with pytest.raises(TypeError):
            say(key, **{other: LONGEST[other] for other in TEXTS[key].variables - {name}})
    with pytest.raises(TypeError):
        say(key, unheard_of="x", **{name: LONGEST[name] for name in TEXTS[key].variables})


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("greetings")


@given(st.text())
def test_what_a_person_wrote_is_never_read_as_a_variable(words: str) -> None:
    assert words in say("opening.person", name=words)


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_text_fits_where_whatsapp_puts_it(key: str) -> None:
    limit = TEXTS[key].part.limit
    assert limit is None or len(filled(key)) <= limit


def test_the_limits_are_those_of_whatsapp() -> None:
    parts = (Part.BUTTON, Part.ROW, Part.DESCRIPTION, Part.FOOTER, Part.BODY)
    assert [part.limit for part in parts] == [20, 24, 72, 60, 1024]


# One voice

FORBIDDEN = re.compile(
    r"\b(?:ops|prezad[oa]s?|estaremos|aguarde|aguardem|tickets?|chats?|sla|bem[- ]vind[oa]s?|car[oa] cliente"
    r"|senhora?|sr|sra|vossa)\b|\b(?:vou|vamos|iremos|estarei) estar \w+ndo\b",
    re.IGNORECASE,
)


def at_the_doors() -> list[str]:
    return [
        *(problem.detail for problem in problems.PROBLEMS.values()),
        *problems.FIELD_FAULTS.values(),
        *problems.TITLES.values(),
    ]


def sentences() -> list[str]:
    return [text.text for text in TEXTS.values()] + [s for told in REFUSALS.values() for s in told]


def test_no_text_uses_a_forbidden_word() -> None:
    assert [said for said in sentences() + at_the_doors() if FORBIDDEN.search(said)] == []


@pytest.mark.parametrize(
    "word",
    [
        "Ops!",
        "Prezado cliente",
        "estaremos verificando",
        "Aguarde",
        "seu ticket",
        "este chat",
        "o SLA",
        "Seja bem-vindo",
        "vou estar verificando",
    ],
)
def test_the_forbidden_words_are_recognised(word: str) -> None:
    assert FORBIDDEN.search(word)


EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55]")


def test_there_is_one_emoji_at_most_and_only_in_the_greeting() -> None:
    with_emoji = {
        key: len(EMOJI.findall(text.text)) for key, text in TEXTS.items() if EMOJI.search(text.text)
    }
    assert with_emoji == {"greeting": 1, "greeting.unnumbered": 1}
    assert not any(EMOJI.search(sentence) for told in REFUSALS.values() for sentence in told)


def asks_for_a_secret(said: str) -> bool:
    """A full CPF, a card, an account number, a password. The last 4 digits of the CPF may be asked for."""
    allowed = re.sub(r"(?:os )?(?:4|quatro) últimos dígitos do (?:seu )?CPF", "", said, flags=re.IGNORECASE)
    return bool(
        re.search(
            r"\bcpf\b|\bcnpj\b|\brg\b|\bcart[ãa]o\b|n[úu]mero da (?:sua )?conta|conta banc[áa]ria|ag[êe]ncia"
            r"|\bsenha\b|\bcvv\b",
            allowed,
            re.IGNORECASE,
        )
    )


def test_no_text_asks_for_a_secret() -> None:
    assert [key for key, text in TEXTS.items() if asks_for_a_secret(text.text)] == []


def test_a_request_for_a_secret_would_be_noticed() -> None:
    assert asks_for_a_secret("Informe o seu CPF completo.")
    assert asks_for_a_secret("Qual é o número do cartão?")
    assert asks_for_a_secret("Mande o número da sua conta.")
    assert not asks_for_a_secret("Mande os 4 últimos dígitos do CPF.")


def test_every_automatic_text_offers_a_person_or_says_that_one_is_coming() -> None:
    person = re.compile(
        r"\*atendente\*|[Uu]ma pessoa|[Nn]ossa equipe|na fila da equipe|para a \{team\}|[Uu]m atendente"
    )
    automatic = {key: text.text for key, text in of(Reader.CUSTOMER).items() if text.automatic}
    assert [key for key, text in automatic.items() if not person.search(text)] == []


def test_out_of_hours_a_phone_number_is_told() -> None:
    assert "phone" in TEXTS["closed_hours"].variables


TOLD_BEFORE = {"closed_hours", "closed_hours.plain", "closing", "closing.outcome"}
"""What repeats a number that was told with its date and time when it was given."""


def test_what_tells_a_protocol_tells_its_date_and_time_and_no_link() -> None:
    for key, text in of(Reader.CUSTOMER).items():
        assert "http" not in text.text
        if "protocol" in text.variables and not text.awaits and key not in TOLD_BEFORE:
            assert "date" in text.variables, key
            assert text.variables & {"time", "at_time"}, key


# Dates and times

MOMENT = datetime(2026, 3, 16, 11, 0, tzinfo=UTC)  # a Monday, 8h in São Paulo


def test_moments_are_told_in_the_deployments_zone() -> None:
    assert named_moment(MOMENT, SAO_PAULO) == "segunda, 16/03, às 8h"
    assert clock_time(MOMENT + timedelta(hours=6, minutes=32), SAO_PAULO) == "14h32"
    assert calendar_date(datetime(2026, 3, 12, 2, 59, tzinfo=UTC), SAO_PAULO) == "11/03/2026"
    assert at_clock_time(datetime(2026, 3, 12, 4, 5, tzinfo=UTC), SAO_PAULO) == "à 1h05"


def test_yesterday_is_a_matter_of_the_calendar_not_of_24_hours() -> None:
    now = datetime(2026, 3, 13, 3, 30, tzinfo=UTC)  # half past midnight in São Paulo
    assert recent_moment(now - timedelta(hours=1), now, SAO_PAULO) == "ontem às 23h30"
    assert recent_moment(now - timedelta(minutes=10), now, SAO_PAULO) == "hoje às 0h20"
    assert recent_moment(now - timedelta(days=3), now, SAO_PAULO) == "terça, 10/03, às 0h30"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "há 1 segundo"),
        (2, "há 2 segundos"),
        (60, "há 1 minuto"),
        (7_300, "há 2 horas"),
        (90_000, "há 1 dia"),
    ],
)
def test_spans_are_told_in_their_largest_unit(seconds: int, told: str) -> None:
    assert ago(MOMENT - timedelta(seconds=seconds), MOMENT) == told


def test_a_moment_without_a_zone_cannot_be_told() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock_time(datetime(2026, 3, 12), SAO_PAULO)  # noqa: DTZ001


# Nowhere else

NOT_OURS = (
    "domain/copy/",  # the catalogue
    "domain/firstline/vocabulary.py",  # what customers write to us, without accents
    "domain/firstline/phrases.py",
    "domain/firstline/normal.py",
    "domain/conversation/thanks.py",  # and how they say thank you
    "domain/asking.py",  # how they ask for their place
    "domain/scores.py",  # and how they rate it
    "adapters/simulator/",  # invented customers and robots speak there
    "api/problems.py",  # the doors' own table: a status beside each sentence; held to the same voice below
    "api/examples.py",  # made-up requests and answers of the document
    "api/documented.py",
    "api/wiring/",  # the made-up names of a demo, and what its operator sees in a terminal
    "api/cli/",
    "api/pages.py",  # what an operator sees who has not built the console
)
ACCENTED = re.compile(r"[ãõáéíóúâêôçàÃÕÁÉÍÓÚÂÊÔÇÀ]")
ENGLISH_TOO = frozenset({
    "as", "do", "no", "se", "me", "modem", "internet", "whatsapp", "so", "name",
    "from", "to", "in", "on", "or",
    "is", "at", "ctrl", "enter", "wi", "fi",
})  # fmt: skip


def _tokens(said: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", re.sub(r"\{[^}]*\}", " ", said).casefold()))


PORTUGUESE = frozenset().union(*map(_tokens, sentences())) - ENGLISH_TOO


def is_portuguese(said: str) -> bool:
    """An accent, or two different words that our catalogue uses and English does not."""
    return bool(ACCENTED.search(said)) or len(_tokens(said) & PORTUGUESE) >= 2


@pytest.mark.parametrize("said", [s for s in sentences() if len(_tokens(s) - ENGLISH_TOO) >= 2])
def test_a_copy_of_any_of_our_texts_would_be_noticed(said: str) -> None:
    assert is_portuguese(said)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is not a docstring; an f-string as one, its variables as `{}`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = examples(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            skipped |= {id(statement.value) for statement in node.body if isinstance(statement, ast.Expr)}
        elif isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            fixed = [str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values]
            yield node.lineno, "".join(fixed)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def examples(tree: ast.AST) -> set[int]:
    """What a route shows in its document as an example of what others send."""
    shown: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("examples", "openapi_examples", "openapi_extra"):
            shown.append(node.value)
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "EXAMPLE":
            shown += [node.value] if node.value is not None else []
        elif isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            shown += [v for k, v in named if isinstance(k, ast.Constant) and k.value == "example"]
    return {id(part) for top in shown for part in ast.walk(top)}


def sources() -> list[Path]:
    paths = [path for room in ROOMS for path in Path(room.__path__[0]).rglob("*.py")]
    assert len(paths) > 20
    return sorted(paths)


def test_no_text_that_people_read_stands_outside_the_catalogue() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if not str(path.relative_to(ROOT)).startswith(NOT_OURS)
        for line, literal in literals(path)
        if is_portuguese(literal)
    ]
    assert strays == []


def said_somewhere() -> set[str]:
    """Keys that some code names: whole, or by their first words in an f-string (`heard.{}`)."""
    named = {
        literal
        for path in sources()
        if not str(path.relative_to(ROOT)).startswith("domain/copy/")
        for _, literal in literals(path)
    }
    stems = {literal.partition("{")[0] for literal in named if "{" in literal}
    stems = {stem for stem in stems if re.fullmatch(r"[a-z_]+\.", stem)}
    bases = {key: key.removesuffix(".unnumbered") for key in TEXTS}
    return {k for k, base in bases.items() if base in named or k.startswith(tuple(stems) or "-")}


def test_every_text_is_said_somewhere_or_names_what_it_awaits() -> None:
    said = said_somewhere()
    assert [key for key, text in TEXTS.items() if not text.awaits and key not in said] == []
    assert [key for key, text in TEXTS.items() if text.awaits and key in said] == []
