import { beforeAll, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { addressOf, blocksOf, overRestart } from '../support/live-docs'
import { repository, run, start } from '../support/program'

const venv = join(repository, '.venv/live')
const python = join(venv, 'bin/python')

// What reaches the registry may be set in the environment, as a proxy is.
const env = process.env as Record<string, string>

beforeAll(async () => {
  if (existsSync(join(venv, 'bin/websockets'))) return
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  for (const command of [
    ['python3', '-m', 'venv', venv],
    [python, ...pip, 'websockets==15.0.1'],
  ]) {
    const { exitCode, stderr } = await run(command, { env })
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, ''])
  }
}, 120_000)

const [code] = blocksOf('python')

function program(address: string, key: string): string {
  expect(code).toContain('wss://HOST/ws/subscribe')
  return `KEY = "${key}"\n${code!.replace('wss://HOST/ws/subscribe', address)}`
}

it('docs/live.md follows events in Python, over a restart of the server', async () => {
  const lines: string[] = []
  await overRestart(async (server) => {
    const following = start([python, '-u', '-c', program(addressOf(server), server.key)], {})
    const printed = ['away', 'back'].map((n) => `quiz_completed u-17 {'n': '${n}'}`)
    let count = 0
    for (const line of printed) {
      void following.says(new RegExp(line.replace(/[{}]/g, '\\$&'))).then(() => {
        count += 1
      })
    }
    return {
      hasPrinted: (wanted) => count >= wanted,
      async end() {
        const { stdout } = await following.stop('SIGTERM')
        lines.push(...stdout.split('\n').filter((line) => line.startsWith('quiz_')))
        expect(lines).toEqual(printed)
      },
    }
  })
  expect(lines).toHaveLength(2)
}, 40_000)
