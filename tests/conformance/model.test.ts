import { describe, expect, it } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionSynonyms, actions } from '../../src/standards/caliper/model/actions'
import { entities, entityBase, parts } from '../../src/standards/caliper/model/entities'
import { eventBase, events } from '../../src/standards/caliper/model/events'
import { modelOf } from '../../src/standards/caliper/model/model'
import { profiles } from '../../src/standards/caliper/model/profiles'
import { parseShape } from '../../src/standards/caliper/model/shape'
import {
  addedIn1p1,
  addedIn1p2,
  deprecatedIn1p1,
  profileExtensions,
} from '../../src/standards/caliper/model/versions'
import { vocabularies } from '../../src/standards/caliper/model/vocabularies'

const types = new Set([...Object.keys(entities), ...Object.keys(parts)])

describe('the tables of Caliper 1.2', () => {
  it('have all there is', () => {
    const sizes = {
      events: Object.keys(events).length,
      entities: Object.keys(entities).length,
      parts: Object.keys(parts).length,
      actions: actions.size,
      profiles: Object.keys(profiles).length,
      roles: vocabularies.Role.size,
      statuses: vocabularies.Status.size,
      metrics: vocabularies.Metric.size,
      identifierTypes: vocabularies.IdentifierType.size,
    }
    expect(sizes).toEqual({
      ...{ events: 22, entities: 70, parts: 2, actions: 80, profiles: 15 },
      ...{ roles: 57, statuses: 2, metrics: 8, identifierTypes: 13 },
    })
  })

  it('name nothing that they do not have', () => {
    const ranges = [
      ...Object.values(eventBase),
      ...Object.values(entityBase),
      ...Object.values(parts).flatMap((table) => Object.values(table)),
      ...Object.values(entities).flatMap(({ has = {} }) => Object.values(has)),
      ...Object.values(events).flatMap(({ has = {}, when = {}, whenObject = {} }) =>
        [has, ...Object.values(when), ...Object.values(whenObject)].flatMap(Object.values),
      ),
      ...Object.values(profiles).flatMap((rows) =>
        rows.flatMap(({ has = {} }) => Object.values(has)),
      ),
    ].map((text) => parseShape(text as string).range)
    const named = ranges.flatMap((range) => (range.kind === 'Entity' ? range.types : []))
    const supertypes = Object.values(entities).flatMap(({ of }) => of)
    expect([...named, ...supertypes].filter((type) => !types.has(type))).toEqual([])
    for (const { actions: supported } of Object.values(events)) {
      expect([...supported].filter((action) => !actions.has(action))).toEqual([])
    }
    for (const { event, actions: some = '' } of Object.values(profiles).flat()) {
      expect(events).toHaveProperty(event)
      const supported = events[event]!.actions
      expect(some.split(' ').filter((action) => action !== '' && !supported.has(action))).toEqual(
        [],
      )
    }
    expect([...actionSynonyms.values()].filter((action) => !actions.has(action))).toEqual([])
    expect([...actionSynonyms.keys()].filter((action) => actions.has(action))).toEqual([])
  })

  it('and those of earlier versions differ by words that 1.2 has, or had', () => {
    const later = [addedIn1p1, addedIn1p2, ...Object.values(profileExtensions)]
    const once = new Set([...types, 'MultiselectionScale'])
    for (const terms of later) {
      expect([...(terms.events ?? [])].filter((type) => !(type in events))).toEqual([])
      expect([...(terms.entities ?? [])].filter((type) => !once.has(type))).toEqual([])
      expect([...(terms.actions ?? [])].filter((name) => !actions.has(name))).toEqual([])
      for (const [type, names] of Object.entries(terms.properties ?? {})) {
        const { has = {} } = entities[type] ?? {}
        const table = { Event: eventBase, Entity: entityBase }[type] ?? has
        expect([...names].filter((name) => !(name in table))).toEqual([])
      }
    }
    for (const names of Object.values(deprecatedIn1p1.supported)) {
      expect([...names].filter((name) => !actions.has(name))).toEqual([])
    }
  })

  it('shrink to what 1.1 and 1.0 had', () => {
    // 1.1, table of contents: B.1 to B.15 with two struck out, and C.1 to C.48 with five.
    const { events: events1p1, entities: entities1p1 } = modelOf('1.1')
    expect(events1p1.size).toBe(13 + 1 + 2)
    expect(entities1p1.size).toBe(43 + 1 + 5)
    expect(modelOf('1.1+all').events.size).toBe(22 + 2)
    expect(modelOf('1.1+all').entities.size).toBe(70 + 5 + 1)
    expect(modelOf('1.0').events.size).toBe(16 - 5)
    expect(modelOf('1.0').entities.size).toBe(49 - 9)
  })
})

