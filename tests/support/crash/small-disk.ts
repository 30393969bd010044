import { randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../folders'

/** A small disk of its own in memory; undefined where mounting is not allowed. */
export function smallDisk(path: string, megabytes: number): Disposable | undefined {
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]
  const { success } = Bun.spawnSync({ cmd: mount, stdout: 'ignore', stderr: 'ignore' })
  if (!success) return undefined
  return { [Symbol.dispose]: () => void Bun.spawnSync(['umount', '-l', path]) }
}

/** Whether this process may mount one. */
export function hasSmallDisks(): boolean {
  using probe = temporaryFolder()
  using disk = smallDisk(probe.path, 1)
  return disk !== undefined
}

/** Fills the disk that `folder` is on, to the last block. Disposing frees it. */
export function fill(folder: string): Disposable {
  const file = join(folder, 'filler')
  const fd = openSync(file, 'w')
  // In ever smaller pieces, down to one page of tmpfs.
  for (let piece = 1024 * 1024; piece >= 4096; piece /= 2) {
    try {
      for (;;) if (writeSync(fd, randomBytes(piece)) < piece) break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  closeSync(fd)
  return { [Symbol.dispose]: () => rmSync(file) }
}
