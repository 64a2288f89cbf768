// The emojis and what they are called in Portuguese, packed for the picker when the console is built: only what
// the fonts of today's systems draw, and of each no more than the picker shows and searches.
import data from "emojibase-data/pt/data.json" with { type: "json" };
import type { Plugin } from "vite";

const NEWEST = 15.1; // the version of Unicode's emojis
const PARTS = 2; // the group of hair and skin by themselves

/** What a desk calls them, too. */
const ALSO: Readonly<Record<string, string>> = {
  "👍": "joinha positivo curtir",
  "🙏": "obrigado obrigada agradecer por favor",
  "✅": "certo pronto resolvido",
  "🌐": "internet rede site",
  "📶": "wifi rede",
  "📡": "internet torre",
  "💰": "pagamento fatura boleto",
  "📄": "fatura boleto contrato segunda via",
  "🔧": "técnico conserto manutenção",
  "📅": "agenda visita agendamento",
  "⏰": "prazo espera",
};

/** Without the mark of a picture on what is one by itself: phones send it so. */
function plain(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\ufe0f/gu, "$1");
}

/** One after its first sign, as Unicode puts a tone of skin. */
function toned(emoji: string, tone: number): string {
  const [first = "", ...rest] = emoji;
  return first + String.fromCodePoint(0x1f3fa + tone) + (rest[0] === "\ufe0f" ? rest.slice(1) : rest).join("");
}

export function emojis(): Plugin {
  const id = "virtual:emojis";
  return {
    name: "emojis",
    resolveId: (asked) => (asked === id ? `\0${id}` : null),
    load(asked) {
      if (asked !== `\0${id}`) return null;
      const packed = data
        .filter((one) => one.group !== undefined && one.group !== PARTS && one.version <= NEWEST)
        .map((one) => {
          const skins = (one.skins ?? []).filter((skin) => typeof skin.tone === "number");
          const takesTone = skins.length === 5 && skins.every((skin) => toned(one.emoji, skin.tone as number) === skin.emoji);
          const sign = plain(one.emoji);
          return [sign, one.label, [...(one.tags ?? []), ALSO[sign] ?? ""].join(" "), one.group, takesTone ? 1 : 0];
        });
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(packed))})`;
    },
  };
}
