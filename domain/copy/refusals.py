"""One Portuguese sentence per rule of the domain: what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

REFUSALS: Final[Mapping[str, tuple[str, ...]]] = {
    # agents and queues
    "UnknownAgent": ("Este atendente não está cadastrado. Confira o nome na lista da equipe.",),
    "AgentDeactivated": ("Este atendente foi desativado. Reative o cadastro antes.",),
    "BadCapacity": ("A capacidade não pode ser negativa, e o teto não pode ser menor que ela.",),
    "NotAvailable": ("Este atendente não está disponível agora. Escolha outra pessoa.",),
    "AtCapacity": ("Este atendente já está com todas as conversas que pode atender agora.",),
    "AtCeiling": ("Este atendente já está com todas as conversas que pode ter, contando as silenciosas.",),
    "NeedsChoice": (
        "Antes de sair, diga o que fazer com cada conversa aberta: devolver, transferir ou manter até o"
        " próximo turno.",
    ),
    "BadNotice": ("Escreva o aviso e escolha um fim que ainda não passou.",),
    "UnknownQueue": ("Esta fila não existe ou foi desativada. Escolha outra fila na lista.",),
    "UnknownCanned": ("Não há resposta pronta com este atalho. Confira a lista de respostas.",),
    "UnknownVariable": (
        "Entre chaves só valem nome, protocolo, agente e fila. Confira o texto da resposta.",
    ),
    # users
    "UnknownUser": ("Esta pessoa não está cadastrada. Confira a lista de usuários.",),
    "AlreadyInvited": ("Já existe um usuário com este e-mail. Procure por ele na lista de usuários.",),
    "UserDeactivated": ("Este usuário está desativado. Reative o cadastro antes de mudar qualquer coisa.",),
    "NotYourself": ("Ninguém muda o próprio acesso. Peça a outra pessoa que administra os usuários.",),
    "NotAdmitted": ("Este usuário não pode entrar agora. Peça um novo link a quem administra os usuários.",),
    "NoPrograms": ("O perfil de serviço é só para programas. Escolha outro perfil para esta pessoa.",),
    # colleagues among themselves
    "UnknownRoom": ("Esta sala não existe. Abra a conversa com a pessoa ou com a fila antes de escrever.",),
    "NotInRoom": ("Esta conversa é entre outras duas pessoas da equipe.",),
    "NobodyElse": ("Escolha uma pessoa da equipe que não seja você.",),
    # who has the conversation
    "NotOpen": ("Este atendimento já foi encerrado. Reabra ou inicie uma nova demanda para continuar.",),
    "AlreadyOpen": ("Este cliente já tem um atendimento aberto. Continue por ele.",),
    "AlreadyAttended": (
        "{agent} assumiu esta conversa {ago}.",
        "{agent} já está com esta conversa.",
        "Outra pessoa da equipe já está com esta conversa.",
    ),
    "Changed": (
        "{agent} mudou esta conversa {ago}. Confira como ela está agora antes de continuar.",
        "{agent} mudou esta conversa depois que você a abriu. Confira como ela está antes de continuar.",
        "Esta conversa mudou depois que você a abriu. Confira como ela está agora antes de continuar.",
    ),
    "NotOwner": (
        "Quem está com esta conversa é {agent}. Para escrever, use *assumir e enviar*.",
        "Esta conversa não está com você. Para escrever, use *assumir e enviar*.",
    ),
    "NotWaiting": ("Esta conversa não está mais na espera. Confira como ela está agora.",),
    "NotOffered": (
        "Esta conversa está sendo oferecida a {agent}. Confira a sua lista.",
        "O tempo desta oferta acabou, ou ela foi retirada. Confira a sua lista.",
    ),
    "AlreadyOffered": (
        "Esta conversa já está sendo oferecida a {agent}.",
        "Esta conversa já está sendo oferecida a outra pessoa.",
    ),
    "NeedsGround": (
        "Você já está com todas as conversas da sua capacidade. Para assumir mais uma, diga o motivo.",
    ),
    "NotInService": (
        "Só dá para fazer isso em uma conversa que está em atendimento. Assuma a conversa antes.",
    ),
    "NotClosed": ("Este atendimento ainda está aberto, então não precisa ser reaberto.",),
    "ReopenTooLate": (
        "Este atendimento foi encerrado {moment} e só podia ser reaberto nas 24 horas seguintes. Inicie uma"
        " nova demanda: ela recebe um novo protocolo.",
        "Este atendimento foi encerrado há mais de 24 horas. Inicie uma nova demanda: ela recebe um novo"
        " protocolo.",
    ),
    "HumanOwns": (
        "{agent} está com esta conversa, então a automação não escreve nela.",
        "Uma pessoa está com esta conversa, então a automação não escreve nela.",
    ),
    "AutomationIsSilent": (
        "Alguém respondeu pelo aparelho, então a automação não escreve mais neste atendimento.",
    ),
    "CustomerWrote": (
        "O cliente escreveu enquanto você digitava. Leia antes de enviar, ou aperte Ctrl+Enter para enviar"
        " assim mesmo.",
    ),
    "CustomerWaits": (
        "O cliente está esperando uma resposta, então este atendimento não pode ser encerrado.",
    ),
    # closing, moving, setting aside
    "NeedsQueue": ("Escolha a fila para onde a conversa deve ir.",),
    "NeedsReceiver": ("Escolha uma pessoa ou uma fila para receber a conversa, só uma das duas.",),
    "BadTag": ("Use etiquetas curtas, em minúsculas e sem acento, como *segunda-via*.",),
    "TooManyTags": ("Esta demanda já tem etiquetas demais. Retire alguma antes de incluir outra.",),
    "BadDocument": ("Este CPF ou CNPJ não existe. Confira os números.",),
    "BadContract": ("Escreva o número do contrato só com letras, números, ponto, hífen ou barra.",),
    "AlreadyLinked": ("Este contrato já está vinculado a este contato.",),
    "TooManyContracts": (
        "Este contato já tem {most} contratos vinculados. Desvincule algum antes.",
        "Este contato já tem contratos demais. Desvincule algum antes.",
    ),
    "NothingToUndo": ("Não há nada seu para desfazer aqui.",),
    "UndoTooLate": ("Só dá para desfazer nos primeiros 10 segundos.",),
    "WrittenSince": ("O cliente já escreveu; não dá mais para desfazer.",),
    "NeedsReason": ("Escreva em uma linha o motivo.",),
    "Blocked": ("Este contato está bloqueado. Desbloqueie o contato para atendê-lo de novo.",),
    "UnknownReason": ("Escolha um motivo de encerramento da lista.",),
    "NeedsOutcome": ("Escreva em uma linha o resultado do atendimento antes de encerrar.",),
    "BadWakeUp": ("Escolha um horário para retomar: a partir de agora e em até 5 dias.",),
    "BadSendTime": ("Escolha um horário para enviar: a partir de agora e em até 30 dias.",),
    "UnknownSchedule": ("Este envio agendado já saiu, foi cancelado ou não existe. Confira a lista.",),
    "UnknownEpisode": ("Este atendimento não foi encontrado na conversa. Atualize a tela e tente de novo.",),
    # clocks
    "NothingToAcknowledge": (
        "Esta conversa não está com o prazo vencido, então não há aviso para assumir. Atualize a tela.",
    ),
    "UnknownMessage": ("Esta mensagem não foi encontrada na conversa. Atualize a tela e tente de novo.",),
    "UnreadablePolicy": ("Estas regras de prazo não estão completas. Confira os campos e salve de novo.",),
    "UnreadableCalendar": ("Este calendário não está completo. Confira os horários e salve de novo.",),
    "NameTaken": ("Este nome já é do calendário que nunca fecha. Escolha outro.",),
    # sending
    "WindowClosed": (
        "O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente, que foi"
        " {moment}. Escolha um modelo aprovado para retomar. Assim que ele responder, você volta a escrever"
        " normalmente.",
        "O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente. Escolha um"
        " modelo aprovado para retomar. Assim que ele responder, você volta a escrever normalmente.",
    ),
    # templates
    "UnknownTemplate": (
        "Este modelo não existe neste número do WhatsApp. Escolha outro na lista de modelos aprovados.",
    ),
    "TemplateNotApproved": (
        "O WhatsApp ainda não aprovou este modelo, ou deixou de aprovar. Escolha outro.",
    ),
    "TemplatePaused": (
        "O WhatsApp pausou este modelo porque clientes reclamaram dele. Escolha outro; o administrador pode"
        " rever o texto.",
    ),
    "WrongCategory": (
        "Este modelo não é de serviço, então não serve para falar com um cliente só. Escolha um modelo de"
        " utilidade.",
    ),
    "MissingVariables": (
        "Este modelo pede {expected} dados neste trecho e recebeu {given}. Preencha todos antes de enviar.",
        "Faltam dados neste modelo, ou há dados a mais. Preencha exatamente os que ele pede.",
    ),
    "VariableTooLong": (
        "Com esses dados o texto passa de {limit} letras, e o WhatsApp não aceita. Encurte o que você"
        " preencheu.",
        "Com esses dados o texto fica longo demais para o WhatsApp. Encurte o que você preencheu.",
    ),
    "LengthExceeded": (
        "Um trecho deste modelo passa de {limit} letras, e o WhatsApp não mostra tudo. Encurte o texto.",
        "Um trecho deste modelo é longo demais para o WhatsApp. Encurte o texto.",
    ),
    "NeedsOptIn": (
        "Este cliente não tem pedido aberto nem autorizou contato por aqui. Registre a autorização antes de"
        " enviar um modelo.",
    ),
    "UnknownSend": ("Esta mensagem não foi encontrada na conversa. Atualize a tela e tente de novo.",),
    "AlreadyStarted": ("Esta mensagem já está sendo enviada. Não precisa reenviar.",),
    "AlreadyDone": ("O envio desta mensagem já terminou. Se precisar, escreva uma nova.",),
    "WrongAttempt": ("O envio desta mensagem já seguiu adiante. Atualize a tela para ver como está.",),
    "NotYet": (
        "Ainda não dá para tentar de novo. A mensagem sai sozinha {moment}.",
        "Ainda não dá para tentar de novo. A mensagem sai sozinha em instantes; não precisa reenviar.",
    ),
    "EarlierPending": (
        "Uma mensagem anterior para este cliente ainda não saiu. Esta vai logo depois dela; não precisa"
        " reenviar.",
    ),
}
"""By the name of the refusal, the fullest sentence first; the last one needs no variable. `agent` is a name,
`ago` a span (`há 2 segundos`), `moment` a time as `domain.copy.moments` tells it (`ontem às 14h32`)."""


RETIRED: Final = ("Este pedido foi recusado.",)


def refusal(rule: str, **known: object) -> str:
    """The fullest sentence of a rule whose variables are all known (not None). A rule that is no longer one,
    met in an old answer, is told as `RETIRED`."""
    told = {name: str(value) for name, value in known.items() if value is not None}
    return next(
        sentence.format_map(told)
        for sentence in REFUSALS.get(rule, RETIRED)
        if variables_of(sentence) <= told.keys()
    )


def variables_of(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
