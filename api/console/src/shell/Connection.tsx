// Whether what is on the screen is true right now. Always in view, in words.
import { useNow } from "../desk/clock";
import { useDesk } from "../desk/store";
import { Icon } from "../ui/Icon";
import { span } from "../words/moments";

export function ConnectionState() {
  const connection = useDesk((state) => state.connection);
  const now = useNow(1_000);
  const told = ((): { tone: string; text: string } => {
    switch (connection.is) {
      case "live":
        return connection.every === null ? { tone: "good", text: "Ao vivo" } : { tone: "good", text: `A cada ${span(connection.every)}` };
      case "behind":
        return { tone: "slow", text: "Atrasado" };
      case "offline":
        return { tone: "bad", text: `Sem conexão há ${span(now - connection.since)}` };
      case "signed_out":
        return { tone: "bad", text: "Sessão encerrada" };
      case "idle":
        return { tone: "good", text: "Conectado" };
      case "connecting":
        return { tone: "slow", text: "Conectando…" };
    }
  })();
  return (
    <span className={`connection ${told.tone}`} role="status" data-connection={connection.is}>
      <i aria-hidden="true" />
      {told.text}
    </span>
  );
}

export function ConnectionBanner() {
  const connection = useDesk((state) => state.connection);
  const now = useNow(1_000);
  if (connection.is !== "behind" && connection.is !== "offline") return null;
  return (
    <div className={`banner ${connection.is}`} role="alert">
      <Icon name={connection.is === "offline" ? "wifiOff" : "alert"} small />
      <span>
        {connection.detail}
        {connection.is === "offline" && ` Última atualização há ${span(now - connection.since)}. O que você enviar agora não sai.`}
      </span>
    </div>
  );
}
