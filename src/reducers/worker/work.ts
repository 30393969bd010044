import { reducedEventOf } from '../event'
import { keyOf } from '../kept/places'
import type { ReducedEvent, Reducer } from '../reducer'
import { reasonOf } from '../run/fold'
import { type Batch, reduceDocument, type Task } from '../run/reduce-document'
import { scopeOf } from '../scope'
import type { Answer, Ask, Job, Planned } from './protocol'

/** Answers what a worker is asked, one after the other. */
export function createWork(
  reducers: readonly Reducer[],
  tick: (reducer: number, place: number) => void,
): (ask: Ask) => Answer {
  let batch: Batch | undefined
  let planned: Planned[] = []

  return function answer(ask) {
    const { id } = ask
    try {
      if ('plan' in ask) {
        const { records, ...job } = ask.plan
        const events = records.map(reducedEventOf)
        batch = { ...job, events }
        planned = planOf(ask.plan, events, reducers)
        return { id, planned }
      }
      if (batch === undefined) return { id, failed: 'there are no events' }
      const running = { reducers, tick, hungOf: (slot: string) => ask.hung.get(slot) ?? new Map() }
      const reduced = ask.reduce.map(({ planned: at, bytes }) =>
        reduceDocument(bytes, planned[at]!, batch!, running),
      )
      return { id, reduced }
    } catch (error) {
      return { id, failed: reasonOf(error) }
    }
  }
}

/** Says which documents have which events to take in, in the order of the events. */
function planOf(
  { slots }: Job,
  events: readonly ReducedEvent[],
  reducers: readonly Reducer[],
): Planned[] {
  const byTenant = Map.groupBy(slots, ({ tenantId }) => tenantId)
  const excluded = new Map(slots.map((slot) => [slot, new Set(slot.not)]))
  const documents = new Map<
    string,
    Planned & { bySlot: Map<string, Task & { events: number[] }> }
  >()
  for (const [place, event] of events.entries()) {
    const { tenantId } = event
    for (const one of byTenant.get(tenantId) ?? []) {
      const { slot, reducer, isShown } = one
      if (excluded.get(one)!.has(place)) continue
      const of = scopeOf(reducers[reducer]!, event)
      if (of === undefined) continue
      const name = JSON.stringify([tenantId, ...keyOf(of)])
      const document = documents.get(name) ?? { tenantId, of, tasks: [], bySlot: new Map() }
      documents.set(name, document)
      const task = document.bySlot.get(slot) ?? { slot, reducer, isShown, events: [] }
      document.bySlot.set(slot, task)
      task.events.push(place)
    }
  }
  return [...documents.values()].map(({ bySlot, ...document }) => ({
    ...document,
    tasks: [...bySlot.values()],
  }))
}
