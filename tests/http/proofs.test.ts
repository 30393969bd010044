import { describe, expect, it } from 'bun:test'
import { createHash, hash } from 'node:crypto'
import {
  type ChainedRoot,
  type TreeConsistency,
  verifyChain,
  verifyConsistency,
  verifyProof,
} from '@nonius/client/proofs'
import { treeStored } from '../../src/changes/consumers'
import { isConsistent, isIncluded } from '../../src/merkle/check'
import { treeHashing } from '../../src/merkle/hashes'
import { closeHours } from '../../src/merkle/roots/close'
import { createRoots } from '../../src/merkle/roots/roots'
import { silentLog } from '../../src/telemetry/log'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

for (const path of ['/audit/roots', '/audit/consistency', '/audit/proofs/e-1']) {
  batteryOf({ method: 'GET', path, otherMethod: 'POST' })
}

interface Proof {
  eventId: string
  hour: string
  salt?: string
  leafHash: string
  leafIndex: number
  treeSize: number
  path: string[]
  root: string
  isClosed: boolean
  kept?: Omit<Proof, 'eventId' | 'isClosed'>
}

interface Root {
  hour: string
  treeSize: number
  root: string
  isClosed: boolean
}

const hashing = treeHashing((bytes) => hash('sha256', bytes, 'buffer'))
const bytesOf = (hex: string) => Buffer.from(hex, 'hex')
const inHours = notOnAws('open hour')
const HOUR_MS = 60 * 60 * 1000

/** Does by hand what whoever has a proof and the item does. */
function isProven(proof: Proof | NonNullable<Proof['kept']>, item: string): boolean {
  const data = Buffer.concat([bytesOf(proof.salt!), hash('sha256', item, 'buffer')])
  const leafHash = createHash('sha256').update(Buffer.of(0)).update(data).digest()
  if (leafHash.toString('hex') !== proof.leafHash) return false
  const { leafIndex, treeSize, path, root } = proof
  const bytes = { leafHash, path: path.map(bytesOf), root: bytesOf(root) }
  return isIncluded({ leafIndex, treeSize, ...bytes }, hashing)
}

let sent = 0

/** Sends events, and waits for their leaves. @returns what was sent of each, by its id */
async function send(test: TestApp, count: number, write = JSON.stringify) {
  const texts = new Map<string, string>()
  for (let n = 0; n < count; n += 1) {
    sent += 1
    const event = { event_type: 'page_view', event_id: `e/${sent}`, user_id: `u-${sent}` }
    const text = write({ ...event, timestamp: test.clock.now().toISOString() })
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request('/api/v1/events', { method: 'POST', headers, body: text })
    expect(reply.status).toBe(201)
    texts.set(event.event_id, text)
  }
  await treeStored(test.platform)
  return texts
}

const ask = (test: TestApp, path: string, key = test.keys.admin) =>
  test.request(path, { headers: test.as(key) })

async function answered<Answer>(test: TestApp, path: string, key?: string): Promise<Answer> {
  const reply = await ask(test, path, key)
  expect({ status: reply.status, text: reply.ok ? '' : await reply.text() }).toEqual({
    ...{ status: 200, text: '' },
  })
  return (await reply.json()) as Answer
}

const proofOf = (test: TestApp, id: string, query = '', key?: string) =>
  answered<Proof>(test, `/audit/proofs/${encodeURIComponent(id)}${query}`, key)
const rootsOf = async (test: TestApp, query = '', key?: string) =>
  (await answered<{ roots: Root[] }>(test, `/audit/roots${query}`, key)).roots

