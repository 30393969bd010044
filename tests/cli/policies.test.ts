import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
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

function policies(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['policies', ...args], { env })
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, text)
  return path
}

const yaml = `# Which events we keep
rules:
  - name: performance
    when: { category: performance }
    then: { sampling: 0.1 }
`

describe('nonius policies', () => {
  it('puts a file without a version, shows it, and goes back', async () => {
    const path = await file('policy.yaml', yaml)
    const none = await policies('get')
    expect(parse(none.stdout)).toEqual({ version: 0, rules: [] })
    const put = await policies('put', path)
    expect([put.stdout, put.stderr]).toEqual(['Version 1 is in force, with 1 rules.\n', ''])
    const all = await policies(
      'put',
      await file('all.json', '{"rules":[{"name":"all","then":{"retention":"system"}}]}'),
    )
    expect(all.stderr).toContain('Note: rules.0: The rule all is for every event')
    const { stdout } = await policies('get')
    expect(parse(stdout)).toMatchObject({ version: 2, rules: [{ name: 'all' }] })
    expect((await policies('get', '1')).stdout).toContain('name: performance')
    const dry = await policies('rollback', '1', '--dry-run')
    expect(dry.stdout).toContain('name: performance')
    expect((await policies('rollback', '1')).stdout).toBe(
      'Version 3 is in force, with what version 1 had.\n',
    )
    const history = (await policies('history')).stdout.split('\n')
    expect(history[0]).toMatch(/^version +changed at +by +rules +back to$/)
    expect(history.slice(2, 5).map((line) => line.trim()[0])).toEqual(['3', '2', '1'])
    const listed = JSON.parse((await policies('history', '--json', '--before', '2')).stdout)
    expect(listed.versions).toMatchObject([{ version: 1, rules: 1 }])
  }, 60_000)

  it('puts a file with a version in place of that one alone', async () => {
    const path = await file('stale.yaml', `version: 1\n${yaml.replace('0.1', '0.2')}`)
    const { stderr, exitCode } = await policies('put', path)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('yours is based on version 1')
  }, 30_000)

  it('refuses what is none before anything is asked, with each reason', async () => {
    const text = yaml.replace('category', 'categroy').replace('0.1', '11')
    const { stderr, exitCode } = await policies('put', await file('bad.yaml', text))
    expect(exitCode).toBe(1)
    expect(stderr).toContain('rules.0.when.categroy: Not known here; did you mean category?')
    expect(stderr).toContain('rules.0.then.sampling: Must be a number from 0 to 1')
    const broken = await policies('put', await file('broken.yaml', 'rules: [\n'))
    expect(broken.stderr).toContain('Line 2, column 1')
    const missing = await policies('put', join(folder.path, 'missing.yaml'))
    expect(missing.stderr).toContain('there is no such file')
  }, 30_000)

  it('says what a file, or the policy in force, would have made of the last events', async () => {
    const headers = {
      authorization: 'Bearer nk_test_key_of_the_admin',
      'content-type': 'application/json',
    }
    const event = { event_type: 'looked', event_id: 'look-1', user_id: 'u' }
    const init = { method: 'POST', headers, body: JSON.stringify(event) }
    expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(201)
    const text = 'rules: [{ name: held, when: { type: looked }, then: { action: MAINTAIN } }]'
    const path = await file('held.yaml', text)
    const tried = await policies('test', path, '--last', '10')
    expect(tried.stdout).toContain('Of 1 events: 0 kept (0 changed), 1 held, 0 withheld.')
    expect(tried.stdout).toContain('look-1')
    expect(tried.stdout).toContain('held matched everything.')
    const json = JSON.parse((await policies('put', path, '--dry-run', '--json')).stdout)
    expect(json).toMatchObject({ tested: 1, held: 1 })
    expect((await policies('test')).stdout).toContain('performance matched nothing.')
    expect((await policies('test', '--last', '0')).stderr).toContain('1 to 10000')
  }, 60_000)

  it('adds rules of a file, of PMSS as well, to those in force', async () => {
    const sheet = '{ blacklist_event_action: DROP; }'
    const pmss = await file(
      'x.pmss',
      `// x\nincoming_events[domain="a.org"] ${sheet}\nother { x: y; }`,
    )
    const dry = await policies('import', pmss, '--dry-run')
    expect(dry.stderr).toContain('x.pmss:3: other says nothing of events')
    expect(parse(dry.stdout)).toMatchObject({
      rules: [{ name: 'performance' }],
      blocklist: [{ name: 'blacklist a.org', when: { domain: 'a.org' }, action: 'DROP' }],
    })
    const one = 'with 1 rules, 1 of a blocklist'
    expect((await policies('import', pmss)).stdout).toContain(one)
    const again = await file('again.yaml', yaml.replace('0.1', '0.5'))
    expect((await policies('import', again)).stdout).toContain(one)
    // It is known without its ending, too, and takes the place of what it said before.
    const held = await file(
      'sheet',
      `* ${sheet} [domain="a.org"] ${sheet.replace('DROP', 'MAINTAIN')}`,
    )
    expect((await policies('import', held)).stdout).toContain('2 of a blocklist')
    const { rules, blocklist } = parse((await policies('get')).stdout)
    expect(rules).toMatchObject([{ then: { sampling: 0.5 } }])
    expect(blocklist).toMatchObject([{ name: 'blacklist all' }, { action: 'MAINTAIN' }])
    const bad = await policies('import', await file('bad.pmss', '\nauth[x=y] { x: y; }'))
    expect(bad.exitCode).toBe(1)
    expect(bad.stderr).toContain('bad.pmss:2: An attribute must look like')
  }, 60_000)

  it('prints the schema for an editor, and help', async () => {
    expect(JSON.parse((await policies('schema')).stdout)).toMatchObject({ title: 'Policy' })
    for (const command of ['get', 'put', 'test', 'import', 'history', 'rollback']) {
      expect((await policies(command, '--help')).stdout).toContain('--url')
    }
  }, 30_000)
})
