import { describe, expect, it } from 'bun:test'
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { createNotices, type Notices } from '../../src/platform/local/notices'
import { openStatementStore } from '../../src/platform/local/statement-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { statementStoreContract } from '../contracts/statement-store.contract'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import {
  aStatement,
  byAgent,
  byVerb,
  findAll,
  LATER,
  moment,
  statementId,
} from '../support/statements'

/** How much a log holds from a position on that begins at 0 and ends there. */
const heldTo = (end: number) => (from: number) => end - from

interface Options {
  now?: () => Date
  notices?: Notices
  due?: number
}

function open(folder: string, { now = () => LATER, notices, due }: Options = {}) {
  return openStatementStore({
    file: join(folder, 'statements.db'),
    secret: new Uint8Array(16).fill(7),
    clock: clockAt(now),
    tokens: createTokenSigner(new Uint8Array(32).fill(7)),
    turns: createTurns(),
    notices: notices ?? createNotices(silentLog),
    due,
  })
}

/** Rows are in memory, or in the table as soon as there are a few. */
const filings: [name: string, due: number | undefined][] = [
  ['SQLite', undefined],
  ['SQLite, filing at once', 1],
  ['SQLite, filing now and then', 40],
]
for (const [name, due] of filings) {
  statementStoreContract(
    name,
    async ({ now } = {}) => {
      const folder = temporaryFolder()
      const store = open(folder.path, { ...(now && { now }), ...(due && { due }) })
      return {
        ...store,
        async [Symbol.asyncDispose]() {
          await store[Symbol.asyncDispose]()
          folder[Symbol.dispose]()
        },
      }
    },
    { runs: 60 },
  )
}

const ALL = { finders: [], ascending: true }
const WIDE = { limit: 1000, maxBytes: 10_000_000 }

describe('statements of one moment', () => {
  it('stand in the order in which they were added', async () => {
    using folder = temporaryFolder()
    await using store = open(folder.path)
    for (const number of [5, 3, 9]) await store.add([aStatement(number, { at: 1 })])
    await store.add([8, 2].map((number) => aStatement(number, { at: 1 })))
    expect(await findAll(store)).toEqual([5, 3, 9, 8, 2])
  })
})

describe('the file of statements', () => {
  it('has everything after it was closed and opened, and is private', async () => {
    using folder = temporaryFolder()
    {
      await using store = open(folder.path)
      await store.add([aStatement(1, { refersTo: 2 }), aStatement(3, { voids: 4 })])
    }
    await using store = open(folder.path)
    await store.add([2, 4].map((number) => aStatement(number, { said: { agent: 'late' } })))
    expect(await findAll(store, { finders: [byAgent('late')] })).toEqual([1, 2, 3])
    expect(await store.get('school', statementId(4))).toMatchObject({ isVoided: true })
    for (const name of readdirSync(folder.path)) {
      expect(statSync(join(folder.path, name)).mode & 0o077).toBe(0)
    }
  })

  it('is put aside and begun anew when it is no database, or is cut', async () => {
    for (const damage of [
      (file: string) => writeFileSync(file, 'this is no database at all'.repeat(1000)),
      (file: string) => truncateSync(file, 8192),
    ]) {
      using folder = temporaryFolder()
      const file = join(folder.path, 'statements.db')
      {
        await using store = open(folder.path)
        await store.add(Array.from({ length: 200 }, (_, n) => aStatement(n)))
        await store.settle(100, undefined)
      }
      damage(file)
      const notices = createNotices(silentLog)
      await using store = open(folder.path, { notices })
      expect(notices.list()).toHaveLength(1)
      expect(existsSync(join(folder.path, 'damaged', 'statements.db'))).toBe(true)
      // It knows of nothing that the log had, and the follower begins with its first.
      expect(store.follow(100, 100, heldTo(100))).toBe(0)
      await store.add([aStatement(1)])
      await store.settle(100, undefined)
      expect(await findAll(store)).toEqual([1])
    }
  })

  it('is made anew at the next start when a page is found to be damaged', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'statements.db')
    {
      await using store = open(folder.path, { due: 1 })
      await store.add(Array.from({ length: 500 }, (_, n) => aStatement(n)))
    }
    const bytes = readFileSync(file)
    // A start does not look at what stands in the middle.
    const [from, to] = [0.4, 0.7].map((part) => Math.floor((bytes.length * part) / 4096) * 4096)
    writeFileSync(file, bytes.fill(0xa5, from, to))
    const notices = createNotices(silentLog)
    {
      await using store = open(folder.path, { notices })
      const failure = await store.query('school', ALL, WIDE).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', false)
      expect(notices.list().join()).toContain('next start')
    }
    await using store = open(folder.path)
    expect(await findAll(store)).toEqual([])
  })

  it('is found after a start, whether filed or not', async () => {
    using folder = temporaryFolder()
    for (const [turn, due] of [undefined, 1, undefined, 30, undefined].entries()) {
      await using store = open(folder.path, { ...(due && { due }) })
      await store.add(Array.from({ length: 20 }, (_, n) => aStatement(turn * 20 + n)))
      const all = Array.from({ length: (turn + 1) * 20 }, (_, n) => n)
      expect((await findAll(store)).toSorted((a, b) => a - b)).toEqual(all)
    }
  })

  it('has nothing of what was erased, in no file', async () => {
    using folder = temporaryFolder()
    await using store = open(folder.path)
    const secret = 'mailto:ada.secret@example.edu'
    const entries = Array.from({ length: 50 }, (_, n) =>
      aStatement(n, {
        text: n % 2 === 0 ? secret : 'mailto:bob@example.edu',
        agents: [{ id: `mbox:${secret}`, json: `{"name":"Ada Secret ${n}"}` }].slice(n % 2),
      }),
    )
    await store.add(entries)
    const bytesOf = () =>
      Buffer.concat(
        readdirSync(folder.path).map((name) => readFileSync(join(folder.path, name))),
      ).toString('latin1')
    await store.settle(1, undefined)
    expect(bytesOf()).toContain(secret)
    expect(await store.erase('school', { actorIds: [secret] })).toMatchObject({ removed: 25 })
    expect(bytesOf()).not.toContain(secret)
    expect(bytesOf()).not.toContain('Ada Secret')
    expect(bytesOf()).toContain('mailto:bob@example.edu')
  })
})