describe('GET /audit/proofs/{eventId}', () => {
  const app = shared(startTestApp)

  inHours('proves what was sent, on the tree of the open hour, and nothing else', async () => {
    const test = await app()
    for (const [id, text] of await send(test, 5)) {
      const proof = await proofOf(test, id)
      expect(proof).toMatchObject({ eventId: id, isClosed: false })
      expect(isProven(proof, text)).toBe(true)
      expect(await verifyProof({ salt: '', ...proof }, text, proof.root)).toEqual({ holds: true })
      expect(isProven(proof, text.replace('page_view', 'page_vieu'))).toBe(false)
      expect(proof.kept).toBeUndefined()
      const [root] = await rootsOf(test)
      expect([root!.root, root!.treeSize, root!.hour]).toEqual([
        proof.root,
        proof.treeSize,
        proof.hour,
      ])
    }
  })

  inHours('proves both what was sent and what is kept of it, where lines were broken', async () => {
    const test = await app()
    const [[id, text] = ['', '']] = await send(test, 1, (event) => JSON.stringify(event, null, 2))
    const proof = await proofOf(test, id)
    expect(isProven(proof, text)).toBe(true)
    const stored = await test.platform.events.get('default', id)
    expect(stored!.raw).not.toBe(text)
    expect(isProven(proof.kept!, stored!.raw)).toBe(true)
    const view = await (
      await ask(test, `/analytics/events/${encodeURIComponent(id)}?view=record`)
    ).json()
    expect(JSON.stringify(view)).not.toContain(hash('sha256', text))
  })

  inHours('says of an event that is in no tree yet that it will be', async () => {
    const test = await app()
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const event = { event_type: 'page_view', event_id: 'too-soon', user_id: 'u' }
    const body = JSON.stringify({ ...event, timestamp: test.clock.now().toISOString() })
    await test.request('/api/v1/events', { method: 'POST', headers, body })
    const { detail } = await problemOf(await ask(test, '/audit/proofs/too-soon'), 'not_found')
    expect(detail).toContain('in no tree yet')
    await send(test, 1)
    expect((await proofOf(test, 'too-soon')).eventId).toBe('too-soon')
  })

  it('knows no event of another organisation, nor one that is not there', async () => {
    const test = await app()
    const [[id] = ['']] = process.env.TEST_TARGET === 'aws' ? [['e/0']] : await send(test, 1)
    const stranger = await test.issue(['events:read'], 'elsewhere')
    for (const [name, key] of [
      [id, stranger],
      ['none', undefined],
      ['__proto__', undefined],
    ] as const) {
      const path = `/audit/proofs/${encodeURIComponent(name)}`
      await problemOf(await ask(test, path, key), 'not_found')
      await problemOf(await ask(test, `${path}?receivedAt=2026-11-30`, key), 'not_found')
    }
    const { errors } = await problemOf(
      await ask(test, '/audit/proofs/e?receivedAt=soon'),
      'invalid_request',
    )
    expect(errors[0]).toMatchObject({ path: ['receivedAt'] })
  })

  inHours('gives the salt of what a policy changed to administrators alone', async () => {
    const test = await app()
    const then = { consent: { category: 'analytics', without: 'anonymous' } }
    const rules = [
      { name: 'nameless', when: { type: 'page_left' }, then },
      { name: 'everybody', when: { type: 'page_view' }, then: { personal: 'pseudonymise' } },
    ]
    const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
    const init = { method: 'PUT', headers, body: JSON.stringify({ rules }) }
    expect((await test.request('/policies', init)).status).toBe(200)
    const [[id, text] = ['', '']] = await send(test, 1)
    const stored = (await test.platform.events.get('default', id))!
    expect(stored.raw).not.toContain('"u-')
    const proof = await proofOf(test, id)
    expect([isProven(proof, text), isProven(proof.kept!, stored.raw)]).toEqual([true, true])
    const analyst = await test.issue([], 'default', { role: 'analyst' })
    const { salt, kept } = await proofOf(test, id, '', analyst)
    expect([salt, isProven(kept!, stored.raw)]).toEqual([undefined, true])
    // Of what is anonymous, nothing is kept by which it could be guessed whose it was.
    const leave = (event: unknown) => JSON.stringify(event).replace('page_view', 'page_left')
    const [[other, said] = ['', '']] = await send(test, 1, leave)
    const anonymous = await proofOf(test, other)
    const left = (await test.platform.events.get('default', other))!
    expect([isProven(anonymous, said), isProven(anonymous, left.raw)]).toEqual([false, true])
    expect([anonymous.kept, left.sentSha256]).toEqual([undefined, undefined])
  })
})

