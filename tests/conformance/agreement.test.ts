import { describe, expect, it } from 'bun:test'
import { checkItem } from '../../src/standards/caliper/check-item'
import { actions } from '../../src/standards/caliper/model/actions'
import { entities, parts } from '../../src/standards/caliper/model/entities'
import { events } from '../../src/standards/caliper/model/events'
import { exampleEvent, fullEntity } from '../../src/standards/caliper/model/example'
import { modelOf } from '../../src/standards/caliper/model/model'
import { contextIris } from '../../src/standards/caliper/version'
import { anEvent } from '../support/envelopes'
import { interpret } from './interpreter'
import { mutated, seeded } from './mutate'

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

describe('the generated checks and the tables say the same', () => {
  for (const version of ['1.2', '1.1'] as const) {
    it(`of ${COUNT} events and entities of ${version} with faults of all kinds`, () => {
      const model = modelOf(version)
      const random = seeded(20261121)
      let departures = 0
      for (let i = 0; i < COUNT; i += 1) {
        const { kind, item } = pool[i % pool.length]!
        const whole = { ...mutated(item, words, random), '@context': contextIris[version] }
        const sent = JSON.parse(JSON.stringify(whole))
        const said = checkItem(sent, kind, version).map(({ rule, steps }) => {
          const isSoft = rule.code === 'unknown_property' && rule.severity === 'warning'
          return `${isSoft ? '~' : ''}${rule.code} ${steps.toReversed().join('.')}`
        })
        const meant = interpret(model, kind, sent)
        departures += meant.length
        if (said.sort().join() !== meant.sort().join()) {
          expect({ sent, said }).toEqual({ sent, said: meant })
        }
      }
      expect(departures).toBeGreaterThan(COUNT)
    }, 120_000)
  }
})
