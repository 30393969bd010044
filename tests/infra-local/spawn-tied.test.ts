import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { spawnTied } from '../../infra/local/emulators/start'

const start = join(import.meta.dir, '../../infra/local/emulators/start')

/** The process ids of a group that still live. */
function living(group: number): string {
  return Bun.spawnSync(['pgrep', '-g', String(group)]).stdout.toString()
}

async function untilGone(group: number): Promise<void> {
  while (living(group) !== '') await Bun.sleep(20)
}

it('takes an emulator along when whoever started it is killed without a word', async () => {
  const program = `const { spawnTied } = await import(${JSON.stringify(start)})
    console.log(spawnTied('sleep', ['3600']).pid)
    await new Promise(() => setInterval(() => {}, 1000))`
  const host = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
  const { value } = await host.stdout.getReader().read()
  const group = Number(new TextDecoder().decode(value))
  expect(living(group)).not.toBe('')
  host.kill('SIGKILL')
  await untilGone(group)
})

it('tells that an emulator ended by itself', async () => {
  const child = spawnTied('sh', ['-c', 'exit 7'])
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7)
})
