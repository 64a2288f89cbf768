"""What became of a message of ours, for the agent who wrote it: a plain sentence, no code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FAILURES: Final[Mapping[str, str]] = {
    "failure.unknown": (
        "Ainda não sabemos se a mensagem saiu. Estamos confirmando com o WhatsApp; não reenvie, para"
        " não duplicar."
    ),
    "failure.signed_out": (
        "O número da empresa está desconectado do WhatsApp. Sua mensagem está guardada e o"
        " administrador foi avisado."
    ),
    "failure.no_permission": (
        "O WhatsApp não autorizou este envio pelo número da empresa. O administrador precisa rever as"
        " permissões."
    ),
    "failure.account_limit": (
        "O WhatsApp pediu para a empresa enviar mais devagar. A sua mensagem sai em instantes; não"
        " precisa reenviar."
    ),
    "failure.number_limit": (
        "Há muitas mensagens saindo por este número agora. A sua sai em alguns segundos; não precisa"
        " reenviar."
    ),
    "failure.spam": (
        "O WhatsApp limitou este número porque clientes reclamaram de mensagens. Os disparos foram"
        " pausados e o administrador foi avisado."
    ),
    "failure.pair_limit": (
        "Muitas mensagens seguidas para este cliente. Vamos enviar a sua em alguns segundos; não"
        " precisa reenviar."
    ),
    "failure.registered_too_often": (
        "O número da empresa foi registrado vezes demais no WhatsApp. O administrador precisa esperar"
        " antes de tentar de novo."
    ),
    "failure.template_violations": (
        "O WhatsApp suspendeu os modelos de mensagem desta empresa. O administrador foi avisado."
    ),
    "failure.blocked": (
        "O WhatsApp bloqueou a conta da empresa. O administrador foi avisado. Fale com o cliente por"
        " telefone."
    ),
    "failure.country": (
        "O WhatsApp não permite que este número escreva para o país do cliente. Fale por telefone."
    ),
    "failure.passing": ("O WhatsApp teve uma falha passageira. Vamos tentar de novo; não precisa reenviar."),
    "failure.maintenance": (
        "O número da empresa está em manutenção no WhatsApp por cerca de um minuto. Sua mensagem sai"
        " em seguida."
    ),
    "failure.bad_parameter": (
        "O WhatsApp não aceitou o formato desta mensagem. Escreva de outro jeito; o administrador foi"
        " avisado."
    ),
    "failure.to_ourselves": (
        "Este é o próprio número da empresa: não dá para enviar mensagem para ele mesmo."
    ),
    "failure.undeliverable": (
        "Não entregue: este número pode não ter WhatsApp ou estar com o aplicativo desatualizado."
        " Tente por telefone."
    ),
    "failure.sandbox": (
        "O número da empresa ainda está em modo de teste e só escreve para números autorizados."
    ),
    "failure.name_or_certificate": (
        "O cadastro do número da empresa no WhatsApp está pendente. O administrador precisa concluir o"
        " registro."
    ),
    "failure.payment": (
        "O WhatsApp recusou o envio por um problema no pagamento da conta da empresa. O administrador"
        " foi avisado."
    ),
    "failure.outside_window": (
        "O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente."
        " Escolha um modelo aprovado para retomar. Assim que ele responder, você volta a escrever"
        " normalmente."
    ),
    "failure.not_today": (
        "O WhatsApp não entregou: este cliente já recebeu mensagens de empresas demais. Tente amanhã"
        " ou ligue."
    ),
    "failure.stopped_marketing": (
        "Este cliente pediu para não receber ofertas. O pedido foi registrado; não envie mais divulgação."
    ),
    "failure.unsupported": ("O WhatsApp não aceita este tipo de mensagem. Envie em outro formato."),
    "failure.media": (
        "O arquivo não passou pelo WhatsApp. Vamos tentar mais uma vez; se falhar, envie em outro formato."
    ),
    "failure.needs_phone": (
        "Este cliente esconde o telefone no WhatsApp, e este envio precisa do número. Peça o telefone a ele."
    ),
    "failure.experiment": (
        "O WhatsApp não entrega este tipo de mensagem a este cliente por enquanto. Fale por telefone."
    ),
    "failure.template": (
        "Este modelo de mensagem não está disponível no WhatsApp. Escolha outro; o administrador foi avisado."
    ),
    "failure.flow_blocked": (
        "O formulário desta mensagem está bloqueado no WhatsApp. O administrador precisa rever."
    ),
    "failure.flow_throttled": (
        "O formulário desta mensagem está sendo muito usado agora. Vamos tentar de novo; não precisa"
        " reenviar."
    ),
    "failure.identity_changed": (
        "O WhatsApp deste cliente mudou de aparelho ou de dono. Confirme com quem você está falando"
        " antes de enviar."
    ),
    "failure.history_declined": ("O histórico anterior deste número não foi compartilhado com a empresa."),
    "failure.unknown_code": (
        "O WhatsApp recusou esta mensagem por um motivo que ainda não conhecemos. Veja os detalhes ou"
        " fale por telefone."
    ),
}
