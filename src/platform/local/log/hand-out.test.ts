import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../../../tests/support/records'
import type { EventRecord } from '../../../event/record'
import { silentLog } from '../../../telemetry/log'
import type { EventLog } from './event-log'
import { createHandOut } from './hand-out'
import type { FiledSegment } from './segment-file'

type Name = string | undefined

/** A log in memory whose commits are the test's; an undefined name is a record that was erased. */
function aLog() {
  const commits: { position: number; records: (EventRecord | undefined)[] }[] = []
  const listeners = new Set<(bytes: number) => void>()
  let end = 0
  let isAway = false
  const log: Pick<EventLog, 'end' | 'segmentsFrom' | 'recordsOf' | 'onAppend'> = {
    end: () => end,
    segmentsFrom(from) {
      if (isAway) throw new Error('the disk is away')
      return commits
        .filter(({ position, records }) => position + records.length > from)
        .map(({ position, records }) => ({ position, count: records.length }) as FiledSegment)
    },
    recordsOf: (segment) => commits.find(({ position }) => position === segment.position)?.records,
    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    log,
    commit(...names: Name[]) {
      const records = names.map((eventId) => (eventId ? aRecord({ eventId }) : undefined))
      commits.push({ position: end, records })
      end += records.length
      for (const listener of listeners) listener(1)
    },
    /** Makes one segment of all: the log may cut them as it likes. */
    merge() {
      const records = commits.flatMap((one) => one.records)
      commits.splice(0, commits.length, { position: 0, records })
    },
    away(is: boolean) {
      isAway = is
    },
  }
}

function aScene() {
  const { log, ...rest } = aLog()
  const handOut = createHandOut({ log, telemetry: silentLog })
  function follow(tenantId = 'default') {
    const told: string[] = []
    const { from, end } = handOut.to(tenantId, (placed) => {
      expect(placed).not.toEqual([])
      for (const { record, place, behind } of placed) {
        told.push(`${record.eventId} at ${place}`)
        expect(behind.place).toBe(place + 1)
      }
    })
    return { told, from, end }
  }
  return { ...rest, follow }
}

const turn = () => new Promise(setImmediate)

describe('what is handed out of the log', () => {
  it('is what was stored since each began to follow, whoever else is yet to be told', async () => {
    const { commit, follow } = aScene()
    commit('before')
    const first = follow()
    commit('one', 'two')
    const second = follow()
    commit('three', undefined)
    const third = follow()
    const other = follow('other')
    expect([first, second, third].map(({ from }) => from)).toEqual([1, 3, 5])
    await turn()
    const all = ['one at 1', 'two at 2', 'three at 3']
    expect([first, second, third, other].map(({ told }) => told)).toEqual([all, [all[2]!], [], []])
    commit('four')
    await turn()
    expect([first, second, third].map(({ told }) => told.at(-1))).toEqual(
      Array(3).fill('four at 5'),
    )
    expect(third.told).toHaveLength(1)
  })

  it('begins in the middle of a segment where it has been told of the rest', async () => {
    const { commit, merge, follow } = aScene()
    const first = follow()
    commit('one')
    await turn()
    const second = follow()
    commit('two')
    merge()
    await turn()
    expect([first.told, second.told]).toEqual([['one at 0', 'two at 1'], ['two at 1']])
  })

  it('ends for who follows no more, and begins anew for who comes later', async () => {
    const { commit, follow } = aScene()
    const first = follow()
    commit('one')
    first.end()
    commit('nobody follows')
    const second = follow()
    await turn()
    commit('two')
    await turn()
    expect([first.told, second.told]).toEqual([[], ['two at 2']])
  })

  it('is tried again when the log cannot be read, and nothing is left out', async () => {
    const { commit, follow, away } = aScene()
    const { told } = follow()
    away(true)
    commit('one')
    await turn()
    commit('two')
    await turn()
    away(false)
    await Bun.sleep(1100)
    expect(told).toEqual(['one at 0', 'two at 1'])
  })
})
