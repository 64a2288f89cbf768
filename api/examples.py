"""The examples of the document: made-up people, real shapes."""

from __future__ import annotations

import json
from typing import Any, Final

from api.documented import POSITION, Responses
from api.models.live import EVENTS
from api.models.views import Decided, Undecided

NOTHING_YET: Final = "Heard; nothing is recorded"

TEMPLATE: Final[dict[str, Any]] = {
    "name": "segunda_via",
    "language": "pt_BR",
    "status": "approved",
    "category": "utility",
    "quality": "green",
    "header_format": None,
    "header": None,
    "body": "A sua fatura vence em {{1}}: {{2}}.",
    "footer": "Responda se precisar de ajuda.",
    "buttons": [],
    "slots": [{"part": "body", "names": ["1", "2"]}],
    "reason": None,
    "changed_at": "2026-03-12T17:32:00Z",
    "sendable": True,
}

_ID: Final = "6f1c2a34-5b6d-8e7f-9a0b-1c2d3e4f5a6b"
_LAST_SEEN: Final = "1.1.1.1~2s.0.1bk~2s.0.1bk~9hQa"
_COMMAND: Final = "0b9f6c3e-2f0a-5d7e-9c53-6f3b1c2d4e5f"

RATING: Final[dict[str, Any]] = {
    "conversation_id": _ID,
    "episode": 2,
    "agent_id": "bia",
    "queue_id": "suporte",
    "score": 2,
    "comment": "Demorou, mas resolveram.",
    "asked_at": "2026-03-12T17:32:10Z",
    "rated_at": "2026-03-12T17:40:00Z",
    "alerted_at": "2026-03-12T17:40:00Z",
}
DRAFT: Final[dict[str, Any]] = {
    "text": "Estou vendo o sinal do seu",
    "note": False,
    "saved_at": "2026-03-12T17:32:10Z",
}
FILE: Final[dict[str, Any]] = {
    "key": "9c" * 32,
    "kind": "image",
    "mime": "image/jpeg",
    "size": 184_220,
}
SCHEDULED: Final[dict[str, Any]] = {
    "schedule_id": _COMMAND,
    "agent_id": "bia",
    "kind": "text",
    "content": {"text": "Bom dia! A visita técnica é hoje à tarde."},
    "send_at": "2026-03-13T12:00:00Z",
    "scheduled_at": "2026-03-12T17:32:10Z",
    "state": "pending",
    "rule": None,
    "ended_at": None,
}

CONVERSATION: Final[dict[str, Any]] = {
    "conversation_id": _ID,
    "version": 17,
    "channel_id": "principal",
    "episode": 2,
    "period": 1,
    "stage": "waiting",
    "awaiting": None,
    "agent_id": None,
    "last_agent_id": "bia",
    "offered_to": "ana",
    "offer_expires_at": "2026-03-12T17:33:10Z",
    "silent": False,
    "queue_id": "suporte",
    "priority": "urgent",
    "subject": "technical",
    "reason": "subject",
    "protocol": "20260000012345",
    "contact": {
        "name": "Cliente Exemplo",
        "profile_name": "Exemplo",
        "phone": "5511900000001",
        "second_phone": "551130000001",
        "email": "cliente@example.com",
        "document": "***.456.789-**",
        "remark": "Prefere ser atendido à tarde.",
        "contracts": [
            {
                "contract_id": "0f6c3e2b9f0a5d7e9c536f3b1c2d4e5f",
                "number": "4471",
                "label": "Fibra 500, Rua das Flores, 12",
                "by": "ana",
                "linked_at": "2026-03-12T17:32:40Z",
            }
        ],
    },
    "opened_at": "2026-03-12T17:32:00Z",
    "entered_at": "2026-03-12T17:32:10Z",
    "waiting_since": "2026-03-12T17:32:10Z",
    "due_at": "2026-03-12T17:37:10Z",
    "first": True,
    "answered_at": None,
    "unanswered_since": "2026-03-12T17:32:10Z",
    "activity_at": "2026-03-12T17:32:40Z",
    "unread": 2,
    "last_kind": "text",
    "last_side": "customer",
    "last_preview": "Já reiniciei o modem e nada",
    "last_at": "2026-03-12T17:32:40Z",
    "window_until": "2026-03-13T17:32:40Z",
    "wake_at": None,
    "cancellation_at": None,
    "silenced": False,
    "tags": ["massiva"],
    "blocked": False,
    "closed_at": None,
    "closed_by": None,
    "closed_reason": None,
    "breached": False,
    "manager_at": "2026-03-12T18:32:10Z",
}

