import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius, repository, run } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const output = join(folder.path, 'event-types.ts')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const generate = (...args: string[]) =>
  nonius(['types', 'generate', 'ts', ...args], {
    env: { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' },
  })

async function register(name: string, payload: unknown, more: object = {}) {
  const response = await fetch(`${server.url}/api/v1/event-types/${name}`, {
    method: 'PUT',
    headers: {
      authorization: 'Bearer nk_test_key_of_the_admin',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ description: `*/ "${name}"`, category: 'c', payload, ...more }),
  })
  expect([name, response.status, await response.text()]).toEqual([name, 201, expect.any(String)])
}

/** Compiles programs beside the generated file as a strict project does. @returns what is wrong, by file */
async function compile(programs: Record<string, string>): Promise<string[]> {
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder.path, `${name}.ts`), text)
  }
  const paths = { '@nonius/client': [join(repository, 'packages/client/src/index.ts')] }
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ noUnusedLocals: true, isolatedModules: true, verbatimModuleSyntax: true, noEmit: true },
    ...{ module: 'esnext', target: 'es2022', moduleResolution: 'bundler', types: [], paths },
    lib: ['es2024', 'dom'],
  }
  const files = ['event-types.ts', ...Object.keys(programs).map((name) => `${name}.ts`)]
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await run([tsc, '-p', folder.path, '--pretty', 'false'])
  return stdout.split('\n').filter((line) => /^\S.*error TS/.test(line))
}

describe('nonius types generate ts, beside a running server', () => {
  it('writes a file that compiles in a strict project, whatever the types are called', async () => {
    await register('constructor', {
      type: 'object',
      properties: { __proto__x: { type: 'string' }, "it's": { enum: ["a'\n\u2028b\\"] } },
    })
    await register('n'.repeat(100), {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          required: ['name'],
          additionalProperties: false,
          properties: {
            name: { type: 'string' },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
            by: { type: 'object', additionalProperties: { $ref: '#/$defs/node' } },
          },
        },
      },
    })
    await register(
      'lessonOpen',
      { type: 'object', properties: { a: {} }, additionalProperties: true },
      { sampling: 'performance' },
    )
    await register('lesson_open', { type: 'object', properties: { a: { type: 'integer' } } })
    const wrote = await generate('--output', output)
    expect(wrote).toMatchObject({ exitCode: 0, stdout: '', stderr: `Wrote ${output}.\n` })
    expect((await generate()).stdout).toBe(readFileSync(output, 'utf8'))

    const head = `import { classes, type Events } from './event-types'\nimport { createClient } from '@nonius/client'\n
const { track } = createClient<Events>({ url: 'https://x.test', key: 'k', classes, sample: { performance: 0.1 } })\n`
    const good = [
      "track('QUESTION_VIEWED', { position: 1 })",
      "track('QUESTION_VIEWED')",
      "track('user_login', { login_method: 'sso' }, { userId: 'u-1' })",
      `track('constructor', { "it's": "a'\\n\\u2028b\\\\" })`,
      `track('${'n'.repeat(100)}', { name: 'a', children: [{ name: 'b' }], by: { c: { name: 'c' } } })`,
      "track('lessonOpen', { more: 1 })",
    ]
    const bad = [
      "track('QUESTION_VIEWED', { position: 'first' })",
      "track('QUESTION_VIEWED', { positoin: 1 })",
      "track('QUESTION_VEIWED', { position: 1 })",
      "track('user_login', { mfa_used: true })",
      "track('user_login', { login_method: 'carrier pigeon' })",
      "track('user_login')",
      `track('${'n'.repeat(100)}', { name: 'a', children: [{}] })`,
      "track('lesson_open', { more: 1 })",
    ]
    const wrong = await compile({
      good: head + good.join('\n'),
      ...Object.fromEntries(bad.map((line, at) => [`bad${at}`, head + line])),
    })
    const files = [...new Set(wrong.map((line) => /([\w-]+)\.ts\(/.exec(line)![1]))].sort()
    expect([files, wrong.filter((line) => /\b(good|event-types)\.ts/.test(line))]).toEqual([
      bad.map((_, at) => `bad${at}`).sort(),
      [],
    ])
  }, 60_000)

  it('says whether a file is current', async () => {
    const check = () => generate('--check', '--output', output)
    await generate('--output', output)
    expect(await check()).toMatchObject({ exitCode: 0, stderr: `${output} is current.\n` })
    writeFileSync(output, readFileSync(output, 'utf8').replaceAll('\n', '\r\n'))
    expect(await check()).toMatchObject({ exitCode: 0 })
    await register('lesson_closed', { type: 'object' })
    const before = readFileSync(output, 'utf8')
    expect(await check()).toMatchObject({ exitCode: 1, stderr: `${output} is not current.\n` })
    expect(readFileSync(output, 'utf8')).toBe(before)
    const absent = join(folder.path, 'absent.ts')
    const none = await generate('--check', '--output', absent)
    expect(none).toMatchObject({ exitCode: 1, stderr: `${absent} is not there.\n` })
  }, 60_000)

  it('narrows by vocabulary, and refuses what cannot be', async () => {
    const { stdout } = await generate('--vocabulary', 'attempt', 'quiz')
    expect(stdout).toContain(', of attempt, quiz.')
    expect(stdout).toContain('  SESSION_CREATED: SessionCreatedPayload\n')
    expect(stdout).not.toContain('lesson_open')
    for (const [args, reason] of [
      [['--vocabulary', 'attmept'], 'There are: attempt, '],
      [['--check'], '--output'],
      [['--key', 'nk_wrong'], '401'],
      [['--output', join(folder.path, 'nowhere/x.ts')], 'cannot be written'],
    ] as const) {
      const refused = await generate(...args)
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
      expect(refused.stderr).toContain(reason)
    }
  }, 60_000)
})
