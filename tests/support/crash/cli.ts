import { expect } from 'bun:test'
import { join } from 'node:path'

const cli = join(import.meta.dir, '../../../src/cli.ts')

/** Runs a command beside a server on the same folder. @returns what it printed */
export async function nonius(dataDir: string, ...words: string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, cli, ...words], {
    env: { ...process.env, NONIUS_DATA_DIR: dataDir },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const text = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  return text
}
