"""`atende forget`: a person's words are made unreadable, for ever."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import FOLDER, AsJson, Folder, at_hand, out, print_json


def forget(
    whom: Annotated[
        str | None, typer.Argument(help="A conversation, such as conversation-5f0c6a4e-…, or a subject's id.")
    ] = None,
    article: Annotated[str, typer.Option(help="Of the law it rests on.")] = "LGPD art. 18, VI",
    protocol: Annotated[str | None, typer.Option(help="Of the request.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="All that the log says: after a restored key store.")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="All whose keys the key store has lost: for ever, too.")
    ] = False,
    folder: Folder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Destroy the keys of whoever speaks in a conversation: their words cannot be read any more."""
    from api.wiring.forgetting import forget as destroy
    from api.wiring.forgetting import forget_again, write_off

    if [whom is not None, again, lost].count(True) != 1:
        raise typer.BadParameter("either whom, or --again, or --lost", param_hint="WHOM")
    with at_hand(folder) as settings:
        if again:
            out.print(f"{forget_again(settings)} keys had come back and are destroyed again.")
            return
        if whom is None:
            out.print(f"{write_off(settings)} keys are written off.")
            return
        forgotten = destroy(settings, whom, article=article, protocol=protocol)
    if as_json:
        print_json(vars(forgotten))
        return
    out.print(
        f"{forgotten.subject} in {forgotten.stream}: fence at {forgotten.position}, "
        f"{forgotten.keys} keys destroyed."
    )
    out.print("The views still hold the words: atende rebuild all --forgotten", highlight=False)
