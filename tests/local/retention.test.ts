import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { blobsOf } from '../../src/observer/blob-place'
import { tables } from '../../src/platform/aws/deployed/tables'
import { forget } from '../../src/privacy/retention/forget'
import { keyOf as keyOfState } from '../../src/reducers/kept/places'
import { blobKey } from '../../src/statements/attachment-blobs'
import { keyOf as stateKeyOf, stateShelf } from '../../src/statements/document-places'
import { startTestApp } from '../support/app'
import { aDelivery, anAttempt } from '../support/deliveries'
import { anEnvelope, anEvent } from '../support/envelopes'
import { holders, impersonal } from '../support/privacy/holders'
import { files, read } from '../support/repository'

const DAY_MS = 24 * 60 * 60 * 1000
const FOREVER_MS = Number.POSITIVE_INFINITY

async function startRetentionTest(config = {}) {
  const app = await startTestApp({ config })
  const { platform, clock, options } = app
  const { audit } = app.services!
  return {
    ...app,
    /** Lets days pass, and does what a server does once an hour. */
    async pass(days: number, keptDays?: Parameters<typeof forget>[0]['keptDays']) {
      clock.advance(days * DAY_MS)
      await platform.events.expire(clock.now())
      await platform.statements.expire(clock.now())
      return forget({ ...options, platform, audit, keptDays }, clock.now(), FOREVER_MS)
    },
    async send(path: string, body: unknown) {
      const headers = { ...app.as(app.keys.demo), 'Content-Type': 'application/json' }
      const reply = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(reply.ok).toBe(true)
      return (await reply.json()) as { quarantined: { quarantineId: string }[] }
    },
  }
}

describe('every place in which something is kept', () => {
  const all = Object.values(holders)
  const claimed = (kind: 'tables' | 'files' | 'aws' | 'documents' | 'blobs', name: string) =>
    all.some((holder) => holder[kind]?.includes(name)) || Object.hasOwn(impersonal, name)

  it('on one machine is claimed by a holder, or says why nobody is in it', async () => {
    await using app = await startTestApp()
    const { dataDir } = app.config
    const found = readdirSync(dataDir).map((name) => name.replace(/-(wal|shm|journal)$/, ''))
    expect(found.filter((name) => !claimed('files', name))).toEqual([])
    for (const file of ['nonius.db', 'statements.db']) {
      using db = new Database(join(dataDir, file), { readonly: true })
      const names = db
        .query<{ name: string }, []>(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
        )
        .all()
      expect(names.length).toBeGreaterThan(5)
      expect(names.filter(({ name }) => !claimed('tables', name))).toEqual([])
    }
  })

  it('on AWS is, too', () => {
    expect(Object.keys(tables).filter((name) => !claimed('aws', name))).toEqual([])
  })

  it('is, whichever documents the code puts', () => {
    const putting = files()
      .filter(
        (path) =>
          path.startsWith('src/') &&
          path.endsWith('.ts') &&
          !path.includes('.test.') &&
          !path.startsWith('src/platform/'),
      )
      .map((path) => ({ path, text: read(path) }))
      .filter(({ text }) => /DocumentKey|documents\.put/.test(text))
    const first = putting.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /(?:return|(?<!path) =|put\([^[\n]*|\(|(?<!path):|=>) ?\[\s*'([a-z][a-z0-9-]*)'[,\]]/g,
        ),
        ...text.matchAll(/const (?:PREFIX|FOLDER) = '([^']+)'/g),
      ].map(([, name]) => ({ path, name: name! })),
    )
    expect(first.length).toBeGreaterThan(5)
    expect(first.filter(({ name }) => !claimed('documents', name))).toEqual([])
  })

  it('has a row in docs/privacy.md, and no row is without a holder', () => {
    const section = read('docs/privacy.md')
      .split('## How each place forgets')[1]!
      .split('\n## ')[0]!
    const rows = [...section.matchAll(/^\| ([^|]+?) \|/gm)].map(([, name]) => name!)
    expect(rows.slice(1).toSorted()).toEqual(Object.keys(holders).toSorted())
  })

  for (const [name, { shownBy }] of Object.entries(holders)) {
    it(`${name} has a test that shows how it forgets`, () => {
      const [file, words] = shownBy
      expect(read(file)).toContain(words)
    })
  }
})

