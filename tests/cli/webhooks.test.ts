import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const settingsFile = join(folder.path, 'settings.json')
let server: ServerProcess

beforeAll(async () => {
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
  server = await startServerProcess(join(folder.path, 'data'), env)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function webhooks(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['webhooks', ...args], { env })
}

const target = 'http://127.0.0.1:9/hook'

async function make(...args: string[]): Promise<string> {
  const made = await webhooks('create', target, '--json', ...args)
  expect(made.stderr).toBe('')
  return (JSON.parse(made.stdout) as { id: string }).id
}

describe('nonius webhooks', () => {
  it('makes one of options and a file, and prints its secret alone, this once', async () => {
    const settings = { name: 'of the file', events: ['ViewEvent'], enabled: false }
    await writeFile(settingsFile, JSON.stringify(settings))
    const made = await webhooks('create', target, '--settings', settingsFile, '--name', 'grades')
    expect(made.stderr).toMatch(/^Webhook whk_\w+ is made\. Its secret is shown this once/)
    expect(made.stdout).toMatch(/^whsec_\S+\n$/)
    const [id = ''] = /whk_\w+/.exec(made.stderr)!
    const shown = await webhooks('get', id)
    expect(shown.stdout).toStartWith(`${id}: disabled\n`)
    expect(shown.stdout).toContain('name: grades\n')
    expect(shown.stdout).toContain('events: ["ViewEvent"]\n')
    expect(shown.stdout).not.toContain(made.stdout.trim())
    const { stdout } = await webhooks('list')
    expect(stdout).toContain(id)
    const listed = JSON.parse((await webhooks('list', '--json')).stdout) as { id: string }[]
    expect(listed.map((one) => one.id)).toContain(id)
  }, 30_000)

  it('shows in a dry run what it would ask for, and nothing that is secret', async () => {
    const rule = '{"path":"payload.score","lt":0.5}'
    const { stdout, stderr, exitCode } = await webhooks(
      ...['create', target, '--dry-run', '--event', 'GradeEvent', '--event', 'ViewEvent'],
      ...['--rule', rule, '--format', 'thin', '--batch', '500,10', '--gzip', '--ordered'],
      ...['--header', 'Authorization: Bearer abc', '--signature', 'v1', '--signature', 'v1a'],
    )
    expect(JSON.parse(stdout)).toEqual({
      targetUrl: target,
      events: ['GradeEvent', 'ViewEvent'],
      rule: JSON.parse(rule),
      format: 'thin',
      batch: { maxEvents: 500, maxSeconds: 10 },
      contentEncoding: 'gzip',
      ordered: true,
      headers: { Authorization: '•••' },
      signatures: ['v1', 'v1a'],
    })
    expect([stderr, exitCode]).toEqual(['A dry run: nothing was made.\n', 0])
    const update = await webhooks('update', 'whk_1', '--dry-run', '--clear', 'rule', '--gzip')
    expect(JSON.parse(update.stdout)).toEqual({ contentEncoding: 'gzip', rule: null })
  }, 30_000)

  it('changes what is named and nothing else, disables and enables', async () => {
    const id = await make('--rule', '{"path":"payload.score","lt":0.5}', '--batch', '500,10')
    const changed = await webhooks('update', id, '--name', 'of grades', '--batch', '1', '--json')
    expect(JSON.parse(changed.stdout)).toMatchObject({
      name: 'of grades',
      batch: { maxEvents: 1, maxSeconds: 10 },
      rule: { path: 'payload.score', lt: 0.5 },
    })
    const cleared = await webhooks('update', id, '--clear', 'rule')
    expect(cleared.stdout).toContain('name: of grades\n')
    expect(cleared.stdout).not.toContain('rule')
    const off = await webhooks('disable', id)
    expect(off.stdout).toMatch(new RegExp(`^${id}: disabled\ndisabled \\S+ by person\n`))
    const on = await webhooks('enable', id, '--resume-from', 'position')
    expect(on.stdout).toStartWith(`${id}: enabled\n`)
    const wrong = await webhooks('enable', id, '--resume-from', 'yesterday')
    expect(wrong.stderr).toMatch(/400 .*resumeFrom: Must be "position", "now" or a time/)
    const unknown = await webhooks('update', id, '--clear', 'rules')
    expect(unknown.stderr).toMatch(/400 .*rules/)
    expect([wrong.exitCode, unknown.exitCode]).toEqual([1, 1])
  }, 30_000)

  it('deletes one, once somebody said yes', async () => {
    const id = await make()
    const asked = await webhooks('delete', id)
    expect(asked.stderr).toContain('cannot be brought back: delete it?')
    expect(asked.exitCode).toBe(1)
    const counted = await webhooks('delete', id, '--dry-run')
    expect(counted.stderr).toContain('would be deleted')
    expect((await webhooks('delete', id, '--yes')).stderr).toEndWith(`Deleted ${id}.\n`)
    const gone = await webhooks('get', id)
    expect(gone.stderr).toMatch(/404 No webhook of yours has this id/)
    expect(gone.exitCode).toBe(1)
  }, 30_000)

  it('says what is wrong with what it is asked, before it asks anybody', async () => {
    const cases = [
      [['update', 'whk_1'], 'Say what to change'],
      [['retry', 'whk_1'], 'Name a delivery, or pass --since, or --all'],
      [['retry', 'whk_1', 'msg_1', '--all'], 'one of them'],
      [['replay', 'whk_1'], "required option '--from <time>'"],
      [['match', '--last', '3'], 'Name a webhook, or pass --settings FILE'],
      [['match', 'whk_1'], 'Pass --event FILE, or --last N'],
      [['match', 'whk_1', '--last', '101'], 'from 1 to 100'],
      [['create', target, '--header', 'no colon'], "It must look like 'Name: value'"],
      [['create', target, '--rule', '{"path":"x"}'], 'got a path alone'],
      [['deliveries', 'whk_1', '--status', 'lost'], 'pending, delivered, failed, held'],
    ] as const
    const refused = await Promise.all(
      cases.map(async ([args, why]) => {
        const { stderr, exitCode } = await webhooks(...args)
        return { args, isSaid: stderr.includes(why), stderr, exitCode }
      }),
    )
    expect(refused.filter(({ isSaid, exitCode }) => !isSaid || exitCode !== 1)).toEqual([])
  }, 30_000)
})
