import { describe, expect, it } from 'bun:test'
import { run } from '../support/program'

const nonius = (...args: string[]) => run([process.execPath, 'src/cli.ts', ...args], {})

const { stdout } = await nonius('--help')
const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*?(?:\[| {2})/gm)].map(([, name]) => name!)
const names = listed.filter((name) => name !== 'help')

describe('nonius --help', () => {
  it('lists every command, serve first', () => {
    expect(names.length).toBeGreaterThan(20)
    expect(names[0]).toBe('serve')
  })

  for (const name of names) {
    it(`leads to ${name} --help`, async () => {
      const { exitCode, stdout } = await nonius(name, '--help')
      expect(exitCode).toBe(0)
      expect(stdout).toStartWith(`Usage: nonius ${name} `)
    })
  }
})

const wrong = [
  ['key', /unknown command 'key'\n\(Did you mean keys\?\)/],
  ['constructor', /unknown command 'constructor'/],
  ['--port', /unknown option '--port'/],
] as const

for (const [name, says] of wrong) {
  it(`nonius ${name} is told what is wrong`, async () => {
    const { exitCode, stderr } = await nonius(name)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(says)
  })
}
