import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Checkpoints } from '../stream-poller'

/**
 * Stores checkpoints in a file, so that a host that was killed goes on where it stood. Several functions
 * may read one stream: each mapping has checkpoints of its own, or what one has not had yet would be
 * taken for done as soon as another had it.
 */
export function fileCheckpoints(file: string): (mapping: string) => Checkpoints {
  const held: Record<string, string> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {}
  return (mapping) => ({
    get: (shardId) => held[`${mapping} ${shardId}`],
    set(shardId, sequenceNumber) {
      const name = `${mapping} ${shardId}`
      if (held[name] === sequenceNumber) return
      held[name] = sequenceNumber
      // A file that was cut short could not be read, so the old one stays until the new one is
      // whole.
      writeFileSync(`${file}.new`, JSON.stringify(held))
      renameSync(`${file}.new`, file)
    },
  })
}
