// Which conversations are open, side by side.
import { useDesk } from "../desk/store";
import { closeTab, openTab } from "../desk/tabs";
import { IconButton, Ring } from "../ui/parts";
import { customer } from "../words/names";

export function OpenTabs({ tabs, here }: { tabs: readonly string[]; here: string | null }) {
  return (
    <div className="open-tabs" role="group" aria-label="Conversas abertas">
      {tabs.map((id) => (
        <OpenTab key={id} id={id} here={id === here} />
      ))}
    </div>
  );
}
function OpenTab({ id, here }: { id: string; here: boolean }) {
  const row = useDesk((state) => state.rows.get(id) ?? null);
  const name = row ? customer(row) : "Conversa";
  return (
    <div className={`open-tab${here ? " here" : ""}`}>
      <button type="button" aria-current={here ? "true" : undefined} onClick={() => openTab(id)}>
        {row && row.stage !== "closed" && row.due_at && <Ring due={row.due_at} since={row.waiting_since} size={22} />}
        <span className="clip">{name}</span>
        {row && row.unread > 0 && !here && row.stage !== "closed" && <span className="dot" role="img" aria-label="Mensagens novas" />}
      </button>
      <IconButton icon="close" label={`Fechar aba de ${name}`} small onPress={() => closeTab(id)} />
    </div>
  );
}
