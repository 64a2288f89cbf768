"""The ledger of a simulation against the log: is everything there that was acknowledged, and once?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from adapters.log.chain import Halted, Head, Verdict, judge
from adapters.log.port import Log, place
from adapters.log.postgres import PostgresLog
from adapters.log.record import read_body
from adapters.whatsapp.addresses import message_ref
from api.wiring.local import CHANNEL, Local


@dataclass(frozen=True)
class Heard:
    """Message ids that were acknowledged and are not in the log; those that are there more than once."""

    lost: list[str]
    twice: list[str]


def heard(local: Local) -> Heard:
    """Compare the ledger, of this and of all earlier runs, with the log as it lies there, chain and all."""
    log = PostgresLog(local.dsn)
    try:
        items, messages = _told(log)
    finally:
        log.close()
    key = local.secrets["index_key"].encode()
    lines = (local.folder / "ledger.jsonl").read_text().splitlines()
    acknowledged = [message_ref(key, CHANNEL, json.loads(line)["message_id"]) for line in lines]
    return Heard(
        [ref for ref in acknowledged if ref not in items], [ref for ref in acknowledged if messages[ref] > 1]
    )


def _told(log: Log) -> tuple[set[str], Counter[str]]:
    """The refs that conversations know of, and how often each was heard as a message."""
    known: set[str] = set()
    messages: Counter[str] = Counter()
    deliveries: dict[str, list[str]] = {}
    settled: dict[str, set[int]] = {}
    ends = log.ends()
    for p in range(log.partitions):
        head: Head = place(log, p).genesis
        reader = log.reader({p: 1})
        while head.seq + 1 < ends[p]:
            for entry in reader.poll(5.0):
                judged = judge(place(log, p), head, entry.record)
                if judged.verdict is Verdict.HALT:
                    raise Halted(p, head, judged.reason)
                head = judged.head
                for event in read_body(entry.record)["events"]:
                    kind, body = event["type"], event["body"]
                    if kind == "conversation.MessageReceived":
                        known.add(body["message_id"])
                        messages[body["message_id"]] += 1
                    elif kind == "delivery.Received":
                        deliveries[event["stream"]] = [item.get("ref", "") for item in body["items"]]
                    elif kind == "delivery.Settled":
                        settled[event["stream"]] = {
                            one["item"] for one in body["outcomes"] if one["outcome"] != "broken"
                        }
        reader.close()
    for stream, refs in deliveries.items():
        known.update(ref for n, ref in enumerate(refs) if n in settled.get(stream, set()))
    return known, messages
