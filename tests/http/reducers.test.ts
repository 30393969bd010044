import { describe, expect, it } from 'bun:test'
import type { Role } from '../../src/identity/role'
import { changeBuilds } from '../../src/reducers/kept/builds'
import type { ReducerScope } from '../../src/reducers/reducer'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { declare, putStates, showBuilds } from '../support/reducers/states'
import { aRoster, rosterZip } from '../support/rosters'
import { shared } from '../support/shared'
import { until } from '../support/until'

const PATH = '/api/v1/reducers'
const scopes: Readonly<Record<string, ReducerScope>> = {
  ...{ time: 'learner', docs: { learnerAnd: 'doc_id' }, flow: 'source', class: 'group' },
}

interface Shown {
  states?: { learner?: string; of?: string; group?: string; state: { n: number } }[]
  nextCursor?: string
  learners?: number
  figures?: { path: string[]; mean: number; median: number }[]
  suppressed?: number
}

/** A school where `t1` teaches `math` to `s1` and `s2`, `t2` teaches `art` to `s2`; others are in no roster. */
async function start() {
  const test = await startTestApp()
  const zip = rosterZip(aRoster())
  const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/zip' }
  const put = await test.request('/rosters', { method: 'PUT', headers, body: zip })
  expect(put.status).toBe(200)
  const { platform } = test
  await declare(platform, scopes)
  await showBuilds(platform, 'default', scopes)
  const math = [{ course: 'math' }]
  const both = [{ course: 'math' }, { course: 'art', group: 'art-1' }]
  const learners: [string, number, StateEntryPlaces][] = [
    ['s1', 1, [{}]],
    ['s2', 2, both],
    ['guest@Example.edu', 3, math],
    ['stranger', 4, [{}]],
    ...Array.from({ length: 5 }, (_, n) => [`v${n}`, 10 + n, [{ course: 'chess' }]] as const),
  ].map(([id, n, places]) => [id, n, places] as [string, number, StateEntryPlaces])
  for (const [learner, n, places] of learners) {
    await putStates(platform, 'default', { learner }, { time: { state: { n }, places } })
  }
  for (const value of ['essay', 'poem', 'constructor']) {
    const of = { learner: 's1', field: 'doc_id', value }
    await putStates(platform, 'default', of, { docs: { state: { n: value.length } } })
  }
  await putStates(platform, 'default', { source: 'demo' }, { flow: { state: { n: 7 } } })
  await putStates(platform, 'default', { group: 'math' }, { class: { state: { n: 8 } } })
  const shown = { state: { n: 0, secret: 1 }, shown: { n: 9 } }
  await putStates(platform, 'default', { group: 'art' }, { class: shown })
  await platform.registry.tenants.put({ tenantId: 'other', name: 'o', createdAt: '' })
  await showBuilds(platform, 'other', scopes)
  await putStates(platform, 'other', { learner: 's1' }, { time: { state: { n: 99 } } })
  return test
}

type StateEntryPlaces = { course?: string; group?: string }[]

const app = shared(start)

async function ask(query: string, key?: string, method = 'GET'): Promise<Response> {
  const test = await app()
  return test.request(`${PATH}${query}`, { method, headers: test.as(key ?? test.keys.admin) })
}

async function shownBy(query: string, key?: string): Promise<Shown> {
  const reply = await ask(query, key)
  expect([query, reply.status]).toEqual([query, 200])
  return (await reply.json()) as Shown
}

const numbers = ({ states }: Shown) => states?.map(({ state }) => state.n).toSorted((a, b) => a - b)

async function keyOf(role: Role, more: Parameters<TestApp['issue']>[2] = {}) {
  return (await app()).issue([], 'default', { role, ...more })
}

