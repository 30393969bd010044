import { beforeAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { planted } from '../../../tests/support/personal/items'
import { canariesLeft, textsIn } from '../../../tests/support/personal/left'
import { contentDigest as digestOf } from '../../event/content'
import { isNobody } from '../../event/pseudonym'
import type { ReadEvent } from '../../event/reading'
import type { StandardName } from '../../event/record'
import { standardNamed } from '../../standards'
import { finish } from '../../syntax/steps'
import type { FieldTreatment } from '../policy/decision'
import { treatments } from '../policy/policy'
import { newKey, pseudonymBy } from '../pseudonyms/keys'
import { loadPersonalData } from './load'
import type { PersonalData } from './personal'

const key = newKey(1, '2026-01-01T00:00:00.000Z')
const by = {
  pseudonyms: { of: (id: string) => pseudonymBy(key, id) },
  policy: { addresses: 'keep' as const },
}
const server = { requestId: 'r', ip: '203.0.113.77', userAgent: 'Mozilla/5.0 Firefox/130.0' }

let personal: PersonalData
beforeAll(async () => {
  personal = await loadPersonalData()
  for (const name of ['caliper', 'xapi', 'native']) await standardNamed(name)!.load()
})

async function readOne(standard: StandardName, text: string): Promise<ReadEvent> {
  const { readItem } = await standardNamed(standard)!.load()
  const { items } = finish(readItem(text, { context: {}, receivedAt: '2026-01-01T00:00:00.000Z' }))
  const [item] = items
  if (item === undefined || !('event' in item)) throw new Error(JSON.stringify(item))
  return item.event
}

const all: FieldTreatment[][] = [
  ...treatments.map((treatment) => [{ rule: 'r', treatment }]),
  [{ rule: 'r', treatment: 'drop', isAnonymous: true }],
]

describe('an item that was cleaned', () => {
  for (const asked of all) {
    const [{ treatment, isAnonymous }] = asked as [FieldTreatment]
    it(`has nothing left of its people after ${isAnonymous ? 'anonymous' : treatment}, and all else as it was`, async () => {
      await fc.assert(
        fc.asyncProperty(planted, async ({ standard, text, canaries, kept }) => {
          const event = await readOne(standard, text)
          const { event: cleaned } = personal.clean({ ...event, server }, asked, by)
          const { raw, contentDigest, ...fields } = cleaned
          expect(
            canariesLeft([...textsIn(raw), ...textsIn(JSON.stringify(fields))], canaries),
          ).toEqual([])
          expect(raw).not.toContain('203.0.113.77')
          for (const one of kept) expect(raw).toContain(one)
          expect(contentDigest).toBe(event.contentDigest ?? digestOf(event.raw))
          // It is still read by its standard, as the record says it.
          const again = await readOne(standard, raw)
          expect(again.actorId).toBe(fields.actorId)
          expect(isNobody(again.actorId!)).toBe(true)
          expect(again.eventTime).toBe(event.eventTime)
          expect(again.type).toBe(event.type)
          expect(personal.peopleIn(raw, standard)).toEqual([])
          const twice = personal.clean({ ...cleaned }, asked, by)
          expect(twice.event.raw).toBe(raw)
          expect(twice.changed).toBe(0)
          expect(twice.event).toEqual(cleaned)
          expect(personal.cleanText(text, standard, asked, by)?.raw).toBeDefined()
        }),
        { numRuns: 60 },
      )
    }, 60_000)
  }

  it('has one pseudonym of one person, wherever they stand', async () => {
    await fc.assert(
      fc.asyncProperty(planted, async ({ standard, text }) => {
        const event = await readOne(standard, text)
        const { event: cleaned } = personal.clean({ ...event, server }, all[2]!, by)
        expect(cleaned.actorId).toBe(by.pseudonyms.of(event.actorId!))
        for (const id of personal.peopleIn(text, standard)) {
          expect(cleaned.raw).toContain(by.pseudonyms.of(id).slice('urn:nonius:pseudonym:'.length))
        }
      }),
      { numRuns: 30 },
    )
  }, 60_000)
})
