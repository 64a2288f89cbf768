// Who signs in here: invited with a link that works once, given a role, let go.
import { useCallback, useEffect, useState } from "react";
import { api, data, sentenceOf, wish, type Schemas } from "../api/client";
import { may, useSession } from "../desk/session";
import { Icon } from "../ui/Icon";
import { Avatar, Bones, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { moment } from "../words/moments";
import { ROLES } from "../words/roles";
import { Form, New, Part, Table } from "./parts";
import { UserSpreadsheet } from "./UserSpreadsheet";

type User = Schemas["User"];
type Role = Schemas["Role"];
const GIVEN = ["agent", "supervisor", "manager", "director", "analyst", "auditor", "admin", "dpo"] as const satisfies readonly Role[];
const ATTENDS: readonly Role[] = ["agent", "supervisor"];

export default function Users() {
  const { house, me } = useSession();
  const [users, setUsers] = useState<readonly User[] | null>(null);
  const [open, setOpen] = useState<User | "new" | null>(null);
  const [link, setLink] = useState<{ name: string; url: string; until: string } | null>(null);
  const [form, setForm] = useState<{ login: string; name: string; role: Role; agent: string }>({ login: "", name: "", role: "agent", agent: "" });

  const learn = useCallback(async (after?: string): Promise<void> => {
    try {
      const params = after ? { query: { after } } : {};
      setUsers((await data(api.GET("/v1/users", { params }))).items);
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
      setUsers((held) => held ?? []);
    }
  }, []);
  useEffect(() => void learn(), [learn]);

  const run = may("users.run");
  const edit = (user: User | "new"): void => {
    setOpen(user);
    setForm(user === "new" ? { login: "", name: "", role: "agent", agent: "" } : { login: user.login, name: user.name, role: user.role, agent: user.agent_id ?? "" });
  };
  const invited = (name: string, made: Schemas["Invitation"]): void => {
    setOpen(null);
    setLink({ name, url: `${window.location.origin}/convite#${made.word}`, until: made.expires_at });
    void learn(made.position);
  };
  const save = async (): Promise<string | null> => {
    const agent_id = ATTENDS.includes(form.role) && form.agent !== "" ? form.agent : null;
    try {
      if (open === "new") invited(form.name, await data(api.POST("/v1/users", { headers: wish(), body: { login: form.login.trim(), name: form.name.trim(), role: form.role, agent_id } })));
      else if (open) {
        const told = await data(api.PUT("/v1/users/{user_id}/role", { params: { path: { user_id: open.user_id } }, headers: wish(), body: { role: form.role, agent_id, queues: open.queues } }));
        setOpen(null);
        toast({ tone: "good", text: `${open.name} agora tem o perfil ${ROLES[form.role]}.` });
        await learn((told as { position?: string } | undefined)?.position);
      }
      return null;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  const act = async (user: User, wanted: Promise<unknown>, told: string): Promise<void> => {
    try {
      const answer = (await wanted) as { position?: string } | undefined;
      toast({ tone: "good", text: told });
      setOpen(null);
      await learn(answer?.position);
    } catch (error) {
      toast({ tone: "bad", text: `${user.name}: ${sentenceOf(error)}` });
    }
  };
  const path = (user: User): { params: { path: { user_id: string } }; headers: Record<string, string> } => ({ params: { path: { user_id: user.user_id } }, headers: wish() });

  return (
    <Part title="Usuários" text="Quem entra no Atende e com que perfil. A senha é escolhida por cada um, com um link que vale uma vez." action={run && <div className="row-actions"><UserSpreadsheet onDone={(after) => void learn(after)} /><New label="Convidar" onPress={() => edit("new")} /></div>}>
      {users === null ? (
        <Bones lines={6} />
      ) : (
        <Table label="Tabela de usuários" heads={["Nome", "E-mail", "Perfil", "Segundo fator", "Última entrada", "Situação"]} acts>
          {users.map((user) => (
            <tr key={user.user_id} className={user.stage === "deactivated" ? "off" : ""}>
              <th scope="row">
                <span className="agent-name">
                  <Avatar name={user.name} /> {user.name}
                </span>
              </th>
              <td>{user.login}</td>
              <td>{ROLES[user.role]}</td>
              <td>{user.second_factor ? "Ligado" : "–"}</td>
              <td>{user.signed_in_at ? moment(new Date(user.signed_in_at)) : "nunca"}</td>
              <td>{user.locked ? <span className="chip urgent">Bloqueado</span> : user.stage === "active" ? <span className="chip good">Ativo</span> : user.stage === "invited" ? <span className="chip normal">Convidado</span> : <span className="chip">Desativado</span>}</td>
              <td>
                {run && (
                  <button type="button" className="button small" onClick={() => edit(user)} aria-label={`Editar ${user.name}`}>
                    Editar
                  </button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Sheet title={open === "new" ? "Convidar alguém" : `Editar ${open?.name ?? ""}`} open={open !== null} onClose={() => setOpen(null)}>
        <Form onSave={save} label={open === "new" ? "Convidar" : "Salvar"}>
          {open === "new" && (
            <>
              <label className="field">
                <span>Nome</span>
                <input className="input" autoFocus required maxLength={80} value={form.name} onChange={(event) => setForm({ ...form, name: event.target.value })} />
              </label>
              <label className="field">
                <span>E-mail</span>
                <input className="input" type="email" required value={form.login} onChange={(event) => setForm({ ...form, login: event.target.value })} />
              </label>
            </>
          )}
          <label className="field">
            <span>Perfil</span>
            <select className="input" value={form.role} onChange={(event) => setForm({ ...form, role: event.target.value as Role })}>
              {GIVEN.map((role) => (
                <option key={role} value={role}>
                  {ROLES[role]}
                </option>
              ))}
            </select>
          </label>
          {ATTENDS.includes(form.role) && (
            <label className="field">
              <span>Atende como</span>
              <select className="input" value={form.agent} onChange={(event) => setForm({ ...form, agent: event.target.value })}>
                <option value="">Não atende</option>
                {house.agents
                  .filter((agent) => agent.active)
                  .map((agent) => (
                    <option key={agent.agent_id} value={agent.agent_id}>
                      {agent.name}
                    </option>
                  ))}
              </select>
              <small>O nome que os clientes leem.</small>
            </label>
          )}
          {open !== null && open !== "new" && open.user_id !== me?.user_id && (
            <div className="row-actions">
              <button type="button" className="button small" onClick={() => void data(api.POST("/v1/users/{user_id}/link", path(open))).then((made) => invited(open.name, made), (error: unknown) => toast({ tone: "bad", text: sentenceOf(error) }))}>
                Novo link de senha
              </button>
              <button type="button" className="button small" onClick={() => void act(open, data(api.DELETE("/v1/users/{user_id}/sessions", path(open))), `${open.name} saiu de todos os lugares.`)}>
                Sair de todos os lugares
              </button>
              {open.second_factor && (
                <button type="button" className="button small" onClick={() => void act(open, data(api.DELETE("/v1/users/{user_id}/second-factor", path(open))), "Segundo fator removido.")}>
                  Remover segundo fator
                </button>
              )}
              {open.stage === "deactivated" ? (
                <button type="button" className="button small" onClick={() => void act(open, data(api.POST("/v1/users/{user_id}/reactivate", path(open))), `${open.name} pode entrar de novo.`)}>
                  Reativar
                </button>
              ) : (
                <button type="button" className="button small" onClick={() => void act(open, data(api.POST("/v1/users/{user_id}/deactivate", path(open))), `${open.name} não entra mais.`)}>
                  Desativar
                </button>
              )}
            </div>
          )}
        </Form>
      </Sheet>
      <Sheet title={`Link de ${link?.name ?? ""}`} open={link !== null} onClose={() => setLink(null)}>
        <div className="body">
          <p>Entregue este link só a {link?.name}. Ele vale uma vez, até {link ? moment(new Date(link.until)) : ""}, e não aparece de novo.</p>
          <input className="input" readOnly aria-label="Link" value={link?.url ?? ""} onFocus={(event) => event.target.select()} />
        </div>
        <footer>
          <button type="button" className="button main" onClick={() => void navigator.clipboard?.writeText(link?.url ?? "").then(() => toast({ tone: "good", text: "Link copiado." }))}>
            <Icon name="copy" small /> Copiar
          </button>
        </footer>
      </Sheet>
    </Part>
  );
}