COUNTS: Final[dict[str, Any]] = {
    "automation": 12,
    "waiting": 7,
    "waiting_late": 1,
    "in_service": 31,
    "mine": 4,
    "closed_lately": 260,
    "queues": {"suporte": 5, "geral": 2},
}

CONVERSATION_WITH_EPISODES: Final[dict[str, Any]] = {
    **CONVERSATION,
    "episodes": [
        {
            "episode": 2,
            "opened_by": "customer",
            "opened_at": "2026-03-12T17:32:00Z",
            "protocol": "20260000012345",
            "protocol_at": "2026-03-12T17:32:01Z",
            "periods": 1,
            "closed_at": None,
            "closed_by": None,
            "reason": None,
            "outcome": None,
        }
    ],
}

_LINE: Final[dict[str, Any]] = {
    "line_id": "9c1b7f3e5a2d4c6b8e0f1a2b3c4d5e6f",
    "place": 12,
    "line": "message",
    "kind": "text",
    "at": "2026-03-12T17:32:10Z",
    "side": "customer",
    "agent_id": None,
    "text": "Oi, estou sem internet desde ontem",
    "content": {},
    "purpose": None,
    "sent_at": "2026-03-12T17:32:09Z",
    "reply_to": None,
    "quoted": None,
    "late": False,
    "thanks": False,
    "forwarded": False,
    "edited_at": None,
    "original": None,
    "deleted_at": None,
    "reactions": None,
    "media": None,
    "status": None,
    "status_at": None,
    "failures": [],
    "attempt": 0,
    "possibly_twice": False,
    "retry_at": None,
    "category": None,
}

TRANSCRIPT: Final[dict[str, Any]] = {
    "items": [
        _LINE,
        {
            **_LINE,
            "line_id": _COMMAND,
            "place": 19,
            "at": "2026-03-12T17:34:00Z",
            "side": "agent",
            "agent_id": "bia",
            "text": "Oi! Aqui é a Bia, da equipe técnica. Já li o que você mandou.",
            "content": {"text": "Oi! Aqui é a Bia, da equipe técnica. Já li o que você mandou."},
            "purpose": "reply",
            "sent_at": None,
            "status": "delivered",
            "status_at": "2026-03-12T17:34:02Z",
            "attempt": 1,
        },
    ],
    "previous": "WyJiZWZvcmUiLCAxMl0",
    "next": "WyJhZnRlciIsIDE5XQ",
}

DECIDED: Final[dict[str, Any]] = {
    "command_id": _COMMAND,
    "position": "3:1712",
    "changed": True,
    "repeated": False,
}
OPENED: Final[dict[str, Any]] = {**DECIDED, "conversation_id": _ID}
LINKED: Final[dict[str, Any]] = {**DECIDED, "contract_id": "0f6c3e2b9f0a5d7e9c536f3b1c2d4e5f"}
LINE_DECIDED: Final[dict[str, Any]] = {**DECIDED, "line_id": _COMMAND}

