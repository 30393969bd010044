import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { anEnvelope, anEvent } from '../support/envelopes'
import { startExportsApp, textOf } from '../support/exports-app'
import { temporaryFolder } from '../support/folders'
import { linesOf } from '../support/privacy/access-app'

// DuckDB starts anew for each question: half a second, and several beside other tests.
setDefaultTimeout(60_000)

const ada = 'https://example.edu/users/ada'
const ben = 'https://example.edu/users/ben'
const DAY_MS = 24 * 60 * 60 * 1000

type App = Awaited<ReturnType<typeof startExportsApp>>

const viewed = (id: string, more: Record<string, unknown> = {}) => ({
  ...anEvent(),
  actor: { id, type: 'Person', name: id.split('/').at(-1) },
  ...more,
})

async function send(app: App, events: unknown[]) {
  const reply = await app.call('POST', '/caliper/v1p2/events', anEnvelope(events), app.keys.demo)
  expect(reply.status).toBe(200)
}

const page = (name: string) => ({ object: { id: `page:${name}`, type: 'Page', name } })

describe('an export', () => {
  it('has the same events in each format, each read by a reader that is none of ours', async () => {
    await using app = await startExportsApp()
    const names = ['=1+1', 'a "b", c', 'zwei\nZeilen', 'grün 𝄞', '@SUM(A1)', 'plain']
    await send(
      app,
      names.map((name) => viewed(ada, page(name))),
    )
    const fields = [
      'eventId',
      'actorId',
      'objectName',
      'eventTime',
      'conformant',
      'skewMs',
      'issueCodes',
    ]
    const { bytes, view } = await app.exported({ format: 'jsonl', fields })
    expect(view.rows).toBe(names.length)
    expect(view.bytes).toBe(bytes.length)
    const lines = linesOf(textOf(bytes))
    expect(lines.map(({ objectName }) => objectName)).toEqual(expect.arrayContaining(names))
    expect(Object.keys(lines[0]!)).toEqual(fields.filter((name) => name in lines[0]!))

    const csv = textOf((await app.exported({ format: 'csv', fields })).bytes)
    expect(csv).toStartWith(`\ufeff${fields.join(',')}\r\n`)
    const rows = await readBy('csv', Buffer.from(csv))
    // What a spreadsheet would take for a formula has an apostrophe before it.
    const safe = (name: unknown) => String(name).replace(/^[=@]/, "'$&")
    expect(rows.map((row) => row.objectName).toSorted()).toEqual(names.map(safe).toSorted())

    const parquet = await readBy(
      'parquet',
      (await app.exported({ format: 'parquet', fields })).bytes,
    )
    const plain = (row: Record<string, unknown>) => ({
      ...row,
      eventTime: new Date(String(row.eventTime)).getTime(),
      issueCodes: typeof row.issueCodes === 'string' ? JSON.parse(row.issueCodes) : row.issueCodes,
      skewMs: Number(row.skewMs),
    })
    const byId = (a: { eventId?: unknown }, b: { eventId?: unknown }) =>
      String(a.eventId) < String(b.eventId) ? -1 : 1
    const wanted = lines.map(plain).toSorted(byId as never)
    expect(parquet.map(plain).toSorted(byId as never)).toEqual(wanted)
  })

  it('is empty, and a file all the same, where nothing was found', async () => {
    await using app = await startExportsApp()
    const filters = { actorId: ben }
    for (const format of ['jsonl', 'csv', 'parquet'] as const) {
      const { view, bytes } = await app.exported({ format, filters })
      expect(view.rows).toBe(0)
      if (format === 'jsonl') expect(textOf(bytes)).toBe('')
      else
        expect(await readBy(format, format === 'csv' ? Buffer.from(textOf(bytes)) : bytes)).toEqual(
          [],
        )
    }
  })

  it('has what the filters say, and no more', async () => {
    await using app = await startExportsApp()
    await send(app, [
      viewed(ada, page('one')),
      viewed(ben, page('two')),
      viewed(`${ada}2`, page('three')),
    ])
    const found = async (filters: object) => {
      const { bytes } = await app.exported({ format: 'jsonl', fields: ['objectName'], filters })
      return linesOf(textOf(bytes))
        .map(({ objectName }) => objectName)
        .toSorted()
    }
    expect(await found({ actorId: ada })).toEqual(['one'])
    expect(await found({ actorId: [ada, ben] })).toEqual(['one', 'two'])
    expect(await found({ actorId: `' OR '1'='1` })).toEqual([])
    expect(await found({ filter: { path: 'object.name', equals: 'three' } })).toEqual(['three'])
    expect(await found({ success: true })).toEqual([])
    expect(await found({ standard: 'caliper', from: '2026-01-01' })).toHaveLength(3)
    expect(await found({ to: '2026-01-01' })).toEqual([])
  })
})