describe('the hot store forgets', () => {
  const sent = (days?: number) => ({
    event_type: 'page_view',
    event_id: crypto.randomUUID(),
    user_id: 'ada',
    timestamp: new Date().toISOString(),
    ...(days !== undefined && { retention_days: days }),
  })

  for (const [says, days, last] of [
    ['after its days where its sender says nothing', undefined, 30],
    ['after fewer days where its sender asks for fewer', 3, 3],
    ['no later where its sender asks for more', 3000, 30],
    ['after a day where its sender asks for none, so that it can be handed on', 0, 1],
  ] as const) {
    it(`${says}`, async () => {
      await using test = await startRetentionTest()
      const event = sent(days)
      await test.send('/api/v1/events', event)
      const held = () => test.platform.events.get('default', event.event_id)
      await test.pass(last - 0.1)
      expect(await held()).toBeDefined()
      await test.pass(0.2)
      expect(await held()).toBeUndefined()
    })
  }
})

it('the record store forgets after its days, and never later than the class of a statement', async () => {
  await using test = await startRetentionTest({ xapiRetentionDays: 10 })
  const statement = {
    id: crypto.randomUUID(),
    actor: { mbox: 'mailto:ada@example.edu' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
    object: { id: 'https://example.edu/pages/1' },
  }
  const key = await test.issue(['statements/write'])
  const reply = await test.request('/xapi/statements', {
    method: 'POST',
    headers: {
      ...test.as(key),
      'Content-Type': 'application/json',
      'X-Experience-API-Version': '1.0.3',
    },
    body: JSON.stringify(statement),
  })
  expect(reply.status).toBe(200)
  const held = () => test.platform.statements.get('default', statement.id)
  await test.pass(9.9)
  expect(await held()).toBeDefined()
  await test.pass(0.2)
  expect(await held()).toBeUndefined()
})

describe('the quarantine forgets', () => {
  const broken = () => ({ ...anEvent(), type: undefined })

  it('what is as old as it may be, and gives its source the room back', async () => {
    await using test = await startRetentionTest({ quarantineDays: 10 })
    const { quarantined } = await test.send(
      '/caliper/v1p2/events',
      anEnvelope([broken(), broken()]),
    )
    expect(quarantined).toHaveLength(2)
    expect(await test.pass(9.9)).toMatchObject({ quarantined: 0 })
    await test.send('/caliper/v1p2/events', anEnvelope([broken()]))
    expect(await test.pass(0.2)).toMatchObject({ quarantined: 2 })
    expect(await test.platform.quarantine.usage('default')).toMatchObject([{ items: 1 }])
    expect(test.logged.join('\n')).toContain('info forgotten {"quarantined":2')
  })

  it('it when personal data are forgotten where that is sooner, tenant by tenant', async () => {
    await using test = await startRetentionTest({ quarantineDays: 10 })
    await test.send('/caliper/v1p2/events', anEnvelope([broken()]))
    const days = (pii: number) => ({ standard: 2555, sensitive: 1095, pii, system: 365 })
    const strict = async (tenantId: string) => days(tenantId === 'default' ? 2 : 9)
    expect(await test.pass(2.1, async () => days(3))).toMatchObject({ quarantined: 0 })
    expect(await test.pass(0, strict)).toMatchObject({ quarantined: 1 })
  })

  it('it with entries of the audit trail after 2555 days, but the last', async () => {
    await using test = await startRetentionTest()
    const { audit } = test.services!
    for (const action of ['first', 'second']) await audit.append('default', { action, by: 'k' })
    expect(await test.pass(2554.9)).toMatchObject({ audited: 0 })
    await audit.append('default', { action: 'third', by: 'k' })
    expect(await test.pass(0.2)).toMatchObject({ audited: 2 })
    const { items } = await audit.list('default', { limit: 10 })
    expect(items.map(({ action }) => action)).toEqual(['third'])
    expect(await audit.verify('default')).toMatchObject({ entries: 1, first: 3 })
  })

  it('as much as there is time for, and the rest in the next run', async () => {
    await using test = await startRetentionTest({ quarantineDays: 1 })
    await test.send('/caliper/v1p2/events', anEnvelope([broken(), broken(), broken()]))
    test.clock.advance(2 * DAY_MS)
    let asked = 0
    const clock = { monotonic: () => (asked++ < 2 ? 0 : 1000) }
    const needs = { ...test.options, ...test.services!, platform: test.platform }
    const first = await forget({ ...needs, clock }, test.clock.now(), 10)
    expect(first.quarantined).toBeLessThan(3)
    expect(first.quarantined).toBeGreaterThan(0)
    expect((await test.pass(0)).quarantined).toBe(3 - first.quarantined)
  })
})

it('deliveries are forgotten: those that arrived after 7 days, those given up or held after 30', async () => {
  await using test = await startRetentionTest()
  const { deliveries } = test.platform
  const of = (deliveryId: string) => ({ ...aDelivery(), deliveryId })
  const [arrived, buried, held] = [of('d1'), of('d2'), of('d3')]
  await deliveries.enqueue([arrived, buried])
  await deliveries.enqueue([{ ...held, isHeld: true }])
  await deliveries.take(2, 30_000)
  await deliveries.done('d1', anAttempt())
  await deliveries.bury('d2', 'HTTP 410')
  const known = async () => {
    // It believes the clock once two looks at it, an hour apart, agree.
    for (let look = 0; look < 2; look += 1) {
      test.clock.advance(DAY_MS / 20)
      await deliveries.take(1, 30_000)
    }
    const { tenantId, webhookId } = arrived
    const found = await Promise.all(
      ['d1', 'd2', 'd3'].map((id) => deliveries.find(tenantId, webhookId, id)),
    )
    return found.map((one) => one?.status)
  }
  expect(await known()).toEqual(['delivered', 'failed', 'held'])
  await test.pass(7.1)
  expect(await known()).toEqual([undefined, 'failed', 'held'])
  await test.pass(23.5)
  expect(await known()).toEqual([undefined, undefined, undefined])
})

it('documents of tools are forgotten when nobody has put them for as long as class standard', async () => {
  await using test = await startRetentionTest()
  const { documents } = test.platform
  const place = (name: string) => stateKeyOf(stateShelf(name, 'https://example.edu/quiz'), 'resume')
  const put = (key: readonly string[]) =>
    documents.put('default', key, { bytes: Buffer.from('x'), contentType: 'text/plain' })
  await put(place('old'))
  await put(place('used'))
  await put(['sessions', 'old'])
  await put([...blobsOf('gc-1'), 'old'])
  await put([...blobsOf('gc-1'), 'used'])
  await put(keyOfState({ learner: 'ada', field: 'doc_id', value: 'old' }))
  await put(['reducers', 'versions'])
  await put(['event-types'])
  expect(await test.pass(2554)).toMatchObject({ documents: 0 })
  await put(place('used'))
  await put([...blobsOf('gc-1'), 'used'])
  expect(await test.pass(2)).toMatchObject({ documents: 4 })
  const { items } = await documents.list('default', [], { limit: 10 })
  const versions = ['reducers', 'versions']
  const left = [['event-types'], [...blobsOf('gc-1'), 'used'], versions, place('used')]
  expect(items.map(({ key }) => key.join('/'))).toEqual(left.map((key) => key.join('/')))
})

it('memberships that nobody tells again are forgotten, and rosters stay until they are replaced', async () => {
  await using test = await startRetentionTest()
  const { documents } = test.platform
  const json = { bytes: Buffer.from('{}'), contentType: 'application/json' }
  await documents.put('default', ['rosters', 'told', 'https://u/1', 'https://g/1'], json)
  await documents.put('default', ['rosters', 'staff', 'https://u/1'], json)
  expect(await test.pass(2554)).toMatchObject({ documents: 0 })
  expect(await test.pass(2)).toMatchObject({ documents: 1 })
  const { items } = await documents.list('default', ['rosters'], { limit: 10 })
  expect(items.map(({ key }) => key[1])).toEqual(['staff'])
})

it('attachments are forgotten a week after the last statement that can name them', async () => {
  await using test = await startRetentionTest({ xapiRetentionDays: 10 })
  const { blobs } = test.platform
  const [old, other] = [blobKey('default', 'a'.repeat(64)), 'other/place']
  await blobs.put(old, Buffer.from('x'))
  await blobs.put(other, Buffer.from('x'))
  expect(await test.pass(16.9)).toMatchObject({ attachments: 0 })
  expect(await test.pass(0.2)).toMatchObject({ attachments: 1 })
  expect(await blobs.get(old)).toBeUndefined()
  expect(await blobs.get(other)).toBeDefined()
})

it('finished replays are forgotten after 30 days, with the patches in them', async () => {
  await using test = await startRetentionTest()
  const replays = test.platform.replays!
  const progress = {
    counts: { stored: 1, duplicate: 0, set_aside: 0, withheld: 0, refused: 0 },
    refused: [],
    left: 0,
  }
  const job = (replayId: string) => ({
    ...{ tenantId: 'default', replayId, keyId: 'key_1', reach: '*' as const, isAdmin: false },
    ...{ filter: {}, patch: '[]', startedAt: test.clock.now().toISOString(), progress },
  })
  await replays.add(job('done'))
  await replays.add(job('open'))
  const finishedAt = test.clock.now().toISOString()
  await replays.note({ tenantId: 'default', replayId: 'done' }, { ...progress, finishedAt })
  expect(await test.pass(29.9)).toMatchObject({ replays: 0 })
  expect(await test.pass(0.2)).toMatchObject({ replays: 1 })
  expect(await replays.get('default', 'done')).toBeUndefined()
  expect(await replays.get('default', 'open')).toBeDefined()
})