describe('GET /audit/roots and /audit/consistency', () => {
  inHours('prove that an hour goes on as it began, and what one may not ask', async () => {
    await using test = await startTestApp()
    // A whole hour lies before the test, whatever the time is.
    test.clock.advance(HOUR_MS - (test.clock.now().getTime() % HOUR_MS))
    await send(test, 3)
    const [from] = await rootsOf(test)
    await send(test, 4)
    const [to] = await rootsOf(test)
    expect([from!.treeSize, to!.treeSize]).toEqual([3, 7])
    const { hour } = from!
    const path = `/audit/consistency?from=${hour}/3&to=${hour}`
    const { trees, chain } = await answered<{
      trees: { from: Root; to: Root; path: string[] }[]
      chain: unknown[]
    }>(test, path)
    expect([trees.length, chain, trees[0]!.from.root, trees[0]!.to.root]).toEqual([
      1,
      [],
      from!.root,
      to!.root,
    ])
    const at = (one: Root) => ({ treeSize: one.treeSize, root: bytesOf(one.root) })
    const proof = { from: at(from!), to: at(to!), path: trees[0]!.path.map(bytesOf) }
    expect(isConsistent(proof, hashing)).toBe(true)
    expect(await verifyConsistency(trees[0]!)).toEqual({ holds: true })
    expect(isConsistent({ ...proof, path: proof.path.slice(1) }, hashing)).toBe(false)
    // Others of the organisation may know roots, too; another organisation has its own.
    const writer = await test.issue(['events:write'])
    expect(await rootsOf(test, '', writer)).toEqual([to!])
    expect(await rootsOf(test, '', await test.issue(['events:write'], 'elsewhere'))).toEqual([])
    expect(await rootsOf(test, `?to=${hour}:00:00Z`)).toEqual([])
    expect(await rootsOf(test, `?from=${hour}:00:00Z`)).toEqual([to!])
    const stranger = await test.issue(['admin'], 'elsewhere')
    await problemOf(await ask(test, path, stranger), 'not_found')
    for (const [query, code, name] of [
      [`from=${hour}/8&to=${hour}/9`, 'invalid_parameter', 'to'],
      [`from=${hour}/3&to=${hour}/2`, 'invalid_parameter', 'to'],
      [`from=${hour}&to=2020-01-01T00`, 'invalid_parameter', 'to'],
      [`from=${hour}/x&to=${hour}`, 'invalid_request', 'from'],
      [`from=${hour}/99999999999999999&to=${hour}`, 'invalid_request', 'from'],
      [`from=${hour}`, 'invalid_request', 'to'],
    ] as const) {
      const { errors } = await problemOf(await ask(test, `/audit/consistency?${query}`), code)
      expect(errors.map((error) => error.path[0])).toContain(name)
    }
    const other = `/audit/consistency?from=2020-01-01T00&to=${hour}`
    await problemOf(await ask(test, other), 'not_found')
    await problemOf(await ask(test, '/audit/roots?cursor=x'), 'invalid_request')
    await problemOf(await ask(test, '/audit/roots?limit=1001'), 'invalid_request')
    // The next hour: the chain is not there before somebody closes the first.
    test.clock.advance(HOUR_MS)
    await send(test, 1)
    const [next] = await rootsOf(test)
    await problemOf(
      await ask(test, `/audit/consistency?from=${hour}&to=${next!.hour}`),
      'wrong_state',
    )
  })

  inHours('prove that an hour goes on to a later one by the roots between them', async () => {
    await using test = await startTestApp()
    const { platform, clock } = test
    clock.advance(HOUR_MS - (clock.now().getTime() % HOUR_MS))
    const sentAt: [string, string][] = []
    for (const count of [3, 2, 1]) {
      sentAt.push(...(await send(test, count)))
      clock.advance(HOUR_MS)
    }
    const roots = createRoots(platform)
    const { trees } = platform
    const needs = { trees: trees!, roots, publish: async () => true, log: silentLog }
    // The last of the three hours is not closed yet.
    const through = new Date(clock.now().getTime() - HOUR_MS)
    expect(await closeHours(needs, ['default'], through)).toEqual({ chained: 2 })
    const listed = (await rootsOf(test)) as (Root & ChainedRoot)[]
    expect(
      listed.map(({ treeSize, isClosed, sequence }) => [treeSize, isClosed, sequence]),
    ).toEqual([
      [1, false, undefined!],
      [2, true, 2],
      [3, true, 1],
    ])
    const [open, second, first] = listed as unknown as [Root, ChainedRoot, ChainedRoot]
    expect(await verifyChain('default', [first, second])).toEqual({ holds: true })
    const [[id, text] = ['', '']] = sentAt
    const proof = await proofOf(test, id)
    expect([proof.isClosed, proof.root]).toEqual([true, first.root])
    expect(await verifyProof({ salt: '', ...proof }, text, first.root)).toEqual({ holds: true })

    type Answer = { trees: TreeConsistency[]; chain: ChainedRoot[] }
    const path = `/audit/consistency?from=${first.hour}/2&to=${open.hour}`
    const { trees: pair, chain } = await answered<Answer>(test, path)
    for (const one of pair) expect(await verifyConsistency(one)).toEqual({ holds: true })
    expect(pair.map(({ from, to }) => [from.treeSize, to.treeSize])).toEqual([
      [2, 3],
      [1, 1],
    ])
    expect([pair[0]!.to.root, chain]).toEqual([chain[0]!.root, [first, second]])
    const closed = await answered<Answer>(
      test,
      `/audit/consistency?from=${first.hour}&to=${second.hour}`,
    )
    expect(closed.chain).toEqual([first, second])
    expect(await rootsOf(test, '?limit=1')).toEqual([open])
  })
})
