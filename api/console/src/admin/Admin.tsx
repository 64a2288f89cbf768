// Who runs the desk: its queues, its people, its numbers, its hours.
import { lazy, Suspense } from "react";
import { Link, useParams } from "wouter";
import { Bones } from "../ui/parts";
import { Agents } from "./Agents";
import { Channels } from "./Channels";
import { Queues } from "./Queues";
import "./admin.css";

const Templates = lazy(() => import("./Templates"));
const Users = lazy(() => import("./Users"));
const Canned = lazy(() => import("./Canned"));
const Calendars = lazy(() => import("./Calendars"));
const Deadlines = lazy(() => import("./Deadlines"));

const PARTS = [
  { what: "filas", label: "Filas" },
  { what: "equipe", label: "Equipe" },
  { what: "canais", label: "Números" },
  { what: "modelos", label: "Modelos" },
  { what: "respostas", label: "Respostas" },
  { what: "prazos", label: "Prazos" },
  { what: "horarios", label: "Horários" },
  { what: "usuarios", label: "Usuários" },
] as const;

export default function Admin() {
  const { what = "filas" } = useParams<{ what?: string }>();
  return (
    <div className="screen admin scroll" tabIndex={0} role="region" aria-label="Gestão">
      <header className="screen-head">
        <h1>Gestão</h1>
        <nav aria-label="Partes da administração">
          {PARTS.map((part) => (
            <Link key={part.what} href={`/administracao/${part.what}`} className={what === part.what ? "here" : ""} aria-current={what === part.what ? "page" : undefined}>
              {part.label}
            </Link>
          ))}
        </nav>
      </header>
      <Suspense fallback={<Bones lines={6} />}>{what === "usuarios" ? <Users /> : what === "respostas" ? <Canned /> : what === "prazos" ? <Deadlines /> : what === "horarios" ? <Calendars /> : what === "equipe" ? <Agents /> : what === "canais" ? <Channels /> : what === "modelos" ? <Templates /> : <Queues />}</Suspense>
    </div>
  );
}
