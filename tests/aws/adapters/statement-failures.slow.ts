import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import type { Finder } from '../../../src/event/statement'
import { CLOCKS_APART_MS, LAPSE_MS } from '../../../src/platform/aws/statements/marks'
import type { StatementStore } from '../../../src/platform/statement-store'
import type { Fault } from '../../support/aws/faults'
import { openStatements } from '../../support/aws/statements'
import {
  aStatement,
  byAgent,
  byVerb,
  findAll,
  LATER,
  moment,
  statementId,
} from '../../support/statements'

setDefaultTimeout(240_000)

const related: Finder = { by: 'relatedAgent', value: 'mbox:ada' }

// 1 is voided by 3, which came first; 2 refers to 1, and 4 to 2.
const entries = [
  aStatement(3, { said: { agent: 'mbox:eve' }, voids: 1 }),
  aStatement(4, { said: { agent: 'mbox:dan' }, refersTo: 2 }),
  aStatement(1, {
    said: { agent: 'mbox:ada', verb: 'seen', relatedAgent: 'mbox:ada', source: 's' },
    activities: [{ id: 'https://a.example/1', json: '{"name":"One"}' }],
  }),
  aStatement(2, { said: { agent: 'mbox:bob' }, refersTo: 1 }),
]

/** Everything about the entries is as if nothing had failed. */
async function expectWhole(store: StatementStore) {
  expect(await findAll(store)).toEqual([2, 3, 4])
  expect(await findAll(store, { finders: [related] })).toEqual([2, 3, 4])
  expect(await findAll(store, { finders: [byAgent('mbox:bob')] })).toEqual([2, 4])
  expect(await findAll(store, { finders: [byAgent('mbox:dan'), byVerb('seen')] })).toEqual([4])
  expect(await store.get('school', statementId(1))).toMatchObject({ isVoided: true })
  expect(await store.activity('school', 'https://a.example/1')).toHaveLength(1)
}

describe('statements whose table fails', () => {
  for (const fault of ['throttled', 'lost-reply', 'unreachable', 'broken'] as const) {
    it(`are added once when each kind of call is ${fault} once`, async () => {
      const opened = await openStatements()
      const failing = await opened.failing((_, nth) => (nth === 1 ? fault : undefined))
      await failing.add(entries)
      await expectWhole(opened.process())
      await expectWhole(failing)
    })
  }

  it('are completed by the next call, whichever of its own a process died before', async () => {
    let calls = 0
    for (let isDone = false; !isDone; calls += 1) {
      const opened = await openStatements()
      let made = 0
      const dying = await opened.failing(() => {
        made += 1
        return made > calls ? 'denied' : undefined
      })
      isDone = await dying.add(entries).then(
        () => true,
        () => false,
      )
      const other = opened.process()
      await other.add(entries.toReversed())
      await expectWhole(other)
    }
    expect(calls).toBeGreaterThan(20)
  }, 240_000)

  it('say what was written first when another brings the same id, whichever of its calls the first died before', async () => {
    const first = aStatement(9, { said: { agent: 'mbox:eve' }, voids: 1 })
    const second = { ...aStatement(9, { said: { agent: 'mbox:dan' }, voids: 2 }) }
    const targets = [1, 2].map((number) => aStatement(number, { said: { agent: 'mbox:ada' } }))
    for (let [calls, isDone] = [0, false]; !isDone; calls += 1) {
      const opened = await openStatements()
      const other = opened.process()
      await other.add(targets)
      let made = 0
      const dying = await opened.failing(() => {
        made += 1
        return made > calls ? 'denied' : undefined
      })
      isDone = await dying.add([first]).then(
        () => true,
        () => false,
      )
      await other.add([second])
      const held = await other.get('school', statementId(9))
      const [kept, lost] = held?.json === first.json ? [first, second] : [second, first]
      expect(held?.json).toBe(kept.json)
      for (const { refersTo } of [kept, lost]) {
        const target = await other.get('school', refersTo!)
        expect(target?.isVoided).toBe(refersTo === kept.refersTo)
      }
      const found = await findAll(other, { finders: lost.finders })
      expect(found).not.toContain(9)
    }
  })

  it('are found once when two processes add them at the same time', async () => {
    const opened = await openStatements()
    const [one, other] = [opened.process(), opened.process()]
    await Promise.all([one.add(entries), other.add(entries.toReversed()), one.add(entries)])
    await expectWhole(one)
  })

  it('cost reads and no writes when they are added again', async () => {
    const opened = await openStatements()
    await opened.process().add(entries)
    const called: string[] = []
    const again = await opened.failing((command) => {
      called.push(command)
      return undefined
    })
    await again.add(entries)
    expect(called).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand'])
  })

  const lasting: [fault: Fault, isRetriable: boolean][] = [
    ['throttled', true],
    ['unreachable', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of lasting) {
    it(`throw a storage error from every method while it stays ${fault}`, async () => {
      const opened = await openStatements()
      const store = await opened.failing(() => fault)
      const calls = [
        store.begin('school'),
        store.add(entries),
        store.get('school', statementId(1)),
        store.query('school', { finders: [], ascending: true }, { limit: 1, maxBytes: 1000 }),
        store.consistentThrough('school'),
        store.activity('school', 'https://a.example/1'),
        store.agent('school', 'mbox:ada'),
        store.erase('school', { actorIds: ['mbox:ada'] }),
      ]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable } })
        expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
      }
    })
  }
})

