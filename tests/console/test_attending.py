"""An agent's work in a real browser, against the desk as it runs."""

from __future__ import annotations

import re
import struct
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.console.conftest import Desk, cut_off
from tests.walks.house import until

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CARRY = """
  const bytes = Uint8Array.from(atob('%s'), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], '%s', {type: '%s'}));
"""
PASTE = f"""() => {{{CARRY % (PNG, "foto.png", "image/png")}
  document.querySelector('.composer textarea').dispatchEvent(
    new ClipboardEvent('paste', {{clipboardData: carried, bubbles: true, cancelable: true}}));
}}"""
DROP = f"""() => {{{CARRY % (PNG, "foto.gif", "image/gif")}
  document.querySelector('.attend-main').dispatchEvent(
    new DragEvent('drop', {{dataTransfer: carried, bubbles: true, cancelable: true}}));
}}"""


def assert_opus(data: bytes) -> None:
    """Ogg pages in order, each with the right sum, that hold about a second of Opus in one channel."""
    at, pages = 0, []
    while at < len(data):
        signs, flags, position, _, n, told, count = struct.unpack_from("<4sxBqIIIB", data, at)
        lengths = data[at + 27 : at + 27 + count]
        end = at + 27 + count + sum(lengths)
        page = data[at : at + 22] + bytes(4) + data[at + 26 : end]
        total = 0
        for byte in page:
            total ^= byte << 24
            for _bit in range(8):
                total = (total << 1 ^ (0x04C11DB7 if total & 0x80000000 else 0)) & 0xFFFFFFFF
        assert (signs, n, told) == (b"OggS", len(pages), total)
        pages.append((flags, position, data[at + 27 + count : end]))
        at = end
    (first, _, head), (_, _, tags), *sound = pages
    assert (first, head[:8], head[9], tags[:8]) == (2, b"OpusHead", 1, b"OpusTags")
    assert sound[-1][0] == 4  # the end is told
    assert 0.5 < sound[-1][1] / 48_000 < 10


