"""The templates the simulated provider has approved, as its list tells them."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Line = dict[str, Any]


def _template(name: str, body: str, category: str = "UTILITY", status: str = "APPROVED", **more: Any) -> Line:
    components: list[Line] = [{"type": "BODY", "text": body}]
    if footer := more.get("footer"):
        components.append({"type": "FOOTER", "text": footer})
    if buttons := more.get("buttons"):
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {
        "name": name,
        "language": "pt_BR",
        "status": status,
        "category": category,
        "quality_score": {"score": "GREEN"},
        "components": components,
    }


APPROVED: Final[tuple[Line, ...]] = (
    _template("aviso_visita", "Olá! Nossa equipe técnica vai passar aí hoje. Alguém estará em casa?"),
    _template("retomar_atendimento", "Oi, {{1}}! Podemos continuar o seu atendimento por aqui?"),
    _template(
        "equipe_de_volta",
        "Oi! Nossa equipe voltou e já pode falar com você.",
        buttons=[{"type": "QUICK_REPLY", "text": "Pode falar"}],
    ),
    _template("segunda_via", "A sua fatura vence em {{1}}: {{2}}.", footer="Responda se precisar de ajuda."),
    _template("oferta_fibra", "Seu bairro agora tem fibra de {{1}} mega.", category="MARKETING"),
    _template("codigo_acesso", "Seu código é {{1}}.", category="AUTHENTICATION"),
    _template("aviso_antigo", "Aviso: {{1}}.", status="PAUSED"),
)


def page(lines: list[Line], request: Request) -> Response:
    """Some of the list, with the cursor of what follows."""
    limit = max(1, min(int(request.query_params.get("limit", "25")), 250))
    start = int(request.query_params.get("after", "0"))
    end = start + limit
    answer: Line = {"data": lines[start:end]}
    if end < len(lines):
        cursors = {"before": str(start), "after": str(end)}
        answer["paging"] = {"cursors": cursors, "next": str(request.url.include_query_params(after=end))}
    return JSONResponse(answer)
