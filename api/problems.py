"""What the doors themselves say no to, and how: a status and a Portuguese sentence per rule.

The rules of the domain have their sentences in `domain.copy`; here stands which status each of them has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Kind(NamedTuple):
    status: int
    detail: str


PROBLEMS: Final[Mapping[str, Kind]] = {
    "BadBody": Kind(400, "Não foi possível ler o corpo da requisição. Envie JSON válido em UTF-8."),
    "Unauthenticated": Kind(401, "Informe um token de acesso válido no cabeçalho Authorization."),
    "AccessChanged": Kind(
        401, "Seu acesso mudou ou a sua sessão terminou. Renove a sessão ou entre de novo."
    ),
    "SessionOver": Kind(401, "Sua sessão terminou. Entre de novo."),
    "SignInRefused": Kind(401, "E-mail, senha ou código não conferem. Confira e tente de novo."),
    "CodeNeeded": Kind(401, "Informe também o código do seu aplicativo autenticador."),
    "SignatureMissing": Kind(401, "A entrega veio sem assinatura, ou com uma assinatura malformada."),
    "SignatureWrong": Kind(403, "A assinatura não corresponde ao corpo da entrega."),
    "VerificationRefused": Kind(403, "O pedido de verificação não traz o token combinado."),
    "Forbidden": Kind(403, "Seu perfil não permite fazer isso."),
    "NotAnAgent": Kind(403, "Este token não pertence a um atendente. Use o token de um atendente."),
    "UrgentNotAllowed": Kind(403, "Só a supervisão pode elevar uma conversa para urgente."),
    "MayNotChoose": Kind(
        403, "Nesta fila cada um pega a próxima da ordem. Só a supervisão pode escolher outra conversa."
    ),
    "OutOfReach": Kind(403, "Esta conversa está em uma fila que não é sua."),
    "QueueOutOfReach": Kind(403, "Esta fila não é sua."),
    "RoomOutOfReach": Kind(403, "Esta sala é de outra equipe."),
    "SecondFactorOwed": Kind(
        403, "Seu perfil exige um segundo fator. Cadastre um aplicativo autenticador antes de continuar."
    ),
    "NotAPerson": Kind(403, "Este token é de um programa. Entre com o seu e-mail e a sua senha."),
    "CrossSite": Kind(403, "Este pedido não veio de uma página do Atende."),
    "WrongPassword": Kind(403, "A senha atual não confere."),
    "WrongCode": Kind(403, "O código não confere ou já foi usado. Espere o próximo e tente de novo."),
    "LinkRefused": Kind(404, "Este link não vale mais. Peça outro a quem administra os usuários."),
    "UnknownSession": Kind(404, "Esta sessão não foi encontrada, ou já terminou."),
    "UnknownToken": Kind(404, "Este token não foi encontrado, ou já não vale."),
    "NotFound": Kind(404, "Este endereço não existe."),
    "UnknownChannel": Kind(404, "Este canal não existe. Escolha um canal da lista."),
    "UnknownConversation": Kind(404, "Esta conversa não foi encontrada."),
    "UnknownDelivery": Kind(404, "Esta entrega não foi encontrada."),
    "UnknownCommand": Kind(
        404, "Ainda não se sabe nada deste comando. Se acabou de enviar, consulte de novo em instantes."
    ),
    "UnknownVersion": Kind(404, "Esta versão não existe."),
    "NotRestorable": Kind(409, "Esta mudança não volta por aqui. Faça na tela o que ela desfez."),
    "UnknownStream": Kind(404, "Esta conexão ao vivo não existe mais. Abra outra."),
    "NothingWaits": Kind(404, "Nada espera por você nas suas filas agora."),
    "UnknownMedia": Kind(404, "Este arquivo não foi encontrado."),
    "MethodNotAllowed": Kind(405, "Este endereço não aceita este método."),
    "TooLarge": Kind(413, "O corpo da requisição é maior do que o permitido."),
    "FileTooLarge": Kind(
        413,
        "O WhatsApp não aceita um arquivo deste tamanho: imagens até 5 MB, áudios e vídeos até 16 MB,"
        " documentos até 100 MB.",
    ),
    "FileTypeNotTaken": Kind(
        422,
        "O WhatsApp não aceita este tipo de arquivo. Envie JPEG, PNG, MP4, áudio, PDF, texto ou um documento"
        " do Office.",
    ),
    "FileEmpty": Kind(422, "Este arquivo está vazio."),
    "Invalid": Kind(422, "Confira os campos indicados e envie de novo."),
    "MomentAhead": Kind(422, "Este momento ainda não chegou. Escolha um que já passou."),
    "PasswordTooShort": Kind(422, "A senha é curta demais: use pelo menos 12 caracteres."),
    "PasswordTooLong": Kind(422, "A senha é longa demais: use no máximo 128 caracteres."),
    "PasswordKnown": Kind(
        422, "Esta senha é fácil de descobrir: não use o seu nome nem palavras da empresa."
    ),
    "PasswordWeak": Kind(
        422, "Esta senha é fácil de descobrir. Junte mais palavras que não combinem entre si."
    ),
    "UnknownScope": Kind(
        422, "Este perfil não tem uma das permissões pedidas. Confira a tabela de permissões."
    ),
    "TooManyGuesses": Kind(429, "Muitas tentativas seguidas. Espere um pouco e tente de novo."),
    "KeyReused": Kind(
        422, "Esta Idempotency-Key já foi usada em outra requisição. Use uma chave nova para cada pedido."
    ),
    "Broken": Kind(
        500, "Algo quebrou ao decidir este pedido. O erro foi registrado; informe o código do comando."
    ),
    "Unexpected": Kind(
        500, "Algo quebrou ao atender este pedido. O erro foi registrado; informe o código da requisição."
    ),
    "Busy": Kind(503, "Há pedidos demais na fila agora. Tente de novo em instantes."),
    "Unavailable": Kind(
        503,
        "Não foi possível gravar com segurança agora. Tente de novo em instantes, com a mesma"
        " Idempotency-Key.",
    ),
    "NotThereYet": Kind(503, "A consulta ainda não chegou à posição pedida. Tente de novo em instantes."),
}

STATUS_OF_REFUSAL: Final[Mapping[str, int]] = {
    "NotOwner": 403,
    "HumanOwns": 403,
    "UnknownAgent": 404,
    "UnknownQueue": 404,
    "UnknownUser": 404,
    "NotYourself": 403,
    "NotAdmitted": 403,
    "NoPrograms": 422,
    "UnknownRoom": 404,
    "NotInRoom": 403,
    "NobodyElse": 422,
    "UnknownEpisode": 404,
    "AgentDeactivated": 403,
    "UnknownSend": 404,
    "NeedsQueue": 422,
    "NeedsChoice": 422,
    "NeedsGround": 422,
    "BadCapacity": 422,
    "BadNotice": 422,
    "NeedsReceiver": 422,
    "NeedsOutcome": 422,
    "UnknownReason": 422,
    "BadWakeUp": 422,
    "BadTag": 422,
    "TooManyTags": 422,
    "BadDocument": 422,
    "BadContract": 422,
    "TooManyContracts": 422,
    "NeedsReason": 422,
    "UnknownTemplate": 404,
    "UnknownCanned": 404,
    "UnknownVariable": 422,
    "UnknownSchedule": 404,
    "BadSendTime": 422,
    "MissingVariables": 422,
    "VariableTooLong": 422,
    "LengthExceeded": 422,
    "WrongCategory": 422,
    "NeedsOptIn": 403,
}
"""Every other refusal is a conflict: 409."""

TITLES: Final[Mapping[int, str]] = {
    400: "Requisição ilegível",
    401: "Não autenticado",
    403: "Não permitido",
    404: "Não encontrado",
    405: "Método não aceito",
    409: "Conflito",
    413: "Grande demais",
    422: "Dados inválidos",
    429: "Tentativas demais",
    500: "Erro interno",
    503: "Indisponível no momento",
}

FIELD_FAULTS: Final[Mapping[str, str]] = {
    "missing": "Campo obrigatório.",
    "cursor": "Este cursor não é desta lista.",
    "etag": "Use o ETag da conversa.",
    "csv": "Não é uma tabela CSV em UTF-8.",
    "column": "Coluna desconhecida ou repetida.",
    "column_missing": "Falta a coluna que identifica cada linha.",
    "cells": "A linha não tem tantas células quanto o cabeçalho.",
    "twice": "Esta linha repete outra.",
    "yes_or_no": "Escreva sim ou não.",
    "email": "Este e-mail não parece completo. Confira o endereço.",
    "phone": "Escreva o telefone com DDD, como (11) 3000-0001.",
    "document": "Este CPF ou CNPJ não existe. Confira os números.",
    "contract": "Escreva o número só com letras, números, ponto, hífen ou barra.",
    "blank": "Escreva alguma coisa, ou deixe o campo vazio.",
    "retired": "Uma fila retirada não volta.",
    "unknown_queue": "Uma destas filas não existe.",
    "unknown_agent": "Este atendente não existe.",
    "name_stays": "O nome de quem já entra não muda pela planilha.",
    "not_here": "Quem ainda não entra é convidado como ativo.",
    "let_go": "Reative primeiro: o perfil de quem está desativado não muda.",
    "yourself": "Ninguém muda o próprio acesso.",
    "last_admin": "Ficaria sem ninguém na administração.",
    "topic": "Este tópico não existe, ou há tópicos demais.",
    "extra_forbidden": "Campo desconhecido.",
    "json_invalid": "JSON inválido.",
    "string_too_short": "Texto curto demais.",
    "string_too_long": "Texto longo demais.",
    "too_short": "Itens de menos.",
    "too_long": "Itens demais.",
    "enum": "Valor fora da lista.",
    "literal_error": "Valor fora da lista.",
    "union_tag_invalid": "Tipo fora da lista.",
    "union_tag_not_found": "Falta o campo que diz o tipo.",
    "string_pattern_mismatch": "Formato inválido.",
    "timezone_aware": "O horário precisa do fuso.",
    "long_ago": "Data antiga demais.",
    "greater_than_equal": "Número pequeno demais.",
    "less_than_equal": "Número grande demais.",
}
"""By pydantic's type of error, or our own code; whatever is not here is `FAULT`. Pydantic's own messages may
repeat what was sent, so they are never told."""

FAULT: Final = "Valor inválido."
