// Lines one below the other, with the day between days.
import { Fragment, useMemo } from "react";
import type { Line } from "../api/client";
import { day, sameDay } from "../words/moments";
import type { Naming } from "../words/names";
import { Bubble, type Acts } from "./Bubble";

export function Lines({ lines, names, acts }: { lines: readonly Line[]; names: Naming; acts: Acts }) {
  const byId = useMemo(() => new Map(lines.map((line) => [line.line_id, line])), [lines]);
  return lines.map((line, at) => {
    const before = lines[at - 1];
    const at_ = new Date(line.at);
    const newDay = !before || !sameDay(new Date(before.at), at_);
    const follows = !newDay && before !== undefined && before.line === line.line && before.side === line.side && before.agent_id === line.agent_id && at_.getTime() - Date.parse(before.at) < 180_000;
    return (
      <Fragment key={line.line_id}>
        {newDay && (
          <p className="day" role="separator">
            <span>{day(at_)}</span>
          </p>
        )}
        <Bubble line={line} quoted={line.reply_to ? (byId.get(line.reply_to) ?? null) : null} names={names} acts={acts} follows={follows} />
      </Fragment>
    );
  });
}
