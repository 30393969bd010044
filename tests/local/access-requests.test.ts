import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { blobsOf } from '../../src/observer/blob-place'
import { keyOf as keyOfState } from '../../src/reducers/kept/places'
import { keyOf as stateKeyOf, stateShelf } from '../../src/statements/document-places'
import { anEnvelope, anEvent } from '../support/envelopes'
import { linesOf, startAccessApp, type View } from '../support/privacy/access-app'
import { filesIn } from '../support/privacy/grep'
import { until } from '../support/until'

// DuckDB starts anew for each question: half a second, and several beside other tests.
setDefaultTimeout(60_000)

const ada = 'https://example.edu/users/ada'
const ben = 'https://example.edu/users/ben'
const DAY_MS = 24 * 60 * 60 * 1000

const viewed = (id: string, more: Record<string, unknown> = {}) => ({
  ...anEvent(),
  actor: { id, type: 'Person', name: id.split('/').at(-1) },
  ...more,
})

type App = Awaited<ReturnType<typeof startAccessApp>>

async function send(app: App, events: unknown[], key = app.keys.demo) {
  const reply = await app.call('POST', '/caliper/v1p2/events', anEnvelope(events), key)
  expect(reply.status).toBe(200)
  return (await reply.json()) as { eventIds: string[] }
}

/** Puts something of Ada into every place there is, beside what is of others. */
async function plant(app: App) {
  const { platform, clock } = app
  const graded = viewed(ben, { target: { id: 'essay', type: 'Document', creators: [ada, 'cyd'] } })
  await send(app, [
    viewed(ada, { object: { id: 'page', type: 'Page', name: '=1+1 <b>Cells</b>' } }),
    viewed(ada, { extensions: { note: 'with ben@example.edu' } }),
    viewed(ben),
    viewed(`${ada}2`),
    graded,
  ])
  // In quarantine: one of hers, one of his that names her not.
  await send(app, [
    { ...viewed(ada), type: undefined },
    { ...viewed(ben), type: undefined },
  ])
  const body = `{"data": ["${ada}", "${ben}" and no JSON`
  const headers = { ...app.as(app.keys.demo), 'Content-Type': 'application/json' }
  await app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
  const document = (text: string) => ({ bytes: Buffer.from(text), contentType: 'application/json' })
  const state = stateKeyOf(stateShelf(ada, 'https://example.edu/quiz'), 'resume')
  await platform.documents.put('default', state, {
    ...document('{"page":7,"teacher":"Ben"}'),
    metadata: { id: 'resume' },
  })
  const blob = { metadata: { learner: ada }, ...document('{"draft":"of Ben"}') }
  await platform.documents.put('default', [...blobsOf(ada), 'place'], blob)
  const reduced = document(`{"of":{"learner":"${ada}"},"entries":{"seen#1":{"state":7}}}`)
  await platform.documents.put('default', keyOfState({ learner: ada }), reduced)
  const other = stateKeyOf(stateShelf(ben, 'https://example.edu/quiz'), 'resume')
  await platform.documents.put('default', other, document('{"page":8}'))
  const decided = { categories: { analytics: 'denied' }, evidence: 'form 7' }
  const consents = `/privacy/consents/${encodeURIComponent(ada)}`
  expect((await app.call('PUT', consents, decided)).status).toBe(200)
  const begun = {
    ...{ event_type: 'SESSION_CREATED', session_id: 's-1', user_id: ada },
    ...{ timestamp: clock.now().toISOString(), payload: { question_ids: ['q-1'] } },
  }
  expect((await app.call('POST', '/api/v1/events', begun, app.keys.demo)).ok).toBe(true)
  const session = createHash('sha256').update('s-1').digest('hex')
  expect(await platform.documents.get('default', ['sessions', session])).toBeDefined()
}

