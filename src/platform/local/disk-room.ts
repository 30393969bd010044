import { statfs } from 'node:fs/promises'

// What the archive leaves to whoever stores events: a write-ahead log as long as it gets between two
// checkpoints (`log/generation.ts`). On a small disk, an eighth of it.
const RESERVE_BYTES = 64 * 1024 * 1024
const RESERVE_PART = 8

/**
 * Tells whether the archive may write so many bytes beside `path`.
 * @returns a sentence when it may not
 */
export async function lackOfRoom(path: string, bytes: number): Promise<string | undefined> {
  const { bavail, blocks, bsize } = await statfs(path)
  const reserve = Math.min(RESERVE_BYTES, (blocks * bsize) / RESERVE_PART)
  if (bavail * bsize >= bytes + reserve) return undefined
  const wanted = `${megabytes(bytes)} and leave ${megabytes(reserve)} to new events`
  return `waits for disk space: ${megabytes(bavail * bsize)} free, it would take ${wanted}`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 102.4) / 10} MB`
}
