import { join } from 'node:path'

/**
 * Watches a server's health while `work` goes on, from a process that the work does not slow down.
 * @returns the slowest answers in milliseconds, the slowest last; Infinity for none
 */
export async function watchHealth(url: string, work: () => Promise<void>): Promise<number[]> {
  const watcher = Bun.spawn([process.execPath, join(import.meta.dir, 'health-program.ts'), url], {
    stdin: 'pipe',
    stdout: 'pipe',
  })
  await Bun.sleep(500)
  watcher.stdin.write('begin\n')
  watcher.stdin.flush()
  await work()
  watcher.stdin.write('end\n')
  watcher.stdin.flush()
  const { slowest } = JSON.parse(await new Response(watcher.stdout).text())
  return slowest.map(Number)
}