QUEUE: Final[dict[str, Any]] = {
    "queue_id": "suporte",
    "name": "Suporte técnico",
    "active": True,
    "targets": {"urgent": 5, "high": 15, "normal": 30, "low": 60},
    "mode": "offer",
    "strategy": "load_balanced",
    "offer_for": 30,
    "required": {"fibra": 2},
    "preferred": {},
    "relax_after": 120,
    "prefer_last": 60,
    "offline": "return_waiting",
    "calendar_id": None,
    "reopening": 24,
    "reasons": [],
    "opening_template": "voltamos",
    "opening_language": "pt_BR",
    "notice": None,
    "notice_until": None,
}
AGENT: Final[dict[str, Any]] = {
    "agent_id": "bia",
    "name": "Bia",
    "active": True,
    "availability": "available",
    "pause_reason": None,
    "connected": True,
    "load": {"active": 2, "silent": 1, "reserved": 1, "capacity": 4, "ceiling": 8},
    "queues": ["suporte"],
    "skills": {"fibra": 3},
}
WALLBOARD: Final[dict[str, Any]] = {
    "at": "2026-03-12T17:32:10Z",
    "queues": [
        {
            "queue_id": "suporte",
            "name": "Suporte técnico",
            "waiting": 3,
            "oldest_at": "2026-03-12T17:21:40Z",
            "in_service": 8,
            "breached": 1,
            "available": 4,
            "forecast": 540,
        }
    ],
    "agents": [
        {
            "agent_id": "bia",
            "name": "Bia",
            "availability": "paused",
            "pause_reason": "almoco",
            "connected": True,
            "since": "2026-03-12T17:05:00Z",
            "in_service": 3,
            "breached": 0,
            "active": 2,
            "silent": 1,
            "offered": 0,
            "capacity": 4,
        }
    ],
}
QUEUE_AT: Final[dict[str, Any]] = {
    "queue_id": "suporte",
    "moment": "2026-03-12T17:32:00Z",
    "waiting": 1,
    "in_service": 1,
    "breached": 1,
    "items": [
        {
            "conversation_id": _ID,
            "state": "waiting",
            "agent_id": None,
            "priority": "urgent",
            "since": "2026-03-12T17:21:40Z",
            "late": True,
            "name": "Cliente Exemplo",
        },
        {
            "conversation_id": _COMMAND,
            "state": "in_service",
            "agent_id": "bia",
            "priority": "normal",
            "since": "2026-03-12T17:05:00Z",
            "late": False,
            "name": None,
        },
    ],
    "next": None,
    "day_starts_at": "2026-03-12T03:00:00Z",
    "day_ends_at": "2026-03-13T03:00:00Z",
    "changes": [
        {"at": "2026-03-12T03:00:00Z", "waiting": 0, "in_service": 0},
        {"at": "2026-03-12T17:05:00Z", "waiting": 0, "in_service": 1},
        {"at": "2026-03-12T17:25:00Z", "waiting": 1, "in_service": 1},
    ],
}
STINTS: Final[dict[str, Any]] = {
    "items": [
        {
            "state": "automation",
            "queue_id": None,
            "agent_id": None,
            "priority": "normal",
            "since": "2026-03-12T17:20:00Z",
            "until": "2026-03-12T17:21:40Z",
            "late_at": None,
        },
        {
            "state": "waiting",
            "queue_id": "suporte",
            "agent_id": None,
            "priority": "urgent",
            "since": "2026-03-12T17:21:40Z",
            "until": None,
            "late_at": "2026-03-12T17:26:40Z",
        },
    ],
    "next": None,
}
OUTCOMES: Final[dict[str, Any]] = {
    "items": [
        {"conversation_id": _ID, "done": True, "rule": None, "detail": None},
        {
            "conversation_id": _COMMAND,
            "done": False,
            "rule": "NotOpen",
            "detail": "Este atendimento já foi encerrado.",
        },
    ]
}
CANNED: Final[dict[str, Any]] = {
    "canned_id": "luzes",
    "version": 2,
    "title": "Pedir foto do modem",
    "text": "Pode me mandar uma foto das luzes do modem, {nome}? Ajuda a ver de onde vem o problema.",
    "queues": ["suporte"],
    "written_at": "2026-03-12T17:32:00Z",
}
CHANNEL: Final[dict[str, Any]] = {
    "channel_id": "principal",
    "name": "Atendimento",
    "provider": "meta",
    "number_id": "200000000000001",
    "queue_id": "geral",
}
DELIVERY: Final[dict[str, Any]] = {
    "delivery_id": "4f9d0c2b7a6e5d4c3b2a190817263544",
    "channel_id": "principal",
    "received_at": "2026-03-12T17:32:10Z",
    "settled_at": "2026-03-12T17:32:10.020Z",
    "kept": True,
    "items": [
        {"item": 0, "event": "message", "outcome": "accepted", "reason": None},
        {"item": 1, "event": "message", "outcome": "duplicate", "reason": None},
        {"item": 2, "event": "ignored", "outcome": "ignored", "reason": "group messages are not attended"},
    ],
}
COMMAND: Final[dict[str, Any]] = {
    "command_id": _COMMAND,
    "outcome": "refused",
    "position": "3:1712",
    "changed": False,
    "rule": "AlreadyAttended",
    "detail": "Bia já está com esta conversa.",
    "fields": {"by": "bia"},
}
ME: Final[dict[str, Any]] = {
    "actor": "agent:bia",
    "name": "Bia",
    "role": "agent",
    "agent_id": "bia",
    "permissions": ["commands.read", "conversations.attend", "conversations.read", "desk.read"],
    "grants": {
        "commands.read": {"scope": "all", "masks": []},
        "conversations.attend": {"scope": "queue", "masks": []},
        "conversations.read": {"scope": "queue", "masks": []},
        "desk.read": {"scope": "all", "masks": []},
    },
    "queues": ["suporte"],
    "user_id": "8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e",
    "login": "bia@provedor.example",
    "second_factor": True,
    "owes_second_factor": False,
}
SESSION: Final[dict[str, Any]] = {
    "session_id": "5c0d4b1e-2f6a-4d3c-9b8a-7e6f5d4c3b2a",
    "started_at": "2026-03-12T11:00:00Z",
    "used_at": "2026-03-12T17:31:00Z",
    "ends_at": "2026-03-12T23:00:00Z",
    "label": "Firefox, Linux",
    "current": True,
}
SIGNED_IN: Final[dict[str, Any]] = {
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.….…",
    "token_type": "Bearer",
    "expires_at": "2026-03-12T17:42:00Z",
    "session_id": "5c0d4b1e-2f6a-4d3c-9b8a-7e6f5d4c3b2a",
    "role": "agent",
    "owes_second_factor": False,
}
SECOND_FACTOR: Final[dict[str, Any]] = {
    "uri": "otpauth://totp/Provedor:bia%40provedor.example?secret=…&issuer=Provedor",
    "secret": "…",
    "svg": "<svg …>",
}
RECOVERY_CODES: Final[dict[str, Any]] = {"codes": ["7K2M-9QXA-0DTF-4GZB"]}
USER: Final[dict[str, Any]] = {
    "user_id": "8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e",
    "name": "Bia",
    "login": "bia@provedor.example",
    "role": "agent",
    "stage": "active",
    "agent_id": "bia",
    "queues": ["suporte"],
    "second_factor": True,
    "locked": False,
    "invited_at": "2026-03-01T12:00:00Z",
    "link_until": None,
    "signed_in_at": "2026-03-12T11:00:00Z",
}
INVITATION: Final[dict[str, Any]] = {
    "user_id": "8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e",
    "position": "3:1712",
    "word": "convite_…",
    "expires_at": "2026-03-13T17:32:00Z",
}
VERSIONS: Final[dict[str, Any]] = {
    "items": [
        {
            "number": 3,
            "at": "2026-03-12T17:32:00Z",
            "by": {"actor": "user:8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e", "name": "Dora"},
            "changes": [{"field": "offer_for", "before": 30.0, "after": 45.0}],
            "restores": [],
        },
        {
            "number": 2,
            "at": "2026-03-11T12:00:00Z",
            "by": {"actor": "token:3f2e1d0c-9b8a-4756-8413-201f2e3d4c5b", "name": "ERP"},
            "changes": [{"field": "mode", "before": "offer", "after": "pull"}],
            "restores": [{"field": "offer_for", "before": 45.0, "after": 30.0}],
        },
    ],
    "before": 2,
}
IMPORTED_USERS: Final[dict[str, Any]] = {
    "lines": 2,
    "changes": [
        {
            "line": 2,
            "user_id": "8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e",
            "login": "bia@provedor.example",
            "name": "Bia",
            "invited": False,
            "differences": [{"column": "role", "before": "agent", "after": "supervisor"}],
        }
    ],
    "invitations": [
        {
            "login": "caio@provedor.example",
            "name": "Caio",
            "word": "convite_…",
            "expires_at": "2026-03-13T17:32:00Z",
        }
    ],
}
TOKEN: Final[dict[str, Any]] = {
    "token_id": "3f2e1d0c-9b8a-4756-8413-201f2e3d4c5b",
    "name": "ERP",
    "role": "service",
    "agent_id": None,
    "queues": None,
    "scopes": ["conversations.read"],
    "created_at": "2026-03-01T12:00:00Z",
    "expires_at": "2026-12-31T23:59:59Z",
    "revoked_at": None,
}
NEW_TOKEN: Final[dict[str, Any]] = {
    "token_id": "3f2e1d0c-9b8a-4756-8413-201f2e3d4c5b",
    "token": "atende_…",
}
ROOM: Final[dict[str, Any]] = {
    "room_id": "1d0c9b8a-7f6e-5d4c-8b3a-2f1e0d9c8b7a",
    "kind": "queue",
    "queue_id": "suporte",
    "members": [],
    "said": 12,
    "unread": 3,
    "mentioned": True,
    "last_at": "2026-03-12T17:32:40Z",
    "last_author": "bia",
    "last_preview": "Alguém já viu a queda no bairro Centro?",
}
CHAT_MESSAGE: Final[dict[str, Any]] = {
    "n": 12,
    "message_id": _COMMAND,
    "author": "bia",
    "text": "Alguém já viu a queda no bairro Centro?",
    "mentions": ["ana"],
    "card": None,
    "card_hidden": False,
    "at": "2026-03-12T17:32:40Z",
}
ROOM_OPENED: Final[dict[str, Any]] = {**DECIDED, "room_id": "1d0c9b8a-7f6e-5d4c-8b3a-2f1e0d9c8b7a"}
PERMISSIONS_TABLE: Final[dict[str, Any]] = {
    "roles": {"agent": {"conversations.read": {"scope": "queue", "masks": []}}},
    "doors": {"GET /v1/conversations": "conversations.read"},
}
READY: Final[dict[str, Any]] = {"status": "ok", "components": {"log": "ok", "views": "ok"}}
NOT_READY: Final[dict[str, Any]] = {
    "status": "unavailable",
    "components": {"log": "ok", "views": "the database does not answer"},
}

