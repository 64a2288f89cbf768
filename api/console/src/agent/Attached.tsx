// What goes along with the message: the files that were brought, and a voice that is being recorded.
import { useEffect, useRef, useState } from "react";
import { attach, detach, useAttached } from "../desk/attachments";
import { toast } from "../ui/toast";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/parts";
import { duration } from "../words/moments";

const TYPES = "image/jpeg,image/png,video/mp4,audio/*,application/pdf,text/plain,.doc,.docx,.xls,.xlsx,.ppt,.pptx";

export function Attached({ id }: { id: string }) {
  const files = useAttached(id);
  if (files.length === 0) return null;
  return (
    <ul className="attached" aria-label="Arquivos desta mensagem">
      {files.map((one) => (
        <li key={one.n} data-state={one.state}>
          {one.file.type.startsWith("image/") ? <img src={one.url} alt="" /> : <Icon name={one.file.type.startsWith("audio/") ? "mic" : "file"} />}
          <span className="attached-name">
            <span className="clip">{one.voice ? "Áudio gravado" : one.file.name}</span>
            {one.state === "going" && <small role="status">Carregando…</small>}
            {one.state === "failed" && <small role="alert">{one.no}</small>}
          </span>
          <IconButton icon="close" label={`Tirar ${one.file.name}`} small onPress={() => detach(id, one.n)} />
        </li>
      ))}
    </ul>
  );
}

export function AttachButton({ id }: { id: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="attach" label="Anexar arquivo" onPress={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={TYPES}
        aria-label="Arquivo para anexar"
        onChange={(event) => {
          attach(id, event.target.files ?? []);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Opus in Ogg is what WhatsApp shows as a voice message; in WebM, it is wrapped anew. AAC goes as an audio file. */
const RECORDED = "MediaRecorder" in window ? ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2"].find((type) => MediaRecorder.isTypeSupported(type)) : undefined;

async function recording(id: string, chunks: Blob[], type: string): Promise<void> {
  const made = new Blob(chunks, { type });
  if (type === "audio/mp4") attach(id, [new File([made], "audio.m4a", { type })]);
  else {
    const { file, mono } = type === "audio/ogg" ? { file: made, mono: true } : await (await import("../desk/ogg")).asOgg(made);
    attach(id, [new File([file], "audio.ogg", { type: "audio/ogg" })], mono);
  }
}

export function Recorder({ id }: { id: string }) {
  const recorder = useRef<MediaRecorder | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [since]);
  useEffect(() => () => recorder.current?.stream.getTracks().forEach((track) => track.stop()), []);
  if (RECORDED === undefined || !("mediaDevices" in navigator)) return null;

  const start = async (): Promise<void> => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      const made = new MediaRecorder(stream, { mimeType: RECORDED, audioBitsPerSecond: 32_000 });
      const chunks: Blob[] = [];
      made.ondataavailable = (event) => chunks.push(event.data);
      made.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        if (recorder.current === made) recording(id, chunks, RECORDED.split(";")[0] ?? "audio/ogg").catch(() => toast({ tone: "bad", text: "A gravação não saiu como devia. Grave de novo." }));
        recorder.current = null;
        setSince(null);
      };
      recorder.current = made;
      made.start();
      setSince(Date.now());
      setNow(Date.now());
    } catch {
      toast({ tone: "bad", text: "O navegador não deixou usar o microfone. Libere o microfone para este endereço e tente de novo." });
    }
  };
  const drop = (): void => {
    const made = recorder.current;
    recorder.current = null;
    made?.stop();
    setSince(null);
  };
  if (since === null) return <IconButton icon="mic" label="Gravar áudio" onPress={() => void start()} />;
  return (
    <span className="recording" role="status">
      <i className="lamp urgent" aria-hidden="true" /> Gravando <span className="num">{duration((now - since) / 1000)}</span>
      <IconButton icon="check" label="Terminar a gravação" onPress={() => recorder.current?.stop()} />
      <IconButton icon="close" label="Descartar a gravação" onPress={drop} />
    </span>
  );
}
