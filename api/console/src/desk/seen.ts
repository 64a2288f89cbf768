// Tells the desk that a thread is in view.
import { api, wish } from "../api/client";

export function seen(id: string): void {
  const params = { path: { conversation_id: id } };
  void api.POST("/v1/conversations/{conversation_id}/seen", { params, headers: wish(), body: { typing: false } }).catch(() => undefined);
}
