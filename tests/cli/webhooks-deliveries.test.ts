import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { temporaryFolder } from '../support/folders'
import { nonius, start } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const cli = join(import.meta.dir, '../../src/cli.ts')
const folder = temporaryFolder()
let server: ServerProcess
let id = ''
let secret = ''

interface Posted {
  headers: Record<string, string>
  body: string
}
const posted: Posted[] = []
let answer = () => new Response(null, { status: 204 })
const receiver = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    posted.push({ headers: Object.fromEntries(request.headers), body: await request.text() })
    return answer()
  },
})

beforeAll(async () => {
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' }
  server = await startServerProcess(join(folder.path, 'data'), env)
  const made = await webhooks(
    'create',
    `${receiver.url}hook`,
    '--event',
    'quiz_completed',
    '--json',
  )
  const created = JSON.parse(made.stdout) as { id: string; secret: string }
  id = created.id
  secret = created.secret
})

afterAll(async () => {
  await server.stop()
  await receiver.stop(true)
  folder[Symbol.dispose]()
})

function webhooks(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['webhooks', ...args], { env })
}

async function send(...events: object[]) {
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await fetch(`${server.url}/api/v1/events`, init)).status).toBe(200)
}

const quiz = (score: number) => ({ event_type: 'quiz_completed', payload: { score } })

/** Waits for the message that has this score. */
async function postedWith(score: number): Promise<Posted> {
  for (;;) {
    const found = posted.find(({ body }) => body.includes(`"score":${score}}`))
    if (found !== undefined) return found
    await Bun.sleep(20)
  }
}

interface Item {
  id: string
  status: string
  eventIds: string[]
}

/** Asks until there are deliveries of this status. */
async function listed(status: string): Promise<Item[]> {
  const headers = { authorization: `Bearer nk_test_key_of_the_admin` }
  for (const end = performance.now() + 10_000; performance.now() < end; await Bun.sleep(50)) {
    const url = `${server.url}/webhooks/${id}/deliveries?status=${status}`
    const { deliveries } = (await (await fetch(url, { headers })).json()) as { deliveries: Item[] }
    if (deliveries.length > 0) return deliveries
  }
  throw new Error(`nothing is ${status}`)
}

