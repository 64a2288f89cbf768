// The models the provider has approved for this number: chosen, filled, seen as the customer will see them, sent.
import { useEffect, useState } from "react";
import { api, data, sentenceOf, type Schemas } from "../api/client";
import { write } from "../desk/acts";
import { fits } from "../shell/commands";
import { Bones, Empty } from "../ui/parts";
import { Ask, Choice, type Props } from "./Sheets";
import "./templates.css";

type Template = Schemas["Template"];
type Words = Record<string, string>;

const MARK = /\{\{\s*([a-z0-9_]+)\s*\}\}/g;
const id = (template: Template): string => `${template.name}.${template.language}`;
const field = (part: string, name: string): string => `${part}:${name}`;

export default function TemplatePicker({ row, onDone }: Props) {
  const [all, setAll] = useState<readonly Template[] | null>(null);
  const [no, setNo] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState("");
  const [words, setWords] = useState<Words>({});
  useEffect(() => {
    let here = true;
    const params = { path: { channel_id: row.channel_id ?? "" } };
    data(api.GET("/v1/channels/{channel_id}/templates", { params })).then(
      (told) => here && setAll(told.items.filter((one) => one.sendable)),
      (error: unknown) => here && (setAll([]), setNo(sentenceOf(error))),
    );
    return () => {
      here = false;
    };
  }, [row.channel_id]);

  if (all === null) return <div className="body"><Bones lines={5} /></div>;
  if (all.length === 0) {
    return (
      <div className="body">
        <Empty icon="template" title={no ?? "Este número ainda não tem modelos aprovados"}>
          {no === null && <p>Quem administra cria os modelos no Gerenciador do WhatsApp. Assim que a Meta aprova, eles aparecem aqui.</p>}
        </Empty>
      </div>
    );
  }
  const fitting = all.filter((one) => fits(typed, `${spoken(one.name)} ${one.body}`) > 0);
  const template = all.find((one) => id(one) === chosen);
  const asked = template?.slots.flatMap((slot) => slot.names.map((name) => field(slot.part, name))) ?? [];
  const needsFile = template !== undefined && template.slots.some((slot) => slot.part === "header" && template.header_format !== "text");
  const choose = (to: string): void => {
    setChosen(to);
    const next = all.find((one) => id(one) === to);
    // the word after a greeting is the customer's name
    const greeted = next && /^(oi|olá|ola|bom dia|boa tarde|boa noite)[,!]? *\{\{\s*([a-z0-9_]+)\s*\}\}/i.exec(next.body)?.[2];
    const name = row.contact.name?.split(" ")[0];
    setWords(greeted && name ? { [field("body", greeted)]: name } : {});
  };
  const send = async (): Promise<boolean> => {
    if (!template) return false;
    write(row, { kind: "template", name: template.name, language: template.language, components: components(template, words) }, filled(template.body, "body", words));
    return true;
  };
  return (
    <Ask label="Enviar modelo" ready={template !== undefined && !needsFile && asked.every((one) => (words[one] ?? "").trim() !== "")} run={send} onDone={onDone}>
      {all.length > 5 && <input className="input" aria-label="Procurar modelo" placeholder="Procurar modelo" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      <fieldset className="choices scroll templates" aria-label="Modelos aprovados">
        {fitting.map((one, at) => (
          <Choice key={id(one)} name="template" value={id(one)} chosen={chosen} onChoose={choose} focus={at === 0}>
            <span>
              {spoken(one.name)}
              {one.language !== "pt_BR" && <span className="muted"> ({one.language})</span>}
              <small className="muted choice-small">{one.body.replace(MARK, "…")}</small>
            </span>
          </Choice>
        ))}
        {fitting.length === 0 && <p className="muted">Nenhum modelo com essas palavras.</p>}
      </fieldset>
      {template?.slots.flatMap((slot) =>
        needsFile && slot.part === "header"
          ? []
          : slot.names.map((name) => {
              const key = field(slot.part, name);
              return (
                <label key={key} className="field">
                  <span>{labelOf(slot.part, name, template)}</span>
                  <input className="input" required maxLength={500} value={words[key] ?? ""} onChange={(event) => setWords({ ...words, [key]: event.target.value })} />
                </label>
              );
            }),
      )}
      {template && (
        <div className="template-preview" role="group" aria-label="Como o cliente vai ler">
          <div className="bubble">
            {template.header && <strong>{filled(template.header, "header", words)}</strong>}
            <p className="text">{filled(template.body, "body", words)}</p>
            {template.footer && <small className="muted">{template.footer}</small>}
          </div>
          {template.buttons.map((button) => (
            <span key={button.text} className="template-button">
              {button.text}
            </span>
          ))}
        </div>
      )}
      {needsFile && <p className="no">Este modelo leva um arquivo no topo, e por aqui ainda não dá para enviar. Escolha outro.</p>}
    </Ask>
  );
}

function spoken(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
/** The words before the gap say what belongs in it. */
function labelOf(part: string, name: string, template: Template): string {
  if (!/^\d+$/.test(name)) return spoken(name);
  const text = part === "body" ? template.body : part === "header" ? (template.header ?? "") : "";
  const before = text.split(new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`))[0]?.split(/[.!?\n}]/).at(-1)?.trim().replace(/[,:]$/, "") ?? "";
  return before === "" ? `Palavra ${name}` : `“${before} …”`;
}
function filled(text: string, part: string, words: Words): string {
  return text.replace(MARK, (mark, name: string) => words[field(part, name)]?.trim() || mark);
}
function components(template: Template, words: Words): Record<string, unknown>[] {
  return template.slots.map(({ part, names }) => {
    const [type = "body", index] = part.split("/");
    const parameters = names.map((name) => ({ type: "text", text: (words[field(part, name)] ?? "").trim(), ...(/^\d+$/.test(name) ? {} : { parameter_name: name }) }));
    return type === "button" ? { type, sub_type: "url", index: index ?? "0", parameters } : { type, parameters };
  });
}
