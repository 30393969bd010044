import { aPerson, aResource, aSection, moment, next } from './entities'
import * as events from './events'

const { caliperContext, ...makers } = events
const all = Object.values(makers)
let turn = 0

/** An event of the next of twenty types, about 1.4 KB as JSON; no two are alike. */
export function anEvent(more: Record<string, unknown> = {}): events.CaliperEvent {
  turn += 1
  return all[turn % all.length]!(more)
}

/** An entity as a describe: on its own, with its own context. */
export function aDescribe(more: Record<string, unknown> = {}) {
  const n = next()
  const entity = [aPerson(n), aSection(n), aResource('Document', n)][n % 3]!
  return { '@context': caliperContext, ...entity, ...more }
}

/** A Caliper 1.2 envelope around `data`; one event when nothing is given. */
export function anEnvelope(data: unknown[] = [anEvent()], more: Record<string, unknown> = {}) {
  return {
    sensor: 'https://lms.northfield.example/sensors/1',
    sendTime: moment(next()),
    dataVersion: caliperContext,
    data,
    ...more,
  }
}

/** The body of a request with `count` distinct events. */
export function anEnvelopeText(count = 1): string {
  return JSON.stringify(anEnvelope(Array.from({ length: count }, () => anEvent())))
}