describe('a learner’s own', () => {
  it('has whatever they did, and nobody else in it', async () => {
    await using app = await startExportsApp()
    const graded = viewed(ada, {
      object: { id: 'essay', type: 'Document', creators: [ben, 'cyd'] },
    })
    await send(app, [graded, viewed(ben), viewed(`${ada}2`)])
    const { bytes, view } = await app.exported({ format: 'jsonl', learner: ada })
    expect(view.name).toStartWith('learner_asked-')
    const lines = linesOf(textOf(bytes))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ actorId: ada })
    expect(textOf(bytes)).not.toContain('users/ben')
    expect(textOf(bytes)).toContain('another person')
  })
})

describe('whoever asks', () => {
  it('gets what they may see, and looks at their own exports', async () => {
    await using app = await startExportsApp()
    await send(app, [viewed(ada), viewed(ben), viewed(`${ada}2`)])
    const student = (actorId: string) => app.issue([], 'default', { role: 'student', actorId })
    const [hers, his] = [await student(ada), await student(ben)]
    const { view, bytes } = await app.exported({ format: 'jsonl', fields: ['actorId'] }, hers)
    expect(linesOf(textOf(bytes))).toEqual([{ actorId: ada }])
    // Saying whose it is may only say so again.
    const named = await app.exported({ format: 'jsonl', fields: ['actorId'], learner: ada }, hers)
    expect(linesOf(textOf(named.bytes))).toEqual([{ actorId: ada }])
    const filters = { actorId: ben }
    expect((await app.exported({ format: 'jsonl', filters }, hers)).view.rows).toBe(0)
    const other = { format: 'jsonl', learner: ben }
    expect((await app.call('POST', '/analytics/export', other, hers)).status).toBe(403)
    for (const method of ['GET', 'DELETE']) {
      const reply = await app.call(method, `/analytics/exports/${view.id}`, undefined, his)
      expect(reply.status).toBe(404)
    }
    expect(await (await app.call('GET', '/analytics/exports', undefined, his)).json()).toEqual({
      items: [],
    })
    expect(await app.see(view.id)).toMatchObject({ status: 'ready' })
    const few = { role: 'analyst', isAggregateOnly: true } as const
    const blind = await app.issue([], 'default', few)
    expect((await app.call('POST', '/analytics/export', { format: 'csv' }, blind)).status).toBe(403)
    const trail = JSON.stringify(await app.services!.audit.list('default', { limit: 20 }))
    expect(trail).toContain('export.begun')
    expect(trail).not.toContain('users/ada')
  })
})

describe('exports go on', () => {
  it('after a restart, with each event once', async () => {
    await using app = await startExportsApp()
    await send(
      app,
      Array.from({ length: 40 }, (_, at) => viewed(ada, page(String(at)))),
    )
    const { id } = await app.begin({ format: 'jsonl', fields: ['objectName'] })
    await app.restart()
    const view = await app.over(id)
    expect(view).toMatchObject({ status: 'ready', rows: 40 })
    const names = linesOf(textOf(await app.fetched(view))).map(({ objectName }) => objectName)
    expect(new Set(names).size).toBe(40)
  })

  it('until somebody cancels them, and leave nothing behind', async () => {
    await using app = await startExportsApp()
    await send(app, [viewed(ada)])
    const { id } = await app.begin({ format: 'csv' })
    expect((await app.call('DELETE', `/analytics/exports/${id}`)).status).toBe(204)
    expect(await app.see(id)).toMatchObject({ status: 'cancelled', bytes: 0 })
    await Bun.sleep(300)
    expect(await app.see(id)).toMatchObject({ status: 'cancelled' })
    expect(await app.platform.blobs.list('exports/', 10)).toEqual([])
    // What is over is deleted.
    expect((await app.call('DELETE', `/analytics/exports/${id}`)).status).toBe(204)
    expect((await app.call('GET', `/analytics/exports/${id}`)).status).toBe(404)
  })
})

