import { lazy, Suspense, useState } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { Route, Switch, useLocation } from "wouter";
import Desk from "./agent/Desk";
import { may, rights, useSession } from "./desk/session";
import { Shell, PLACES } from "./shell/Shell";
import { SignIn } from "./shell/SignIn";
import { Bones, Empty } from "./ui/parts";
import { ROLES } from "./words/roles";

const Board = lazy(() => import("./supervisor/Board"));
const AsItWas = lazy(() => import("./supervisor/AsItWas"));
const Team = lazy(() => import("./team/Team"));
const Wall = lazy(() => import("./supervisor/Wall"));
const Admin = lazy(() => import("./admin/Admin"));
const Enrol = lazy(() => import("./shell/Enrol"));
const Invited = lazy(() => import("./shell/Enrol").then(({ Invited }) => ({ default: Invited })));
const Later = lazy(() => import("./shell/Later"));

export function App() {
  const { state, me, moved } = useSession();
  const [path] = useLocation();
  const [word, setWord] = useState(() => (window.location.pathname === "/convite" ? window.location.hash.slice(1) : ""));
  const settled = (): void => {
    history.replaceState(null, "", "/");
    setWord("");
  };
  return (
    <I18nProvider locale="pt-BR">
      {word !== "" ? (
        <Suspense fallback={null}>
          <Invited word={word} onDone={settled} />
        </Suspense>
      ) : state === "out" ? (
        <SignIn />
      ) : state === "owing" ? (
        <Suspense fallback={null}>
          <Enrol />
        </Suspense>
      ) : state === "starting" || me === null ? null : path === "/tv" && may("wallboard.read") ? (
        <Suspense fallback={null}>
          <Wall />
        </Suspense>
      ) : (
        <Shell key={rights(me)}>
          <Suspense
            fallback={
              <div className="loading">
                <Bones lines={8} />
              </div>
            }
          >
            <Switch>
              {(path === "/tv" || !PLACES.every((place) => place.path === "/" || !path.startsWith(place.path) || place.may())) && (
                <Route>
                  <Empty icon="shield" title="Esta tela não é do seu perfil">
                    <p>{moved ? `Seu perfil agora é ${ROLES[me.role] ?? me.role}. ` : ""}Se precisar dela, fale com quem administra os usuários.</p>
                  </Empty>
                </Route>
              )}
              <Route path="/equipe/:id?" component={Team} />
              <Route path="/painel" component={Board} />
              <Route path="/painel/como-estava/:queue?" component={AsItWas} />
              <Route path="/administracao/:what?" component={Admin} />
              <Route path="/analise">
                <Later what="analise" />
              </Route>
              <Route path="/auditoria">
                <Later what="auditoria" />
              </Route>
              <Route path="/atendimentos/:id" component={Home} />
              <Route path="/" component={Home} />
              <Route>
                <Empty icon="search" title="Esta página não existe" />
              </Route>
            </Switch>
          </Suspense>
        </Shell>
      )}
    </I18nProvider>
  );
}

/** What somebody sees first: the desk, or the first place they may go. */
function Home() {
  const first = PLACES.find((place) => place.may());
  if (first === undefined) return <Empty icon="shield" title="Seu perfil ainda não tem telas" />;
  switch (first.path) {
    case "/":
      return <Desk />;
    case "/equipe":
      return <Team />;
    case "/painel":
      return <Board />;
    case "/administracao":
      return <Admin />;
    case "/auditoria":
      return <Later what="auditoria" />;
    default:
      return <Later what="analise" />;
  }
}
