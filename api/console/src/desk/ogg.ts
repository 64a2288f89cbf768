// Opus as browsers record it (WebM) in the wrapping that WhatsApp plays (Ogg, RFC 7845). The sound itself is not touched.

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const GROUP = 0xa0;
const INSIDE = new Set([SEGMENT, CLUSTER, TRACKS, TRACK, GROUP]);
const PRIVATE = 0x63a2; // the decoder's header, `OpusHead …`
const BLOCKS = new Set([0xa3, 0xa1]);

/** A number whose first bits say how many bytes it has. */
function vint(bytes: Uint8Array, at: number, marked: boolean): { value: number; end: number } {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  let value = marked ? first : first & (0xff >> length);
  for (let n = 1; n < length; n += 1) value = value * 256 + (bytes[at + n] ?? 0);
  return { value, end: at + length };
}

/** The header and the packets of the one track there is. Throws for what is no recording of a browser. */
function unwrapped(bytes: Uint8Array): { head: Uint8Array; packets: Uint8Array[] } {
  let head: Uint8Array | null = null;
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const id = vint(bytes, at, true);
    const size = vint(bytes, id.end, false);
    if (size.end <= at) throw new Error("no recording");
    if (INSIDE.has(id.value)) {
      at = size.end; // what is in it comes next, whether its length is known or not
      continue;
    }
    const body = bytes.subarray(size.end, size.end + size.value);
    if (id.value === PRIVATE) head = body;
    else if (BLOCKS.has(id.value)) packets.push(body.subarray(vint(body, 0, false).end + 3));
    at = size.end + size.value;
  }
  if (head === null || packets.length === 0) throw new Error("no recording");
  return { head, packets };
}

/** How long a packet sounds, in samples at 48 kHz (RFC 6716, 3.1). */
function samples(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const mode = toc >> 3;
  const frame = mode < 12 ? ([10, 20, 40, 60][mode & 3] ?? 20) : mode < 16 ? ([10, 20][mode & 1] ?? 20) : ([2.5, 5, 10, 20][mode & 3] ?? 20);
  const count = (toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : (packet[1] ?? 1) & 63;
  return frame * 48 * count;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let sum = n << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum & 0x80000000 ? 0x04c11db7 : 0);
  return sum;
});

function page(packets: readonly Uint8Array[], sequence: number, position: number, flags: number): Uint8Array {
  const lengths = packets.flatMap((packet) => [...Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255]);
  const made = new Uint8Array(27 + lengths.length + packets.reduce((sum, packet) => sum + packet.length, 0));
  const view = new DataView(made.buffer);
  made.set([0x4f, 0x67, 0x67, 0x53, 0, flags]); // OggS
  view.setBigUint64(6, BigInt(Math.round(position)), true);
  view.setUint32(14, 1, true);
  view.setUint32(18, sequence, true);
  made[26] = lengths.length;
  made.set(lengths, 27);
  let at = 27 + lengths.length;
  for (const packet of packets) {
    made.set(packet, at);
    at += packet.length;
  }
  let sum = 0;
  for (const byte of made) sum = (sum << 8) ^ (TABLE[((sum >>> 24) & 0xff) ^ byte] ?? 0);
  view.setUint32(22, sum >>> 0, true);
  return made;
}

/** The same recording in Ogg, and whether it has one channel, as voice messages must. */
export async function asOgg(recorded: Blob): Promise<{ file: Blob; mono: boolean }> {
  const { head, packets } = unwrapped(new Uint8Array(await recorded.arrayBuffer()));
  const skipped = new DataView(head.buffer, head.byteOffset).getUint16(10, true);
  const tags = new TextEncoder().encode("OpusTags\u0006\0\0\0Atende\0\0\0\0");
  const pages = [page([head], 0, 0, 2), page([tags], 1, 0, 0)];
  let position = skipped;
  for (let at = 0; at < packets.length; at += 50) {
    const some = packets.slice(at, at + 50);
    position += some.reduce((sum, packet) => sum + samples(packet), 0);
    pages.push(page(some, pages.length, position, at + 50 >= packets.length ? 4 : 0));
  }
  return { file: new Blob(pages as BlobPart[], { type: "audio/ogg" }), mono: head[9] === 1 };
}
