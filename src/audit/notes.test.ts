import { describe, expect, it } from 'bun:test'
import { silentLog } from '../telemetry/log'
import { createNotes } from './notes'
import type { Audited } from './trail'

/** Notes without a timer, over a store that may be down. */
function scene() {
  const written: Audited[] = []
  const state = { isDown: false, now: 0 }
  const notes = createNotes({
    async append(_, audited) {
      if (state.isDown) throw new Error('down')
      written.push(...audited)
    },
    clock: { monotonic: () => state.now },
    log: silentLog,
    hasTimer: false,
  })
  const read = (person: number) =>
    notes.note('school', {
      action: 'data.read',
      by: 'key_1',
      details: { count: 1, person: `p${person}` },
    })
  return { ...notes, written, state, read }
}

describe('notes of reads', () => {
  it('name each of many learners, however many there are within a minute', async () => {
    const { read, room, settle, written } = scene()
    for (let person = 0; person < 25_000; person += 1) {
      read(person)
      await room()
    }
    await settle()
    expect(new Set(written.map(({ details }) => details?.person)).size).toBe(25_000)
    expect(written.filter(({ by }) => by !== 'key_1')).toEqual([])
  })

  it('let nobody read on while they cannot be written, and lose none', async () => {
    const { read, room, settle, written, state } = scene()
    state.isDown = true
    let reads = 0
    const refused = async () => {
      read(reads)
      reads += 1
      return room().then(
        () => false,
        () => true,
      )
    }
    while (!(await refused())) expect(reads).toBeLessThan(2_000)
    state.isDown = false
    await room()
    await settle()
    expect(new Set(written.map(({ details }) => details?.person)).size).toBe(reads)
  })

  it('do not keep readers waiting who read the same again and again', async () => {
    const { read, room, written, state } = scene()
    for (let minute = 0; minute < 3; minute += 1) {
      for (let person = 0; person < 3000; person += 1) {
        read(person % 30)
        await room()
      }
      state.now += 60_000
    }
    expect(written.length).toBe(0)
  })
})
