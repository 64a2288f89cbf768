// Files of a conversation. They are fetched with who we are, so an address alone is not enough.
import { useEffect, useRef, useState } from "react";
import { knock, type Line } from "../api/client";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/parts";
import { duration } from "../words/moments";
import { kind } from "../words/names";

const urls = new Map<string, Promise<string>>();

function fetched(path: string): Promise<string> {
  let url = urls.get(path);
  if (!url) {
    url = knock(`${window.location.origin}${path}`).then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return URL.createObjectURL(await answer.blob());
    });
    url.catch(() => urls.delete(path));
    urls.set(path, url);
    if (urls.size > 60) {
      const [oldest, gone] = urls.entries().next().value ?? [];
      if (oldest && gone) {
        urls.delete(oldest);
        void gone.then((old) => window.setTimeout(() => URL.revokeObjectURL(old), 60_000)).catch(() => undefined);
      }
    }
  }
  return url;
}

function useFile(path: string | null): { url: string | null; failed: boolean } {
  const [state, setState] = useState<{ url: string | null; failed: boolean }>({ url: null, failed: false });
  useEffect(() => {
    if (path === null) return;
    let here = true;
    fetched(path).then(
      (url) => here && setState({ url, failed: false }),
      () => here && setState({ url: null, failed: true }),
    );
    return () => {
      here = false;
    };
  }, [path]);
  return state;
}

export function Media({ line }: { line: Line }) {
  const media = line.media;
  if (media === null) return null;
  if (media.state === "awaited") return <p className="file-state">Recebendo o arquivo…</p>;
  if (media.state === "lost" || !media.url) return <p className="file-state">Este arquivo não pôde ser baixado do WhatsApp.</p>;
  const mime = media.mime ?? "";
  if (line.kind === "sticker") return <Picture path={media.url} label="Figurinha" sticker />;
  if (line.kind === "image" || mime.startsWith("image/")) return <Picture path={media.url} label="Foto enviada na conversa" />;
  if (line.kind === "audio" || mime.startsWith("audio/")) return <Voice path={media.url} />;
  if (line.kind === "video" || mime.startsWith("video/")) return <Video path={media.url} />;
  const name = typeof line.content?.["filename"] === "string" ? line.content["filename"] : kind(line.kind);
  return <Document path={media.url} name={name} size={media.size ?? null} />;
}

function Picture({ path, label, sticker = false }: { path: string; label: string; sticker?: boolean }) {
  const { url, failed } = useFile(path);
  const [open, setOpen] = useState(false);
  if (failed) return <p className="file-state">Não deu para abrir a imagem.</p>;
  if (!url) return <div className={sticker ? "picture sticker waiting" : "picture waiting"} />;
  return (
    <>
      <button type="button" className={sticker ? "picture sticker" : "picture"} onClick={() => setOpen(true)} aria-label={`${label}: ampliar`}>
        <img src={url} alt={label} loading="lazy" />
      </button>
      <Sheet title={label} open={open} onClose={() => setOpen(false)} wide>
        <Zoom url={url} />
      </Sheet>
    </>
  );
}

/** Up to five times, for serial numbers on labels. */
function Zoom({ url }: { url: string }) {
  const [scale, setScale] = useState(1);
  return (
    <div className="zoom">
      <div className="zoom-view" tabIndex={0} role="region" aria-label="Imagem ampliada">
        <img src={url} alt="Imagem da conversa" style={{ width: `${scale * 100}%` }} />
      </div>
      <label className="zoom-bar">
        <span>Ampliar</span>
        <input type="range" min="1" max="5" step="0.25" value={scale} onChange={(event) => setScale(Number(event.target.value))} />
        <output className="num">{scale.toFixed(2).replace(".", ",").replace(/,?0+$/, "")}x</output>
      </label>
    </div>
  );
}

function Voice({ path }: { path: string }) {
  const { url, failed } = useFile(path);
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  if (failed) return <p className="file-state">Não deu para abrir o áudio.</p>;
  return (
    <div className="voice">
      <audio
        ref={audio}
        src={url ?? undefined}
        preload="metadata"
        onLoadedMetadata={(event) => setLength(Number.isFinite(event.currentTarget.duration) ? event.currentTarget.duration : 0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
      />
      <button type="button" className="icon-button" aria-label={playing ? "Pausar áudio" : "Ouvir áudio"} disabled={!url} onClick={() => void (playing ? audio.current?.pause() : audio.current?.play().catch(() => undefined))}>
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <input type="range" aria-label="Posição no áudio" min="0" max={length || 1} step="0.1" value={at} onChange={(event) => audio.current && (audio.current.currentTime = Number(event.target.value))} />
      <span className="num">{duration(playing || at > 0 ? at : length)}</span>
      <button
        type="button"
        className="speed num"
        onClick={() => {
          const next = speed === 1 ? 1.5 : speed === 1.5 ? 2 : 1;
          setSpeed(next);
          if (audio.current) audio.current.playbackRate = next;
        }}
      >
        <span className="sr">Velocidade</span> {String(speed).replace(".", ",")}x
      </button>
    </div>
  );
}

function Video({ path }: { path: string }) {
  const { url, failed } = useFile(path);
  if (failed) return <p className="file-state">Não deu para abrir o vídeo.</p>;
  return <video className="picture" src={url ?? undefined} controls preload="metadata" />;
}

function Document({ path, name, size }: { path: string; name: string; size: number | null }) {
  const { url, failed } = useFile(path);
  if (failed) return <p className="file-state">Não deu para abrir o arquivo.</p>;
  return (
    <a className="document" href={url ?? undefined} download={name} target="_blank" rel="noreferrer">
      <Icon name="file" />
      <span className="clip">{name}</span>
      <small className="num">{size === null ? "" : size < 1_000_000 ? `${Math.max(1, Math.round(size / 1000))} kB` : `${(size / 1_000_000).toFixed(1).replace(".", ",")} MB`}</small>
      <Icon name="download" small />
    </a>
  );
}