describe('an access request', () => {
  it('has everything of one person from every place, and nobody else', async () => {
    await using app = await startAccessApp()
    await plant(app)
    const { id } = await app.ask([ada])
    const view = await app.answered(id)
    expect(view).toMatchObject({
      status: 'ready',
      found: { events: 4, quarantine: 2, documents: 4, consents: 1, recipients: 0 },
    })
    const files = await app.fetched(view)
    expect(Object.keys(files).toSorted()).toEqual([
      ...['consents.jsonl', 'documents.jsonl', 'events.csv', 'events.jsonl', 'index.html'],
      'quarantine.jsonl',
    ])
    const events = linesOf(files['events.jsonl'])
    expect(events.map((event) => event.as).toSorted()).toEqual([
      ...['actor', 'actor', 'actor'],
      'mentioned',
    ])
    expect(linesOf(files['documents.jsonl'])).toMatchObject([
      { kind: 'state', id: 'resume', content: { page: 7, teacher: 'another person' } },
      { kind: 'blob', id: 'place', content: { draft: 'of Ben' } },
      { kind: 'reducers', content: { of: { learner: ada } } },
      { kind: 'session', id: 's-1', content: { userId: ada } },
    ])
    expect(linesOf(files['quarantine.jsonl'])).toMatchObject([
      { scope: 'item', item: { actor: { id: ada } } },
      { scope: 'body', withheld: 'It cannot be read; it names the person.' },
    ])
    expect(linesOf(files['consents.jsonl'])).toMatchObject([
      { kind: 'consents', content: { decisions: { analytics: { said: 'denied' } } } },
    ])
    const all = Object.values(files).join('\n')
    for (const other of [ben, 'ben@example.edu', '"cyd"', `${ada}2`, '"Ben"']) {
      expect(all).not.toContain(other)
    }
    // A spreadsheet carries nothing out, and a page shows no markup that somebody sent.
    expect(files['events.csv']).toStartWith('\ufeffhappenedAt,as,')
    expect(files['events.csv']).toContain(`,'=1+1 <b>Cells</b>,`)
    expect(files['index.html']).toContain('=1+1 &lt;b&gt;Cells&lt;/b&gt;')
    expect(files['index.html']).toContain('analytics: denied (form 7)')
    expect(files['index.html']).not.toMatch(/<script|<b>|javascript:|onerror/i)
  })

  it('finds who was sent it', async () => {
    await using app = await startAccessApp()
    const { eventIds } = await send(app, [viewed(ada), viewed(ben)])
    const hook = { name: 'Reports', targetUrl: 'https://hooks.example.edu/s/secret', events: ['*'] }
    const made = await app.call('POST', '/webhooks', hook)
    const { webhookId, id = webhookId } = (await made.json()) as Record<string, string>
    const delivery = { tenantId: 'default', webhookId: id!, attempts: 0 }
    const enqueuedAt = app.clock.now().toISOString()
    await app.platform.deliveries.enqueue([
      { ...delivery, deliveryId: 'd1', eventIds, enqueuedAt },
      { ...delivery, deliveryId: 'd2', eventIds: [eventIds[1]!], enqueuedAt },
    ])
    const files = await app.fetched(await app.answered((await app.ask([ada])).id))
    expect(linesOf(files['recipients.jsonl'])).toMatchObject([
      { name: 'Reports', host: 'hooks.example.edu', events: 1, waiting: 1 },
    ])
    expect(JSON.stringify(files)).not.toContain('secret')
    expect(files['index.html']).toContain('Reports (hooks.example.edu)')
  })

  it('finds a person by every spelling, and by no beginning, quote, pattern or escape', async () => {
    await using app = await startAccessApp()
    const odd = [
      `o'hara" OR 1=1 --`,
      '100%_',
      '*?[a-z]',
      'a\\b',
      'zoë/1',
      'tab\there',
      '(.*)+$',
      'half \ud800',
    ]
    const mail = { mbox: 'mailto:ada@example.edu' }
    await send(app, [
      ...odd.map((id) => viewed(`urn:x:${id}`)),
      ...odd.map((id) => viewed(`urn:x:${id}2`)),
      viewed('mailto:ada@Example.EDU'),
      viewed(ben, { extensions: { by: mail } }),
    ])
    const all = await app.answered((await app.ask(odd.map((id) => `urn:x:${id}`))).id)
    const lines = linesOf((await app.fetched(all))['events.jsonl'])
    const ids = lines.map(({ item }) => (item as { actor: { id: string } }).actor.id)
    expect(ids.toSorted()).toEqual(odd.map((id) => `urn:x:${id}`).toSorted())
    const { found } = await app.answered((await app.ask(['ada@example.edu'])).id)
    expect(found.events).toBe(2)
  })

  it('goes on after a restart, and has each event once', async () => {
    await using app = await startAccessApp()
    for (let n = 0; n < 3; n += 1) {
      await send(
        app,
        Array.from({ length: 500 }, () => viewed(ada)),
      )
    }
    const { id } = await app.ask([ada])
    for (let restarts = 0; restarts < 4; restarts += 1) {
      await Bun.sleep(150)
      await app.restart()
    }
    const view = await app.answered(id)
    expect(view).toMatchObject({ status: 'ready', found: { events: 1500 } })
    const ids = linesOf((await app.fetched(view))['events.jsonl']).map(({ eventId }) => eventId)
    expect(ids).toHaveLength(1500)
    expect(new Set(ids).size).toBe(1500)
  })

  it('is deleted after seven days, is nowhere in the clear, and can be asked for again', async () => {
    await using app = await startAccessApp()
    await plant(app)
    const { id } = await app.ask([ada])
    const view = await app.answered(id)
    expect(Date.parse(view.expiresAt!) - app.clock.now().getTime()).toBeLessThanOrEqual(7 * DAY_MS)
    // The folder of blobs has nothing that names her; the rest of the data does, of course.
    expect(await filesIn(`${app.config.dataDir}/blobs`, [ada, 'Cells'])).toEqual([])
    expect((await app.platform.blobs.list('access/', 10)).length).toBeGreaterThan(0)
    app.clock.advance(6.9 * DAY_MS)
    expect(await app.services.access.expire(['default'])).toBe(0)
    app.clock.advance(0.2 * DAY_MS)
    expect(await app.services.access.expire(['default'])).toBe(1)
    expect(await app.platform.blobs.list('access/', 10)).toEqual([])
    expect(await app.see(id)).toMatchObject({ status: 'expired', files: [] })
    expect((await app.ask([ada])).id).not.toBe(id)
  })

  it('is erased with the person, while it goes on as well', async () => {
    await using app = await startAccessApp()
    await plant(app)
    const done = await app.answered((await app.ask([ada])).id)
    const others = await app.answered((await app.ask([ben])).id)
    const { id } = await app.ask([ada, 'mailto:ada@example.edu'])
    const { access } = app.services
    expect(await access.erase('other', [ada])).toMatchObject({ found: 0 })
    expect(await access.erase('default', [ada], { isDryRun: true })).toMatchObject({ found: 2 })
    expect(await access.erase('default', [ada])).toEqual({ looked: 3, found: 2 })
    await Bun.sleep(300)
    const left = await app.platform.blobs.list('access/', 100)
    expect(left.filter(({ key }) => !key.includes(others.id))).toEqual([])
    for (const gone of [done.id, id]) {
      const reply = await app.call('GET', `/privacy/access-requests/${gone}`)
      expect(reply.status).toBe(404)
    }
    expect((await app.see(others.id)).status).toBe('ready')
  })

  it('is in the trail when it is asked for and when it is fetched, without saying of whom', async () => {
    await using app = await startAccessApp()
    await send(app, [viewed(ada)])
    const view = await app.answered((await app.ask([ada])).id)
    await app.fetched(view)
    const { items } = await app.services.audit.list(
      'default',
      { limit: 10 },
      { action: 'access.*' },
    )
    expect(items.map(({ action, target }) => [action, target])).toEqual([
      ['access.fetched', view.id],
      ['access.requested', view.id],
    ])
    expect(JSON.stringify(items)).not.toMatch(/\bada\b/)
  })

  it('finds what stands under the pseudonyms of the person', async () => {
    await using app = await startAccessApp()
    const policy = { rules: [{ name: 'names', then: { personal: 'pseudonymise' } }] }
    const put = await app.call('PUT', '/policies', { version: 0, ...policy })
    expect(put.status).toBe(200)
    await send(app, [viewed(ada), viewed(ben)])
    const view = await app.answered((await app.ask([ada])).id)
    expect(view.found.events).toBe(1)
    const files = await app.fetched(view)
    expect(files['events.jsonl']).toContain('urn:nonius:pseudonym:')
    expect(files['events.jsonl']).not.toContain('ben')
  })

  it('gives the same request to who asks again within a day', async () => {
    await using app = await startAccessApp()
    const { id } = await app.ask([ada])
    expect((await app.ask([ada, ada])).id).toBe(id)
    expect((await app.ask([ada, ben])).id).not.toBe(id)
    await app.answered(id)
    expect((await app.ask([ada])).id).toBe(id)
    app.clock.advance(DAY_MS + 1000)
    expect((await app.ask([ada])).id).not.toBe(id)
  })

  it('has nothing of another organisation, whose key sees nothing of it either', async () => {
    await using app = await startAccessApp()
    const createdAt = app.clock.now().toISOString()
    await app.platform.registry.tenants.put({ tenantId: 'other', name: 'Other', createdAt })
    const [sender, admin] = [
      await app.issue(['events:write'], 'other'),
      await app.issue(['admin'], 'other'),
    ]
    await send(app, [viewed(ada)])
    await send(app, [viewed(ada), viewed(ada)], sender)
    const own = await app.answered((await app.ask([ada])).id)
    const theirs = await app.answered((await app.ask([ada], admin)).id, admin)
    expect([own.found.events, theirs.found.events]).toEqual([1, 2])
    const reply = await app.call('GET', `/privacy/access-requests/${own.id}`, undefined, admin)
    expect(reply.status).toBe(404)
    const listed = (await (
      await app.call('GET', '/privacy/access-requests', undefined, admin)
    ).json()) as { items: View[] }
    expect(listed.items.map(({ id }) => id)).toEqual([theirs.id])
  })
})

