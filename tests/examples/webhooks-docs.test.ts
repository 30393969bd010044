import { Database } from 'bun:sqlite'
import { expect, it } from 'bun:test'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deliveriesTo, localWebhook } from '../../src/cli/webhooks/local-webhook'
import { jwkOf } from '../../src/webhooks/message/key-pair'
import { newWebhookSecret } from '../../src/webhooks/message/secret'
import { temporaryFolder } from '../support/folders'
import { repository } from '../support/program'
import { blocksIn } from '../support/readme'
import { expectVerifies, receiverOf, startReceiver } from '../support/receiver-docs'
import { read } from '../support/repository'
import { aRecord } from '../support/webhooks'
import { startWebhookTest } from '../support/webhooks-api'

/* The code of docs/webhooks.md, as it stands there. Express, FastAPI, PHP and Go: tests/clients. */

const document = 'docs/webhooks.md'

it('docs/webhooks.md has a receiver with Hono that verifies', async () => {
  using folder = temporaryFolder()
  await using receiver = await startReceiver(receiverOf('ts', "from 'hono'"), async (code) => {
    await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'))
    const file = join(folder.path, 'hook.ts')
    await writeFile(file, code)
    return [process.execPath, file]
  })
  await expectVerifies(receiver)
}, 30_000)

it('docs/webhooks.md handles an event once, in the transaction of what it means', () => {
  const [table, handling] = blocksIn(document, 'sql')
  using database = new Database(':memory:')
  database.run('CREATE TABLE grades (learner text, points int)')
  database.run("INSERT INTO grades VALUES ('u-17', 0)")
  database.run(table!)
  const [begin, insert, update, commit] = handling!.split('\n')
  function handle(event: { id: string; points: number; learner: string }) {
    database.run(begin!)
    const { changes } = database.prepare(insert!).run({ ':id': event.id })
    const { id: _, ...means } = event
    const named = { ':points': means.points, ':learner': means.learner }
    if (changes === 1) database.prepare(update!).run(named)
    database.run(commit!)
  }
  const grade = { id: 'e-1', points: 5, learner: 'u-17' }
  for (const event of [grade, grade, { ...grade, id: 'e-2' }]) handle(event)
  expect(database.query('SELECT points FROM grades').get()).toEqual({ points: 10 })
})

it('docs/webhooks.md shows an event as each format has it', async () => {
  const blocks = blocksIn(document, 'json')
  const [raw, shown, thin, cloudEvent] = ['"event_id": "e-1"', '"kind"', '"link"', '"specversion"']
    .map((text) => blocks.find((block) => block.includes(text))!)
    .map((block) => block.trim())
  const { raw: _, ...record } = JSON.parse(shown!)
  const event = aRecord({ raw: raw!, action: undefined, objectId: undefined, ...record })

  async function bodyIn(settings: Record<string, unknown>): Promise<{ data?: unknown[] }> {
    const webhook = await localWebhook(settings, newWebhookSecret())
    const { value } = await deliveriesTo(webhook, [event]).next()
    return JSON.parse(value!.body.toString())
  }

  expect((await bodyIn({ format: 'raw' })).data).toEqual([JSON.parse(raw!)])
  expect((await bodyIn({ format: 'record' })).data).toMatchObject([{ ...record, raw }])
  expect((await bodyIn({ format: 'thin' })).data).toEqual([JSON.parse(thin!)])
  const one = JSON.parse(cloudEvent!)
  expect<unknown>(await bodyIn({ format: 'cloudevents' })).toEqual([one])
  expect(await bodyIn({ format: 'cloudevents', batch: { maxEvents: 1 } })).toEqual(one)
})

it('docs/webhooks.md has settings that are taken, and says what becomes of its event', async () => {
  await using test = await startWebhookTest()
  const blocks = blocksIn(document, 'json').map((block) => block.trim())
  const asked = JSON.parse(blocks.find((block) => block.includes('"settings"'))!)
  const reply = await test.call('POST', '/webhooks/match', asked)
  expect([reply.status, await reply.json()]).toMatchObject([
    ...[200, { matches: false, reasons: [{ message: 'payload.score is 0.9, not less than 0.5' }] }],
  ])
  const table = /## Settings\n([\s\S]*?)\n## /.exec(read(document))![1]!
  const { id: _, ...settings } = await test.create({})
  const names = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  )
  const answered = ['createdAt', 'updatedAt', 'publicKey']
  expect(names).toEqual(expect.arrayContaining(without(Object.keys(settings), answered)))
  const page = read('openapi/openapi.json')
  const { NewWebhook } = JSON.parse(page).components.schemas
  expect(names.toSorted()).toEqual(Object.keys(NewWebhook.properties).sort())
})

const without = (names: string[], others: string[]) =>
  names.filter((name) => !others.includes(name))

it('docs/webhooks.md verifies by the public key, too', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'verify.ts')
  await writeFile(file, receiverOf('ts', 'createPublicKey'))
  const { isGenuine } = (await import(file)) as {
    isGenuine(jwk: object, headers: Record<string, string>, body: string): boolean
  }
  const webhook = await localWebhook({ signatures: ['v1', 'v1a'] }, newWebhookSecret())
  const jwk = jwkOf(webhook.publicKey!)
  const { value } = await deliveriesTo(webhook, [aRecord()]).next()
  const { headers, body } = value!
  expect(isGenuine(jwk, headers, body.toString())).toBe(true)
  expect(isGenuine(jwk, headers, `${body} `)).toBe(false)
  expect(isGenuine(jwk, { ...headers, 'webhook-id': 'msg_2' }, body.toString())).toBe(false)
  expect(isGenuine(jwk, { ...headers, 'webhook-timestamp': '1' }, body.toString())).toBe(false)
})