describe('nonius webhooks, of what was sent', () => {
  it('sends an example, lists what was delivered, shows one whole, and tells how it goes', async () => {
    const tested = await webhooks('test', id, '--type', 'GradeEvent')
    expect([tested.stdout, tested.exitCode]).toEqual([
      expect.stringMatching(/^HTTP 204 in \d+ ms\n$/),
      0,
    ])
    const [example] = posted
    expect(new Webhook(secret).verify(example!.body, example!.headers)).toMatchObject({
      data: [{ type: 'GradeEvent' }],
    })
    await send(quiz(0.7))
    const [item] = await listed('delivered')
    const table = await webhooks('deliveries', id)
    expect(table.stdout).toMatch(new RegExp(`^${item!.id} +delivered +1 +1 +204 +\\d+$`, 'm'))
    const { stdout } = await webhooks('delivery', id, item!.id)
    expect(stdout).toContain(`eventIds: ${JSON.stringify(item!.eventIds)}\n`)
    expect(stdout).toMatch(/^- \S+ {2}HTTP 204 in \d+ ms$/m)
    expect(stdout).toContain(`webhook-id: ${item!.id}\n`)
    expect(stdout).toContain('"score":0.7')
    const stats = await webhooks('stats', id)
    expect(stats.stdout).toContain('attempts.succeeded: 1\n')
    expect(stats.stdout).toContain('successRate: 1\n')
  }, 30_000)

  it('says why one failed, what may not be tried again, and exits with 1', async () => {
    answer = () => new Response('\u001b[31m no room', { status: 507 })
    await send(quiz(0.1))
    const [item] = await listed('pending')
    const { stdout } = await webhooks('deliveries', id, '--status', 'pending')
    expect(stdout).toMatch(new RegExp(`^${item!.id} +pending +1 +1 +507 .* HTTP 507$`, 'm'))
    const refused = await webhooks('retry', id, item!.id)
    expect(refused.stderr).toMatch(/409 .*only what failed can be tried again\.\n$/)
    const tested = await webhooks('test', id)
    expect(tested.stdout).toMatch(/^HTTP 507 in \d+ ms\n/)
    expect(tested.stdout).not.toContain('\u001b')
    expect([refused.exitCode, tested.exitCode]).toEqual([1, 1])
    answer = () => new Response(null, { status: 204 })
  }, 30_000)

  it('holds what comes while it is disabled, gives it up when told, and tries that again', async () => {
    await webhooks('disable', id)
    await send(quiz(0.2))
    const [held] = await listed('held')
    await webhooks('enable', id, '--resume-from', 'now')
    const [failed] = await listed('failed')
    expect(failed!.id).toBe(held!.id)
    const counted = await webhooks('retry', id, '--all', '--dry-run')
    expect(counted.stderr).toBe('1 delivery would be tried again.\n')
    const retried = await webhooks('retry', id, '--since', '2026-01-01T00:00:00Z')
    expect(retried.stderr).toBe('1 delivery is due at once.\n')
  }, 30_000)

  it('follows what becomes of deliveries', async () => {
    const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
    const command = [process.execPath, cli, 'webhooks', 'deliveries', id, '--follow']
    const program = start(command, { env })
    try {
      await program.says(/\n/)
      await send(quiz(0.25))
      const { headers } = await postedWith(0.25)
      await program.says(new RegExp(`^${headers['webhook-id']}  delivered  1 event  `, 'm'))
    } finally {
      await program.stop('SIGINT')
    }
  }, 30_000)

  it('replaces the secret, and signs with both', async () => {
    const { stdout, stderr } = await webhooks('rotate', id, '--overlap-hours', '2')
    expect(stderr).toMatch(/^The secret of whk_\w+ is replaced, .* both until \S+\.\n$/)
    const rotated = stdout.trim()
    await send(quiz(0.3))
    const { body, headers } = await postedWith(0.3)
    for (const one of [secret, rotated]) {
      expect(new Webhook(one).verify(body, headers)).toMatchObject({ type: 'events' })
    }
  }, 30_000)

  it('says which events match, of a file and of the last, and why others do not', async () => {
    const file = join(folder.path, 'event.json')
    await writeFile(file, JSON.stringify({ event_type: 'quiz_started' }))
    const not = await webhooks('match', id, '--event', file)
    expect(not.stdout).toMatch(/^It does not match\.\n- events: .*quiz_started/)
    expect(not.exitCode).toBe(1)
    const last = await webhooks('match', id, '--last', '3')
    expect(last.stdout).toContain('3 of 3 match\n')
    const settings = join(folder.path, 'settings.json')
    await writeFile(settings, JSON.stringify({ rule: { path: 'payload.score', gt: 0.25 } }))
    const tried = await webhooks('match', '--settings', settings, '--last', '2')
    expect(tried.stdout).toContain('1 of 2 match\n')
  }, 30_000)

  it('replays what arrived, waits for it, and lists it', async () => {
    const begun = posted.length
    // An hour is in the hot store alone, and asks no lake.
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    const from = ['--from', hourAgo, '--type', 'quiz_completed']
    const { stdout, exitCode } = await webhooks('replay', id, ...from, '--wait', '--json')
    const replay = JSON.parse(stdout) as { id: string; status: string }
    expect([replay.status, exitCode]).toEqual(['done', 0])
    while (posted.length === begun) await Bun.sleep(20)
    const listed = await webhooks('replays', id)
    expect(listed.stdout).toMatch(new RegExp(`^${replay.id} +done .* quiz_completed +\\d+$`, 'm'))
    const again = await webhooks('pause', id, replay.id)
    expect(again.stderr).toMatch(/409/)
  }, 30_000)
})
