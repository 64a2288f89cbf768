// Tells the desk what somebody looks at, and whether they type in it.
import { api, wish } from "../api/client";

export function seen(id: string, typing = false): void {
  const params = { path: { conversation_id: id } };
  void api.POST("/v1/conversations/{conversation_id}/seen", { params, headers: wish(), body: { typing } }).catch(() => undefined);
}

/** Who else has it open sees me there. Believed for half a minute, typing for six seconds. */
export function present(id: string, state: "viewing" | "typing" | "left"): void {
  const params = { path: { conversation_id: id } };
  void api.POST("/v1/conversations/{conversation_id}/presence", { params, headers: wish(), body: { state } }).catch(() => undefined);
}
