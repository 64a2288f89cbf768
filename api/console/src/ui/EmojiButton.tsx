// A button that opens the picker; its data comes when somebody first asks for it.
import { lazy, Suspense } from "react";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { shown as keys } from "../shell/commands";
import { Icon } from "./Icon";
import { Bones } from "./parts";

const Emojis = lazy(() => import("./Emojis"));

export function EmojiButton({ open, onOpen, onPick }: { open: boolean; onOpen: (is: boolean) => void; onPick: (sign: string) => void }) {
  return (
    <DialogTrigger isOpen={open} onOpenChange={onOpen}>
      <span title={`Emoji (${keys("mod+e")})`}>
        <Button className="icon-button" aria-label="Emoji">
          <Icon name="smile" />
        </Button>
      </span>
      <Popover className="popover emoji-popover" placement="top start">
        <Dialog aria-label="Emoji" className="emoji-dialog">
          <Picker
            onPick={(sign) => {
              onOpen(false);
              onPick(sign);
            }}
          />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

export function Picker({ onPick }: { onPick: (sign: string) => void }) {
  return (
    <Suspense fallback={<Bones lines={6} />}>
      <Emojis onPick={onPick} />
    </Suspense>
  );
}
