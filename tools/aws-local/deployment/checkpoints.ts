import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Checkpoints } from '../stream-poller'

/** Stores checkpoints in a file, so that a host that was killed goes on where it stood. */
export function fileCheckpoints(file: string): Checkpoints {
  const held: Record<string, string> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {}
  return {
    get: (shardId) => held[shardId],
    set(shardId, sequenceNumber) {
      if (held[shardId] === sequenceNumber) return
      held[shardId] = sequenceNumber
      // A file that was cut short could not be read, so the old one stays until the new one is
      // whole.
      writeFileSync(`${file}.new`, JSON.stringify(held))
      renameSync(`${file}.new`, file)
    },
  }
}
