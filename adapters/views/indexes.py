"""The indexes beside the primary keys, by projection: each serves a question of `adapters.reads`."""

from __future__ import annotations

from typing import Final, LiteralString

INDEXES: Final[dict[str, dict[str, LiteralString]]] = {
    "inbox": {
        "open": "(stage, queue_id, agent_id) WHERE stage <> 'closed'",
        "closed": "(closed_at DESC, conversation_id) WHERE stage = 'closed'",
        "wake": "(wake_at) WHERE wake_at IS NOT NULL",
        "changed": "(partition, ordinal)",
    },
    "transcript": {
        "place": "(conversation_id, place)",
        "file": "(file_key) WHERE file_key IS NOT NULL",
    },
    "contacts": {"words": "USING gin (to_tsvector('simple', words))"},
    "episodes": {"protocol": "(protocol)"},
    "first_line": {"owing": "(conversation_id) WHERE open AND (automation OR number_owed)"},
    "outgoing": {
        "ready": "(ready_at) WHERE ready_at IS NOT NULL",
        "started": "(since) WHERE status = 'started'",
    },
    "deadlines": {
        "due": "(due_at) WHERE due_at IS NOT NULL",
        "open": "(conversation_id) WHERE open",
    },
    "courtesies": {
        "taken": "(taken_queue, taken_priority, taken_at DESC) WHERE taken_at IS NOT NULL",
    },
    "ratings": {"rated": "(rated_at DESC) WHERE rated_at IS NOT NULL"},
    "stints": {
        "lasted": "USING gist (tstzrange(since, until))"
        " WHERE queue_id IS NOT NULL AND state NOT IN ('automation', 'closed')",
    },
    "scheduled": {"due": "(send_at) WHERE state = 'pending'"},
    "numbers": {"channel": "(channel_id, window_until)"},
}
