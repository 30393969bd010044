import { describe, expect, it } from 'bun:test'
import { actions } from '../standards/caliper/model/actions'
import { entities } from '../standards/caliper/model/entities'
import { events } from '../standards/caliper/model/events'
import { isIri } from '../syntax/iri'
import { activityTypes, typesOfEntities } from './activity-types'
import { isA } from './entities'
import { activityTypeOf, entityOf, happeningOf, verbOf } from './lookup'
import { iriOf } from './prefixes'
import { verbRows, verbsOfActions } from './verbs'

const allRows = [...verbRows, ...verbsOfActions]
const allTypes = [...activityTypes, ...typesOfEntities]

describe('the table of verbs', () => {
  for (const row of allRows) {
    const { verb, on, event, action, match } = row
    it(`has terms that exist: ${verb} on ${on} is ${event} ${action}`, () => {
      expect(isIri(iriOf(verb))).toBe(true)
      expect(Object.keys(events)).toContain(event)
      expect(['exact', 'close', 'generic']).toContain(match)
      for (const entity of on) {
        if (entity !== '*') expect(Object.keys(entities)).toContain(entity)
      }
      // Without an action it says nothing that is close, and the other way round.
      expect(action === undefined).toBe(match === 'generic')
      if (action !== undefined) {
        expect([...actions]).toContain(action)
        expect([...events[event]!.actions]).toContain(action)
      }
    })
  }

  it('says one thing of a verb on an entity, and of an action of an event on an entity', () => {
    const pairs = verbRows.flatMap(({ verb, on }) => on.map((entity) => `${verb} ${entity}`))
    expect(pairs.filter((pair, at) => pairs.indexOf(pair) < at)).toEqual([])
  })

  it('leads from a verb to what its row says, for entities of which it has no row too', () => {
    for (const { verb, on, event, action, match } of verbRows) {
      for (const entity of on) {
        const found = happeningOf(iriOf(verb), entity === '*' ? undefined : entity)
        expect(found).toEqual({ event, action, match })
      }
    }
  })
})

describe('an action of Caliper', () => {
  for (const [event, { actions: own, has = {} }] of Object.entries(events)) {
    for (const action of own) {
      it(`comes back from the verb that it is given: ${event} ${action}`, () => {
        const [entity = 'Entity'] = (has.object ?? 'Entity').split(/ \| |,/)
        const { iri, match } = verbOf(event, action, entity)
        expect(isIri(iri)).toBe(true)
        const back = happeningOf(iri, entity)
        if (match === 'exact') expect(back).toMatchObject({ event, action, match })
        // A verb that only comes near may say more or less, but not what is wrong.
        if (match === 'generic') expect(back.action).toBe(action)
      })
    }
  }
})

describe('the table of activity types', () => {
  it('has terms that exist, each once', () => {
    const types = activityTypes.map(({ activityType }) => activityType)
    expect(new Set(types).size).toBe(types.length)
    for (const { activityType, entity, match } of allTypes) {
      expect(isIri(iriOf(activityType))).toBe(true)
      expect(Object.keys(entities)).toContain(entity)
      expect(['exact', 'close']).toContain(match)
    }
  })

  for (const entity of Object.keys(entities)) {
    it(`leads from ${entity} to an activity type and back to it, or to something nearer`, () => {
      const { iri, match } = activityTypeOf(entity)
      const back = entityOf(iri)!
      if (match === 'close') expect(back).toBeDefined()
      else expect(back).toMatchObject({ entity, match: 'exact' })
    })
  }

  it('knows nothing of what is not there', () => {
    const none = ['Activity', 'StatementRef', '', '__proto__', 'https://example.edu/types/hologram']
    const near = [
      'http://purl.imsglobal.org/caliper/',
      'http://purl.imsglobal.org/caliper/Hologram',
    ]
    for (const type of [...none, ...near]) expect(entityOf(type)).toBeUndefined()
  })
})

it('an entity is of its own type and of all above it', () => {
  expect(isA('VideoObject', 'DigitalResource')).toBe(true)
  expect(isA('Assessment', 'DigitalResourceCollection')).toBe(true)
  expect(isA('CourseSection', 'Organization')).toBe(true)
  expect(isA('Person', 'DigitalResource')).toBe(false)
  expect(isA('constructor', 'DigitalResource')).toBe(false)
})