describe('states of reducers', () => {
  it('are listed by reducer, with what is being built', async () => {
    const { platform } = await app()
    const next = { version: 2, build: 2, scope: 'source', since: 's', isAsked: true } as const
    await changeBuilds(platform.documents, 'default', (builds) => ({
      ...builds,
      flow: { ...builds.flow!, next },
    }))
    const { reducers } = (await (await ask('')).json()) as { reducers: Record<string, unknown>[] }
    expect(reducers.map(({ name }) => name)).toEqual(['class', 'docs', 'flow', 'time'])
    expect(reducers[1]).toMatchObject({ scope: 'learner', field: 'doc_id' })
    expect(reducers[2]).toMatchObject({ version: 1, building: { version: 2 } })
  })

  it('of a learner are one, or one for each value of the field, under any spelling', async () => {
    expect(numbers(await shownBy('/time/s1'))).toEqual([1])
    const docs = await shownBy('/docs/s1')
    expect(docs.states?.map(({ of }) => of).toSorted()).toEqual(['constructor', 'essay', 'poem'])
    const spelled = await shownBy(`/time/${encodeURIComponent('mailto:guest@EXAMPLE.edu')}`)
    expect(numbers(spelled)).toEqual([3])
    expect(spelled.states?.[0]?.learner).toBe('guest@Example.edu')
    expect(JSON.stringify(spelled)).not.toContain('places')
  })

  it('of a group are those of its roster and those whose events named it', async () => {
    expect(numbers(await shownBy('/time?group=math'))).toEqual([1, 2, 3])
    expect(numbers(await shownBy('/time?group=art-1'))).toEqual([2])
    expect(numbers(await shownBy('/time?group=nowhere'))).toEqual([])
    expect(numbers(await shownBy('/class?group=math'))).toEqual([8])
    expect(numbers(await shownBy('/class?group=art'))).toEqual([9])
    expect(numbers(await shownBy('/flow?source=demo'))).toEqual([7])
    expect(numbers(await shownBy('/time'))?.length).toBe(9)
  })

  it('come in pages that miss and repeat nobody', async () => {
    for (const query of ['/time?group=math', '/time', '/time?group=chess']) {
      const all = numbers(await shownBy(query))!
      const found: number[] = []
      let cursor: string | undefined
      const separator = query.includes('?') ? '&' : '?'
      do {
        const more: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page = await shownBy(`${query}${separator}limit=2${more}`)
        found.push(...numbers(page)!)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect([query, found.toSorted((a, b) => a - b)]).toEqual([query, all])
    }
    const { nextCursor } = await shownBy('/time?group=math&limit=1')
    const other = `/time?group=art&cursor=${encodeURIComponent(nextCursor!)}`
    await problemOf(await ask(other), 'invalid_cursor')
  })

  it('are shown to a teacher of all of whose events they teach, or whom they teach', async () => {
    const [math, art] = [
      await keyOf('teacher', { actorId: 't1' }),
      await keyOf('teacher', { actorId: 't2' }),
    ]
    const manager = await keyOf('teacher-admin', { actorId: 'a0' })
    expect(numbers(await shownBy('/time?group=math', math))).toEqual([1, 3])
    expect(numbers(await shownBy('/time', math))).toEqual([1, 3])
    expect(numbers(await shownBy('/time?group=art', art))).toEqual([])
    expect(numbers(await shownBy('/time?group=math', art))).toEqual([])
    expect(numbers(await shownBy('/time', manager))).toEqual([1, 2, 3])
    expect(numbers(await shownBy('/class?group=math', math))).toEqual([8])
    expect(numbers(await shownBy('/class?group=art', math))).toEqual([])
    expect(numbers(await shownBy('/flow?source=demo', manager))).toEqual([])
    expect(numbers(await shownBy('/docs/s1', math))?.length).toBe(3)
    for (const learner of ['s2', 'stranger', 'v0', 'nobody']) {
      await problemOf(await ask(`/time/${learner}`, math), 'not_found')
    }
  })

  it('are shown to a learner of themself alone', async () => {
    const s2 = await keyOf('student', { actorId: 's2' })
    expect(numbers(await shownBy('/time/s2', s2))).toEqual([2])
    expect(numbers(await shownBy('/time?group=math', s2))).toEqual([2])
    expect(numbers(await shownBy('/time', s2))).toEqual([2])
    await problemOf(await ask('/time/s1', s2), 'not_found')
    const other = await (await app()).issue(['events:read'], 'other')
    expect(numbers(await shownBy('/time/s1', other))).toEqual([99])
  })

  it('are added up for whoever may not see people, of five and more', async () => {
    const key = await keyOf('analyst', { isAggregateOnly: true })
    expect(await shownBy('/time?group=chess', key)).toMatchObject({
      ...{ learners: 5, figures: [{ path: ['n'], mean: 12, median: 12 }], suppressed: 0 },
    })
    const few = await shownBy('/time?group=math', key)
    expect([few.learners, few.figures, few.states]).toEqual([undefined, [], undefined])
    for (const query of [
      '/time/v0',
      '/time?learner=v0',
      '/class?group=math',
      '/flow?source=demo',
    ]) {
      await problemOf(await ask(query, key), 'forbidden')
    }
  })

  it('are refused where a question makes no sense, with the name of what is wrong', async () => {
    const wrong: [string, string][] = [
      ['/time?group=a&learner=b', 'learner'],
      ['/time?source=demo', 'source'],
      ['/flow', 'source'],
      ['/flow?group=math', 'source'],
      ['/class?learner=s1', 'learner'],
      ['/flow/s1', 'learner'],
      ['/time?limit=0', 'limit'],
      [`/time?group=${'x'.repeat(2049)}`, 'group'],
      ['/time?grup=math', 'grup'],
    ]
    for (const [query, name] of wrong) {
      const problem = await problemOf(await ask(query), 'invalid_request')
      expect([query, JSON.stringify(problem.errors)]).toEqual([
        query,
        expect.stringContaining(name),
      ])
    }
    for (const name of ['nothing', '__proto__', 'constructor']) {
      await problemOf(await ask(`/${name}`), 'not_found')
      await problemOf(await ask(`/${name}/s1`), 'not_found')
    }
    await problemOf(await ask('/time?cursor=x'), 'invalid_cursor')
    const test = await app()
    await problemOf(await test.request(`${PATH}/time/s1`), 'unauthenticated')
    const useless = await test.issue(['events:write'])
    await problemOf(await ask('/time/s1', useless), 'forbidden')
  })

  it('say in the audit trail whose were read', async () => {
    const test = await app()
    const headers = { ...test.as(test.keys.admin), 'X-Nonius-Reason': 'why not' }
    await test.request(`${PATH}/time/stranger`, { headers })
    let entries = ''
    await until(async () => {
      await test.services?.audit.settle()
      const reply = await test.request('/audit?action=data.read&person=stranger', { headers })
      entries = await reply.text()
      return entries.includes('why not')
    })
    expect(entries).toContain('GET /api/v1/reducers/{name}/{learner}')
    expect(entries).toContain('"fields":"time"')
    expect(entries).not.toContain('"stranger"')
  })

  it('are made anew by an administrator alone, where something makes them', async () => {
    const test = await app()
    // Nothing reduces in this process (tests/local/reducers-rebuild.test.ts has a server).
    await problemOf(await ask('/time/rebuild', undefined, 'POST'), 'wrong_state')
    expect((await ask('/time/rebuild', undefined, 'DELETE')).status).toBe(204)
    const reader = await test.issue(['events:read'])
    for (const method of ['POST', 'DELETE']) {
      await problemOf(await ask('/time/rebuild', reader, method), 'forbidden')
      await problemOf(await ask('/nothing/rebuild', undefined, method), 'not_found')
    }
  })
})
