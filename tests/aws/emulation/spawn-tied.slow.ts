import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { spawnTied } from '../../../tools/aws-local/spawn-tied'

const module = join(import.meta.dir, '../../../tools/aws-local/spawn-tied')

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('takes a program along when whoever started it is killed without a word', async () => {
  const text = `const { spawnTied } = await import(${JSON.stringify(module)})
    console.log(await spawnTied('sleep', ['3600']).pid)
    await new Promise(() => setInterval(() => {}, 1000))`
  const host = Bun.spawn([process.execPath, '-e', text], { stdout: 'pipe' })
  const { value } = await host.stdout.getReader().read()
  const pid = Number(new TextDecoder().decode(value))
  expect(lives(pid)).toBe(true)
  host.kill('SIGKILL')
  while (lives(pid)) await Bun.sleep(20)
})

it('takes along one that stands still, too', async () => {
  const { pid, kill } = spawnTied('sleep', ['3600'])
  process.kill(await pid, 'SIGSTOP')
  kill()
  while (lives(await pid)) await Bun.sleep(20)
})

it('tells that a program ended by itself, and how', async () => {
  const { shell } = spawnTied('sh', ['-c', 'exit 7'])
  expect(await new Promise((resolve) => shell.once('exit', resolve))).toBe(7)
})

it('tells which process the program is', async () => {
  const { pid, shell } = spawnTied('sh', ['-c', 'echo $$'], { output: 'pipe' })
  const said = new Promise((resolve) => shell.stdout!.once('data', (text) => resolve(Number(text))))
  expect(await said).toBe(await pid)
})
