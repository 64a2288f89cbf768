// mod+K: every action, every open customer, every screen, by a few letters.
import { useEffect, useMemo, useRef, useState } from "react";
import { api, data, type Conversation } from "../api/client";
import { may } from "../desk/session";
import { now } from "../desk/store";
import { openTab } from "../desk/tabs";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/parts";
import { customer, phone } from "../words/names";
import { fits, shown, useAllCommands, type Command } from "./commands";

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Sheet title="O que você quer fazer?" open={open} onClose={onClose}>
      <Finder onClose={onClose} />
    </Sheet>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const commands = useAllCommands();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const away = useFound(typed);
  const found = useMemo(() => {
    const here = look(typed, commands);
    const known = new Set(here.map((command) => command.id));
    return [...here, ...away.filter((row) => !known.has(row.conversation_id)).map(toOpen)];
  }, [typed, commands, away]);
  useEffect(() => setAt(0), [typed]);
  useEffect(() => {
    list.current?.querySelector(`#palette-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    window.setTimeout(command.run, 30);
  };
  return (
    <div className="palette">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
        aria-label="Ação, cliente ou protocolo"
        placeholder="Ação, cliente ou protocolo"
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt((at + 1) % Math.max(found.length, 1));
          else if (event.key === "ArrowUp") setAt((at - 1 + found.length) % Math.max(found.length, 1));
          else if (event.key === "Enter") run(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div id="palette-list" role="listbox" aria-label="Resultados" className="palette-list scroll" ref={list}>
        {found.map((command, index) => (
          <div key={command.id} id={`palette-${index}`} role="option" aria-selected={index === at} className="menu-item" data-focused={index === at || undefined} onPointerMove={() => setAt(index)} onClick={() => run(command)}>
            <Icon name={command.icon ?? "zap"} />
            <span className="clip">{command.label}</span>
            <span className="end">{command.keys ? shown(command.keys) : command.group}</span>
          </div>
        ))}
        {found.length === 0 && <p className="muted palette-none">Nada encontrado. Tente outra palavra.</p>}
      </div>
    </div>
  );
}

/** Those the desk finds by protocol, phone or name, closed ones too. */
function useFound(typed: string): readonly Conversation[] {
  const [found, setFound] = useState<readonly Conversation[]>([]);
  useEffect(() => {
    const query = typed.trim();
    setFound([]);
    if (query.length < 3 || !may("conversations.read")) return;
    let here = true;
    const timer = window.setTimeout(() => {
      data(api.POST("/v1/conversations/search", { body: { query, limit: 8 } })).then(
        (told) => here && setFound(told.items),
        () => undefined,
      );
    }, 220);
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [typed]);
  return found;
}

function toOpen(row: Conversation): Command {
  const more = [row.contact.name ? phone(row.contact.phone) : null, row.stage === "closed" ? "encerrado" : null].filter(Boolean).join(", ");
  return { id: row.conversation_id, label: `${customer(row)}${more ? ` · ${more}` : ""}`, group: "Cliente", icon: "inbox", run: () => openTab(row.conversation_id) };
}

function look(typed: string, commands: readonly Command[]): Command[] {
  const scored = commands.map((command) => ({ command, score: Math.max(fits(typed, command.label), fits(typed, command.words ?? "") * (command.words ? 0.9 : 0)) }));
  if (typed.length > 1) {
    for (const row of now().rows.values()) {
      const name = customer(row);
      const score = Math.max(fits(typed, name), /\d{4}/.test(typed) && row.protocol?.includes(typed.replace(/\D/g, "")) ? 90 : 0);
      if (score >= 50) scored.push({ command: toOpen(row), score });
    }
  }
  return scored
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 40)
    .map((one) => one.command);
}

export function Keys({ open, onClose }: { open: boolean; onClose: () => void }) {
  const commands = useAllCommands().filter((command) => command.keys);
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Sheet title="Atalhos do teclado" open={open} onClose={onClose} wide>
      <div className="body keys" tabIndex={0} role="group" aria-label="Atalhos">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id}>
                    <dt>{command.label}</dt>
                    <dd>
                      <kbd>{shown(command.keys ?? "")}</kbd>
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>Ao escrever</h3>
          <dl>
            {(
              [
                ["Enviar", "Enter"],
                ["Nova linha", "Shift Enter"],
                ["Enviar assim mesmo", "Ctrl Enter"],
                ["Respostas prontas", "/"],
                ["Sair da escrita", "Esc"],
              ] as const
            ).map(([label, keys]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <kbd>{keys}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Sheet>
  );
}
