import { describe, expect, it } from 'bun:test'
import { checkItem } from '../../src/standards/caliper/check-item'
import { actions } from '../../src/standards/caliper/model/actions'
import { type Dialect, versionOfDialect } from '../../src/standards/caliper/model/dialect'
import { entities, parts } from '../../src/standards/caliper/model/entities'
import { events } from '../../src/standards/caliper/model/events'
import { exampleEvent, fullEntity } from '../../src/standards/caliper/model/example'
import { modelOf } from '../../src/standards/caliper/model/model'
import { profileExtensions } from '../../src/standards/caliper/model/versions'
import { contextIris } from '../../src/standards/caliper/version'
import { anEvent } from '../support/envelopes'
import { mutated, seeded } from '../support/mutate'
import { earlyType, inEarlyForm } from './early'
import { interpret } from './interpreter'

// The code that is generated from the tables against a plain reading of the same tables; CI asks
// for 100,000 (`MUTATIONS`).
const COUNT = Number(process.env.MUTATIONS ?? 6_000)

const pool = [
  ...Object.entries(events).flatMap(([type, row]) =>
    [...row.actions].map((action) => ({
      kind: 'event' as const,
      item: exampleEvent(type, action),
    })),
  ),
  ...Object.keys({ ...entities, ...parts }).map((type) => ({
    kind: 'entity' as const,
    item: fullEntity(type),
  })),
  ...Array.from({ length: 100 }, () => ({ kind: 'event' as const, item: anEvent() })),
]
const words = [
  ...Object.keys({ ...events, ...entities, ...parts }),
  ...['EpubVolume', 'OutcomeEvent', 'MultiselectionScale', 'Webpage', 'LTIEvent'],
  ...actions,
  ...['Rewound', 'MarkedAsUnRead', 'http://purl.imsglobal.org/caliper/Page'],
]

const extension = (name: string) => `${contextIris['1.1']}/${name}-extension`
const extensions = Object.keys(profileExtensions)

/** Each dialect, the `@context` it is known by, and its part of the events of its version. */
const dialects: [dialect: Dialect, context: unknown, share: number][] = [
  ['1.2', contextIris['1.2'], 1],
  ['1.1', contextIris['1.1'], 1 / 2],
  ...extensions.map((name): [Dialect, unknown, number] => [`1.1+${name}`, extension(name), 1 / 14]),
  ['1.1+all', extensions.map(extension), 1 / 14],
  ['1.0', contextIris['1.0'], 1],
]

/** These are warnings where another context may define what they are said of, else errors. */
const mayBeSoft = new Set(['unknown_property', 'unknown_type'])

describe('the generated checks and the tables say the same', () => {
  for (const [dialect, context, share] of dialects) {
    const count = Math.ceil(COUNT * share)
    it(`of ${count} events and entities of ${dialect} with faults of all kinds`, () => {
      const model = modelOf(dialect)
      const form = model.isEarly ? inEarlyForm : <Item>(item: Item) => item
      const own = model.isEarly ? [...words, ...words.map(earlyType)] : words
      const random = seeded(20261121)
      let departures = 0
      for (let i = 0; i < count; i += 1) {
        const { kind, item } = pool[i % pool.length]!
        const whole = { ...mutated(form(item), own, random), '@context': context }
        const sent = JSON.parse(JSON.stringify(whole))
        const said = checkItem(sent, kind, versionOfDialect(dialect)).map(({ rule, steps }) => {
          const isSoft = rule.severity === 'warning' && mayBeSoft.has(rule.code)
          return `${isSoft ? '~' : ''}${rule.code} ${steps.toReversed().join('.')}`
        })
        const meant = interpret(model, kind, sent)
        departures += meant.length
        if (said.sort().join() !== meant.sort().join()) {
          expect({ sent, said }).toEqual({ sent, said: meant })
        }
      }
      expect(departures).toBeGreaterThan(count)
    }, 120_000)
  }
})
