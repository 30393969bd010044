import type { SpilledRequest } from './spill'

/** Tells how it ended: what comes behind a request that waits has to wait, too. */
export type Ended = 'done' | 'waits'

/**
 * Makes an order: requests that share a learner or an id go one after another, as they came; all others need
 * not wait for each other. Requests are to be noted in the order of their arrival.
 */
export function createOrder() {
  const last = new Map<string, Promise<Ended>>()

  /**
   * @param work is begun once all that were noted before, and share anything, have ended
   * @returns how it ended: `waits` without having begun when one before it does
   */
  return function inOrder(request: SpilledRequest, work: () => Promise<Ended>): Promise<Ended> {
    const keys = keysOf(request)
    const before = [...keys].flatMap((key) => last.get(key) ?? [])
    const ended = Promise.all(before).then((all) => (all.includes('waits') ? 'waits' : work()))
    for (const key of keys) last.set(key, ended)
    void ended.then((how) => {
      if (how === 'waits') return
      // One that nobody waits for is forgotten, so that a lane of any length takes no memory.
      for (const key of keys) if (last.get(key) === ended) last.delete(key)
    })
    return ended
  }
}

function keysOf({ reading, arrival }: SpilledRequest): Set<string> {
  const keys = new Set<string>()
  for (const item of reading.items) {
    if (item.id !== undefined) keys.add(JSON.stringify([arrival.tenantId, 'id', item.id]))
    if (!('event' in item) || item.event.actorId === undefined) continue
    keys.add(JSON.stringify([arrival.tenantId, 'learner', item.event.actorId]))
  }
  return keys
}