def open_(page: Page, name: str) -> None:
    page.locator(".row", has_text=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def name_of(row: dict[str, Any]) -> str:
    return str(row["contact"]["name"])


def test_an_agents_day_from_the_first_look_to_closing_and_back(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    service = {"reasons": ["technical/solved", "technical/fiber_cut"]}
    house.as_admin.put("/v1/queues/suporte-tecnico/service", service).raise_for_status()
    name = name_of(house.waits(who))
    page = desk.page(None)
    page.get_by_role("button", name="Entrar com um token").click()
    page.get_by_label("Token de acesso").fill("atende_nada")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("token de acesso válido")
    page.get_by_label("Token de acesso").fill(desk.token("ana"))
    page.get_by_role("button", name="Entrar", exact=True).click()

    open_(page, name)
    page.get_by_role("button", name="Assumir").click()
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    words = "Bom dia! Já estou vendo o sinal do seu equipamento."
    house.said.add(words)
    box.fill(words)
    box.press("Enter")
    sent = page.locator(".line.agent", has_text=words)
    expect(sent).to_have_count(1)
    expect(sent.get_by_role("img", name="Lida")).to_be_visible()
    assert [m.body["text"]["body"] for m in house.sent_to(who) if "text" in m.body][-1] == words

    bill = "boleto-de-marco.pdf"
    on_the_way: list[Route] = []
    page.route(re.compile("/files$"), lambda route: on_the_way.append(route), times=1)
    page.get_by_label("Arquivo para anexar").set_input_files(
        {"name": bill, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 segunda via"}
    )
    expect(page.get_by_label("Arquivos desta mensagem")).to_contain_text(bill)
    page.evaluate(PASTE)  # a picture from the clipboard
    page.evaluate(DROP)  # and what WhatsApp would not take
    expect(page.get_by_label("Arquivos desta mensagem").get_by_role("alert")).to_contain_text("WhatsApp")
    page.get_by_role("button", name="Tirar foto.gif").click()
    box.fill("Segue a segunda via.")
    house.said |= {bill, "Segue a segunda via."}
    box.press("Enter")  # while the first file is still on its way
    expect(page.get_by_text("Envio assim que os arquivos carregarem.")).to_be_visible()
    on_the_way.pop().continue_()
    expect(page.locator(".line.agent .document")).to_contain_text(bill)
    expect(page.locator(".line.agent .picture img")).to_be_visible()
    until(
        lambda: [m.body["type"] for m in house.sent_to(who)][-2:] == ["document", "image"],
        "both files with the provider, in their order",
    )
    sent_document = next(m.body["document"] for m in house.sent_to(who) if "document" in m.body)
    assert sent_document.keys() == {
        "id",
        "caption",
        "filename",
    }

    page.get_by_role("button", name="Gravar áudio").click()
    page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Terminar a gravação").click()
    expect(page.get_by_label("Arquivos desta mensagem")).to_contain_text("Áudio gravado")
    page.get_by_role("button", name="Enviar", exact=True).click()
    until(lambda: house.sent_to(who)[-1].body["type"] == "audio", "the recording with the provider")
    sound = house.sent_to(who)[-1].body["audio"]
    heard = house.graph.ledger.files[sound["id"]]
    assert (heard.mime, sound.get("voice")) == ("audio/ogg", True)
    assert_opus(heard.data)

    note = "Sinal óptico baixo na caixa da rua."
    house.said.add(note)
    page.get_by_role("button", name="Nota", exact=True).click()
    page.get_by_label("Nota interna").fill(note)
    page.get_by_role("button", name="Guardar nota").click()
    expect(page.locator(".context .notes")).to_contain_text(note)

    until(lambda: house.as_admin.get("/v1/channels/principal/templates").json()["items"], "the templates")
    page.get_by_role("button", name="Modelo aprovado").click()
    models = page.get_by_role("group", name="Modelos aprovados")
    expect(models.get_by_text("Retomar atendimento")).to_be_visible()
    expect(models.get_by_text(re.compile("Oferta fibra|Codigo acesso|Aviso antigo"))).to_have_count(0)
    models.get_by_label("Retomar atendimento").check()
    greeted = f"Oi, {who.name.split()[0]}! Podemos continuar o seu atendimento por aqui?"
    expect(page.get_by_role("group", name="Como o cliente vai ler")).to_contain_text(greeted)
    page.get_by_role("button", name="Enviar modelo").click()
    until(
        lambda: (
            [m.body.get("template", {}).get("name") for m in house.sent_to(who)][-1] == "retomar_atendimento"
        ),
        "the template with the provider",
    )
    assert house.sent_to(who)[-1].body["template"]["components"] == [
        {"type": "body", "parameters": [{"type": "text", "text": who.name.split()[0]}]}
    ]

    page.get_by_role("button", name="Encerrar").click()
    reasons = page.get_by_role("group", name="Motivo").locator("label")
    expect(reasons).to_have_text(["Resolvido na hora", "Fiber cut"])  # those of its queue
    page.get_by_label("Resolvido na hora").check()
    page.get_by_label("Resultado, em uma linha").fill("Conector refeito, sinal normal.")
    house.said.add("Conector refeito, sinal normal.")
    page.get_by_role("dialog").get_by_role("button", name="Encerrar").click()
    until(lambda: house.conversation(who)["stage"] == "closed", "the closing")
    page.get_by_role("button", name="Desfazer").click()
    until(lambda: house.conversation(who)["stage"] == "in_service", "its undoing")
    expect(page.locator(".turn", has_text="Você desfez o encerramento")).to_be_visible()


def test_of_two_who_claim_at_once_one_is_told_who_was_first(desk: Desk) -> None:
    who = desk.house.customer()
    name = name_of(desk.house.waits(who))
    ana, bia = desk.page("ana"), desk.page("bia", live=False)
    for page in (ana, bia):
        open_(page, name)
        expect(page.get_by_role("button", name="Assumir")).to_be_visible()
    with cut_off(bia):  # what she sees stands still for a moment
        ana.keyboard.press("a")
        until(lambda: desk.house.conversation(who)["agent_id"] == "ana", "the first claim")
        bia.keyboard.press("a")
        expect(bia.locator(".toast")).to_contain_text("Ana")
    assert desk.house.conversation(who)["agent_id"] == "ana"
    expect(bia.locator(".offer")).to_contain_text("Ana está com esta conversa")
    expect(ana.get_by_label("Mensagem ao cliente")).to_be_focused()


def test_a_customer_is_attended_by_keyboard_alone(desk: Desk) -> None:
    """Three keys from the list to the first ready answer: `n`, `/`, Enter."""
    house, who = desk.house, desk.house.customer()
    for other in house.as_service.get("/v1/conversations", stage="waiting").json()["items"]:
        house.agent("caio").post(f"/v1/conversations/{other['conversation_id']}/claim")
    house.waits(who)
    page = desk.page("bia")
    expect(page.locator(".row")).to_have_count(1)
    page.mouse.move(0, 0)
    page.keyboard.press("n")
    expect(page.get_by_label("Mensagem ao cliente")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("listbox", name="Respostas prontas")).to_be_visible()
    page.keyboard.press("Enter")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).not_to_have_value("")
    house.said.add(box.input_value())
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent").get_by_role("img", name="Lida")).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator(".toast")).to_contain_text(house.conversation(who)["protocol"])
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="Transferir")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("encer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Encerrar atendimento")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Voltou a funcionar.")
    house.said.add("Voltou a funcionar.")
    page.keyboard.press("Enter")
    until(lambda: house.conversation(who)["stage"] == "closed", "the closing")
    expect(page.get_by_role("dialog")).to_have_count(0)  # while one is open, keys are its own
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_be_visible()


def test_three_keys_lead_from_the_alert_to_the_first_ready_answer(desk: Desk) -> None:
    """Enter accepts, a slash opens the list, Enter inserts the first that is kept for its queue."""
    house, who = desk.house, desk.house.customer()
    for other in house.as_service.get("/v1/conversations", stage="waiting").json()["items"]:
        house.agent("caio").post(f"/v1/conversations/{other['conversation_id']}/claim")
    page = desk.page("bia")
    page.get_by_role("heading", name="Atendimento").wait_for()
    house.agent("bia").post("/v1/me/heartbeat").raise_for_status()
    house.agent("bia").put("/v1/me/availability", {"availability": "available"}).raise_for_status()
    house.waits(who)
    alert = page.get_by_role("alertdialog", name="Conversa oferecida a você")
    expect(alert).to_contain_text(who.name)
    keys: list[str] = []

    def press(key: str) -> None:
        keys.append(key)
        page.keyboard.press(key)

    press("Enter")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    press("/")
    listbox = page.get_by_role("listbox", name="Respostas prontas")
    expect(listbox.get_by_role("option").first).to_contain_text("/luzes")
    press("Enter")
    expect(box).to_have_value("Pode me mandar uma foto das luzes do modem?")
    assert len(keys) == 3

    box.fill("/bol")
    expect(listbox).to_have_count(0)  # another queue's
    begun = f"Oi, {who.name.split()[0]}, ainda estou vendo"
    house.said.add(begun)
    path = f"/v1/conversations/{house.conversation_id(who)}/draft"
    box.fill(begun)
    until(lambda: house.agent("bia").get(path).json()["text"] == begun, "the draft at the desk")
    elsewhere = desk.page("bia", f"/atendimentos/{house.conversation_id(who)}")
    expect(elsewhere.get_by_label("Mensagem ao cliente")).to_have_value(begun)
    elsewhere.close()

    box.fill("/apres")
    page.keyboard.press("Enter")
    expect(box).to_have_value(f"Oi, {who.name.split()[0]}, aqui é bia. Já li o que você mandou.")
    house.agent("bia").put("/v1/me/availability", {"availability": "paused", "reason": "almoco"})


def test_nobody_answers_over_what_they_have_not_read(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana", live=False)
    open_(page, name)
    page.keyboard.press("a")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    first, late = "Vou reiniciar a porta do seu lado.", "espera, voltou sozinho agora"
    house.said |= {first, late}
    with cut_off(page):
        house.writes(who, late)
        until(lambda: any(line["text"] == late for line in house.lines(who, "customer")), "what they wrote")
        box.fill(first)
        box.press("Enter")
        asking = page.get_by_role("alertdialog", name="Confirmar envio")
        expect(asking).to_contain_text("O cliente escreveu enquanto você digitava")
        assert not [m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == first]
    expect(page.locator(".line.customer", has_text=late)).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line.agent", has_text=first).get_by_role("img", name="Lida")).to_be_visible()
    assert len([m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == first]) == 1


def test_a_desk_that_is_gone_is_told_and_what_was_written_leaves_once_when_it_is_back(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana")
    open_(page, name)
    page.keyboard.press("a")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    house.serve.kill()
    expect(page.locator(".banner")).to_contain_text("Sem conexão")
    expect(page.locator(".connection")).to_contain_text("Sem conexão")
    words = "Continuo por aqui, um instante."
    house.said.add(words)
    box.fill(words)
    box.press("Enter")
    expect(page.locator('[data-sending="failed"]')).to_contain_text("Sem conexão")
    house.open_doors()
    expect(page.locator(".banner")).to_have_count(0, timeout=30_000)
    page.get_by_role("button", name="Tentar de novo").click()
    expect(page.locator(".line.agent", has_text=words).get_by_role("img", name="Lida")).to_be_visible()
    assert len([m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == words]) == 1


def test_a_page_that_nobody_looks_at_keeps_its_stream(desk: Desk) -> None:
    """Behind another window an agent is still there, and finds everything when they come back."""
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana", f"/atendimentos/{house.conversation_id(who)}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    opened: list[str] = []
    page.on("request", lambda asked: opened.append(asked.url) if "/v1/live?" in asked.url else None)
    for state in ("hidden", "visible"):
        page.evaluate(
            """(state) => {
              Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => state});
              Object.defineProperty(document, 'hidden', {configurable: true, get: () => state === 'hidden'});
              document.dispatchEvent(new Event('visibilitychange'));
            }""",
            state,
        )
        words = f"ainda sem sinal, {state}"
        house.writes(who, words)
        expect(page.locator(".line.customer", has_text=words)).to_be_visible()
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    assert opened == []


def test_the_team_talks_calls_somebody_and_shows_a_conversation(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    bia = desk.page("bia", "/equipe")
    page = desk.page("ana")
    open_(page, name)
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_label("Suporte técnico").check()
    words = "Alguém conhece este endereço?"
    house.said.add(words)
    page.get_by_label("O que você quer dizer").fill(words)
    page.get_by_role("button", name="Mostrar", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Mostrado à equipe")

    room = bia.get_by_role("button", name="Suporte técnico")
    expect(room).to_contain_text(words)  # it came by itself
    expect(room.get_by_label("1 não lida")).to_be_visible()
    expect(bia.locator(".rail-count")).to_have_text("1")
    room.click()
    expect(bia.locator(".room-card")).to_contain_text(name)
    expect(bia.locator(".rail-count")).to_have_count(0)  # what is seen is read

    bia.get_by_label("Mensagem para a equipe").press_sequentially("@an")
    bia.keyboard.press("Enter")
    bia.keyboard.type("conheço, é o prédio da esquina")
    bia.keyboard.press("Enter")
    house.said.add("conheço, é o prédio da esquina")
    expect(bia.locator(".room-line.mine mark")).to_have_text("@Ana")
    called = page.get_by_role("img", name="1 não lida, e alguém chamou você")
    expect(called).to_be_visible()
    page.locator(".rail").get_by_role("link", name="Equipe").click()
    page.get_by_role("button", name="Suporte técnico").click()
    expect(page.locator(".room-line.calls")).to_contain_text("conheço")
    expect(called).to_have_count(0)
    page.locator(".room-card").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_what_does_not_become_a_page_stays_words(desk: Desk) -> None:
    """A customer's markup is shown as they wrote it, and never run."""
    house, who = desk.house, desk.house.customer()
    words = '<img src=x onerror="document.title=1"> sem internet <b>agora</b>'
    name = name_of(house.waits(who, words))
    page = desk.page("ana")
    open_(page, name)
    expect(page.locator(".line.customer .text").first).to_have_text(words)
    assert re.fullmatch(r"(\(\d+\) )?Atende", page.title())


def test_a_supervisor_sees_the_wall_reads_along_whispers_and_takes_over(desk: Desk, shot: Any) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    one = house.conversation_id(who)
    house.agent("ana").post(f"/v1/conversations/{one}/claim").raise_for_status()
    ana, boss = desk.page("ana", f"/atendimentos/{one}"), desk.page("chefe", "/painel", theme="dark")
    expect(ana.get_by_role("heading", level=1)).to_contain_text(name)
    expect(boss.get_by_role("heading", name="Filas")).to_be_visible()
    expect(boss.locator(".figures .num", has_text=re.compile(r"[1-9]")).first).to_be_visible()
    shot(boss, "painel-dark")
    boss.get_by_role("button", name="Situação de Ana").click()
    boss.get_by_role("menuitem", name="Pausa: Treinamento").click()
    expect(boss.locator("tr", has_text="Ana").locator(".chip")).to_have_text("Treinamento")

    boss.goto(f"{house.url}/atendimentos/{one}")
    expect(boss.locator(".oversight")).to_contain_text("Você está acompanhando")
    expect(ana.locator(".turn", has_text="abriu para acompanhar")).to_be_visible()
    advice, why = "Ofereça a visita de hoje à tarde.", "O cliente pediu a supervisão."
    house.said |= {advice, why}
    boss.get_by_role("button", name="Sussurrar").click()
    boss.get_by_role("dialog").get_by_role("textbox").fill(advice)
    boss.keyboard.press("Enter")
    expect(ana.locator(".line", has_text=advice)).to_contain_text("sussurrou para você")
    shot(ana, "sussurro-light")
    shot(boss, "acompanhando-dark")
    boss.get_by_role("button", name="Assumir no lugar").click()
    boss.get_by_role("dialog").get_by_role("textbox").fill(why)
    boss.keyboard.press("Enter")
    expect(boss.get_by_label("Mensagem ao cliente")).to_be_visible()
    expect(ana.locator(".toast", has_text=why)).to_contain_text("assumiu o atendimento")
    expect(ana.locator(".turn", has_text="assumiu no seu lugar")).to_be_visible()
    assert house.conversation(who)["agent_id"] == "chefe"
    assert not [m for m in house.sent_to(who) if advice in str(m.body)]

    boss.goto(f"{house.url}/tv")
    expect(boss.get_by_role("heading", name="Painel do atendimento")).to_be_visible()
    shot(boss, "tv-dark")


def test_a_filter_that_is_kept_shows_its_part_of_the_list_and_is_there_another_day(desk: Desk) -> None:
    house = desk.house
    urgent, other = house.customer(), house.customer()
    house.waits(urgent)
    house.waits(other)
    path = f"/v1/conversations/{house.conversation_id(other)}/priority"
    house.agent("ana").post(path, {"priority": "low", "reason": "Pode esperar."}).raise_for_status()
    page = desk.page("ana")
    mine, theirs = page.locator(".row", has_text=urgent.name), page.locator(".row", has_text=other.name)
    page.locator(".row").first.wait_for()
    page.keyboard.press("f")
    asked = page.get_by_role("dialog", name="Filtrar a lista")
    asked.get_by_label("Prioridade").select_option(label="Baixa")
    asked.get_by_label("Guardar com o nome").fill("Sem pressa")
    page.keyboard.press("Enter")
    expect(theirs).to_be_visible()
    expect(mine).to_have_count(0)
    page.get_by_label("Mostrar").select_option(label="Todas as filas")
    page.reload()
    page.get_by_label("Mostrar").select_option(label="Sem pressa")
    expect(theirs).to_be_visible()
    expect(mine).to_have_count(0)
    page.get_by_role("button", name="Filtrar", exact=True).click()
    asked.get_by_label("Só as que passaram do prazo").check()
    asked.get_by_role("button", name="Mostrar").click()
    expect(page.get_by_text("Nada com este filtro")).to_be_visible()
    page.get_by_role("button", name="Ver todas").click()
    expect(page.locator(".row").first).to_be_visible()


def test_a_conversation_is_begun_by_phone_and_the_first_word_is_a_template(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    page = desk.page("ana")
    page.get_by_role("button", name="Nova conversa por telefone").click()
    asked = page.get_by_role("dialog", name="Nova conversa")
    begin = asked.get_by_role("button", name="Começar")
    asked.get_by_label("Telefone do cliente").fill("9999")
    expect(begin).to_be_disabled()
    assert who.wa_id is not None
    local = who.wa_id.removeprefix("55")
    asked.get_by_label("Telefone do cliente").fill(f"({local[:2]}) {local[2:-4]}-{local[-4:]}")
    begin.click()
    expect(asked).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text(local[-4:])
    expect(page.get_by_role("button", name="Escolher modelo")).to_be_visible()
    assert house.conversation(who)["agent_id"] == "ana"
