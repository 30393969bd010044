import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius, repository, run } from '../support/program'
import { read } from '../support/repository'
import { type ServerProcess, startServerProcess } from '../support/server-process'
import { pack } from '../support/tarball'

/* docs/browser.md, in a project that has installed the tarballs as it says. tests/browser has the page. */

const folder = temporaryFolder()
const project = join(folder.path, 'project')
let server: ServerProcess

const text = read('docs/browser.md')
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
const blocksOf = (language: string) =>
  blocks.filter(([, name]) => name === language).map(([, , code]) => code!)

beforeAll(async () => {
  const started = startServerProcess(join(folder.path, 'data'))
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "quiz", "type": "module" }')
  await pack('client', project)
  await pack('react', project)
  server = await started
}, 120_000)

afterAll(async () => {
  await server?.stop()
  folder[Symbol.dispose]()
})

describe('docs/browser.md, in a project', () => {
  it('installs the tarballs that npm pack makes, from no registry', async () => {
    const commands = blocksOf('sh').filter((block) => block.startsWith('npm install'))
    expect(commands).toHaveLength(2)
    // The hook's project has React; here it is the one that is there.
    const react = join(repository, 'node_modules/react')
    for (const command of commands) {
      const more = `--offline --no-audit --no-fund ${command.includes('react') ? react : ''}`
      const done = await run(['bash', '-c', `${command.trim()} ${more}`], { cwd: project })
      expect([done.exitCode, done.stderr]).toEqual([0, ''])
    }
    const listed = await run(['npm', 'ls', '--json'], { cwd: project })
    expect(Object.keys(JSON.parse(listed.stdout).dependencies).sort()).toEqual([
      ...['@nonius/client', '@nonius/react', 'react'],
    ])
  }, 120_000)

  it('sends from Node and from Bun', async () => {
    const [code] = blocksOf('js').filter((block) => block.includes('process.env'))
    writeFileSync(join(project, 'grader.js'), code!)
    const env = { NONIUS_URL: server.url, NONIUS_KEY: server.key }
    for (const program of ['node', process.execPath]) {
      const done = await run([program, 'grader.js'], { cwd: project, env })
      expect(done).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    }
    const names = "import('@nonius/react').then((all) => console.log(Object.keys(all).join()))"
    const hook = await run(['node', '-e', names], { cwd: project })
    expect(hook).toMatchObject({
      ...{ stdout: 'configureTelemetry,consentToTelemetry,useTelemetry\n', stderr: '' },
    })
    const headers = { authorization: `Bearer ${server.key}` }
    const reply = await fetch(`${server.url}/analytics/events`, { headers })
    const { events } = (await reply.json()) as { events: { session_id: string }[] }
    const grade = { event_type: 'SESSION_SUBMITTED', user_id: 'u-17', source: 'grader', seq: 1 }
    expect(events).toMatchObject([grade, grade])
    expect(new Set(events.map(({ session_id }) => session_id)).size).toBe(2)
  }, 60_000)

  it('compiles, as a bundler and as Node read the packages', async () => {
    const [command] = blocksOf('sh').filter((block) => block.includes('types generate'))
    const [, words] = /^npx nonius (.*?) +#/.exec(command!)!
    const filled = words!.replace('https://HOST', server.url).replace('KEY', server.key)
    mkdirSync(join(project, 'src'))
    const { exitCode } = await nonius(filled.split(' '), { cwd: project })
    expect(exitCode).toBe(0)
    const snippets = [...blocksOf('ts'), ...blocksOf('tsx')]
    expect(snippets).toHaveLength(4)
    for (const [at, code] of snippets.entries()) {
      const ending = code.includes('</') ? 'tsx' : 'ts'
      writeFileSync(join(project, 'src', `snippet${at}.${ending}`), code)
    }
    // Types of React are those of the repository.
    mkdirSync(join(project, 'node_modules/@types'))
    symlinkSync(
      join(repository, 'node_modules/@types/react'),
      join(project, 'node_modules/@types/react'),
    )
    const common = {
      ...{ strict: true, noEmit: true, target: 'es2022', lib: ['es2024', 'dom'], types: [] },
      ...{ jsx: 'react-jsx', exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
    }
    const ways = [
      { ...common, module: 'esnext', moduleResolution: 'bundler' },
      // Node wants endings in what a program imports of itself.
      { ...common, module: 'nodenext', moduleResolution: 'nodenext' },
    ]
    const said = ways.map(async (compilerOptions, at) => {
      const include =
        at === 0 ? ['src'] : ['src/snippet0.ts', 'src/snippet2.ts', 'src/snippet3.tsx']
      const file = join(project, `tsconfig.${at}.json`)
      writeFileSync(file, JSON.stringify({ compilerOptions, include }))
      const tsc = join(repository, 'node_modules/.bin/tsc')
      return (await run([tsc, '-p', file, '--pretty', 'false'])).stdout
    })
    expect(await Promise.all(said)).toEqual(['', ''])
  }, 60_000)
})
