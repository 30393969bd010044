import { describe, expect, it } from 'bun:test'
import { clockAt } from '../../tests/support/clock'
import { documentModel } from '../../tests/support/document-model'
import { BLOBS_PLACE, type BlobPlace, blobsOf } from './blob-place'
import { createBlobs, MAX_BLOB_BYTES } from './blobs'

const amy = { userId: 'testcase-amy', safeUserId: 'tc-testcase-amy' }
const essay: BlobPlace = { ...amy, source: 'org.writing', activity: 'essay' }
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function start({ withheld = '' } = {}) {
  let now = Date.parse('2026-11-30T08:00:00.000Z')
  const clock = {
    ...clockAt(() => new Date(now)),
    advance(ms: number) {
      now += ms
    },
  }
  const documents = documentModel(clock)
  const governance = {
    forbids: async (_: string, id: string) => (id === withheld ? 'erased' : undefined),
  }
  const blobs = createBlobs({ documents, governance, clock })
  const iso = (agoMs = 0) => new Date(now - agoMs).toISOString()
  async function kept() {
    const { items } = await documents.list('school', BLOBS_PLACE, { limit: 1000 })
    return items
  }
  return { clock, documents, blobs, iso, kept }
}

describe('blobs', () => {
  it('are fetched as they were saved, each in its own place, the last of them', async () => {
    const { blobs } = start()
    const texts = [
      '{"n":12345678901234567890, "a":1,"a":2}',
      'null',
      '"\\ud800"',
      '[]',
      '{"__proto__":1}',
      '{}',
      '0',
    ]
    const places = [
      essay,
      { ...essay, activity: 'x'.repeat(3000) },
      { ...essay, source: 'other' },
      { ...essay, safeUserId: 'ls-testcase-amy' },
      { ...essay, userId: '\ud800', safeUserId: 'x' },
      { ...essay, userId: '\ufffd', safeUserId: 'x' },
      { ...essay, userId: '\n'.repeat(1000), safeUserId: 'x' },
    ]
    expect(await blobs.read('school', essay)).toBeUndefined()
    for (const [at, place] of places.entries()) {
      await blobs.save('school', place, '"first"')
      const saved = await blobs.save('school', place, texts[at]!)
      expect(saved).toMatchObject({ kind: 'saved', bytes: Buffer.byteLength(texts[at]!) })
    }
    const found = await Promise.all(places.map((place) => blobs.read('school', place)))
    expect(found).toEqual(texts)
    expect(await blobs.read('another', essay)).toBeUndefined()
  })

  it('stand aside for a day, and can be fetched as of a time', async () => {
    const { blobs, clock, iso, kept } = start()
    const times: string[] = []
    for (const text of ['1', '2', '2', '3']) {
      await blobs.save('school', essay, text)
      times.push(iso())
      clock.advance(MINUTE)
    }
    const at = (time: string) => blobs.read('school', essay, time)
    expect(await Promise.all(times.map(at))).toEqual(['1', '2', '2', '3'])
    expect(await at(iso(60 * MINUTE))).toBeUndefined()
    clock.advance(DAY - 3 * MINUTE)
    // The first was replaced a day ago, the second is there for another two minutes.
    expect(await Promise.all(times.map(at))).toEqual([undefined, '2', '2', '3'])
    clock.advance(2 * MINUTE)
    expect(await kept()).toHaveLength(1)
    expect(await blobs.read('school', essay)).toBe('3')
  })

  it('are as many as a day of saving at every keystroke may leave', async () => {
    const { blobs, clock, kept, iso } = start()
    let most = 0
    for (let n = 0; n < 700; n += 1) {
      await blobs.save('school', essay, `{"n":${n}}`)
      clock.advance(5 * MINUTE)
      if (n % 100 === 0) most = Math.max(most, (await kept()).length)
    }
    expect(most).toBeLessThan(1 + 32 + 16 + 50)
    const found = JSON.parse((await blobs.read('school', essay, iso(20 * 60 * MINUTE)))!)
    expect(found.n).toBeWithin(700 - 20 * 12 - 7, 700 - 20 * 12 + 1)
  })

  it('have so many bytes, and former ones beside them', async () => {
    const { blobs, clock, kept } = start()
    const text = (n: number) => `"${String(n).padEnd(MAX_BLOB_BYTES - 2, ' ')}"`
    for (let n = 0; n < 17; n += 1) {
      await blobs.save('school', essay, text(n))
      clock.advance(1)
    }
    expect((await kept()).length).toBeLessThan(1 + 8 + 3)
    const tooLarge = blobs.save('school', essay, `${text(1)} `)
    await expect(tooLarge).rejects.toMatchObject({ code: 'too_large' })
    expect((await blobs.read('school', essay))!.startsWith('"16 ')).toBe(true)
  })

  it('of writers at the same moment are the last, and each of the others is kept', async () => {
    const { blobs, kept, clock } = start()
    await blobs.save('school', essay, '"before"')
    clock.advance(1)
    const texts = ['"a"', '"b"', '"c"', '"d"']
    await Promise.all(texts.map((text) => blobs.save('school', essay, text)))
    expect(texts).toContain((await blobs.read('school', essay))!)
    expect(await kept()).toHaveLength(1 + texts.length)
  })

  it('are not kept of somebody of whom nothing may be kept', async () => {
    const { blobs, kept } = start({ withheld: 'testcase-amy' })
    expect(await blobs.save('school', essay, '1')).toEqual({ kind: 'withheld', rule: 'erased' })
    expect(await kept()).toEqual([])
  })

  it('say whose they are, and stand together', async () => {
    const { blobs, documents, kept } = start()
    await blobs.save('school', essay, '1')
    await blobs.save('school', essay, '2')
    for (const { metadata } of await kept()) expect(metadata).toMatchObject({ learner: amy.userId })
    expect(await documents.deletePrefix('school', blobsOf(amy.userId))).toEqual({ removed: 2 })
  })
})
