import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes a folder for what a query cannot hold in memory, which only its owner may read. It also
 * removes the folders of processes that were killed.
 */
export function openSpillFolder(): { path: string } & Disposable {
  const all = tmpdir()
  for (const name of readdirSync(all)) {
    const [, owner] = /^nonius-query-(\d+)-/.exec(name) ?? []
    if (owner !== undefined && !isAlive(Number(owner))) remove(join(all, name))
  }
  const path = mkdtempSync(join(all, `nonius-query-${process.pid}-`))
  return { path, [Symbol.dispose]: () => remove(path) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // The process may be another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes a folder. One that cannot be removed is not ours, or is removed at this moment. */
function remove(path: string) {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Nothing depends on it.
  }
}