describe('a link to a file', () => {
  it('is good for an hour, and nobody makes one', async () => {
    await using app = await startAccessApp()
    await send(app, [viewed(ada)])
    const view = await app.answered((await app.ask([ada])).id)
    const path = new URL(view.files[0]!.url).pathname
    const get = async (to: string) => (await app.request(to)).status
    expect(await get(path)).toBe(200)
    const token = path.split('/').at(-1)!
    const [body, tag] = token.split('.') as [string, string]
    const link = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
    for (const changed of [{ tenantId: 'other' }, { until: '2999-01-01T00:00:00.000Z' }]) {
      const forged = Buffer.from(JSON.stringify({ ...link, ...changed })).toString('base64url')
      expect(await get(`/privacy/access-files/${forged}.${tag}`)).toBe(404)
    }
    expect(await get('/privacy/access-files/x')).toBe(404)
    // One that was signed for something else, such as a page of a list.
    const cursor = (await app.platform.tokens()).issue(link, 'another question')
    expect(await get(`/privacy/access-files/${cursor}`)).toBe(404)
    app.clock.advance(61 * 60 * 1000)
    expect(await get(path)).toBe(410)
    const [fresh] = (await app.see(view.id)).files
    expect(await get(new URL(fresh!.url).pathname)).toBe(200)
  })
})

it('leaves nothing of a piece that was under way when its person was erased', async () => {
  await using app = await startAccessApp()
  await send(
    app,
    Array.from({ length: 40 }, () => viewed(ada)),
  )
  const { access } = app.services
  const { put } = app.platform.blobs
  let isErased = false
  app.platform.blobs.put = async (key, bytes) => {
    if (key.startsWith('access/') && !isErased) {
      isErased = true
      // Between the search and what it found.
      expect(await access.erase('default', [ada])).toMatchObject({ found: 1 })
    }
    return put(key, bytes)
  }
  const { id } = await app.ask([ada])
  await until(() => isErased)
  await until(async () => (await app.platform.blobs.list('access/', 10)).length === 0)
  await Bun.sleep(100)
  expect(await app.platform.blobs.list('access/', 10)).toEqual([])
  expect((await app.call('GET', `/privacy/access-requests/${id}`)).status).toBe(404)
})
