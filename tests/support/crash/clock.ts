import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The wall clock of servers that are started with its `env`. */
export interface SteppedClock {
  env: Record<string, string>
  /** The time there: ms since 1970. */
  now(): number
  /** Sets it on, or back. */
  step(ms: number): Promise<void>
}

const preload = join(import.meta.dir, 'stepped-clock.ts')

// Three times what a server takes to look (`stepped-clock.ts`).
const SEEN_AFTER_MS = 30

/**
 * @param folder for the file that says how far it was set
 * @param offset ms by which it is ahead at first
 */
export function createSteppedClock(folder: string, offset = 0): SteppedClock {
  const file = join(folder, 'clock')
  function write() {
    // Renamed into place, so that nobody reads half a number.
    writeFileSync(`${file}.new`, String(offset))
    renameSync(`${file}.new`, file)
  }
  write()
  return {
    env: { BUN_OPTIONS: `--preload=${preload}`, TEST_CLOCK_FILE: file },
    now: () => Date.now() + offset,
    async step(ms) {
      offset += ms
      write()
      await Bun.sleep(SEEN_AFTER_MS)
    },
  }
}
