// The queues something can be sent to, as the choices of a `select`.
import { useSession } from "../desk/session";

export function QueueOptions() {
  const { house } = useSession();
  return house.queues
    .filter((one) => one.active)
    .map((one) => (
      <option key={one.queue_id} value={one.queue_id}>
        {one.name}
      </option>
    ));
}
