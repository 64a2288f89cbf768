"""The words of an internet provider's customers, as `normal` leaves them: no accents, `internet`,"
" `esta`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

Table = Sequence[tuple[str, re.Pattern[str]]]
"""What is meant more closely (may be empty), and the words that mean it; the first that matches counts."""

_GAP = r"(?: \w+){0,4}?"
_NET = (
    r"(?:internet|conexao|wifi|sinal|rede|fibra|banda larga|modem|roteador|onu|ont|aparelho|site|aplicativo"
    r"|tv|netflix|youtube|jogo|online)"
)
_DEAD = (
    r"(?:caiu|caida|parou|parada|fora|morreu|sumiu|acabou|travou|zerada|zerou|nao(?: \w+){0,2}?"
    r" (?:funciona\w*|pega\w*|conecta\w*|volta\w*|voltou|entra\w*|abre|abrindo|presta|navega\w*|liga"
    r"|chega\w*"
    r"|aparece|existe))"
)
_SLOW = r"(?:lent\w+|devagar|ruim|pessim\w+|horrivel|travando|trava|baix\w+|alto|lag\w*|arrastando)"


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)")


TECHNICAL: Final[Table] = (
    (
        "equipment",
        _any(
            rf"(?:modem|roteador|onu|ont|aparelho|cabo|fio|fonte|fibra){_GAP} (?:queim\w+|nao liga\w*"
            rf"|quebr\w+"
            r"|romp\w+|apagad\w+|apagou|vermelh\w+|solt\w+|cortad\w+|partid\w+|partiu|arrebent\w+|no chao"
            r"|pendurad\w+|desligad\w+|pisca\w*)",
            rf"(?:romp\w+|cortaram|arrebent\w+|quebr\w+|queimou){_GAP} (?:cabo|fio|fibra|modem|roteador"
            rf"|onu)",
            rf"(?:luz|luzes|led|los|pon){_GAP} (?:vermelh\w+|laranja|piscando|acesa|apagad\w+)",
            r"los",
        ),
    ),
    (
        "unstable",
        _any(
            r"oscila\w*",
            r"instave(?:l|is)",
            r"instabilidade",
            r"intermitente",
            r"vai e volta",
            r"cai e volta",
            rf"{_NET}{_GAP} caindo",
            rf"caindo{_GAP} {_NET}",
            r"(?:fica|esta|vive|so) caindo",
            r"cai (?:toda hora|o tempo todo|direto|sempre|muito|todo dia|varias vezes)",
        ),
    ),
    (
        "down",
        _any(
            r"sem (?:a |o |minha |meu |nenhum |nenhuma )*(?:internet|conexao|sinal|rede|acesso|wifi)",
            rf"{_NET}{_GAP} {_DEAD}",
            rf"(?:caiu|parou|acabou|sumiu|morreu|cade)(?: de funcionar)?(?: a| o| minha| meu| toda|"
            rf" todo){{0,2}}"
            rf" {_NET}",
            rf"nao(?: \w+){{0,2}}? (?:funciona\w*|pega\w*|conecta\w*|volta\w*|entra\w*|liga)"
            rf"(?: a| o| minha| meu){{0,2}} {_NET}",
            r"nao (?:tem|tenho|estou com|estou tendo|ha) (?:a |minha |nenhum |nenhuma )?"
            r"(?:internet|sinal|conexao|rede|acesso)",
            r"nao (?:consigo|consegui|estou conseguindo|conseguimos|da para) (?:\w+ ){0,1}?"
            r"(?:conectar|acessar|navegar|usar|trabalhar|entrar|assistir|jogar)",
            r"nada (?:funciona|pega|conecta|abre|carrega)",
            r"nao carrega(?: nada)?",
            r"offline",
            r"fora do ar",
            r"sem funcionar",
            r"caiu aqui",
            r"caiu de novo",
            r"caiu tudo",
        ),
    ),
    (
        "slow",
        _any(
            rf"{_NET}{_GAP} {_SLOW}",
            rf"(?:velocidade|ping|download|upload){_GAP} (?:{_SLOW}|abaixo|menor|caiu|errad\w+)",
            r"lent[ao]s?",
            r"lentidao",
            r"(?:muito|super|bem|tudo) devagar",
            r"travando",
            r"ping alto",
            r"so (?:esta )?(?:chega\w*|vem|vindo|da|dando|pega\w*|marca\w*) \d+ ?(?:mega|megas|mb|mbps|m)",
            r"so (?:esta )?(?:chega\w*|vem|vindo|receb\w+|pega\w*|marca\w*) \d{2,}(?= \||$)",
            r"\d+ ?(?:mega|megas|mb|mbps)(?: \w+){0,3}? (?:chega\w*|vem|vindo|receb\w+|marca\w*) (?:so )?\d+",
            r"nao (?:esta )?(?:chega\w*|entrega\w*|da|bate) (?:a |os |as )?"
            r"(?:velocidade|\d+ ?(?:mega|megas|mb|mbps))",
        ),
    ),
    (
        "wifi",
        _any(
            rf"wifi{_GAP} (?:fraco|nao alcanca|nao chega|sumindo|nao pega|falhando)",
            r"sinal (?:esta |muito |bem |do wifi )*(?:fraco|ruim)",
        ),
    ),
    (
        "",
        _any(
            r"suporte(?: tecnico)?",
            rf"(?:problema|defeito|falha|pane|dificuldade|erro)s?{_GAP} {_NET}",
            rf"{_NET}{_GAP} (?:problema|defeito|falha|pane|erro|ruim)s?",
            rf"(?:visita|preciso|manda\w*|agenda\w*|chama\w*|quero|cade|envia\w*|vir|vem|veio"
            rf"|aguardando){_GAP}"
            r" tecnicos?",
            r"tecnico (?:nao (?:veio|apareceu|chegou)|ficou de vir|vem|vai vir)",
            r"reparo",
            r"manutencao",
            r"nao (?:esta |estao )?(?:funciona\w*|pega|pegando|conecta\w*)",
        ),
    ),
)

BLOCKED: Final = _any(
    rf"{_NET}{_GAP} (?:bloquead\w+|suspens\w+|bloqueou)",
    r"desbloque\w+",
    r"bloque(?:io|ada|ado|aram|ou|ei)",
    r"(?:bloque|cortaram|suspenderam|libera|religa)\w*(?: a| o| minha| meu){0,2}"
    r" (?:internet|sinal|conexao|acesso)",
    r"desbloqueio de confianca",
    r"liberacao",
    r"religacao",
    r"corte por falta de pagamento",
)

BILLING: Final[Table] = (
    ("blocked", BLOCKED),
    (
        "paid",
        _any(
            r"(?:ja )?(?:paguei|pagamos)",
            r"comprovante",
            r"(?:foi|esta|ja esta|ja foi) pag[oa]",
            r"(?:fiz|efetuei|realizei) (?:o |um )?(?:pagamento|pix)",
            r"pagamento (?:efetuado|realizado|feito|em duplicidade)",
            r"(?:dar|dei|deram|deu) baixa",
            r"paguei (?:duas vezes|em dobro)",
        ),
    ),
    (
        "agreement",
        _any(
            r"negocia\w*",
            r"renegocia\w*",
            r"parcela(?:r|mento|do)",
            r"acordo",
            r"divida",
            r"em atraso",
            r"(?:conta|fatura|boleto|mensalidade|parcela)s? (?:esta |estao )?(?:atrasad|vencid)\w+",
        ),
    ),
    (
        "invoice",
        _any(
            r"boletos?",
            r"boletu",
            r"bolet[ao]",
            r"(?:2a?|segunda|2da) via",
            r"faturas?",
            r"codigo de barras?",
            r"linha digitavel",
            r"carnes?",
            r"mensalidades?",
            r"copia e cola",
            r"(?:chave|codigo|qr ?code)(?: do| de)? pix",
            r"pix",
            r"conta (?:de |da |do |desse |deste )(?:internet|mes|wifi)",
            r"minha conta (?:veio|venceu|chegou|nao chegou)",
        ),
    ),
    (
        "",
        _any(
            r"pagar",
            r"pagamentos?",
            r"cobranca\w*",
            r"cobra(?:ram|ndo|do|da|r)",
            r"nota fiscal",
            r"reembolso",
            r"estorno",
            r"financeiro",
            r"debito automatico",
            r"vencimento",
            r"juros",
            r"multa",
            r"desconto",
            r"valor (?:da|do|a) (?:conta|fatura|boleto|mensalidade|mais|errado)",
            r"(?:conta|valor) (?:veio |esta )?(?:errad\w+|mais car\w+|diferente|alt\w+)",
        ),
    ),
)

SALES: Final[Table] = (
    (
        "",
        _any(
            r"planos?",
            r"contrata\w*",
            r"assinar",
            r"assinatura",
            r"(?:quero|queria|gostaria|fazer|preciso|agendar|para|valor|taxa|preco)(?: \w+){0,3}?"
            r" instala\w+",
            r"instalar",
            r"instalacao",
            r"upgrade",
            r"(?:aumentar|diminuir|mudar|trocar|melhorar)(?: \w+){0,3}? (?:velocidade|mega|megas|pacote)",
            r"mais (?:velocidade|mega|megas)",
            r"promoc\w+",
            r"cobertura",
            r"viabilidade",
            r"(?:atende|atendem|pega|chega|cobre|cobrem)(?: \w+){0,2}? (?:no|na|em|meu|minha|bairro|rua"
            r"|sitio"
            r"|regiao|cidade)",
            r"(?:tem|tem a|voces tem) (?:fibra|internet|cobertura|disponibilidade)(?: \w+){0,3}? "
            r"(?:no|na|em|meu|minha|bairro|rua|regiao|aqui)",
            r"quanto (?:custa|e|fica|sai|esta)(?: \w+){0,3}? (?:internet|mega|megas|mb|fibra|giga)",
            r"quanto custa",
            r"(?:valor|preco)(?:es|s)? (?:da|do|de|dos|das) (?:internet|planos?|fibra|megas?|instalacao)",
            r"(?:quais|qual)(?: \w+){0,3}? (?:valor|valores|preco|precos|pacotes?)",
            r"tabela de (?:precos|valores)",
            r"(?:virar|ser|me tornar) cliente",
            r"(?:quero|queria|gostaria de) (?:colocar|por|botar|ter|adquirir)(?: \w+){0,2}? internet",
            r"\d+ ?(?:mega|megas|mb|giga|gigas|gb)",
            r"orcamento",
            r"comercial",
            r"vendas",
        ),
    ),
)

QUESTION: Final[Table] = (
    (
        "",
        _any(
            r"duvidas?",
            r"perguntas?",
            r"informac(?:ao|oes)",
            r"horarios?",
            r"como (?:eu )?(?:faco|fazer|funciona|altero|mudo|troco|configuro|posso|consigo|vejo|acesso)",
            r"(?:queria|gostaria de|quero) saber",
            r"(?:mudar|mudanca|trocar|troca|alterar|transferir)(?: \w+){0,2}? (?:endereco|titularidade"
            r"|senha|casa"
            r"|nome)",
            r"vou (?:me )?mudar",
            r"titularidade",
            r"endereco (?:de voces|da loja|da empresa)",
            r"onde (?:fica|voces)",
            r"voces (?:abrem|fecham|funcionam|trabalham|atendem)",
            r"senha",
            r"cadastro",
            r"meu contrato",
            r"ip (?:fixo|publico)",
            r"aplicativo",
            r"(?:abre|aberto|funciona|atendem?)(?: \w+){0,2}? (?:sabado|domingo|feriado)",
        ),
    ),
)

CANCEL: Final = _any(
    r"cancel\w*",
    r"camcel\w*",
    r"canselar?\w*",
    r"rescis\w+",
    r"rescind\w+",
    r"encerrar(?: o| a| meu| minha){0,2} (?:contrato|plano|servico|assinatura|conta)",
    r"nao (?:quero|queremos|vou querer|preciso|vou usar|desejo)(?: \w+){0,2}? mais(?: \w+){0,3}?"
    r" (?:internet|servicos?|plano|contrato|cliente|wifi|assinatura|voces)",
    r"(?:desistir|desisto|desisti)(?: \w+){0,2} (?:internet|servico|plano|contrato|instalacao)",
    r"(?:tirar|retirar|desinstalar|desligar de vez)(?: a| o| minha| meu){0,2} (?:internet|equipamento|modem"
    r"|roteador|aparelho)",
    r"(?:mudar|trocar|mudei|troquei) de (?:operadora|provedor)",
    r"portabilidade",
)

_WISH = (
    r"(?:quero|queria|quis|vou|pretendo|preciso|desejo|gostaria|pensei|penso|e|estou|pedi|solicitei|falei"
    r"|disse"
    r"|para|vamos)"
)
DENIED_CANCEL: Final = _any(
    rf"(?:nao|nem|nunca) {_WISH}(?: mais| em| de| para| querendo| pedindo| a fim| que queria| que quero| o"
    rf"| a| meu"
    r"| minha| nenhum| sobre| falar){0,4} (?:cancel\w*|rescis\w+|rescind\w+)",
    r"(?:nao|nem) (?:e )?(?:cancela|cancele|cancelem|cancelar|cancelamento)",
    r"(?:sem|desisti de|mudei de ideia sobre|em vez de|ao inves de|antes de) cancel\w+",
)
DENIED_SUBJECT: Final = _any(
    r"(?:nao|nem) (?:e|se trata|quero|preciso|queria)(?: nada)?(?: falar| saber)?(?: sobre| de| da| do|"
    r" com| a| o"
    r"| por causa| para| um| uma| nenhum){0,3} (?:boletos?|faturas?|2a? via|segunda via|financeiro"
    r"|pagamento"
    r"|planos?|contratar|vendas|comercial|suporte|tecnico|atendente|pessoa|duvida)",
)

PERSON: Final = _any(
    r"atendentes?",
    r"antendente",
    r"atendete",
    r"humano",
    r"ser humano",
    r"operador[ae]?s?",
    r"supervisor[a]?",
    r"gerente",
    r"(?:falar|conversar|falo|falando|fala|tratar|atendid[oa])(?: \w+){0,3}? (?:alguem|pessoa|gente"
    r"|responsavel"
    r"|dono|atendimento|setor|moca|moco|voces|funcionari[oa])",
    r"pessoa (?:real|de verdade|fisica me atender)",
    r"uma pessoa",
    r"(?:quero|preciso de|gostaria de)(?: um)? atendimento",
    r"nao quero(?: falar| conversar)?(?: com| um| o| esse| este){0,2} (?:robo|bot|maquina|assistente"
    r"|virtual)",
    r"(?:chega|odeio|cansei)(?: de| do| desse){0,2} (?:robo|bot)",
    r"ouvidoria",
    r"reclama(?:cao|r)",
    r"procon",
    r"anatel",
    r"advogad[oa]",
    r"(?:vou )?processar",
)