LIVE_EVENTS: Final[dict[str, dict[str, Any]]] = {
    "hello": {"stream_id": "0f6c3e2b9f0a5d7e9c536f3b1c2d4e5f", "topics": ["waiting"], "heartbeat": 15},
    "topics": {"topics": ["waiting", "agent.bia", f"conversation.{_ID}"]},
    "list": {"topic": "waiting", "items": [CONVERSATION], "next": None},
    "transcript": {
        "topic": f"conversation.{_ID}",
        "conversation": CONVERSATION_WITH_EPISODES,
        "items": TRANSCRIPT["items"],
        "previous": None,
        "viewers": [{"agent_id": "bia", "state": "viewing"}],
    },
    "conversation": {
        "position": "3:1712",
        "lists": ["waiting", "waiting.suporte"],
        "conversation": CONVERSATION,
    },
    "gone": {"position": "3:1713", "conversation_id": _ID},
    "line": {"position": "3:1712", "conversation_id": _ID, "line": _LINE},
    "room": {"room_id": "1d0c9b8a-7f6e-5d4c-8b3a-2f1e0d9c8b7a", "position": "3:1712"},
    "wallboard": WALLBOARD,
    "presence": {"conversation_id": _ID, "viewers": [{"agent_id": "bia", "state": "typing"}]},
    "mark": {},
    "degraded": {
        "troubles": ["redis"],
        "detail": "As mudanças podem chegar com atraso de alguns segundos.",
    },
    "recovered": {},
    "reset": {"topics": ["waiting"], "reason": "too_far"},
    "bye": {"reason": "stopping", "detail": "O servidor está sendo reiniciado.", "again": True},
}
LIVE: Final[dict[str, Any]] = {
    "schema": {
        "type": "string",
        "oneOf": [
            {
                "title": name,
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": f"#/components/schemas/{model.__name__}"},
                "examples": [LIVE_EVENTS[name]],
            }
            for name, model in EVENTS.items()
        ],
    },
    "example": "".join(
        f"event: {name}\ndata: {json.dumps(LIVE_EVENTS[name])}\n"
        + (f"id: {_LAST_SEEN}\n\n" if name == "mark" else "\n")
        for name in ("hello", "gone", "mark")
    ),
}

