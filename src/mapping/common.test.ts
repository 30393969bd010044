import { describe, expect, it } from 'bun:test'
import { readTable } from '../../tests/support/list'
import type { ReadEvent } from '../event/reading'
import { standardNames } from '../event/record'
import { commonOf } from './common'
import { loadCommonOf } from './load-common'
import { iriOf } from './prefixes'

const event = (changes: Partial<ReadEvent>): ReadEvent => ({
  kind: 'event',
  eventId: 'e',
  standard: 'xapi',
  type: 'Statement',
  eventTime: '2026-11-21T09:30:00.000Z',
  conformant: true,
  issueCodes: [],
  raw: '{}',
  ...changes,
})

describe('an event that Open edX reports in both standards', () => {
  for (const [name, verb, activityType, type, action, , common] of readTable(
    '|',
    import.meta.dir,
    'examples/openedx.txt',
  )) {
    it(`means the same as a statement: ${name}`, () => {
      const statement = { action: iriOf(verb!), objectType: iriOf(activityType!) }
      const ofStatement = commonOf(event(statement))
      const caliper = { standard: 'caliper' as const, type: type!, action: action! }
      const ofCaliper = commonOf(event(caliper))
      expect(ofStatement.type).toBe(ofCaliper.type)
      expect(ofStatement.commonAction).toBe(common === '-' ? undefined : ofCaliper.commonAction)
      expect(ofCaliper.commonAction).toBe(action)
    })
  }
})

describe('what a record has in common', () => {
  const verb = (name: string) => `http://adlnet.gov/expapi/verbs/${name}`
  const type = (name: string) => `http://adlnet.gov/expapi/activities/${name}`
  const own = 'https://example.edu/verbs/juggled'
  const rows: [says: string, given: Partial<ReadEvent>, expected: unknown[]][] = [
    [
      'a verb on an activity type',
      { action: verb('initialized'), objectType: type('assessment') },
      ['AssessmentEvent', 'Assessment', 'Started'],
    ],
    [
      'a verb on an activity without a type',
      { action: verb('completed'), objectType: 'Activity' },
      ['Event', 'Activity', 'Completed'],
    ],
    [
      'a verb on an activity type of which nothing is known',
      { action: verb('experienced'), objectType: 'https://example.edu/types/hologram' },
      ['ViewEvent', 'https://example.edu/types/hologram', 'Viewed'],
    ],
    [
      'a verb that no table has',
      { action: own, objectType: 'Group' },
      ['Event', 'Group', undefined],
    ],
    ['no verb at all', { objectType: undefined }, ['Event', undefined, undefined]],
    [
      "a name of JavaScript's for a verb",
      { action: 'constructor', objectType: '__proto__' },
      ['Event', '__proto__', undefined],
    ],
    [
      "Caliper's own IRIs in a statement",
      {
        action: 'http://purl.imsglobal.org/caliper/actions/Highlighted',
        objectType: 'http://purl.imsglobal.org/caliper/Page',
      },
      ['Event', 'Page', 'Highlighted'],
    ],
    [
      'a Caliper event, as sent',
      { standard: 'caliper', type: 'BlogEvent', action: 'Mused', objectType: 'Blog' },
      ['BlogEvent', 'Blog', 'Mused'],
    ],
    [
      'a native event of its own type',
      { standard: 'native', type: 'Bought' },
      ['Bought', undefined, undefined],
    ],
    [
      'a native event whose type is an action of Caliper',
      { standard: 'native', type: 'Viewed' },
      ['Viewed', undefined, 'Viewed'],
    ],
    [
      'a native event whose type is a verb of xAPI',
      { standard: 'native', type: verb('completed') },
      [verb('completed'), undefined, 'Completed'],
    ],
  ]
  for (const [says, given, [typeOf, objectType, commonAction]] of rows) {
    it(`follows from ${says}`, async () => {
      const expected = { type: typeOf, objectType, commonAction }
      const one = event(given)
      expect(commonOf(one) as object).toEqual(expected)
      // The main path loads it by standard.
      expect(((await loadCommonOf(one.standard)) as typeof commonOf)(one) as object).toEqual(
        expected,
      )
    })
  }

  it('is known of every standard', () => {
    for (const standard of standardNames) {
      expect(commonOf(event({ standard })).type).toBeString()
    }
  })
})
