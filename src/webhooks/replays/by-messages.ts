import type { Clock } from '../../platform/clock'
import type { ServingPlatform } from '../../platform/platform'
import type { Log } from '../../telemetry/log'
import type { AdvanceNeeds } from './advance'
import type { Whose } from './replay'

type Given = Pick<AdvanceNeeds, 'registry' | 'events' | 'lake' | 'deliveries'> &
  Required<Pick<ServingPlatform, 'documents' | 'wakeReplay'>>

interface Needs extends Pick<AdvanceNeeds, 'hotTtlDays' | 'hiddenBefore'> {
  clock: Clock
  log: Log
}

/** Makes what carries a replay on when a message says so. Its code is loaded with the first. */
export function replaysByMessages(platform: Given, needs: Needs): (whose: Whose) => Promise<void> {
  async function make() {
    const [{ createReplayStore }, { createAdvance }, { createCarryOn }] = await Promise.all([
      import('./store'),
      import('./advance'),
      import('./carry-on'),
    ])
    const given = { ...platform, ...needs }
    const store = createReplayStore(given)
    const wake = async (whose: Whose, delayMs: number) => platform.wakeReplay!(whose, delayMs)
    return createCarryOn({ ...given, store, wake, advance: createAdvance({ ...given, store }) })
  }

  let made: ReturnType<typeof make> | undefined
  return async function carryOn(whose) {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    await (await made)(whose)
  }
}
