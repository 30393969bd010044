import { open } from 'node:fs/promises'
import type { RootSink } from '../root-sink'

const LINE_FEED = 0x0a

/**
 * Appends roots to a file, a line each, durably. A line that a kill cut off is ended, and its root comes
 * again; the file is made where there is none, its folder is not: a disk that is not mounted is no place.
 */
export function createFileSink(path: string): RootSink {
  return {
    name: path,

    async put(root) {
      // Others may read it: nothing in it is secret, and it proves something to them.
      await using file = await open(path, 'a+', 0o644)
      const { size } = await file.stat()
      const last = Buffer.alloc(1)
      if (size > 0) await file.read(last, 0, 1, size - 1)
      const isCut = size > 0 && last[0] !== LINE_FEED
      await file.appendFile(`${isCut ? '\n' : ''}${JSON.stringify(root)}\n`)
      await file.sync()
    },
  }
}
