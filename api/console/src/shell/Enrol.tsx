// Whoever must have a second factor enrols one here; whoever was invited chooses a password.
import { useState, type FormEvent, type ReactNode } from "react";
import { api, data, sentenceOf } from "../api/client";
import { enrolled, leave } from "../desk/session";

function Card({ title, children, onSubmit, no }: { title: string; children: ReactNode; onSubmit: () => Promise<void>; no: string | null }) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await onSubmit();
    setBusy(false);
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <img src="/favicon.svg" alt="" width="44" height="44" />
        <h1>{title}</h1>
        {children}
        {no && (
          <p className="no" role="alert">
            {no}
          </p>
        )}
        <button className="button main" type="submit" disabled={busy}>
          Continuar
        </button>
      </form>
    </main>
  );
}

export default function Enrol() {
  const [password, setPassword] = useState("");
  const [seed, setSeed] = useState<{ secret: string; svg: string } | null>(null);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [no, setNo] = useState<string | null>(null);
  const next = async (): Promise<void> => {
    setNo(null);
    try {
      if (seed === null) setSeed(await data(api.POST("/v1/me/second-factor", { body: { password } })));
      else if (codes === null) setCodes((await data(api.PUT("/v1/me/second-factor", { body: { code: code.replace(/\s/g, "") } }))).codes);
      else await enrolled();
    } catch (error) {
      setNo(sentenceOf(error));
    }
  };
  return (
    <Card title={codes ? "Guarde estes códigos" : "Proteja a sua conta"} onSubmit={next} no={no}>
      {seed === null && (
        <>
          <p>O seu perfil pede um aplicativo autenticador no celular. Para começar, repita a sua senha.</p>
          <label className="field">
            <span>Senha</span>
            <input className="input" type="password" autoComplete="current-password" autoFocus required value={password} onChange={(event) => setPassword(event.target.value)} />
          </label>
        </>
      )}
      {seed !== null && codes === null && (
        <>
          <p>Aponte o aplicativo para o código, ou digite a chave nele. Depois escreva os 6 números que ele mostra.</p>
          <img className="qr" alt="Código QR para o aplicativo autenticador" src={`data:image/svg+xml;utf8,${encodeURIComponent(seed.svg)}`} />
          <code className="seed">{seed.secret.match(/.{1,4}/g)?.join(" ")}</code>
          <label className="field">
            <span>Código do aplicativo</span>
            <input className="input code num" inputMode="numeric" autoComplete="one-time-code" autoFocus required value={code} onChange={(event) => setCode(event.target.value)} />
          </label>
        </>
      )}
      {codes !== null && (
        <>
          <p>Se perder o celular, um deles deixa você entrar. Cada um vale uma vez, e eles não aparecem de novo.</p>
          <ul className="codes num">
            {codes.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <p className="other-ways">
        <button type="button" onClick={() => leave()}>
          Sair
        </button>
      </p>
    </Card>
  );
}

export function Invited({ word, onDone }: { word: string; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [no, setNo] = useState<string | null>(null);
  const next = async (): Promise<void> => {
    if (password !== again) {
      setNo("As duas senhas não são iguais.");
      return;
    }
    try {
      await data(api.POST("/v1/activation", { body: { word, password } }));
      onDone();
    } catch (error) {
      setNo(sentenceOf(error));
    }
  };
  return (
    <Card title="Escolha a sua senha" onSubmit={next} no={no}>
      <p>Uma frase longa que só você sabe é melhor do que uma palavra difícil.</p>
      <label className="field">
        <span>Senha nova</span>
        <input className="input" type="password" autoComplete="new-password" autoFocus required value={password} onChange={(event) => setPassword(event.target.value)} />
      </label>
      <label className="field">
        <span>Mais uma vez</span>
        <input className="input" type="password" autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />
      </label>
    </Card>
  );
}
