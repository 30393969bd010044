import type { EventRecord } from '../event/record'
import type { ChangeBatch } from '../platform/change-feed'
import type { Build, TenantBuilds } from './kept/builds'
import type { KnownBuilds } from './kept/known-builds'
import { slotOf } from './kept/state-document'
import type { LoadedReducer } from './loaded'
import type { Slot } from './worker/protocol'

/** Lists which builds of which tenants take events of a batch in. @throws {StorageError} */
export async function slotsFor(
  { reducers, builds }: { reducers: readonly LoadedReducer[]; builds: KnownBuilds },
  events: readonly { record: EventRecord; place: number }[],
  batch: ChangeBatch,
  isOff: (one: LoadedReducer) => boolean,
): Promise<Slot[]> {
  const slots: Slot[] = []
  for (const tenantId of new Set(events.map(({ record }) => record.tenantId))) {
    for (const { name, build, isShown } of takingIn(await builds.of(tenantId))) {
      const { version, from } = build
      const reducer = reducers.findIndex((one) => {
        return one.name === name && one.version === version && !isOff(one)
      })
      if (reducer < 0) continue
      const slot: Slot = { tenantId, slot: slotOf(name, build.build), reducer, isShown }
      if (from !== undefined) {
        const isBefore = ({ place }: { place: number }) => !batch.isWithin(place, { from })
        slot.not = [...events.keys()].filter((at) => isBefore(events[at]!))
      }
      slots.push(slot)
    }
  }
  return slots
}

/** Lists the builds that take in what comes: those that are shown, and those that are about to be. */
function* takingIn(
  builds: TenantBuilds,
): Iterable<{ name: string; build: Build; isShown: boolean }> {
  for (const [name, { shown, next }] of Object.entries(builds)) {
    yield { name, build: shown, isShown: true }
    if (next?.from !== undefined) yield { name, build: next, isShown: false }
  }
}
