// Users as a spreadsheet: what it would change is read before it is done, and links are handed out after it.
import { useState } from "react";
import { aKey, knock, OFFLINE, wish, type Schemas } from "../api/client";
import { useSession } from "../desk/session";
import { Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { moment } from "../words/moments";
import { ROLES } from "../words/roles";
import { Table } from "./parts";
import { address, Faults, keep, TABLE, UpAndDown, type Fault } from "./Spreadsheet";

type Told = Schemas["ImportedUsers"];
type Link = Schemas["HandedOut"];
type Plan = { file: File; key: string; told: Told };
const COLUMNS: Record<string, string> = { name: "Nome", role: "Perfil", agent_id: "Atende como", queues: "Filas", active: "Entra" };

function url(link: Link): string {
  return `${window.location.origin}/convite#${link.word}`;
}

/** A cell that runs nothing, wherever the table is opened. */
function cell(words: string): string {
  const harmless = /^[=+\-@\t\r']/.test(words) ? `'${words}` : words;
  return `"${harmless.replaceAll('"', '""')}"`;
}

export function UserSpreadsheet({ onDone }: { onDone: (after?: string) => void }) {
  const { house } = useSession();
  const [faults, setFaults] = useState<readonly Fault[] | null>(null);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [links, setLinks] = useState<readonly Link[] | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (file: File, dry: boolean, key: string): Promise<{ told: Told; position: string | null } | null> => {
    const answer = await knock(`${address("users")}${dry ? "?dry_run=true" : ""}`, { method: "POST", body: file, headers: { ...TABLE, ...wish(undefined, key) } }).catch(() => null);
    if (answer === null) {
      toast({ tone: "bad", text: OFFLINE });
      return null;
    }
    const told = (await answer.json().catch(() => ({}))) as Told & { detail?: string; errors?: Fault[] };
    if (answer.ok) return { told, position: answer.headers.get("Position") };
    if (told.errors && told.errors.length > 0) {
      setPlan(null);
      setFaults(told.errors);
    } else toast({ tone: "bad", text: told.detail ?? "A planilha não pôde ser lida." });
    return null;
  };
  const look = async (file: File): Promise<void> => {
    const key = aKey();
    const answer = await send(file, true, key);
    if (answer?.told.changes.length === 0) toast({ tone: "good", text: "Nada mudaria: a planilha já vale." });
    else if (answer) setPlan({ file, key, told: answer.told });
  };
  const apply = async (of: Plan): Promise<void> => {
    setBusy(true);
    const answer = await send(of.file, false, of.key);
    setBusy(false);
    if (answer === null) return;
    setPlan(null);
    const changed = answer.told.changes.length;
    toast({ tone: "good", text: `Planilha aplicada: ${changed} ${changed === 1 ? "pessoa" : "pessoas"}.` });
    if (answer.told.invitations.length > 0) setLinks(answer.told.invitations);
    onDone(answer.position ?? undefined);
  };
  const said = (column: string, value: string | null): string => {
    if (value === null || value === "") return "–";
    if (column === "role") return ROLES[value] ?? value;
    if (column === "agent_id") return house.agents.find((agent) => agent.agent_id === value)?.name ?? value;
    if (column === "queues") return value === "*" ? "todas" : value.split("|").map((one) => house.queues.find((queue) => queue.queue_id === one)?.name ?? one).join(", ");
    return value;
  };
  const handOut = (of: readonly Link[]): void => {
    const lines = of.map((link) => [link.name, link.login, url(link)].map(cell).join(";"));
    keep("links", new Blob(["\ufeff", ["nome;login;link", ...lines, ""].join("\r\n")], { type: "text/csv" }));
  };
  const changes = plan?.told.changes ?? [];
  const come = changes.filter((change) => change.invited).length;
  return (
    <>
      <UpAndDown what="users" onFile={(file) => void look(file)} />
      <Faults faults={faults} onClose={() => setFaults(null)} />
      <Sheet title="O que a planilha muda" open={plan !== null} onClose={() => setPlan(null)} wide>
        <div className="body">
          <p>
            {come === 0 ? "Ninguém é convidado." : come === 1 ? "1 pessoa é convidada e recebe um link." : `${come} pessoas são convidadas, cada uma com um link.`} {changes.length - come === 0 ? "Quem já entra fica como está." : `${changes.length - come} ${changes.length - come === 1 ? "muda" : "mudam"}, já no próximo pedido.`} Nada foi feito ainda.
          </p>
          <Table label="Mudanças da planilha" heads={["Linha", "Quem", "O que muda"]} long>
            {changes.map((change) => (
              <tr key={change.line}>
                <td className="num">{change.line}</td>
                <th scope="row">
                  {change.name} <span className="muted">{change.login}</span>
                </th>
                <td>
                  {change.invited && <span className="chip good">Convite</span>}
                  {change.differences
                    .filter((one) => !change.invited || (one.column !== "name" && one.column !== "active"))
                    .map((one) => (
                      <div key={one.column}>
                        {COLUMNS[one.column] ?? one.column}: {!change.invited && <>{said(one.column, one.before)} → </>}
                        {said(one.column, one.after)}
                      </div>
                    ))}
                </td>
              </tr>
            ))}
          </Table>
        </div>
        <footer>
          <button type="button" className="button" onClick={() => setPlan(null)}>
            Cancelar
          </button>
          <button type="button" className="button main" disabled={busy} onClick={() => plan && void apply(plan)}>
            Aplicar
          </button>
        </footer>
      </Sheet>
      <Sheet title="Links para entregar" open={links !== null} onClose={() => setLinks(null)} wide>
        <div className="body">
          <p>Entregue cada link só à sua pessoa. Cada um vale uma vez, até {links?.[0] ? moment(new Date(links[0].expires_at)) : ""}, e não aparece de novo.</p>
          <Table label="Links de convite" heads={["Nome", "E-mail", "Link"]} long>
            {(links ?? []).map((link) => (
              <tr key={link.login}>
                <th scope="row">{link.name}</th>
                <td>{link.login}</td>
                <td>
                  <input className="input" readOnly aria-label={`Link de ${link.name}`} value={url(link)} onFocus={(event) => event.target.select()} />
                </td>
              </tr>
            ))}
          </Table>
        </div>
        <footer>
          <button type="button" className="button main" onClick={() => links && handOut(links)}>
            Baixar links
          </button>
        </footer>
      </Sheet>
    </>
  );
}