describe('the address of a file', () => {
  it('needs no key, ends, and is nobody else’s', async () => {
    await using app = await startExportsApp()
    await send(app, [viewed(ada)])
    const { view } = await app.exported({ format: 'jsonl' })
    const { pathname } = new URL(view.url!)
    const reply = await app.request(pathname)
    expect(reply.headers.get('Content-Disposition')).toBe(`attachment; filename="${view.name}"`)
    expect(reply.headers.get('Content-Length')).toBe(String(view.bytes))
    const altered = pathname.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await app.request(altered)).status).toBe(404)
    app.clock.advance(15 * 60_000)
    expect((await app.request(pathname)).status).toBe(410)
    const again = await app.see(view.id)
    expect((await app.request(new URL(again.url!).pathname)).status).toBe(200)
  })

  it('is deleted after three days, with the file', async () => {
    await using app = await startExportsApp()
    await send(app, [viewed(ada)])
    const { view } = await app.exported({ format: 'parquet' })
    app.clock.advance(3 * DAY_MS - 1000)
    expect(await app.see(view.id)).toMatchObject({ status: 'ready' })
    app.clock.advance(1000)
    expect(await app.see(view.id)).toMatchObject({ status: 'expired' })
    expect(await app.services!.exports.expire(['default'])).toBe(1)
    expect(await app.platform.blobs.list('exports/', 10)).toEqual([])
    expect(await app.see(view.id)).toMatchObject({ status: 'expired' })
  })
})

describe('an erasure', () => {
  it('deletes every file that may name the person, and no other learner’s own', async () => {
    await using app = await startExportsApp()
    await send(app, [viewed(ada), viewed(ben)])
    const all = await app.exported({ format: 'jsonl' })
    const hers = await app.exported({ format: 'jsonl', learner: ada })
    const his = await app.exported({ format: 'csv', learner: ben })
    const { exports } = app.services!
    expect(await exports.erase('default', [ada], { isDryRun: true })).toEqual({
      looked: 3,
      found: 2,
    })
    expect(await exports.erase('other', [ada])).toEqual({ looked: 0, found: 0 })
    expect(await exports.erase('default', [ada])).toEqual({ looked: 3, found: 2 })
    for (const { view } of [all, hers]) {
      const seen = await app.see(view.id)
      expect(seen).toMatchObject({ status: 'failed', bytes: 0 })
      expect(seen.problem).toContain('erased')
      expect((await app.request(new URL(view.url!).pathname)).status).toBe(410)
    }
    expect(await app.see(his.view.id)).toMatchObject({ status: 'ready' })
    expect(await exports.erase('default', [ada])).toEqual({ looked: 3, found: 0 })
  })
})

/** Reads a table by Python or DuckDB. */
async function readBy(format: 'csv' | 'parquet', bytes: Uint8Array) {
  using folder = temporaryFolder()
  const file = join(folder.path, `a.${format}`)
  await Bun.write(file, bytes)
  if (format === 'parquet') {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const duck = await DuckDBInstance.create(':memory:')
    const connection = await duck.connect()
    const answer = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)
    const rows = answer.getRowObjectsJson() as Record<string, unknown>[]
    connection.closeSync()
    duck.closeSync()
    return rows
  }
  const script = `import csv, json, sys
print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8-sig")))))`
  const run = Bun.spawn(['python3', '-c', script, file])
  return JSON.parse(await new Response(run.stdout).text()) as Record<string, unknown>[]
}
