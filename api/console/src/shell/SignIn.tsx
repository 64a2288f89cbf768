// The first screen. People sign in with a password, and a code where one is enrolled; programs have tokens.
import { useState, type FormEvent } from "react";
import { Problem, sentenceOf } from "../api/client";
import { enter, signIn, useSession } from "../desk/session";

type Way = "password" | "code" | "recovery" | "token";

export function SignIn() {
  const { notice } = useSession();
  const [way, setWay] = useState<Way>("password");
  const [login, setLogin] = useState("");
  const [secret, setSecret] = useState("");
  const [code, setCode] = useState("");
  const [no, setNo] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const to = (next: Way): void => {
    setWay(next);
    setNo(null);
    setCode("");
    if (next === "token" || way === "token") setSecret("");
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setNo(null);
    try {
      if (way === "token") await enter(secret.trim());
      else {
        const proof = way === "code" ? { code: code.replace(/\s/g, "") } : way === "recovery" ? { recovery_code: code.trim() } : {};
        await signIn(login.trim(), secret, proof);
      }
    } catch (error) {
      if (error instanceof Problem && error.rule === "CodeNeeded" && way === "password") to("code");
      else setNo(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const ready = secret.trim() !== "" && (way === "token" || login.includes("@")) && (way === "password" || way === "token" || code.trim() !== "");
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <img src="/favicon.svg" alt="" width="44" height="44" />
        <h1>{way === "code" || way === "recovery" ? "Confirme que é você" : "Entrar no Atende"}</h1>
        {notice && (
          <p className="notice" role="status">
            {notice}
          </p>
        )}
        {way === "password" && (
          <>
            <label className="field">
              <span>E-mail</span>
              <input className="input" type="email" name="login" autoComplete="username" autoFocus value={login} onChange={(event) => setLogin(event.target.value)} />
            </label>
            <label className="field">
              <span>Senha</span>
              <input className="input" type="password" name="password" autoComplete="current-password" value={secret} onChange={(event) => setSecret(event.target.value)} />
            </label>
          </>
        )}
        {(way === "code" || way === "recovery") && (
          <label className="field" key={way}>
            <span>{way === "code" ? "Código do aplicativo autenticador" : "Código de recuperação"}</span>
            <input className="input code num" name="code" inputMode={way === "code" ? "numeric" : "text"} autoComplete="one-time-code" autoFocus value={code} onChange={(event) => setCode(event.target.value)} />
            <small>{way === "code" ? "São 6 números, que mudam a cada 30 segundos." : "Cada código vale uma vez."}</small>
          </label>
        )}
        {way === "token" && (
          <label className="field">
            <span>Token de acesso</span>
            <input className="input" type="password" name="token" autoComplete="off" autoFocus spellCheck={false} value={secret} onChange={(event) => setSecret(event.target.value)} />
            <small>Quem administra o Atende entrega o seu. Ele fica só nesta aba e some quando você sai.</small>
          </label>
        )}
        {no && (
          <p className="no" role="alert">
            {no}
          </p>
        )}
        <button className="button main" type="submit" disabled={busy || !ready}>
          {busy ? "Entrando…" : "Entrar"}
        </button>
        <p className="other-ways">
          {way === "code" && (
            <button type="button" onClick={() => to("recovery")}>
              Usar um código de recuperação
            </button>
          )}
          {way !== "password" && (
            <button type="button" onClick={() => to("password")}>
              Entrar com senha
            </button>
          )}
          {way === "password" && (
            <button type="button" onClick={() => to("token")}>
              Entrar com um token
            </button>
          )}
        </p>
      </form>
    </main>
  );
}
