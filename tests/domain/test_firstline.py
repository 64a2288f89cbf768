"""What the first line makes of what customers write, without any model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.copy import TEXTS
from domain.firstline import (
    Due,
    FirstLineSettings,
    Heard,
    Standing,
    Subject,
    Understanding,
    due,
    first_name,
    understand,
    vocabulary,
)
from domain.firstline.normal import normal, words
from domain.firstline.understanding import MENU, MOST
from domain.queue import Priority


def heard(*texts: str) -> Understanding:
    return understand([Heard("text", text) for text in texts])


TECHNICAL = [
    "tô sem net",
    "to sem interneeeet",
    "minha internet caiu",
    "caiu a net aqui dnv",
    "SEM SINAL DESDE ONTEM!!!",
    "a internet nao ta funcionando",
    "não funciona",
    "nada funciona aqui em casa",
    "net fora do ar",
    "internet não voltou ainda",
    "não consigo acessar nada",
    "n to conseguindo navegar",
    "a internet ta mt lenta",
    "tá muito lento isso aqui",
    "netflix travando direto",
    "meu plano é 500 mega e só chega 50 mega",
    "pago 500 mega e só chega 40",
    "pago 600 megas e chega 30",
    "contratei 300 mega, só está vindo 20",
    "fica caindo toda hora",
    "a net oscila demais",
    "los vermelho no modem",
    "o modem tá com a luz vermelha piscando",
    "arrebentaram o cabo da fibra aqui na rua",
    "o roteador não liga",
    "meu wifi não aparece",
    "sinal fraco no quarto",
    "cadê o técnico?",
    "preciso de um técnico urgente",
    "suporte técnico",
    "problema na internet",
    "não é boleto, é a internet que caiu",
    "Sem internet ou lenta",
    "bom dia, minha internet parou de funcionar, podem me ajudar?",
    "não, minha internet caiu",
]
BILLING = [
    "quero a segunda via",
    "2ª via",
    "2 via do boleto pfv",
    "boleto",
    "kd meu boleto",
    "manda o pix copia e cola",
    "preciso da fatura de março",
    "código de barras",
    "já paguei e não liberou",
    "segue o comprovante",
    "minha internet foi bloqueada",
    "cortaram minha internet",
    "desbloqueio de confiança",
    "tem como negociar a fatura atrasada",
    "cobraram multa",
    "quero falar sobre pagamento",
    "nota fiscal",
    "2ª via e pagamentos",
    "a conta veio errada",
    "qual a data de vencimento?",
]
SALES = [
    "vcs tem plano de 500 mega?",
    "quero contratar",
    "quais os valores?",
    "quanto custa a internet de 300 mega",
    "vocês atendem no bairro Jardim das Flores?",
    "quero aumentar a velocidade",
    "mudar de plano",
    "tem promoção?",
    "quero instalar internet na minha casa",
    "gostaria de saber o valor da internet",
    "Contratar ou mudar plano",
]
QUESTION = [
    "tenho uma dúvida",
    "qual o horário de vocês?",
    "vou mudar de endereço",
    "como faço pra trocar a senha do wifi?",
    "queria uma informação",
    "vocês abrem sábado?",
    "Tirar uma dúvida",
    "meu primo pode ligar a tv dele junto?",
]
CANCEL = [
    "quero cancelar",
    "QUERO CANCELAR ESSA PORCARIA",
    "cancelamento",
    "não quero mais a internet de vocês",
    "não funciona, quero cancelar",
    "quero encerrar meu contrato",
    "quanto custa cancelar?",
    "vou trocar de operadora",
    "quero rescindir",
    "Cancelar serviço",
    "como faço para cancelar meu plano?",
]
PERSON = [
    "atendente",
    "Atendente!!",
    "quero falar com atendente",
    "falar com alguém de verdade",
    "quero falar com uma pessoa",
    "humano",
    "não quero falar com robô",
    "me passa pro gerente",
    "vou no procon",
    "quero fazer uma reclamação",
    "Falar com atendente",
    "atendimento",
]
GREETING = [
    "oi",
    "oiiii",
    "Oie!",
    "bom dia",
    "Boa tardeee, tudo bem?",
    "olá",
    "opa, blz?",
    "e aí",
    "tem alguém aí?",
    "alô",
    "?",
    "boa noite pessoal",
]
THANKS = [
    "obg",
    "👍",
    "valeu, obrigada!!",
    "ok",
    "🙏🙏",
    "muito obrigado pela ajuda",
    "vlw",
    "bom dia, obrigado",
    "❤️",
    "a internet voltou, obrigado",
]
NOTHING = ["asdf qwer", "internet", "preciso de ajuda", "então", "não quero cancelar", "123456789", "pois é"]
BACK = ["0", "voltar", "Voltar ao menu", "menu", "0️⃣", "zero"]

SAYINGS = {
    Subject.TECHNICAL: TECHNICAL,
    Subject.BILLING: BILLING,
    Subject.SALES: SALES,
    Subject.QUESTION: QUESTION,
    Subject.CANCEL: CANCEL,
    Subject.PERSON: PERSON,
    Subject.GREETING: GREETING,
    Subject.THANKS: THANKS,
    Subject.NOTHING: NOTHING,
    Subject.BACK: BACK,
}


@pytest.mark.parametrize(
    ("saying", "subject"), [(saying, subject) for subject, sayings in SAYINGS.items() for saying in sayings]
)
def test_what_customers_write_is_taken_for_what_they_mean(saying: str, subject: Subject) -> None:
    assert heard(saying).subject is subject


@pytest.mark.parametrize(
    "saying",
    [
        "não quero cancelar",
        "não quero mais cancelar",
        "nao vou cancelar não",
        "eu não pedi cancelamento",
        "desisti de cancelar",
        "não é para cancelar",
        "não cancele",
        "não quero cancelar, só quero a segunda via",
        "sem cancelar dá para mudar de plano?",
    ],
)
def test_denying_a_cancellation_is_not_asking_for_one(saying: str) -> None:
    assert heard(saying).subject is not Subject.CANCEL


@pytest.mark.parametrize(
    ("saying", "subject"),
    [
        ("não quero boleto, quero suporte", Subject.TECHNICAL),
        ("não é sobre plano, é a fatura", Subject.BILLING),
        ("não preciso de atendente, só da segunda via", Subject.BILLING),
    ],
)
def test_a_denied_subject_makes_room_for_the_one_that_is_meant(saying: str, subject: Subject) -> None:
    understood = heard(saying)
    assert understood.subject is subject
    assert not understood.person


@pytest.mark.parametrize(
    ("fragments", "subject"),
    [
        (("oi", "minha internet", "caiu"), Subject.TECHNICAL),
        (("bom dia", "quero a", "segunda via"), Subject.BILLING),
        (("oi", "tudo bem?", "vcs tem", "plano de", "500 mega"), Subject.SALES),
        (("queria", "cancelar"), Subject.CANCEL),
        (("oi", "👍"), Subject.GREETING),
        (("não", "quero cancelar"), Subject.CANCEL),
        (("oi", "preciso falar", "com uma pessoa"), Subject.PERSON),
    ],
)
def test_fragments_are_read_as_one_saying(fragments: tuple[str, ...], subject: Subject) -> None:
    assert heard(*fragments).subject is subject


@pytest.mark.parametrize(
    "kind", ["image", "audio", "video", "document", "location", "contacts", "order", "unsupported", "media"]
)
def test_what_must_be_looked_at_is_never_a_failed_try(kind: str) -> None:
    assert understand([Heard("text", "oi"), Heard(kind)]).subject is Subject.MEDIA
    assert understand([Heard(kind), Heard("text", "asdf qwer")]).subject is Subject.MEDIA


def test_a_photo_with_words_is_taken_by_its_words() -> None:
    assert understand([Heard("image", "o modem está com a luz vermelha")]).subject is Subject.TECHNICAL
    assert understand([Heard("audio"), Heard("text", "quero a 2a via")]).subject is Subject.BILLING


def test_a_sticker_alone_says_no_more_than_hello() -> None:
    assert understand([Heard("sticker")]).subject is Subject.GREETING


@pytest.mark.parametrize("line", MENU)
def test_a_tapped_line_is_its_subject_whatever_else_the_burst_says(line: Subject) -> None:
    burst = [Heard("text", "oi, boleto"), Heard("list_reply", TEXTS[f"menu.{line}"].text, line.value)]
    assert understand(burst).subject is line


def test_a_person_may_be_asked_for_beside_a_tapped_line() -> None:
    tap = Heard("list_reply", TEXTS["menu.cancel"].text, Subject.CANCEL.value)
    assert understand([tap, Heard("text", "atendente")]) == Understanding(Subject.CANCEL, person=True)
    assert not understand([tap, Heard("text", "por favor")]).person


@pytest.mark.parametrize("line", MENU)
def test_typing_a_line_of_the_menu_is_as_good_as_tapping_it(line: Subject) -> None:
    assert heard(TEXTS[f"menu.{line}"].text).subject is line


def test_a_reply_id_that_is_not_ours_is_read_by_its_words() -> None:
    assert understand([Heard("button_reply", "Minha internet caiu", "someone-else")]).subject is (
        Subject.TECHNICAL
    )


@pytest.mark.parametrize(
    ("saying", "number"),
    [("1", 1), ("opção 2", 2), ("a terceira", 3), ("quatro", 4), ("número 5", 5), ("6.", 6), ("2️⃣", 2)],
)
def test_a_line_may_be_named_by_its_number(saying: str, number: int) -> None:
    assert heard(saying).number == number


@pytest.mark.parametrize("saying", ["500", "12", "tenho 2 tvs", "segunda via", "0", "1 boleto"])
def test_a_number_inside_something_else_names_no_line(saying: str) -> None:
    assert heard(saying).number is None


@pytest.mark.parametrize(
    "saying",
    ["sim", "Sim!", "pode", "ok", "confirmo", "quero cancelar", "sim, pode cancelar", "cancelar o contrato"],
)
def test_a_yes_is_heard(saying: str) -> None:
    assert heard(saying).yes is True


@pytest.mark.parametrize("saying", ["não", "é outra coisa", "não quero cancelar", "deixa pra lá"])
def test_a_no_is_heard(saying: str) -> None:
    assert heard(saying).yes is False


@pytest.mark.parametrize(
    "saying", ["quanto custa cancelar?", "quero cancelar?", "cancelar só o telefone fixo", "tem multa?"]
)
def test_asking_about_a_cancellation_confirms_none(saying: str) -> None:
    assert heard(saying).yes is not True


@pytest.mark.parametrize(
    ("saying", "detail"),
    [
        ("tô sem net", "down"),
        ("internet lenta", "slow"),
        ("fica caindo", "unstable"),
        ("luz vermelha no modem", "equipment"),
        ("boleto", "invoice"),
        ("paguei ontem", "paid"),
        ("internet bloqueada", "blocked"),
        ("quero negociar", "agreement"),
    ],
)
def test_the_answer_can_name_what_was_said(saying: str, detail: str) -> None:
    assert heard(saying).detail == detail


def test_every_detail_has_its_sentence() -> None:
    tables = {"technical": vocabulary.TECHNICAL, "billing": vocabulary.BILLING, "sales": vocabulary.SALES,
              "question": vocabulary.QUESTION}  # fmt: skip
    keys = {
        f"heard.{subject}.{detail}" if detail else f"heard.{subject}"
        for subject, table in tables.items()
        for detail, _ in table
    }
    assert keys == {key for key in TEXTS if key.startswith("heard.")}


def test_what_nobody_could_type_in_one_burst_is_not_read() -> None:
    flood = Heard("text", "la " * MOST)
    assert understand([Heard("text", "quero cancelar"), flood]).subject is Subject.CANCEL
    assert understand([flood, Heard("text", "quero cancelar")]).subject is Subject.NOTHING


def test_asking_for_a_person_stands_beside_the_subject() -> None:
    understood = heard("quero falar com atendente sobre meu boleto")
    assert (understood.subject, understood.person) == (Subject.BILLING, True)


def test_a_deployments_own_words_come_first() -> None:
    understood = understand([Heard("text", "Meu TELEFONE-FIXO não funciona")], ["telefone fixo"])
    assert (understood.subject, understood.keyword) == (Subject.KEYWORD, "telefone fixo")
    assert understand([Heard("text", "telefones fixos")], ["telefone fixo"]).keyword is None


@given(
    st.lists(
        st.builds(Heard, st.sampled_from(["text", "image", "sticker"]), st.none() | st.text()), max_size=5
    )
)
def test_every_burst_is_understood_as_something(burst: list[Heard]) -> None:
    assert understand(burst) == understand(list(burst))


@given(
    st.lists(st.sampled_from(["bom dia", "oi", "obrigado", "a internet", "nao", "sim pode", "ja", "voltou"]))
)
def test_only_greetings_are_bare_greetings(pieces: list[str]) -> None:
    said = heard(" ".join(pieces)).subject
    assert (said is Subject.GREETING) == (not pieces or set(pieces) <= {"bom dia", "oi"})


def test_a_wall_of_greetings_is_read_as_easily_as_one() -> None:
    wall = "bom dia " * 500 + "x"
    assert heard(wall).subject is Subject.NOTHING  # and an exponential reading would never come here


@given(st.text())
def test_spelling_made_regular_stays_so(text: str) -> None:
    assert words(words(text)) == words(text)


def test_stretched_and_shortened_spellings_meet() -> None:
    assert normal("Tô SEM neeeet!!!") == "estou sem internet |"
    assert words("vc não ta c/ wi-fi?") == "voce nao esta c wifi"


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("Maria das Dores", "Maria"),
        ("JOÃO", "João"),
        ("ana-clara souza", "Ana-clara"),
        ("🔥Lu🔥", None),
        ("+55 11 90000-0000", None),
        ("*oi*", None),
        ("", None),
        (None, None),
        ("J", None),
    ],
)
def test_only_what_looks_like_a_name_is_used_as_one(profile: str | None, name: str | None) -> None:
    assert first_name(profile) == name


def test_each_subject_has_its_queue_and_priority() -> None:
    settings = FirstLineSettings(company="Fibra Exemplo", phone="0800 000 0000")
    table = {
        subject: settings.route(subject)
        for subject in ("technical", "cancel", "billing", "question", "sales")
    }
    assert {s: (r.queue, r.priority) for s, r in table.items()} == {
        "technical": ("Suporte técnico", Priority.URGENT),
        "cancel": ("Cancelamento", Priority.HIGH),
        "billing": ("Financeiro", Priority.NORMAL),
        "question": ("Geral", Priority.NORMAL),
        "sales": ("Comercial", Priority.LOW),
    }
    assert (settings.route("anything else").queue, settings.general.priority) == ("Geral", Priority.NORMAL)


def test_a_burst_is_never_collected_for_more_than_twenty_seconds() -> None:
    with pytest.raises(ValueError, match="20 s"):
        FirstLineSettings(company="x", phone="y", longest=timedelta(seconds=21))
    with pytest.raises(ValueError, match="20 s"):
        FirstLineSettings(company="x", phone="y", quiet=timedelta(seconds=21))


# When there is something to do

START = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)
SETTINGS = FirstLineSettings(company="Fibra Exemplo", phone="0800 000 0000")


def at(**span: float) -> datetime:
    return START + timedelta(**span)


def writing(until: float = 0, **known: Any) -> Standing:
    """The customer wrote at the start, and last `until` seconds later."""
    standing = Standing(automated=True, unread_from=START, unread_to=at(seconds=until), numbered=True)
    return replace(standing, **known)


@pytest.mark.parametrize(("until", "over"), [(0, 4), (3, 7), (15.9, 19.9), (16, 20), (19, 20), (60, 20)])
def test_a_burst_is_over_after_four_quiet_seconds_and_in_any_case_after_twenty(
    until: float, over: float
) -> None:
    assert due(writing(until), SETTINGS, at(seconds=over - 0.001)) is None
    assert due(writing(until), SETTINGS, at(seconds=over)) is Due.BURST


def test_a_tap_needs_no_pause() -> None:
    assert due(writing(tapped=True), SETTINGS, START) is Due.BURST


def test_the_greeting_waits_two_seconds_for_its_number_and_no_longer() -> None:
    assert due(writing(numbered=False), SETTINGS, at(seconds=5.9)) is None
    assert due(writing(numbered=False), SETTINGS, at(seconds=6)) is Due.BURST


def test_a_number_that_is_owed_is_told_as_soon_as_it_is_there_in_any_stage() -> None:
    for automated in (True, False):
        owing = Standing(automated, read_at=START, number_owed=True, numbered=True)
        assert due(owing, SETTINGS, START) is Due.PROTOCOL
        assert due(replace(owing, numbered=False), SETTINGS, START) is None


def test_silence_after_something_said_is_five_minutes_and_after_hello_two_hours() -> None:
    said = Standing(True, read_at=START, said_something=True, numbered=True)
    assert due(said, SETTINGS, at(minutes=4.99)) is None
    assert due(said, SETTINGS, at(minutes=5)) is Due.SILENCE
    hello = replace(said, said_something=False)
    assert due(hello, SETTINGS, at(minutes=119)) is None
    assert due(hello, SETTINGS, at(hours=2)) is Due.QUIET


def test_automation_is_late_when_its_clock_says_so_and_not_by_the_time_on_the_wall() -> None:
    assert due(writing(), SETTINGS, at(minutes=10)) is Due.BURST
    assert due(writing(breached=True), SETTINGS, at(seconds=1)) is Due.BREACH
    assert due(Standing(True, read_at=START, breached=True), SETTINGS, START) is Due.BREACH


def test_nothing_is_due_where_automation_has_no_say() -> None:
    for standing in (writing(automated=False), Standing(False, read_at=START, said_something=True)):
        assert due(standing, SETTINGS, at(days=3)) is None
