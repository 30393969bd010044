import { renderTable } from '../../../src/cli/table'
import { quotas } from '../quotas'
import type { Bell } from './simulate-bell'

/** Tells a bell in text, with what to ask for when it goes wrong. */
export function tellBell(bell: Bell): string {
  const { setting, requestsPerSecond, requests, withThreeSeconds } = bell
  const share = (count: number) => percent(requests === 0 ? 0 : count / requests)
  const stored = requests - bell.turnedAway - bell.spilled
  const rows = [
    ['stored at once', shown(stored), share(stored), percent(storedBefore(withThreeSeconds))],
    [
      'spilled, stored later',
      shown(bell.spilled),
      share(bell.spilled),
      percent(withThreeSeconds.spilled),
    ],
    [
      'turned away (429, 503)',
      shown(bell.turnedAway),
      share(bell.turnedAway),
      percent(withThreeSeconds.turnedAway),
    ],
  ]
  const events = setting.batch === 1 ? 'an event' : `${setting.batch} events`
  const lines = [
    `At a bell of that day, ${shown(requestsPerSecond.bell)} requests a second with ${events} each, ` +
      `${shown(requestsPerSecond.before)} before it and after;`,
    `the table takes ${shown(setting.tableWrites)} writes a second, the account ${shown(setting.concurrency)} executions:`,
    '',
    renderTable(['requests', 'of the bell', '', 'had each waited 3 s'], rows),
    '',
    `${shown(bell.busiest)} requests are served at a time, at most.`,
    bell.spilled === 0
      ? `Nothing waits; ${shown(bell.drainRequestsPerSecond)} requests a second could be drained.`
      : `What waits is drained by ${shown(bell.drainRequestsPerSecond)} a second, all of it ${bell.drainMinutes} minutes after the bell.`,
    '',
    ...bell.assertions.map(({ what, holds }) => `${holds ? 'holds ' : 'FAILS '} ${what}`),
    ...adviceOn(bell),
  ]
  return lines.join('\n')
}

const storedBefore = ({ turnedAway, spilled }: Bell['withThreeSeconds']) => 1 - turnedAway - spilled

/** Says which limits were met. */
function adviceOn({ setting, requestsPerSecond, turnedAway, spilled }: Bell): string[] {
  if (turnedAway === 0) return []
  const { lambdaRequestsPerExecution } = quotas
  const needed = Math.ceil((requestsPerSecond.bell * ROOM) / lambdaRequestsPerExecution.value)
  const advice: string[] = []
  if (needed > setting.concurrency) {
    advice.push(
      `Lambda takes ten requests a second for each execution: ask for ${shown(needed)} executions, and try --concurrency ${needed}.`,
    )
  }
  const writes = Math.ceil(requestsPerSecond.bell * setting.batch * setting.writesPerEvent * ROOM)
  if (spilled > 0 || writes > setting.tableWrites) {
    advice.push(
      `A request that is spilled takes five times as long as one that is stored: try --warm-writes ${writes}` +
        (writes > quotas.tableWrites.value ? ', which needs a larger quota of the table.' : '.'),
    )
  }
  return ['', ...advice]
}

// Chance adds to a rate, and a day may begin otherwise than was planned.
const ROOM = 1.1

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 })
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
