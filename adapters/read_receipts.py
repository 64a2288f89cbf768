"""Read receipts and the typing dots: only from the conversation's owner, only while it is in service."""

from __future__ import annotations

import structlog

from adapters.reads import Reads
from commands.whatsapp_port import MarkedRead, WhatsApp
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from projections.transcript import Line, Side

log = structlog.get_logger(__name__)


class OwnersReceipts:
    """The port `ReadReceipts`. A receipt that got lost is not sent again: the next one includes it."""

    def __init__(self, reads: Reads, whatsapp: WhatsApp) -> None:
        self._reads, self._whatsapp = reads, whatsapp

    async def seen(self, conversation_id: ConversationId, agent_id: AgentId, *, typing: bool) -> None:
        told = await self._reads.conversation(conversation_id)
        if told is None or told.row.stage is not Stage.IN_SERVICE or told.row.agent_id != agent_id:
            return
        page = await self._reads.transcript(conversation_id)
        wrote = [row for row in page.rows if row.side is Side.CUSTOMER and row.line is Line.MESSAGE]
        if wrote and wrote[-1].provider_id and told.row.channel_id:
            outcome = await self._whatsapp.mark_read(
                told.row.channel_id, wrote[-1].provider_id, typing=typing
            )
            if not isinstance(outcome, MarkedRead):
                log.info("read_receipt_not_told", outcome=type(outcome).__name__)
