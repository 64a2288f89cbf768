"""Fifty consoles at one desk: how soon is on a screen what was appended to the log?

Five are pages in a real Chromium, the others streams such as theirs. A dozen customers who wait write in turn
what no other message says; a page notes when it has painted that. A message is seen when it is, or one after
it of the same customer; late is that after the moment its record was appended. The whole house runs as in
`atende bench intake`, couriers off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from adapters import tokens
from adapters.simulator import webhooks
from adapters.simulator.customers.people import person
from adapters.whatsapp.addresses import message_ref
from api.pages import BUILT
from api.wiring.accounting import told
from api.wiring.demo import roles
from api.wiring.local import CHANNEL, NUMBER, Local, servers
from commands.door_ports import Role
from tests.bench.desk import furnish
from tests.bench.intake import followed
from tests.bench.live import EACH, TOPICS, Browsing, appended_between
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say
from tests.console.conftest import CHROMIUM, FLAGS, WIDE

CUSTOMERS: Final = 12  # as many rows as a screen shows at once
FIRST: Final = "minha internet caiu, sem sinal no roteador"
SETTLE: Final = 3.0
PATIENCE: Final = 60.0
WATCH: Final = """
() => {
  window.painted = [];
  const known = new Set();
  const look = () => {
    const now = Date.now();
    for (const row of document.querySelectorAll('.row'))
      for (const [, n] of row.textContent.matchAll(/recado (\\d{5})/g))
        if (!known.has(n)) { known.add(n); window.painted.push([Number(n), now]); }
  };
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(look, 0)))
    .observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""
"""What stands in a row is noted after the frame that shows it."""


def open_page(browser: Browser, url: str, token: str) -> Page:
    """A console of their own, on the list of what waits."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="pt-BR")
    likes = json.dumps({"theme": "light", "toured": True, "sounds": False})
    context.add_init_script(f"localStorage.setItem('atende.preferences', {json.dumps(likes)})")
    context.add_init_script(f"sessionStorage.setItem('atende.token', {json.dumps(token)})")
    page = context.new_page()
    page.goto(url)
    page.locator(".row").nth(CUSTOMERS - 1).wait_for(timeout=PATIENCE * 1000)
    page.evaluate(WATCH)
    return page


async def write(local: Local, url: str, words: Sequence[tuple[int, str]], rate: float) -> dict[str, int]:
    """Customers write these, one message to a body, so many a second. The number of each, by its id."""
    number = webhooks.Number(NUMBER, "552330000001", "100000000000001")
    people = [person(7, n) for n in range(CUSTOMERS)]
    run, began, ids = uuid4().hex[:8], time.monotonic(), dict[str, int]()

    async with httpx.AsyncClient(timeout=PATIENCE) as client:

        async def one(n: int, who: int, said: str) -> None:
            id_ = f"wamid.{run}-{n}"
            ids[id_] = n
            message = webhooks.text(people[who], id_, datetime.now(UTC), said)
            body = webhooks.body(number, people=[people[who]], messages=[message])
            answer = await webhooks.deliver(
                client, f"{url}/webhooks/meta/{CHANNEL}", local.secrets["app_secret"], body
            )
            answer.raise_for_status()

        writing = []
        for n, (who, said) in enumerate(words):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            writing.append(asyncio.create_task(one(n, who, said)))
        await asyncio.gather(*writing)
    return ids


def lateness(painted: Sequence[tuple[int, int]], appended: Mapping[int, float]) -> list[float | None]:
    """Seconds until each message was on this screen; None for one that never was."""
    first: dict[int, dict[int, float]] = defaultdict(dict)
    for n, at in painted:
        first[n % CUSTOMERS][n] = at / 1000
    waits: list[float | None] = []
    for n, at in appended.items():
        shown = [seen for later, seen in first[n % CUSTOMERS].items() if later >= n]
        waits.append(min(shown) - at if shown else None)
    return waits


def run(given: argparse.Namespace, folder: Path) -> Report:
    report = Report("screen", given.seed)
    with ExitStack() as stack:
        local = stack.enter_context(servers(folder))
        desk = stack.enter_context(roles(local, 0, ATENDE_COURIERS="false", ATENDE_QUIET_WINDOW="1"))
        pages = furnish(local, desk.url, given.pages)
        asyncio.run(write(local, desk.url, [(n, FIRST) for n in range(CUSTOMERS)], 50))
        followed(desk.url, local, desk)
        say(f"{given.pages} pages and {given.consoles - given.pages} streams")
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.callback(browser.close)
        screens = [open_page(browser, desk.url, token) for token in pages]
        streams = given.consoles - given.pages
        bearers = [
            tokens.create(local.dsn, f"bench {n}", Role.SERVICE).token for n in range(streams // EACH + 1)
        ]
        looking = Browsing(desk.url, streams, bearers, TOPICS)
        time.sleep(SETTLE)
        say(f"{given.rate:g} messages/s for {given.seconds:g} s")
        words = [(n % CUSTOMERS, f"recado {n:05d}") for n in range(int(given.rate * given.seconds))]
        began, ids = time.time(), dict[str, int]()
        writing = threading.Thread(
            target=lambda: ids.update(asyncio.run(write(local, desk.url, words, given.rate)))
        )
        writing.start()
        while writing.is_alive():
            screens[0].wait_for_timeout(200)  # the pages' own events are heard meanwhile
        ended = time.time()
        followed(desk.url, local, desk)
        screens[0].wait_for_timeout(SETTLE * 1000)
        painted = [screen.evaluate("window.painted") for screen in screens]
        changes = appended_between(local.dsn, began, ended)
        by_streams = looking.told(changes)
        _, places = told(local.settings)
        key = local.secrets["index_key"].encode()
        times = {(p, ordinal): at for p, ordinal, at, _ in changes}
        appended = {
            n: times[place]
            for id_, n in ids.items()
            if (place := places.get(message_ref(key, CHANNEL, id_))) in times
        }
    found = [late for screen in painted for late in lateness(screen, appended)]
    waits = [late for late in found if late is not None]
    shown: dict[str, Any] = {p: round(percentile(waits, float(p)) * 1000, 1) for p in ("50", "95", "99")}
    report.figures = {
        "messages": len(words),
        "appended": len(appended),
        "on_screens": len(waits),
        "screens_ms": shown,
        "streams": by_streams,
    }
    what = f"of {given.consoles} consoles at {given.rate:g} messages/s"
    report.goals = [
        Goal(f"on the {given.pages} screens {what}, p95", shown["95"], "ms", 250, "at most"),
        Goal("told by the other streams, p95", by_streams["ms"]["95"], "ms", 250, "at most"),
        Goal("never on a screen", len(found) - len(waits), "messages", 0, "at most"),
        Goal("never told", by_streams["never_told"], "changes", 0, "at most"),
        Goal("not in the log", len(words) - len(appended), "messages", 0, "at most"),
    ]
    return report


def main() -> None:
    asked = arguments("screen")
    asked.add_argument("--consoles", type=int, default=50)
    asked.add_argument("--pages", type=int, default=5, help="of them, in a real browser")
    asked.add_argument("--rate", type=float, default=20, help="messages per second")
    asked.add_argument("--seconds", type=float, default=30)
    given = asked.parse_args()
    if CHROMIUM is None or not BUILT.exists():
        raise SystemExit("atende bench screen needs Chromium and the pages of `make console`.")
    report_on(given, run)


if __name__ == "__main__":
    main()
