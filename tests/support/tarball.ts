import { mkdir, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository, run } from './program'

// A build and a tarball take two seconds, or twenty beside other work on two cores.
const PATIENCE_MS = 60_000
const lock = join(tmpdir(), `nonius-pack-${Bun.hash(repository).toString(36)}`)

/**
 * Packs a package as its reader does, into a folder. Each time builds it anew in its own folder, so that two
 * processes that test take turns.
 */
export async function pack(name: 'client' | 'react', into: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  // One that was killed has left its lock; whoever waited for it that long takes it over.
  while (!(await isMine()) && performance.now() < end) await Bun.sleep(50)
  try {
    const command = ['npm', 'pack', '--silent', '--pack-destination', into]
    const { exitCode, stderr } = await run(command, { cwd: join(repository, 'packages', name) })
    if (exitCode !== 0) throw new Error(`npm pack of ${name} failed: ${stderr}`)
  } finally {
    await rmdir(lock).catch(() => undefined)
  }
}

const isMine = () =>
  mkdir(lock).then(
    () => true,
    () => false,
  )