describe('what is being stored', () => {
  const all = { finders: [], ascending: false }
  const page = { limit: 9, maxBytes: 1_000_000 }

  it('holds readers back for as long as a dead process may have left something behind', async () => {
    let now = new Date(moment(0))
    const opened = await openStatements(() => now)
    await opened.process().begin('school')
    const reader = opened.process()
    now = new Date(now.getTime() + LAPSE_MS - 1)
    expect((await reader.consistentThrough('school')) <= moment(0)).toBe(true)
    now = new Date(now.getTime() + 2)
    expect((await reader.consistentThrough('school')) > moment(0)).toBe(true)
  })

  for (const ends of ['the add', 'the write'] as const) {
    it(`goes on for others when ${ends} has failed, since the feed may bring it`, async () => {
      let now = new Date(moment(0))
      const opened = await openStatements(() => now)
      let isBroken = false
      const failing = await opened.failing(() => (isBroken ? 'denied' : undefined))
      const writing = await failing.begin('school')
      isBroken = ends === 'the add'
      if (isBroken) await failing.add(entries).catch(() => {})
      isBroken = false
      await writing.end(ends === 'the write' ? 'unknown' : undefined)
      now = new Date(moment(30))
      expect((await opened.process().consistentThrough('school')) <= moment(0)).toBe(true)
      now = new Date(moment(61))
      expect((await opened.process().consistentThrough('school')) > moment(0)).toBe(true)
    })
  }

  it('can be read by its sender at once, and by everybody in order', async () => {
    const opened = await openStatements(() => new Date(moment(5)))
    const store = opened.process()
    const writing = await store.begin('school')
    await store.add([aStatement(5)])
    await writing.end()
    for (const ascending of [true, false]) {
      const read = await opened.process().query('school', { ...all, ascending }, page)
      expect(read.statements).toHaveLength(1)
      expect(read.consistentThrough).toBe(moment(5))
    }
  })

  it('shows nothing that is later than an unfinished writing, in no page', async () => {
    const opened = await openStatements(() => new Date(moment(5)))
    const store = opened.process()
    const slow = await store.begin('school')
    await store.add([aStatement(4), aStatement(5), aStatement(6)])
    for (const ascending of [true, false]) {
      const read = await opened.process().query('school', { ...all, ascending }, page)
      expect(read.consistentThrough).toBe(moment(5))
      expect(read.statements).toHaveLength(2)
    }
    await slow.end()
  })

  it('counts clocks that differ, where nobody waits for them', async () => {
    const opened = await openStatements(() => new Date(moment(5)))
    const says = Date.parse(await opened.process().consistentThrough('school'))
    expect(Date.parse(moment(5)) - says).toBe(CLOCKS_APART_MS)
  })
})

describe('more referrers than a call may lead on', () => {
  it('are led on by who follows the feed, and readers know of it', async () => {
    let now = LATER
    const opened = await openStatements(() => now)
    const serving = opened.process({ maxReferrers: 3 })
    const said = { agent: 'mbox:bob' }
    const referring = Array.from({ length: 6 }, (_, n) => aStatement(n + 2, { refersTo: 1, said }))
    await serving.add(referring)
    const writing = await serving.begin('school')
    await serving.add([aStatement(1)])
    await writing.end()
    expect(await findAll(serving)).toEqual([1, 2, 3, 4, 5, 6, 7])
    const reader = opened.process()
    now = new Date(LATER.getTime() + LAPSE_MS / 2)
    expect(await reader.consistentThrough('school')).toBe(LATER.toISOString())
    expect(await findAll(reader, { finders: [byVerb('seen')] })).toEqual([1])
    await opened.process().add([aStatement(1)])
    expect(await findAll(reader, { finders: [byVerb('seen')] })).toEqual([1, 2, 3, 4, 5, 6, 7])
  })
})

