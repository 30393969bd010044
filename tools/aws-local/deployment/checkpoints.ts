import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Checkpoints } from '../stream-poller'

/** Kept in a file, so that a host that was killed goes on where it stood. */
export function fileCheckpoints(file: string): Checkpoints {
  const held: Record<string, string> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {}
  return {
    get: (shardId) => held[shardId],
    set(shardId, sequenceNumber) {
      if (held[shardId] === sequenceNumber) return
      held[shardId] = sequenceNumber
      // A file that was cut short would be no file: the old one stands until the new one is whole.
      writeFileSync(`${file}.new`, JSON.stringify(held))
      renameSync(`${file}.new`, file)
    },
  }
}