MESSAGES: Final[dict[str, Any]] = {
    "text": {
        "summary": "Texto",
        "value": {"kind": "text", "text": "Oi! Já estou verificando o sinal da sua casa."},
    },
    "reply": {
        "summary": "Resposta a uma mensagem, mesmo que o cliente tenha escrito de novo",
        "value": {
            "kind": "text",
            "text": "Pode mandar, sim.",
            "reply_to": "9c1b7f3e5a2d4c6b8e0f1a2b3c4d5e6f",
            "anyway": True,
        },
    },
    "template": {
        "summary": "Modelo aprovado, também fora da janela de 24 horas",
        "value": {
            "kind": "template",
            "name": "retomar_atendimento",
            "language": "pt_BR",
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "20260000012345"}]}],
        },
    },
    "image": {
        "summary": "Imagem por endereço",
        "value": {
            "kind": "image",
            "link": "https://exemplo.com.br/luzes-do-modem.png",
            "caption": "As luzes devem ficar assim.",
        },
    },
    "document": {
        "summary": "Arquivo do próprio acervo",
        "value": {
            "kind": "document",
            "key": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
            "filename": "fatura.pdf",
        },
    },
    "buttons": {
        "summary": "Botões",
        "value": {
            "kind": "buttons",
            "text": "Posso agendar a visita técnica para amanhã?",
            "buttons": [{"id": "sim", "title": "Pode agendar"}, {"id": "nao", "title": "Outro dia"}],
        },
    },
    "list": {
        "summary": "Lista",
        "value": {
            "kind": "list",
            "text": "Qual horário fica melhor para a visita?",
            "button": "Ver horários",
            "rows": [
                {"id": "manha", "title": "Manhã", "description": "Entre 8h e 12h"},
                {"id": "tarde", "title": "Tarde", "description": "Entre 13h e 18h"},
            ],
        },
    },
}


