import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { beat, failures } from '../../support/aws/alarms/failures'
import { type AlarmRoom, anAlarmRoom } from '../../support/aws/alarms/room'
import { read } from '../../support/repository'

setDefaultTimeout(300_000) // a synthesis, and processes of five functions

let room: AlarmRoom
beforeAll(async () => {
  room = await anAlarmRoom()
  await recovered()
})
afterAll(() => room[Symbol.asyncDispose]())

/** Mends everything, and lets two hours pass in which all is well. */
async function recovered() {
  await room.mend()
  // What was put aside is taken up by another function than the one that reports it.
  do await beat(room)
  while (room.putAside() > 0 && (await Bun.sleep(1000)) === undefined)
  for (const periods of [1, 24]) {
    await beat(room)
    await room.drain()
    await room.pass(periods)
  }
}

describe('alarms of a deployment', () => {
  for (const { failure, alarms, happens } of failures) {
    it(`tell of this and nothing else: ${failure}`, async () => {
      await happens(room)
      const raised = room.raised()
      await recovered()
      expect(raised).toEqual(alarms.toSorted())
      expect(room.raised()).toEqual([])
    })
  }
})

it('are each raised by something: of every section of the runbook one', () => {
  const sectionOf = (name: string) => {
    const alarm = room.alarms.find((one) => one.name.endsWith(`-${name}`))
    return /See docs\/aws\.md, (\w+)\.$/.exec(alarm?.alarmDescription ?? '')?.[1]
  }
  const all = room.alarms.map(({ name }) => sectionOf(name.split('-').at(-1)!))
  const raised = failures.flatMap(({ alarms }) => alarms.map(sectionOf))
  expect([...new Set(raised)].sort()).toEqual([...new Set(all)].sort())
})

it('are in the document, with what raises them', () => {
  const rows = failures.map(({ failure, alarms, isGiven }) => {
    const names = alarms.length === 0 ? 'none' : alarms.toSorted().join(', ')
    return `| ${failure}${isGiven ? ' *' : ''} | ${names} |`
  })
  const document = read('docs/aws.md')
  const [table = ''] = /\| failure \| alarms \|\n(\|.*\n)+/.exec(document) ?? []
  expect(table.trimEnd().split('\n')).toEqual(['| failure | alarms |', '|---|---|', ...rows])
})
