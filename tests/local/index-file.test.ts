import { describe, expect, it } from 'bun:test'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildIndex } from '../../src/platform/local/log/build-index'
import {
  addEntry,
  contentAt,
  createIndex,
  type EventIndex,
  findId,
  growIndex,
  replaceEntry,
} from '../../src/platform/local/log/event-index'
import {
  contentOf,
  createEventKeys,
  entryOf,
  hashedColumns,
} from '../../src/platform/local/log/event-keys'
import { indexFileAt, saveIndex } from '../../src/platform/local/log/index-file'
import { createMappedColumns } from '../../src/platform/local/log/mapped-columns'
import { openSegmentFile } from '../../src/platform/local/log/segment-file'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

const keys = createEventKeys(new Uint8Array(16).fill(7))
const CAPACITY = 1024

function filled(count: number) {
  const index = createIndex(CAPACITY)
  const records = Array.from({ length: count }, (_, n) => aRecord({ actorId: `a-${n % 7}` }))
  for (const record of records) addEntry(index, entryOf(keys, record, contentOf(keys, record)))
  return { index, ids: records.map(({ eventId }) => keys.id('default', eventId)) }
}

/** Everything that can be asked of an index, but for the filter. */
function answersOf(index: EventIndex, ids: readonly bigint[]) {
  const { count } = index
  const found = ids.map((id) => findId(index, id))
  const columns = [index.ids, index.times, index.contents, ...Object.values(index.hashes)]
  return {
    found,
    contents: found.map((offset) => offset < 0 || contentAt(index, offset)),
    columns: columns.map((column) => [...column.subarray(0, count)].map(String)),
    slots: [...index.slots.entries()].filter(([, offset]) => offset > 0),
    bounds: [count, index.minTime, index.maxTime, index.maxExpires],
  }
}

// An odd number of events lays the columns of 4 bytes at places that no page begins at.
const sizes = [0, 1, 333, CAPACITY]

describe('an index in its file', () => {
  it('answers as the one in memory, however few columns are mapped at a time', async () => {
    for (const count of sizes) {
      using folder = temporaryFolder()
      const { index, ids } = filled(count)
      const strangers = filled(50).ids
      const path = join(folder.path, '1.idx')
      await saveIndex(index, path)
      for (const maxBytes of [0, 5000, 1e9]) {
        using file = indexFileAt(path, createMappedColumns({ maxBytes }))
        const opened = file.open()!
        const asked = [...ids, ...strangers]
        expect(answersOf(opened, asked)).toEqual(answersOf(index, asked))
        expect(answersOf(growIndex(opened, CAPACITY), asked)).toEqual(answersOf(index, asked))
      }
    }
  })

  it('is looked up without any column being mapped', async () => {
    using folder = temporaryFolder()
    const { index, ids } = filled(500)
    const path = join(folder.path, '1.idx')
    await saveIndex(index, path)
    const column = () => {
      throw new Error('a column is mapped')
    }
    using file = indexFileAt(path, { column: () => ({ get: column, forget() {} }) })
    const opened = file.open()!
    for (const [place, id] of ids.entries()) {
      expect(findId(opened, id)).toBe(place)
      expect(contentAt(opened, place)).toBe(index.contents[place]!)
    }
    for (const id of filled(500).ids) expect(findId(opened, id)).toBe(-1)
  })

  it('is read from where it was opened when its file is removed, and then from the new one', async () => {
    using folder = temporaryFolder()
    const { index, ids } = filled(200)
    const path = join(folder.path, '1.idx')
    await saveIndex(index, path)
    using file = indexFileAt(path, createMappedColumns({ maxBytes: 0 }))
    const opened = file.open()!
    rmSync(path)
    expect(answersOf(opened, ids)).toEqual(answersOf(index, ids))
    // Erasing leaves nothing of an event in the index.
    replaceEntry(index, 33, keys.nothing(33))
    await saveIndex(index, `${path}.other`)
    renameSync(`${path}.other`, path)
    const again = file.open()!
    for (const one of [opened, again]) {
      expect(findId(one, ids[33]!)).toBe(-1)
      expect(one.ids[33]).toBe(keys.nothing(33).id)
      expect(one.hashes.actorId[33]).toBe(0)
    }
    expect(answersOf(again, ids)).toEqual(answersOf(index, ids))
  })

  it('has nothing any more when its generation is gone, also for who still has it', async () => {
    using folder = temporaryFolder()
    const { index, ids } = filled(200)
    const path = join(folder.path, '1.idx')
    await saveIndex(index, path)
    const file = indexFileAt(path, createMappedColumns())
    const opened = file.open()!
    const actors = opened.hashes.actorId
    file[Symbol.dispose]()
    file[Symbol.dispose]()
    expect([...actors]).toEqual([...index.hashes.actorId.subarray(0, 200)])
    expect(ids.map((id) => findId(opened, id))).toEqual(ids.map(() => -1))
    for (const column of hashedColumns) {
      expect(opened.hashes[column].every((hash) => hash === 0)).toBe(true)
      expect(opened.hashes[column]).toHaveLength(200)
    }
  })
})

describe('an index that is built from the log', () => {
  it('is the one that was made while the events came', async () => {
    using folder = temporaryFolder()
    const odd = [
      'a\tb',
      'a\nb\r',
      '\x01e\x1f',
      'Ünï ❤️ 漢字',
      '\ud800',
      '\u2028',
      'x'.repeat(70_000),
    ]
    const texts = odd.map((text) => JSON.stringify({ text, n: [1, '\t'] }, undefined, 2))
    const records = odd.flatMap((actorId, at) =>
      texts.map((raw) => aRecord({ actorId, sessionId: odd[at - 1], groupId: actorId, raw })),
    )
    await using store = openStore(folder.path)
    for (let at = 0; at < records.length; at += 9) await store.append(records.slice(at, at + 9))
    const { index, base } = store.log.newestFirst()[0]!
    using file = openSegmentFile(join(folder.path, '00000001.db'), { base, now: 0 })
    const noteDamage = () => {
      throw new Error('nothing is damaged')
    }
    const built = buildIndex(file, { capacity: index.capacity, keys, base, noteDamage })
    // Not as a whole: what differs would be printed with two hundred thousand zeros.
    expect(answersOf(built, [])).toEqual(answersOf(index, []))
    expect(built.bloom).toEqual(index.bloom)
  })

  it('is on the disk before the next one is built, or stays in memory where the disk fails', async () => {
    using folder = temporaryFolder()
    const DAY_MS = 24 * 60 * 60 * 1000
    let now = new Date('2026-11-01T12:00:00.000Z')
    const days = Array.from({ length: 4 }, () => Array.from({ length: 30 }, () => aRecord()))
    {
      await using store = openStore(folder.path, () => now)
      for (const records of days) {
        await store.append(records)
        now = new Date(now.getTime() + 1.5 * DAY_MS)
      }
    }
    const at = (name: string) => join(folder.path, name)
    for (const n of [1, 2, 3, 4]) rmSync(at(`0000000${n}.idx`))
    // Nothing can be written where a folder is.
    mkdirSync(at('00000002.idx'))
    await using store = openStore(folder.path, () => now)
    const inFile = store.log.newestFirst().map(({ index }) => index.single !== undefined)
    expect(inFile).toEqual([false, true, false, true])
    const outcomes = await store.append(days.flat())
    expect(outcomes.every(({ kind }) => kind === 'duplicate')).toBe(true)
    const { items } = await store.query('default', {}, { limit: 1000 })
    expect(items).toHaveLength(120)
  })
})