describe('statements in DynamoDB', () => {
  it('are filtered exactly where they are found by more than an entry says', async () => {
    const opened = await openStatements()
    const store = opened.process()
    const many = Array.from(
      { length: 60 },
      (_, n): Finder => ({ by: 'relatedActivity', value: `a${n}` }),
    )
    await store.add([
      aStatement(1, { finders: [...many, byVerb('seen')] }),
      aStatement(2, { finders: [...many, byVerb('passed')] }),
      aStatement(3, { refersTo: 2, finders: [byAgent('mbox:ada')] }),
    ])
    const passed = [many[7]!, byVerb('passed')]
    expect(await findAll(store, { finders: passed })).toEqual([2, 3])
    expect(await findAll(store, { finders: [...passed, byAgent('mbox:ada')] })).toEqual([3])
    expect(await findAll(store, { finders: [many[7]!, byVerb('seen')] })).toEqual([1])
  })

  it('find an authority among all, without entries of its own', async () => {
    const opened = await openStatements()
    const store = opened.process()
    const authority = { by: 'relatedAgent', value: 'urn:nonius:tenant:school|lms' } as const
    await store.add([
      aStatement(1, { finders: [authority, byAgent('mbox:ada')] }),
      aStatement(2, { finders: [byAgent('mbox:ada')] }),
    ])
    expect(await findAll(store, { finders: [authority] })).toEqual([1])
    expect(await findAll(store, { finders: [authority, byAgent('mbox:ada')] })).toEqual([1])
    const { Items = [] } = await opened.client.send(new ScanCommand({ TableName: opened.table }))
    // Twice itself, its place among all, and its agent.
    expect(Items).toHaveLength(6)
  })

  it('tell DynamoDB when they expire, every item, in seconds, and not too early', async () => {
    const opened = await openStatements()
    const expiresAt = '2027-01-01T00:00:00.001Z'
    const store = opened.process()
    const writing = await store.begin('school')
    await store.add(entries.map((entry) => ({ ...entry, expiresAt })))
    const { Items = [] } = await opened.client.send(new ScanCommand({ TableName: opened.table }))
    const times = Items.map(({ x }) => Number(x?.N))
    const lapses = Math.ceil((LATER.getTime() + LAPSE_MS) / 1000)
    expect(Items.length).toBeGreaterThan(20)
    expect(times.every((time) => time === 1798761601 || time >= lapses)).toBe(true)
    await writing.end()
  })

  it('have the bodies of large ones in the bucket, until they are erased', async () => {
    const opened = await openStatements()
    const store = opened.process()
    const noise = Array.from({ length: 60_000 }, () => crypto.randomUUID()).join(' ')
    const large = aStatement(1, { text: noise })
    await store.add([large, aStatement(2)])
    expect([...opened.blobs.held.keys()]).toEqual([
      expect.stringMatching(/^statements\/school\/[\w-]{43}$/),
    ])
    expect((await store.get('school', large.statementId))?.json).toBe(large.json)
    expect(await store.erase('school', { actorIds: ['mbox:ada'] })).toMatchObject({ removed: 2 })
    expect(opened.blobs.held.size).toBe(0)
    const { Items } = await opened.client.send(new ScanCommand({ TableName: opened.table }))
    expect(Items).toEqual([])
  })

  it('keep a definition that somebody else gave too, when one of them is erased', async () => {
    const opened = await openStatements()
    const activities = [{ id: 'https://a.example/1', json: '{"name":"One"}' }]
    const of = (number: number, agent: string) =>
      aStatement(number, { said: { agent }, activities })
    await opened.process().add([of(1, 'mbox:ada'), of(2, 'mbox:ada')])
    await opened.process().add([of(3, 'mbox:bob')])
    const store = opened.process()
    await store.erase('school', { actorIds: ['mbox:ada'] })
    expect(await store.activity('school', activities[0]!.id)).toEqual(activities)
  })
})
