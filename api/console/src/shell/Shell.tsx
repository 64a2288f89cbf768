// Around every screen: the rail, the state of the connection, the palette, the keys.
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { MenuTrigger, Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { beat, declare, PAUSES, standing } from "../desk/presence";
import { prefer, usePreferences, type Theme } from "../desk/preferences";
import { keepRooms, talks, useUnread } from "../desk/rooms";
import { current, leave, lookAt, may, useSession } from "../desk/session";
import { useDesk } from "../desk/store";
import { clearTabs } from "../desk/tabs";
import { Icon, type IconName } from "../ui/Icon";
import { Avatar, Toasts } from "../ui/parts";
import { undoLast } from "../ui/toast";
import { initials } from "../words/names";
import { ROLES } from "../words/roles";
import { badge, watch } from "./alerts";
import { listen, shown, useCommands, type Command } from "./commands";
import { ConnectionBanner, ConnectionState } from "./Connection";
import { Keys, Palette } from "./Palette";

const Tour = lazy(() => import("./Tour"));
const Sessions = lazy(() => import("./Sessions"));

export type Place = { path: string; label: string; icon: IconName; may: () => boolean };
export const PLACES: readonly Place[] = [
  { path: "/", label: "Atender", icon: "inbox", may: () => may("conversations.read") },
  { path: "/equipe", label: "Equipe", icon: "people", may: talks },
  { path: "/painel", label: "Painel", icon: "board", may: () => may("wallboard.read") },
  { path: "/analise", label: "Análise", icon: "chart", may: () => ["supervisor", "manager", "director", "analyst"].includes(role()) },
  { path: "/auditoria", label: "Auditoria", icon: "shield", may: () => ["auditor", "dpo", "admin"].includes(role()) },
  { path: "/administracao", label: "Gestão", icon: "gear", may: () => may("desk.run") || may("users.run") },
];
function role(): string {
  return current().me?.role ?? "";
}

const THEMES: Record<Theme, { label: string; icon: IconName }> = {
  auto: { label: "Como no sistema", icon: "sparkle" },
  light: { label: "Claro", icon: "sun" },
  dark: { label: "Escuro", icon: "moon" },
  contrast: { label: "Alto contraste", icon: "contrast" },
};

export function Shell({ children }: { children: ReactNode }) {
  const { me, house } = useSession();
  const preferences = usePreferences();
  const [path, go] = useLocation();
  const [finding, setFinding] = useState(false);
  const [keys, setKeys] = useState(false);
  const [sessions, setSessions] = useState(false);
  const heard = useDesk((state) => state.rows);
  useEffect(listen, []);
  useEffect(watch, []);
  useEffect(badge, [heard]);
  const talking = talks();
  useEffect(() => (talking ? keepRooms() : undefined), [talking]);
  // the stream stays, whatever screen is in view
  useEffect(() => lookAt("shell", talking && me?.agent_id ? [`agent.${me.agent_id}`] : []), [talking, me?.agent_id]);
  const attends = me?.agent_id != null && may("conversations.attend");
  useEffect(() => (attends ? beat() : undefined), [attends]);
  const self = house.agents.find((agent) => agent.agent_id === me?.agent_id);
  const how = self && attends ? standing(self) : null;

  const places = PLACES.filter((place) => place.may());
  const commands: Command[] = [
    { id: "palette", label: "Buscar uma ação", group: "Geral", icon: "search", keys: "mod+k", always: true, run: () => setFinding(true) },
    { id: "keys", label: "Ver os atalhos do teclado", group: "Geral", icon: "keyboard", keys: "?", words: "ajuda teclas help", run: () => setKeys(true) },
    ...(attends
      ? [
          { id: "available", label: "Ficar disponível", group: "Presença", icon: "check" as const, words: "disponivel online", run: () => void declare("available", null) },
          ...PAUSES.map(([code, name]): Command => ({ id: `pause-${code}`, label: `Pausa: ${name.toLowerCase().replace("nr-17", "NR-17")}`, group: "Presença", icon: "pause", run: () => void declare("paused", code) })),
        ]
      : []),
    { id: "undo", label: "Desfazer", group: "Geral", icon: "undo", keys: "z", run: () => undoLast() },
    ...places.map((place): Command => ({ id: place.path, label: `Ir para ${place.label}`, group: "Ir para", icon: place.icon, run: () => go(place.path) })),
    ...(may("conversations.look_back") ? [{ id: "as-it-was", label: "Ver como estava uma fila", group: "Ir para", icon: "clock" as const, keys: "g", words: "passado historico antes momento", run: () => go("/painel/como-estava") }] : []),
    ...(Object.entries(THEMES) as [Theme, (typeof THEMES)[Theme]][]).map(([theme, { label, icon }]): Command => ({ id: `theme-${theme}`, label: `Tema: ${label.toLowerCase()}`, group: "Aparência", icon, words: "dark light escuro claro contraste", run: () => prefer({ theme }) })),
    { id: "density", label: preferences.dense ? "Lista mais espaçada" : "Lista mais compacta", group: "Aparência", icon: "queue", words: "densidade", run: () => prefer({ dense: !preferences.dense }) },
    { id: "sounds", label: preferences.sounds ? "Desligar os sons" : "Ligar os sons", group: "Geral", icon: "bell", run: () => prefer({ sounds: !preferences.sounds }) },
    { id: "notify", label: preferences.notify ? "Desligar as notificações" : "Ligar as notificações", group: "Geral", icon: "bell", run: () => void notify(!preferences.notify) },
    { id: "tour", label: "Fazer a visita guiada", group: "Geral", icon: "sparkle", words: "tour ajuda", run: () => prefer({ toured: false }) },
    { id: "leave", label: "Sair", group: "Geral", icon: "out", words: "logout sair", run: signOut },
  ];
  useCommands("shell", commands);

  return (
    <div className="shell">
      <a className="skip" href="#screen">
        Ir para o conteúdo
      </a>
      <nav className="rail" aria-label="Telas">
        <img src="/favicon.svg" alt="Atende" width="30" height="30" className="mark" />
        <ul>
          {places.map((place) => {
            const here = place.path === "/" ? path === "/" || path.startsWith("/atendimentos") : path.startsWith(place.path);
            return (
              <li key={place.path}>
                <Link href={place.path} className={here ? "here" : ""} aria-current={here ? "page" : undefined}>
                  <Icon name={place.icon} />
                  <span>{place.label}</span>
                  {place.path === "/equipe" && <Unread />}
                </Link>
              </li>
            );
          })}
        </ul>
        <div className="rail-end">
          <button type="button" className="rail-button" title="Buscar uma ação (Ctrl K)" onClick={() => setFinding(true)}>
            <Icon name="search" />
            <span className="sr">Buscar uma ação</span>
          </button>
          <MenuTrigger>
            <Button className="rail-button me" aria-label={`${initials(me?.name ?? "")}, ${me?.name ?? ""}`}>
              <Avatar name={me?.name ?? ""} />
              {how && <i className={`lamp ${how.tone}`} title={how.word} />}
            </Button>
            <Popover placement="right bottom" className="popover">
              <div className="who">
                <strong>{me?.name}</strong>
                <span className="muted">
                  {ROLES[me?.role ?? ""] ?? ""}
                  {how && `, ${how.word.toLowerCase()}`}
                </span>
              </div>
              <Menu className="menu" aria-label="Preferências">
                {how && (
                  <MenuItem id="available" textValue="Ficar disponível" className="menu-item" onAction={() => void declare("available", null)}>
                    <i className="lamp good" aria-hidden="true" /> Ficar disponível
                  </MenuItem>
                )}
                {how &&
                  PAUSES.map(([code, name]) => (
                    <MenuItem key={code} id={code} textValue={`Pausa: ${name}`} className="menu-item" onAction={() => void declare("paused", code)}>
                      <i className="lamp high" aria-hidden="true" /> Pausa: {name}
                    </MenuItem>
                  ))}
                {(Object.entries(THEMES) as [Theme, (typeof THEMES)[Theme]][]).map(([theme, { label, icon }]) => (
                  <MenuItem key={theme} id={theme} textValue={label} className="menu-item" onAction={() => prefer({ theme })}>
                    <Icon name={icon} />
                    {label}
                    {preferences.theme === theme && (
                      <span className="end">
                        <Icon name="check" small />
                        <span className="sr">em uso</span>
                      </span>
                    )}
                  </MenuItem>
                ))}
                <MenuItem id="keys" textValue="Atalhos" className="menu-item" onAction={() => setKeys(true)}>
                  <Icon name="keyboard" /> Atalhos <span className="end">{shown("?")}</span>
                </MenuItem>
                {me?.user_id != null && (
                  <MenuItem id="sessions" textValue="Onde você entrou" className="menu-item" onAction={() => setSessions(true)}>
                    <Icon name="shield" /> Onde você entrou
                  </MenuItem>
                )}
                <MenuItem id="leave" textValue="Sair" className="menu-item" onAction={signOut}>
                  <Icon name="out" /> Sair
                </MenuItem>
              </Menu>
            </Popover>
          </MenuTrigger>
          <ConnectionState />
        </div>
      </nav>
      <div className="stage">
        <ConnectionBanner />
        <main id="screen" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Palette open={finding} onClose={() => setFinding(false)} />
      <Keys open={keys} onClose={() => setKeys(false)} />
      {sessions && (
        <Suspense fallback={null}>
          <Sessions onClose={() => setSessions(false)} />
        </Suspense>
      )}
      <Toasts />
      {!preferences.toured && path === "/" && (
        <Suspense fallback={null}>
          <Tour />
        </Suspense>
      )}
    </div>
  );
}

/** Of the team's rooms; somebody who is called sees it in another colour, and hears it named. */
function Unread() {
  const { count, called } = useUnread();
  if (count === 0) return null;
  const label = `${count === 1 ? "1 não lida" : `${count} não lidas`}${called ? ", e alguém chamou você" : ""}`;
  return (
    <b className={`rail-count num${called ? " called" : ""}`} role="img" aria-label={label}>
      {count > 99 ? "99+" : count}
    </b>
  );
}

function signOut(): void {
  clearTabs();
  leave();
}

async function notify(on: boolean): Promise<void> {
  if (!on) prefer({ notify: false });
  else if ("Notification" in window && (await Notification.requestPermission()) === "granted") prefer({ notify: true });
}