const file = join(import.meta.dir, '../../../shared/caliper/facts.json')

describe.skipIf(!existsSync(file))('the tables of Caliper 1.2 and the facts about it', () => {
  interface Fact {
    type: string[]
    items?: string | string[]
    required: boolean
  }
  const facts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

  it('have the same words', () => {
    expect([...actions]).toEqual(facts.actions)
    expect(Object.fromEntries(actionSynonyms)).toEqual(facts.actionSynonyms)
    expect([...vocabularies.Role].sort()).toEqual([...facts.roles].sort())
    expect([...vocabularies.Status]).toEqual(facts.statuses)
    expect([...vocabularies.Metric]).toEqual(facts.metrics)
    expect([...vocabularies.IdentifierType]).toEqual(facts.identifierTypes)
    expect(
      facts.ltiMessageTypes.filter((type: string) => !vocabularies.MessageType.has(type)),
    ).toEqual([])
    expect(Object.keys(profiles)).toEqual(Object.keys(facts.profiles))
    expect(Object.keys(events)).toEqual(Object.keys(facts.events))
  })

  // Where the facts have a row that other official material contradicts; the table says why.
  const amended: Record<string, string> = { 'Questionnaire.items': 'optional' }

  for (const [type, { of, has = {} }] of Object.entries(entities)) {
    it(`have the same properties of ${type}`, () => {
      const fact = facts.entities[type]
      expect([of].flat()).toEqual(fact.supertypes)
      const table = type === 'Entity' ? entityBase : { type: 'Type, required', ...has }
      const props = fact.props as Record<string, Fact>
      expect(Object.keys(table).sort()).toEqual(
        [...new Set(['type', ...Object.keys(props)])].sort(),
      )
      for (const [name, row] of Object.entries(props)) {
        if (name === 'type') continue
        const { range, isArray, need } = parseShape(table[name]!)
        expect({ name, isArray }).toEqual({ name, isArray: row.type[0] === 'Array' })
        const required = row.required ? 'required' : 'optional'
        expect({ name, need }).toEqual({
          name,
          need: amended[`${type}.${name}`] ?? required,
        } as never)
        const expected = isArray
          ? [row.items ?? []].flat()
          : row.type.filter((one) => one !== 'IRI')
        const mine = range.kind === 'Entity' ? range.types : [range.kind]
        if (range.kind === 'Term' || name === 'messageType' || name === 'id') continue
        expect({ name, types: mine.map(lower) }).toEqual({ name, types: expected.map(lower) })
      }
    })
  }

  for (const [type, { actions: supported, has = {} }] of Object.entries(events)) {
    it(`have the same entities in ${type}`, () => {
      const props = facts.events[type].props as Record<string, Fact>
      for (const [name, text] of Object.entries(has)) {
        const { range } = parseShape(text)
        const mine = range.kind === 'Entity' ? range.types : []
        const theirs = (props[name]?.type ?? ['Attempt']).filter((one) => one !== 'IRI')
        // More than the table where a profile or an example has more.
        expect(theirs.filter((one) => !mine.includes(one))).toEqual([])
      }
      const described = (props.action as unknown as { desc: string }).desc
      if (type === 'Event') return
      for (const action of supported) {
        const spellings = [
          action,
          ...[...actionSynonyms].flatMap(([a, b]) => (b === action ? a : [])),
        ]
        expect(spellings.some((one) => described.includes(one))).toBe(true)
      }
    })
  }
})

function lower(name: string): string {
  return name.toLowerCase()
}
