import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AUTHORITY_HOME, type Finder, finderNames } from '../../../event/statement'
import {
  isExact,
  mainPartition,
  partitionsFor,
  partitionsOf,
  SHARDS,
  statementIdOf,
  statementKey,
} from './keys'

const text = fc.string({ unit: 'binary', maxLength: 8 }).map((one) => one.toWellFormed())
const value = fc.oneof(text, fc.constantFrom('a', 'b', `${AUTHORITY_HOME}school|lms`))
const finder: fc.Arbitrary<Finder> = fc.record({ by: fc.constantFrom(...finderNames), value })
const finders = fc.uniqueArray(finder, { selector: ({ by, value }) => `${by}\n${value}` })

describe('the partitions of statements', () => {
  it('that a finder asks have every statement that it finds, once or twice', () => {
    fc.assert(
      fc.property(text, text, finders, (tenantId, id, said) => {
        const places = [mainPartition(tenantId, id), ...partitionsFor(tenantId, id, said)]
        expect(new Set(places).size).toBe(places.length)
        for (const one of said) {
          const asked = partitionsOf(tenantId, one).filter((place) => places.includes(place))
          expect(asked.length).toBeGreaterThanOrEqual(1)
          expect(asked.length).toBeLessThanOrEqual(2)
        }
        expect(partitionsOf(tenantId).filter((place) => places.includes(place))).toHaveLength(1)
      }),
    )
  })

  it('that an exact finder asks have no statement that it does not find', () => {
    fc.assert(
      fc.property(text, text, finders, finder, (tenantId, id, said, other) => {
        const isFound = said.some(({ by, value }) => by === other.by && value === other.value)
        if (!isExact(other) || isFound) return
        const places = partitionsFor(tenantId, id, said)
        expect(partitionsOf(tenantId, other).filter((place) => places.includes(place))).toEqual([])
      }),
    )
  })

  it('are of one tenant, whatever characters its name has', () => {
    fc.assert(
      fc.property(text, text, finders, (one, other, said) => {
        if (one === other) return
        const theirs = new Set(partitionsFor(other, 'x', said))
        expect(partitionsFor(one, 'x', said).filter((place) => theirs.has(place))).toEqual([])
      }),
    )
  })

  it('share statements of the same course, verb and moment evenly', () => {
    const said: Finder[] = [
      { by: 'verb', value: 'viewed' },
      { by: 'relatedActivity', value: 'course' },
    ]
    const counts = new Map<string, number>()
    for (let n = 0; n < 4000; n += 1) {
      const id = crypto.randomUUID()
      for (const place of [mainPartition('school', id), ...partitionsFor('school', id, said)]) {
        counts.set(place, (counts.get(place) ?? 0) + 1)
      }
    }
    expect(counts.size).toBe(SHARDS.all + SHARDS.verb + SHARDS.relatedActivity)
    // Of 4,000 a sixteenth are 250, give or take 15; six times that is never met.
    for (const count of counts.values()) expect(count).toBeWithin(160, 610)
  })

  it('are none for what every statement of a source says', () => {
    const said: Finder[] = [
      { by: 'source', value: 'lms' },
      { by: 'relatedAgent', value: `${AUTHORITY_HOME}school|lms` },
    ]
    expect(partitionsFor('school', 'x', said)).toEqual([])
    expect(said.map((one) => partitionsOf('school', one))).toEqual([
      partitionsOf('school'),
      partitionsOf('school'),
    ])
  })
})

it('reads the id of a statement from its key', () => {
  fc.assert(
    fc.property(text, text, (tenantId, id) => {
      expect(statementIdOf(statementKey(tenantId, id, 's').pk!.S!)).toBe(id)
    }),
  )
})
