"""The API's own document, as the console's types are made from it: `python -m tests.console.document`."""

from __future__ import annotations

import json
import sys

from tests.api.house import House


def document() -> str:
    return json.dumps(House().app.openapi(), ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    sys.stdout.write(document())
