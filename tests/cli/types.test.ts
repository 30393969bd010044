import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const types = (...args: string[]) =>
  nonius(['types', ...args], {
    env: { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' },
  })

function file(name: string, text: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

const lesson = (rule: string) => `defaults: { category: lessons }
types:
  lesson_finished:
    description: A learner finished a lesson
    payload:
      type: object
      properties:
        score: { type: number, ${rule} }
  lesson_started: { description: A learner began a lesson }
`

describe('nonius types, beside a running server', () => {
  it('pushes a file, shows what is there, and removes it', async () => {
    const path = file('lessons.yaml', lesson('minimum: 0'))
    const dry = await types('push', path, '--dry-run')
    expect(dry).toMatchObject({ exitCode: 0 })
    expect(dry.stderr).toContain('nothing was registered')
    expect((await types('show', 'lesson_finished')).exitCode).toBe(1)
    const pushed = await types('push', path)
    expect(pushed).toMatchObject({ exitCode: 0, stderr: '' })
    expect(pushed.stdout).toMatch(/lesson_finished +1 +created +0 of 0/)
    expect((await types('push', path)).stdout).toMatch(/lesson_started +1 +unchanged/)
    expect((await types('list')).stdout).toMatch(/lesson_finished +A learner finished a lesson/)

    // What is shown can be pushed again.
    const shown = await types('show', 'lesson_finished')
    const again = await types('push', file('shown.yaml', shown.stdout))
    expect(again.stdout).toMatch(/lesson_finished +1 +unchanged/)

    expect(await types('remove', 'lesson_started')).toMatchObject({ exitCode: 0 })
    const gone = await types('remove', 'lesson_started')
    expect(gone).toMatchObject({ exitCode: 1 })
    expect(gone.stderr).toContain('404')
  }, 60_000)

  it('names the place of what is refused: by itself, and by the server', async () => {
    const wrong = file('wrong.yaml', lesson('minimum: low'))
    for (const args of [
      ['check', wrong],
      ['push', wrong],
    ]) {
      const refused = await types(...args)
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toMatch(/wrong\.yaml:5:5: lesson_finished\.payload/)
    }
    await types('push', file('first.yaml', lesson('minimum: 0')))
    const narrower = await types('push', file('narrower.yaml', lesson('minimum: 1')))
    expect(narrower.exitCode).toBe(1)
    expect(narrower.stderr).toMatch(/narrower\.yaml:3:3: lesson_finished: 409/)
    expect(narrower.stderr).toMatch(/narrower\.yaml:8:\d+: lesson_finished\.schema/)
    const checked = await types(
      'check',
      file('good.json', '{"name":"a","description":"A","category":"c"}'),
    )
    expect(checked).toMatchObject({ exitCode: 0, stdout: '1 good: a\n' })
  }, 60_000)
})
