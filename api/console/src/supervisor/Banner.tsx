// That this is the past, and the way out of it.
import { Icon } from "../ui/Icon";
import { when } from "./past";

export function Banner({ at, onLeave }: { at: number; onLeave: () => void }) {
  const told = when(at);
  return (
    <div className="past-banner">
      <Icon name="clock" />
      <p>Você está vendo como estava {told.startsWith("hoje ") ? told.slice(5) : told}</p>
      <button type="button" className="button" aria-keyshortcuts="Escape" onClick={onLeave}>
        Voltar ao presente <kbd aria-hidden="true">Esc</kbd>
      </button>
    </div>
  );
}
