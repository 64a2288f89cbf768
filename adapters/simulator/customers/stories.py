"""The demands of an internet provider's customers, as scripts. The same seed tells the same stories."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from adapters.simulator.customers import words
from adapters.simulator.customers.steps import Act, Do, Sign, Step, Story, Wait

Chance = random.Random
Teller = Callable[[Chance], Story]

PATIENCE: Final = 25.0  # seconds until somebody asks whether anybody is there
LOYALTY: Final = 90.0  # seconds a customer stays in the chat for the next word of a person
_MENU_PATIENCE: Final = 12.0


def story(seed: int, n: int) -> Story:
    """The n-th story of a seed."""
    chance = random.Random(f"{seed}/story/{n}")  # noqa: S311 - repeatable on purpose
    teller = chance.choices(_TELLERS, _WEIGHTS)[0]
    return teller(chance)


# How a demand begins


def _fault(chance: Chance) -> Story:
    lines = chance.choice(chance.choice((words.DOWN, words.DOWN, words.SLOW, words.WIFI, words.EQUIPMENT)))
    steps = [*_hello(chance), *_fragments(chance, lines)]
    shown = chance.random()
    if shown < 0.3:
        steps.append(Do(Act.PHOTO, chance.choice(words.CAPTIONS), _pause(chance, 2, 6)))
    elif shown < 0.45:
        steps.append(Do(Act.VOICE, after=_pause(chance, 2, 5)))
    elif shown < 0.53:
        steps.append(Do(Act.LOCATION, after=_pause(chance, 2, 5)))
    return _told("fault", "technical", steps, chance)


def _fault_spoken(chance: Chance) -> Story:
    """Nothing but a recorded voice: no word for anybody but people."""
    steps = [*_hello(chance), Do(Act.VOICE, after=_pause(chance, 1, 3))]
    return _told("spoken", "technical", steps, chance)


def _bill(chance: Chance) -> Story:
    lines = chance.choice(chance.choice((words.INVOICE, words.INVOICE, words.PAID, words.AGREEMENT)))
    steps = [*_hello(chance), *_fragments(chance, lines)]
    if lines in words.PAID:
        steps.append(Do(Act.DOCUMENT, "comprovante.pdf", _pause(chance, 2, 5)))
    return _told("bill", "billing", steps, chance)


def _sale(chance: Chance) -> Story:
    return _told("sale", "sales", [*_hello(chance), *_fragments(chance, chance.choice(words.SALES))], chance)


def _doubt(chance: Chance) -> Story:
    steps = [*_hello(chance), *_fragments(chance, chance.choice(words.QUESTION))]
    return _told("doubt", "question", steps, chance)


def _menu(chance: Chance) -> Story:
    """Says hello, waits for the list and chooses from it."""
    subject = chance.choices(("technical", "billing", "question", "sales", "person"), (4, 4, 2, 2, 1))[0]
    say_it = (Do(Act.TEXT, chance.choice(words.PERSON), 1.0),)
    steps: list[Step] = [Do(Act.TEXT, chance.choice(words.HELLO), 0.0)]
    steps += [Wait(Sign.LIST, _MENU_PATIENCE, say_it), Do(Act.CHOICE, subject, _pause(chance, 1, 3))]
    return _told("menu", subject, steps, chance)


def _cancellation(chance: Chance) -> Story:
    """Says so, and answers the one question by its buttons, mostly meaning it."""
    button = "cancel_contract" if chance.random() < 0.75 else "other"
    say_it = (Do(Act.TEXT, chance.choice(words.PERSON), 1.0),)
    steps: list[Step] = list(_fragments(chance, chance.choice(words.CANCEL), first=0.0))
    steps += [Wait(Sign.BUTTONS, _MENU_PATIENCE, say_it), Do(Act.TAP, button, _pause(chance, 1, 3))]
    if button == "other":
        steps += [
            Wait(Sign.LIST, _MENU_PATIENCE, say_it),
            Do(Act.CHOICE, "billing", _pause(chance, 1, 3)),
        ]
    return replace(_told("cancellation", "billing", steps, chance), button=button)


def _cancellation_by_list(chance: Chance) -> Story:
    say_it = (Do(Act.TEXT, chance.choice(words.PERSON), 1.0),)
    steps: list[Step] = [
        Do(Act.TEXT, chance.choice(words.HELLO), 0.0),
        Wait(Sign.LIST, _MENU_PATIENCE, say_it),
        Do(Act.CHOICE, "cancel", _pause(chance, 1, 3)),
        Wait(Sign.BUTTONS, _MENU_PATIENCE, say_it),
        Do(Act.TAP, "cancel_contract", _pause(chance, 1, 3)),
    ]
    return replace(_told("cancellation", "cancel", steps, chance), button="cancel_contract")


def _person(chance: Chance) -> Story:
    steps: list[Step] = [*_hello(chance), Do(Act.TEXT, chance.choice(words.PERSON), _pause(chance, 0, 2))]
    return _told("person", "person", steps, chance)


def _puzzle(chance: Chance) -> Story:
    """Says what nobody understands, twice, and ends with people."""
    first, second = chance.sample(words.PUZZLING, 2)
    steps: list[Step] = [
        Do(Act.TEXT, first, 0.0),
        Wait(Sign.ANYTHING, _MENU_PATIENCE),
        Do(Act.TEXT, second, _pause(chance, 1, 3)),
        Wait(Sign.ANYTHING, _MENU_PATIENCE),
        Do(Act.TEXT, chance.choice(words.PUZZLING), _pause(chance, 1, 3)),
    ]
    return _told("puzzle", "person", steps, chance)


def _oddities(chance: Chance) -> Story:
    """What providers cannot tell, and what nobody has heard of yet, beside a word that says it all."""
    odd = chance.choice((Act.UNSUPPORTED, Act.NOVELTY, Act.STICKER))
    steps: list[Step] = [Do(odd, after=0.0, asks=False), Do(Act.TEXT, chance.choice(words.PERSON), 1.5)]
    return _told("oddity", "person", steps, chance)


def _corrections(chance: Chance) -> Story:
    """Writes it wrong and changes it, or sends it to the wrong chat and takes it back."""
    wrong, right = chance.choice(words.TYPOS)
    steps: list[Step] = [Do(Act.TEXT, wrong, 0.0)]
    if chance.random() < 0.6:
        steps.append(Do(Act.EDIT, right, _pause(chance, 1, 3), asks=False))
    else:
        steps.append(Do(Act.DELETION, "", _pause(chance, 1, 3), asks=False))
        steps.append(Do(Act.TEXT, right, _pause(chance, 1, 2)))
    return _told("correction", "billing" if "boleto" in right else "technical", steps, chance)


def _late(chance: Chance) -> Story:
    """The phone was away: what was written then arrives now."""
    ago = chance.choice((14 * 60.0, 3 * 3600.0, 5 * 86400.0))
    lines = chance.choice(words.DOWN)
    steps: list[Step] = [replace(step, ago=ago) for step in _fragments(chance, lines, first=0.0)]
    return _told("late", "technical", steps, chance)


def _gratitude(chance: Chance) -> Story:
    """Only says thank you, out of nowhere."""
    return Story("gratitude", "person", (Do(Act.TEXT, chance.choice(words.THANKS), 0.0, asks=False),))


_TOLD: Final[Sequence[tuple[Teller, int]]] = (
    (_fault, 34),
    (_fault_spoken, 4),
    (_bill, 18),
    (_menu, 12),
    (_sale, 8),
    (_doubt, 7),
    (_cancellation, 4),
    (_cancellation_by_list, 2),
    (_person, 3),
    (_puzzle, 2),
    (_corrections, 3),
    (_oddities, 2),
    (_late, 1),
    (_gratitude, 1),
)
_TELLERS: Final = [teller for teller, _ in _TOLD]
_WEIGHTS: Final = [weight for _, weight in _TOLD]


# How it goes on, once somebody is there


def _told(kind: str, subject: str, opening: Sequence[Step], chance: Chance) -> Story:
    """The opening; then waiting for a person, more or less patiently, answering them, and mostly thanks."""
    return Story(kind, subject, (*opening, *_service(chance)))


def _service(chance: Chance) -> list[Step]:
    impatient = tuple(
        Do(Act.TEXT, line, _pause(chance, 1, 12))
        for line in chance.sample(words.IMPATIENT, chance.choice((1, 1, 2, 3)))
    )
    patience = _pause(chance, PATIENCE * 0.6, PATIENCE * 1.6)
    steps: list[Step] = [Wait(Sign.PERSON, patience, impatient, LOYALTY * 3)]
    if chance.random() < 0.2:
        steps.append(Do(Act.REACTION, chance.choice(words.REACTIONS), _pause(chance, 0.5, 2), asks=False))
        if chance.random() < 0.25:
            steps.append(Do(Act.REACTION, "", _pause(chance, 0.5, 2), asks=False))
    steps += _fragments(chance, chance.choice(words.DETAILS), first=_pause(chance, 1.5, 5))
    shown = chance.random()
    if shown < 0.12:
        steps.append(Do(Act.PHOTO, chance.choice(words.CAPTIONS), _pause(chance, 2, 5)))
    elif shown < 0.17:
        steps.append(Do(Act.VOICE, after=_pause(chance, 2, 5)))
    elif shown < 0.2:
        steps.append(Do(Act.DELETION, "", _pause(chance, 1, 2), asks=False))
    steps.append(Wait(Sign.PERSON, LOYALTY))
    ending = chance.random()
    if ending < 0.15:
        steps.append(Do(Act.TEXT, chance.choice(words.BACK_ON), _pause(chance, 1, 4), asks=False))
    if ending < 0.7:
        steps.append(Do(Act.TEXT, chance.choice(words.THANKS), _pause(chance, 1, 3), asks=False))
    elif ending < 0.76:
        steps.append(Do(Act.STICKER, after=_pause(chance, 1, 3), asks=False))
    elif ending < 0.82:
        steps.append(Do(Act.REACTION, "👍", _pause(chance, 0.5, 2), asks=False))
    return steps


def _hello(chance: Chance) -> list[Step]:
    if chance.random() < 0.35:
        return []
    return [Do(Act.TEXT, chance.choice(words.HELLO), 0.0)]


def _fragments(chance: Chance, lines: Sequence[str], first: float | None = None) -> list[Do]:
    """One thought per message, seconds apart: soon enough to be one burst."""
    begins = _pause(chance, 0.6, 2.5) if first is None else first
    return [
        Do(Act.TEXT, line, begins if place == 0 else _pause(chance, 0.8, 3.2))
        for place, line in enumerate(lines)
    ]


def _pause(chance: Chance, least: float, most: float) -> float:
    return round(chance.uniform(least, most), 2)
