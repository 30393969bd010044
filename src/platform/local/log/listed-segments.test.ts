import { describe, expect, it } from 'bun:test'
import { createListedSegments } from './listed-segments'
import type { Extent, FiledSegment } from './segment-file'

const ALL: Extent = { records: 1e9, bytes: 1e9 }

/** A log of segments of ten records, of which a generation has so many. */
function aLog(generation = 1e9) {
  const asked: number[] = []
  const log = { count: 0, asked, gone: 0 }
  function list(from: number, atMost: Extent) {
    asked.push(from)
    let { records, bytes } = atMost
    const found: FiledSegment[] = []
    for (let n = Math.max(log.gone, Math.floor(from / 10)); n < log.count; n += 1) {
      const file = `${Math.floor(n / generation)}`
      if (records <= 0 || bytes <= 0 || (found[0] && found[0].file !== file)) break
      found.push({ position: n * 10, count: 10, unpacked: 100, file } as FiledSegment)
      records -= 10
      bytes -= 100
    }
    return found
  }
  return { log, list, listed: createListedSegments(list, () => log.count * 10) }
}

const places = (segments: readonly FiledSegment[]) => segments.map(({ position }) => position)

describe('listed segments', () => {
  it('are asked for once, however many follow', () => {
    const { log, listed } = aLog()
    log.count = 3
    expect(places(listed.from(0, ALL))).toEqual([0, 10, 20])
    log.count = 5
    expect(places(listed.from(30, ALL))).toEqual([30, 40])
    expect(places(listed.from(0, { records: 25, bytes: 1e9 }))).toEqual([0, 10, 20])
    expect(places(listed.from(25, { records: 1e9, bytes: 150 }))).toEqual([20, 30])
    expect(log.asked).toEqual([0, 30])
  })

  it('are what the log lists, whoever asks from where and for how much', () => {
    const { log, list, listed } = aLog(40)
    const draw = (most: number) => Math.floor(Math.random() * most)
    for (let turn = 0; turn < 5000; turn += 1) {
      log.count += draw(3)
      const near = Math.max(0, log.count * 10 - draw(400))
      const from = draw(10) === 0 ? draw(log.count * 10 + 1) : near
      const atMost = { records: 1 + draw(300), bytes: 1 + draw(3000) }
      expect(places(listed.from(from, atMost))).toEqual(places(list(from, atMost)))
    }
  })

  it('are those that are left once they are cleared', () => {
    const { log, listed } = aLog()
    log.count = 4
    listed.from(0, ALL)
    log.gone = 2
    listed.clear()
    expect(places(listed.from(0, ALL))).toEqual([20, 30])
  })
})
