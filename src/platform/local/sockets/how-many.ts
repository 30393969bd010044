/** So many WebSockets may be open at a time. */
export interface SocketCounts {
  publishers: number
  subscribers: number
  /** So many may be open beside them to be told that there is no place. */
  refused: number
}

// A connection may send the largest message but for its last byte. Bun keeps that, shows it to nobody,
// and reads what has come for all connections up to 48 times, 1,024 of them a time, before anybody can
// look: whatever the watch over beginnings of messages does, so much may be held at once. Of the memory
// they may have three eighths; the program, the heap and the writer of the lake need the others.
const SHARE = 3 / 8

// A message that is somewhat too large is read, so that it can be answered why it is refused.
const TOO_LARGE_BYTES = 64 * 1024

// Publishers' messages are worked on beside each other, and so many keep a machine busy.
export const MAX_PUBLISHERS = 512
// A real-time pipeline tells so many at a time that it is full.
export const MAX_REFUSED = 100

const REFUSED_SHARE = 1 / 8
const PUBLISHERS_SHARE = 1 / 4

/** @returns the bytes of the largest message that is read */
export function readableBytes(maxMessageBytes: number): number {
  return maxMessageBytes + Math.min(maxMessageBytes, TOO_LARGE_BYTES)
}

/**
 * Tells how many WebSockets fit into the memory if each of them holds the largest message. What
 * publishers and refused ones do not need, subscribers have.
 * @param memory bytes of the machine, or of the container
 */
export function socketsWithin(memory: number, maxMessageBytes: number): SocketCounts {
  const all = Math.floor((memory * SHARE) / readableBytes(maxMessageBytes))
  // A tenant has half: with two places, another one has one.
  const refused = within(2, all * REFUSED_SHARE, MAX_REFUSED)
  const publishers = within(2, all * PUBLISHERS_SHARE, MAX_PUBLISHERS)
  return { refused, publishers, subscribers: Math.max(2, all - refused - publishers) }
}

function within(least: number, wanted: number, most: number): number {
  return Math.min(Math.max(least, Math.floor(wanted)), most)
}
