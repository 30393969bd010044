import { describe, expect, it } from 'bun:test'
import type { Answered } from '../ask-server'
import { createFollow, type Followed } from './follow'

type Stored = { eventId: string; sourceId: string; receivedAt: string; eventTime: string }

/** A server that knows no order of arrival, as on AWS. */
function aServer() {
  const stored: Stored[] = []
  let isDown = false
  const answer = (status: number, body: object): Answered => {
    return { status, text: JSON.stringify(body), body: { ...body } }
  }
  async function ask(path: string): Promise<Answered> {
    if (isDown) return { status: undefined, reason: 'away' }
    const { pathname, searchParams } = new URL(path, 'http://localhost/')
    if (pathname === '/analytics/arrivals') return answer(404, { detail: 'no order' })
    const from = searchParams.get('from')!
    const found = stored.filter(({ eventTime }) => eventTime >= from).toReversed()
    const at = Number(searchParams.get('cursor') ?? 0)
    const page = found.slice(at, at + 2)
    const nextCursor = at + 2 < found.length ? String(at + 2) : undefined
    return answer(200, { events: page, ...(nextCursor && { nextCursor }) })
  }
  return {
    ask,
    store(eventId: string, sourceId = 'demo') {
      const now = new Date().toISOString()
      stored.push({ eventId, sourceId, receivedAt: now, eventTime: now })
    },
    goDown: (down: boolean) => (isDown = down),
  }
}

const idsIn = (answer: Followed) =>
  'items' in answer
    ? answer.items.map((item) => ('event' in item ? item.event.eventId : '?'))
    : 'trouble'

describe('following where the server knows no order of arrival', () => {
  it('gives what comes from then on, once, over several pages', async () => {
    const server = aServer()
    server.store('before')
    const follow = createFollow(server.ask, {})
    expect(idsIn(await follow.next())).toEqual([])
    for (const id of ['a', 'b', 'c', 'd', 'e']) server.store(id)
    expect((idsIn(await follow.next()) as string[]).sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(idsIn(await follow.next())).toEqual([])
    server.store('f')
    expect(idsIn(await follow.next())).toEqual(['f'])
  })

  it('goes on after the server was away, and keeps to a source', async () => {
    const server = aServer()
    const follow = createFollow(server.ask, { sourceId: 'demo' })
    await follow.next()
    server.goDown(true)
    server.store('a')
    server.store('b', 'other')
    expect(idsIn(await follow.next())).toBe('trouble')
    server.goDown(false)
    expect(idsIn(await follow.next())).toEqual(['a'])
  })
})
