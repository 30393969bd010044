import { statfs } from 'node:fs/promises'

// The archive leaves so much to the event store: a write-ahead log as long as it gets between two
// checkpoints (`log/generation.ts`). On a small disk, it leaves an eighth of the disk.
const RESERVE_BYTES = 64 * 1024 * 1024
const RESERVE_PART = 8

export interface LackOfRoom {
  reason: string
  /** The share is the part of the bytes that would fit; 0 when nothing does. */
  share: number
}

/** Tells whether the archive may write so many bytes beside `path`. @returns undefined when it may */
export async function lackOfRoom(path: string, bytes: number): Promise<LackOfRoom | undefined> {
  const { bavail, blocks, bsize } = await statfs(path)
  const reserve = Math.min(RESERVE_BYTES, (blocks * bsize) / RESERVE_PART)
  const room = bavail * bsize - reserve
  if (room >= bytes) return undefined
  const wanted = `${megabytes(bytes)} and leave ${megabytes(reserve)} to new events`
  const reason = `waits for disk space: ${megabytes(bavail * bsize)} free, it would take ${wanted}`
  return { reason, share: Math.max(0, room / bytes) }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 102.4) / 10} MB`
}
