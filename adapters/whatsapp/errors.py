"""Meta's codes: what each asks for, whether another number may help, and the sentence an agent reads.

Compiled from the provider's error pages and from two well-kept clients (pywa, courier). Only `code` counts:
titles, types and details change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commands.whatsapp_port import Action, Failover, Meaning, Rejected

Jitter = Callable[[], float]  # a number from 0 up to, but not including, 1

_NEVER = Failover.NEVER
_CONSENT = Failover.WITH_CONSENT

_SIGNED_OUT = Meaning(
    Action.OPEN_CIRCUIT,
    _CONSENT,
    "O número da empresa está desconectado do WhatsApp. Sua mensagem está guardada e o administrador foi"
    " avisado.",
)
_NO_PERMISSION = Meaning(
    Action.CALL_OPERATOR,
    _CONSENT,
    "O WhatsApp não autorizou este envio pelo número da empresa. O administrador precisa rever as"
    " permissões.",
)
_ACCOUNT_LIMIT = Meaning(
    Action.SLOW_ACCOUNT,
    _NEVER,
    "O WhatsApp pediu para a empresa enviar mais devagar. A sua mensagem sai em instantes; não precisa"
    " reenviar.",
)
_NUMBER_LIMIT = Meaning(
    Action.SLOW_NUMBER,
    _NEVER,
    "Há muitas mensagens saindo por este número agora. A sua sai em alguns segundos; não precisa reenviar.",
)
_SPAM = Meaning(
    Action.STOP_MARKETING,
    _NEVER,
    "O WhatsApp limitou este número porque clientes reclamaram de mensagens. Os disparos foram pausados e o"
    " administrador foi avisado.",
)
_PAIR_LIMIT = Meaning(
    Action.SLOW_RECIPIENT,
    _NEVER,
    "Muitas mensagens seguidas para este cliente. Vamos enviar a sua em alguns segundos; não precisa"
    " reenviar.",
)
_REGISTERED_TOO_OFTEN = Meaning(
    Action.CALL_OPERATOR,
    _NEVER,
    "O número da empresa foi registrado vezes demais no WhatsApp. O administrador precisa esperar antes de"
    " tentar de novo.",
)
_TEMPLATE_VIOLATIONS = Meaning(
    Action.STOP_TEMPLATES,
    _NEVER,
    "O WhatsApp suspendeu os modelos de mensagem desta empresa. O administrador foi avisado.",
)
_BLOCKED = Meaning(
    Action.ACCOUNT_BLOCKED,
    Failover.SERVICE_ONLY,
    "O WhatsApp bloqueou a conta da empresa. O administrador foi avisado. Fale com o cliente por telefone.",
)
_COUNTRY = Meaning(
    Action.GIVE_UP,
    _NEVER,
    "O WhatsApp não permite que este número escreva para o país do cliente. Fale por telefone.",
)
_PASSING = Meaning(
    Action.RETRY,
    _NEVER,
    "O WhatsApp teve uma falha passageira. Vamos tentar de novo; não precisa reenviar.",
)
_MAINTENANCE = Meaning(
    Action.RETRY,
    _NEVER,
    "O número da empresa está em manutenção no WhatsApp por cerca de um minuto. Sua mensagem sai em seguida.",
)
_BAD_PARAMETER = Meaning(
    Action.FIX_MESSAGE,
    _NEVER,
    "O WhatsApp não aceitou o formato desta mensagem. Escreva de outro jeito; o administrador foi avisado.",
)
_TO_OURSELVES = Meaning(
    Action.GIVE_UP, _NEVER, "Este é o próprio número da empresa: não dá para enviar mensagem para ele mesmo."
)
_UNDELIVERABLE = Meaning(
    Action.TRY_OTHER_NUMBER_FORM,
    _NEVER,
    "Não entregue: este número pode não ter WhatsApp ou estar com o aplicativo desatualizado. Tente por"
    " telefone.",
)
_SANDBOX = Meaning(
    Action.GIVE_UP,
    _NEVER,
    "O número da empresa ainda está em modo de teste e só escreve para números autorizados.",
)
_NAME_OR_CERTIFICATE = Meaning(
    Action.CALL_OPERATOR,
    _CONSENT,
    "O cadastro do número da empresa no WhatsApp está pendente. O administrador precisa concluir o registro.",
)
_PAYMENT = Meaning(
    Action.CALL_BILLING,
    _CONSENT,
    "O WhatsApp recusou o envio por um problema no pagamento da conta da empresa. O administrador foi"
    " avisado.",
)
_OUTSIDE_WINDOW = Meaning(
    Action.OUTSIDE_WINDOW,
    _NEVER,
    "O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente. Escolha um modelo"
    " aprovado para retomar. Assim que ele responder, você volta a escrever normalmente.",
)
_NOT_TODAY = Meaning(
    Action.NOT_TODAY,
    _NEVER,
    "O WhatsApp não entregou: este cliente já recebeu mensagens de empresas demais. Tente amanhã ou ligue.",
)
_STOPPED_MARKETING = Meaning(
    Action.OPT_OUT,
    _NEVER,
    "Este cliente pediu para não receber ofertas. O pedido foi registrado; não envie mais divulgação.",
)
_UNSUPPORTED = Meaning(
    Action.GIVE_UP, _NEVER, "O WhatsApp não aceita este tipo de mensagem. Envie em outro formato."
)
_MEDIA = Meaning(
    Action.SEND_MEDIA_AGAIN,
    _NEVER,
    "O arquivo não passou pelo WhatsApp. Vamos tentar mais uma vez; se falhar, envie em outro formato.",
)
_NEEDS_PHONE = Meaning(
    Action.NEEDS_PHONE,
    _NEVER,
    "Este cliente esconde o telefone no WhatsApp, e este envio precisa do número. Peça o telefone a ele.",
)
_EXPERIMENT = Meaning(
    Action.GIVE_UP,
    _NEVER,
    "O WhatsApp não entrega este tipo de mensagem a este cliente por enquanto. Fale por telefone.",
)
_TEMPLATE = Meaning(
    Action.TEMPLATE_UNUSABLE,
    Failover.EQUIVALENT_TEMPLATE,
    "Este modelo de mensagem não está disponível no WhatsApp. Escolha outro; o administrador foi avisado.",
)
_FLOW_BLOCKED = Meaning(
    Action.GIVE_UP,
    _NEVER,
    "O formulário desta mensagem está bloqueado no WhatsApp. O administrador precisa rever.",
)
_FLOW_THROTTLED = Meaning(
    Action.RETRY,
    _NEVER,
    "O formulário desta mensagem está sendo muito usado agora. Vamos tentar de novo; não precisa reenviar.",
)
_IDENTITY_CHANGED = Meaning(
    Action.CONFIRM_IDENTITY,
    _NEVER,
    "O WhatsApp deste cliente mudou de aparelho ou de dono. Confirme com quem você está falando antes de"
    " enviar.",
)
_HISTORY_DECLINED = Meaning(
    Action.GIVE_UP, _NEVER, "O histórico anterior deste número não foi compartilhado com a empresa."
)
_UNKNOWN_CODE = Meaning(
    Action.GIVE_UP,
    _NEVER,
    "O WhatsApp recusou esta mensagem por um motivo que ainda não conhecemos. Veja os detalhes ou fale por"
    " telefone.",
)

MEANINGS: Mapping[int, Meaning] = {
    0: _SIGNED_OUT,
    190: _SIGNED_OUT,
    3: _NO_PERMISSION,
    10: _NO_PERMISSION,
    **dict.fromkeys(range(200, 300), _NO_PERMISSION),
    131005: _NO_PERMISSION,
    4: _ACCOUNT_LIMIT,
    80007: _ACCOUNT_LIMIT,
    130429: _NUMBER_LIMIT,
    131048: _SPAM,
    131056: _PAIR_LIMIT,
    133016: _REGISTERED_TOO_OFTEN,
    131064: _TEMPLATE_VIOLATIONS,
    368: _BLOCKED,
    131031: _BLOCKED,
    130497: _COUNTRY,
    1: _PASSING,
    2: _PASSING,
    131000: _PASSING,
    131016: _PASSING,
    135000: _PASSING,
    131057: _MAINTENANCE,
    100: _BAD_PARAMETER,
    131008: _BAD_PARAMETER,
    131009: _BAD_PARAMETER,
    132000: _BAD_PARAMETER,
    132005: _BAD_PARAMETER,
    132012: _BAD_PARAMETER,
    131021: _TO_OURSELVES,
    131026: _UNDELIVERABLE,
    131030: _SANDBOX,
    131037: _NAME_OR_CERTIFICATE,
    131045: _NAME_OR_CERTIFICATE,
    131042: _PAYMENT,
    131044: _PAYMENT,
    131047: _OUTSIDE_WINDOW,
    131049: _NOT_TODAY,
    131050: _STOPPED_MARKETING,
    131051: _UNSUPPORTED,
    131052: _MEDIA,
    131053: _MEDIA,
    131062: _NEEDS_PHONE,
    131063: _NEEDS_PHONE,
    130472: _EXPERIMENT,
    132001: _TEMPLATE,
    132007: _TEMPLATE,
    132008: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    132068: _FLOW_BLOCKED,
    132069: _FLOW_THROTTLED,
    137000: _IDENTITY_CHANGED,
    2593109: _HISTORY_DECLINED,
}

# An answer without the provider's own words (a proxy's page): then the HTTP status stands for the code.
_BY_HTTP_STATUS: Mapping[int, Meaning] = {
    401: _SIGNED_OUT,
    403: _NO_PERMISSION,
    404: _NO_PERMISSION,
    429: _NUMBER_LIMIT,
}

DAY = 86_400.0


def meaning(code: int) -> Meaning:
    """What a code means. Total: a code nobody has described is given up, visibly."""
    return MEANINGS.get(code) or _BY_HTTP_STATUS.get(code) or _UNKNOWN_CODE


def retry_after(code: int, attempt: int, jitter: Jitter) -> float | None:
    """Seconds before the same message may be tried again; None when trying again is not the answer."""
    match meaning(code).action:
        case _ if code == 131057:
            return 60 + 60 * jitter()  # the upgrade takes up to a minute
        case Action.RETRY | Action.SLOW_NUMBER:
            return backoff(attempt, jitter)
        case Action.SLOW_ACCOUNT:
            return backoff(attempt, jitter, base=30, cap=900)
        case Action.SLOW_RECIPIENT:
            return float(4 ** min(attempt - 1, 5))  # the provider's own rule: 4^X, X counts from 0
        case Action.NOT_TODAY:
            return DAY
        case _:
            return None


def backoff(attempt: int, jitter: Jitter, *, base: float = 1.0, cap: float = 60.0) -> float:
    """Doubling from `base` up to `cap`, half of it left to chance so that callers do not march in step."""
    step = min(cap, base * 2.0 ** min(attempt - 1, 30))
    return step * (0.5 + 0.5 * jitter())


def refusal(status: int, body: Any, attempt: int, jitter: Jitter, *, wait: str | None = None) -> Rejected:
    """A 4xx answer, judged by its code alone; `body` is whatever JSON came, `wait` a Retry-After header."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        code = status
    trace = error.get("fbtrace_id")
    action = meaning(code).action
    after = retry_after(code, attempt, jitter)
    if after is not None and action.may_retry and wait is not None and wait.isascii() and wait.isdigit():
        after = max(after, float(min(int(wait), 3600)))
    return Rejected(code, action, after, trace if isinstance(trace, str) else "")