def example(status: int, value: Any, *, headers: dict[str, Any] | None = None) -> Responses:
    """A response by its example."""
    told: dict[str, Any] = {"content": {"application/json": {"example": value}}}
    if headers:
        told["headers"] = headers
    return {status: told}


def decided(value: Any, status: int = 200) -> Responses:
    """What a write answers when it is decided, and when it is not yet."""
    return {
        status: {
            "model": Decided,
            "description": "Decided, and in the log",
            "headers": POSITION,
            "content": {"application/json": {"example": value}},
        },
        202: {
            "model": Undecided,
            "description": "Not decided in time: ask at `Location`, or send the same again with the same key",
            "headers": {
                "Location": {"schema": {"type": "string", "examples": [f"/v1/commands/{_COMMAND}"]}},
                "Retry-After": {"schema": {"type": "string", "examples": ["1"]}},
            },
            "content": {"application/json": {"example": {"command_id": _COMMAND}}},
        },
    }


ETAG: Final[dict[str, Any]] = {
    "ETag": {"description": "The version you see", "schema": {"type": "string", "examples": ['"17"']}}
}

CLOCK: Final[dict[str, Any]] = {
    "number": 3,
    "kind": "first",
    "episode": 1,
    "period": 1,
    "state": "running",
    "verdict": "breached",
    "started_at": "2026-03-12T17:32:10Z",
    "due_at": "2026-03-12T17:37:10Z",
    "target_minutes": 5,
    "queue_id": "suporte",
    "priority": "urgent",
    "policy_version": 2,
    "calendar": "comercial",
    "calendar_version": 4,
    "pauses": [],
    "owners": [{"from": "2026-03-12T17:32:10Z", "owner": "queue:suporte"}],
    "breach": {
        "at": "2026-03-12T17:37:10Z",
        "due_at": "2026-03-12T17:37:10Z",
        "cause": "due",
        "owner": "queue:suporte",
        "target_minutes": 5,
        "queue_id": "suporte",
        "priority": "urgent",
        "policy_version": 2,
        "calendar": "comercial",
        "calendar_version": 4,
    },
    "warned": 95,
    "steps": [
        {
            "after_minutes": 30,
            "level": "supervisor",
            "at": "2026-03-12T18:02:10Z",
            "postponed": False,
            "done_at": None,
        }
    ],
    "ended_at": None,
    "ended_by": None,
}
CLOCKS: Final[dict[str, Any]] = {"items": [CLOCK], "next_timer_at": "2026-03-12T18:02:10Z"}
POLICY: Final[dict[str, Any]] = {
    "targets": {"urgent": {"first": 5}},
    "recipients": {"supervisor": ["sofia"], "manager": ["gerencia"], "director": []},
}
CALENDAR: Final[dict[str, Any]] = {
    "week": {"mon": ["08:00-12:00", "13:00-18:00"], "sat": ["08:00-12:00"]},
    "holidays": "BR-SP",
    "closed": ["2026-03-19"],
}
RULES: Final[dict[str, Any]] = {
    "policy": None,
    "calendars": [
        {
            "name": "comercial",
            "version": 1,
            "rules": {"week": [[[480, 720]], [], [], [], [], [], []], "zone": "America/Sao_Paulo"},
        }
    ],
}