describe('a follower of the log', () => {
  it('begins no further than the file of statements is durable', async () => {
    using folder = temporaryFolder()
    {
      await using store = open(folder.path)
      expect(store.follow(undefined, 0, heldTo(0))).toBe(0)
      await store.settle(40, undefined)
    }
    const cases: [cursor: number | undefined, end: number, begin: number][] = [
      [40, 40, 40],
      [30, 50, 30],
      [70, 70, 40],
      [undefined, 70, 0],
    ]
    for (const [cursor, end, begin] of cases) {
      await using store = open(folder.path)
      expect(store.follow(cursor, end, heldTo(end))).toBe(begin)
    }
  })

  it('lets readers know what they may be without, until it has come to the end', async () => {
    using folder = temporaryFolder()
    const start = new Date(moment(0))
    {
      await using store = open(folder.path, { now: () => start })
      store.follow(undefined, 0, heldTo(0))
      await store.settle(10, undefined)
    }
    await using store = open(folder.path)
    store.follow(10, 30, heldTo(30))
    expect(await store.consistentThrough('school')).toBe(moment(0))
    await store.add([aStatement(5)])
    const page = await store.query('school', ALL, WIDE)
    expect(page).toMatchObject({ statements: [], consistentThrough: moment(0) })
    expect(await store.get('school', statementId(5))).toMatchObject({ isVoided: false })
    // What stands at 20 was written then; it may have got its time a minute before.
    await store.settle(20, Date.parse(moment(600)))
    expect(await store.consistentThrough('school')).toBe(moment(540))
    expect(await findAll(store)).toEqual([5])
    await store.settle(30, undefined)
    expect(await store.consistentThrough('school')).toBe(LATER.toISOString())
  })

  it('is not held up by a writing that nobody ends', async () => {
    using folder = temporaryFolder()
    let now = LATER
    await using store = open(folder.path, { now: () => now })
    await store.begin('school')
    now = new Date(LATER.getTime() + 59_000)
    expect(await store.consistentThrough('school')).toBe(LATER.toISOString())
    now = new Date(LATER.getTime() + 61_000)
    expect(await store.consistentThrough('school')).toBe(now.toISOString())
  })
})

describe('many statements', () => {
  it('refer to one that comes late, while others are added and read', async () => {
    using folder = temporaryFolder()
    await using store = open(folder.path)
    const MANY = 5000
    const fans = Array.from({ length: MANY }, (_, n) =>
      aStatement(n, { at: n / 10, said: { agent: 'fan' }, refersTo: MANY }),
    )
    await store.add(fans)
    let isSpread = false
    const star = aStatement(MANY, { at: 0, said: { agent: 'star' } })
    const spreading = store.add([star]).then(() => (isSpread = true))
    await store.add([aStatement(MANY + 1)])
    // It did not wait for all the others.
    expect(isSpread).toBe(false)
    await spreading
    expect(await findAll(store, { finders: [byAgent('star')] }, { limit: 1000 })).toHaveLength(
      MANY + 1,
    )
  })

  it('go on to be reached after a stop in between', async () => {
    using folder = temporaryFolder()
    const MANY = 2000
    {
      await using store = open(folder.path)
      await store.add(
        Array.from({ length: MANY }, (_, n) => aStatement(n, { at: 1, refersTo: MANY })),
      )
      store.add([aStatement(MANY, { at: 1, said: { agent: 'star' } })]).catch(() => {})
      await new Promise(setImmediate)
    }
    await using store = open(folder.path)
    await store.add([aStatement(MANY + 1)])
    const query = { finders: [byAgent('star')] }
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await findAll(store, query, { limit: 1000 })).length === MANY + 1) return
      await Bun.sleep(50)
    }
    expect.unreachable()
  })

  it('are looked through in vain in pages that end, and go on', async () => {
    using folder = temporaryFolder()
    await using store = open(folder.path)
    // Two finders alternate, so that each look finds nothing that both have.
    const entries = Array.from({ length: 11_000 }, (_, n) =>
      aStatement(n, { at: n / 10, said: n % 2 === 0 ? { agent: 'a' } : { verb: 'v' } }),
    )
    await store.add([...entries, aStatement(12_000, { at: 1200, said: { agent: 'a', verb: 'v' } })])
    for (const ascending of [true, false]) {
      const query = { finders: [byAgent('a'), byVerb('v')], ascending }
      const first = await store.query('school', query, WIDE)
      expect(first.statements).toHaveLength(ascending ? 0 : 1)
      expect(first.nextCursor).toBeDefined()
      expect(await findAll(store, query)).toEqual([12_000])
    }
  })

  it('refer to each other in a chain, of which one inherits what is near', async () => {
    using folder = temporaryFolder()
    await using store = open(folder.path)
    const LONG = 400
    const chain = Array.from({ length: LONG }, (_, n) =>
      aStatement(n, { said: { agent: `${n}` }, ...(n > 0 && { refersTo: n - 1 }) }),
    )
    await store.add(chain)
    const found = await findAll(store, { finders: [byAgent('100')] }, { limit: 1000 })
    expect(found.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, n) => 100 + n))
    expect(found.length).toBeLessThan(LONG - 100)
  })
})
