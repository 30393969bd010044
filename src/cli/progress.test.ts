import { describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { showCount, showProgress, showQuery, showShare } from './progress'

function stream(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 80, written, write: (text: string) => written.push(text) > 0 }
}

describe('how far a reading has come', () => {
  it('is shown to a person, and wiped away at the end', async () => {
    const person = stream(true)
    {
      using progress = showProgress(person, 'events.ndjson', 4_000_000)
      progress.advance(1_000_000, 700)
      progress.advance(1_000_000, 700) // this comes too soon to be shown
      await sleep(120)
      progress.advance(1_000_000, 600)
    }
    expect(person.written).toHaveLength(3)
    expect(person.written[0]).toContain('25 %')
    expect(person.written[1]).toContain('75 %')
    expect(person.written[1]).toContain('3.0 MB, 2,000 items')
    expect(person.written[2]).toBe('\r\u001b[2K')
  })

  it('is counted where the end is not known', () => {
    const person = stream(true)
    using progress = showProgress(person, 'standard input')
    progress.advance(2_500_000, 10)
    expect(person.written.join()).toContain('standard input  2.5 MB, 10 items')
  })

  it('is not written into a file', () => {
    const file = stream(false)
    {
      using progress = showProgress(file, 'events.ndjson', 10)
      progress.advance(10, 1)
    }
    expect(file.written).toEqual([])
  })
})

describe('how many items are replayed', () => {
  it('is shown to a person, page by page, and wiped away at the end', () => {
    const person = stream(true)
    {
      using count = showCount(person)
      count.show(100, 0)
      count.show(1200, 7)
    }
    expect(person.written).toHaveLength(3)
    expect(person.written[1]).toContain('1,200 replayed, 7 refused')
    expect(person.written[2]).toBe('\r\u001b[2K')
  })

  it('is not written into a file', () => {
    const file = stream(false)
    {
      using count = showCount(file)
      count.show(100, 0)
    }
    expect(file.written).toEqual([])
  })
})

describe('how far something is that a server does', () => {
  it('is shown to a person alone, with a bar where it is known, and wiped away', () => {
    const [person, file] = [stream(true), stream(false)]
    for (const one of [person, file]) {
      using progress = showShare(one)
      progress.show(undefined, 'waiting')
      progress.show(0.5, 'running, 1,200 events')
    }
    expect(person.written).toEqual([
      '\r\u001b[2Kwaiting',
      `\r\u001b[2K[${'█'.repeat(12)}${'·'.repeat(12)}] 50 %  running, 1,200 events`,
      '\r\u001b[2K',
    ])
    expect(file.written).toEqual([])
  })
})

describe('the time that a query has run', () => {
  it('is shown at a terminal while an engine says nothing, and removed', async () => {
    const written: string[] = []
    const stream = { isTTY: true, write: (text: string) => written.push(text) > 0 }
    {
      using progress = showQuery(stream, { everyMs: 1 })
      while (written.length === 0) await Bun.sleep(1)
      progress.show({ progress: { scannedBytes: 2_500_000 } })
    }
    expect(written[0]).toBe('\r\x1b[2K0 s')
    expect(written.at(-2)).toBe('\r\x1b[2K0 s, 2.5 MB read')
    expect(written.at(-1)).toBe('\r\x1b[2K')
  })

  it('is a line elsewhere, and none in the first seconds', async () => {
    const written: string[] = []
    {
      using _ = showQuery({ write: (text: string) => written.push(text) > 0 }, { everyMs: 1 })
      await Bun.sleep(5)
    }
    expect(written).toEqual([])
  })
})
