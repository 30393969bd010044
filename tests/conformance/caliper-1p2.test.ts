import { describe, expect, it } from 'bun:test'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { entities, parts } from '../../src/standards/caliper/model/entities'
import { events as eventRows } from '../../src/standards/caliper/model/events'
import { exampleEvent } from '../../src/standards/caliper/model/example'
import { readCaliper } from '../../src/standards/caliper/parse'
import { aDescribe, anEnvelope } from '../support/envelopes'
import * as events from '../support/events'
import { readTable } from '../support/list'
import { patched } from './patch'
import { specimen } from './specimen'

const receivedAt = '2026-11-21T09:30:00.000Z'
const nothing = { errors: [], warnings: [] }

function check(item: unknown) {
  const { errors, warnings } = checkCaliper(JSON.stringify(anEnvelope([item])))
  return { errors, warnings }
}

function read(item: unknown) {
  return readCaliper(JSON.stringify(anEnvelope([item])), receivedAt).items[0]!
}

/** A path below the item, as the lists write it. */
function pathOf(cell: string): (string | number)[] {
  const steps = cell.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
  return ['data', 0, ...steps]
}

const departures = readTable('|', import.meta.dir, 'departures.txt')
const refused = readTable('|', import.meta.dir, 'refused.txt')

describe('an item of Caliper 1.2 conforms', () => {
  const { caliperContext: _, ...makers } = events
  for (const [name, make] of Object.entries(makers)) {
    it(`as ${name} makes it`, () => {
      expect(check(make())).toEqual(nothing)
      expect(read(make())).toMatchObject({ event: { conformant: true, issueCodes: [] } })
    })
  }

  for (const [type, { actions }] of Object.entries(eventRows)) {
    it(`as ${type} with each of its actions`, () => {
      for (const action of actions) expect(check(exampleEvent(type, action))).toEqual(nothing)
    })
  }

  for (const type of [...Object.keys(entities), ...Object.keys(parts)]) {
    it(`as ${type} with a value for all that it has`, () => {
      expect(check(specimen(type))).toEqual(nothing)
      expect(read(specimen(type))).toMatchObject({
        event: { kind: 'entity', type, conformant: true },
      })
    })
  }

  for (const [base, patch] of readTable('|', import.meta.dir, 'conformant.txt')) {
    it(`as ${base} with ${patch}`, () => {
      const item = patched(specimen(base!), patch!)
      expect(check(item)).toEqual(nothing)
      expect(read(item)).toMatchObject({ event: { conformant: true, issueCodes: [] } })
    })
  }
})

describe('a departure from Caliper 1.2 is named', () => {
  for (const [code, path, base, patch] of departures) {
    it(`${code} at ${path}, of ${base} with ${patch}`, () => {
      const { errors } = check(patched(specimen(base!), patch!))
      const spec = expect.stringContaining('Caliper 1.2')
      expect(errors).toMatchObject([{ code, path: pathOf(path!), severity: 'error', spec }])
      if (code === 'required') expect(errors[0]!.message).toBe('Required')
    })
  }

  for (const [code, path, base, patch] of readTable('|', import.meta.dir, 'recommendations.txt')) {
    it(`and only recommended against: ${code} at ${path}, of ${base} with ${patch}`, () => {
      const item = patched(specimen(base!), patch!)
      const { errors, warnings } = check(item)
      expect(errors).toEqual([])
      expect(warnings).toMatchObject([{ code, path: pathOf(path!), severity: 'warning' }])
      expect(read(item)).toMatchObject({ event: { conformant: true, issueCodes: [code] } })
    })
  }

  it('with all there are, in one go', () => {
    const { errors } = check({ '@context': events.caliperContext, type: 'ViewEvent' })
    const missing = ['id', 'actor', 'action', 'object', 'eventTime']
    expect(errors.map(({ path }) => path[2])).toEqual(missing)
  })

  it('with what was probably meant', () => {
    const messageOf = (patch: string) =>
      check(patched(specimen('ViewEvent'), patch)).errors[0]?.message
    expect(messageOf('object.type = "Webpage"')).toBe(
      '"Webpage" is not a type of entity; WebPage is',
    )
    expect(messageOf('{"type": "viewevent"}')).toEndWith('; ViewEvent is')
    expect(messageOf('actor.email = "ada@example.edu"')).toContain('extensions')
  })
})

describe('the gate refuses', () => {
  for (const [code, path, patch] of refused) {
    it(`for ${code} at ${path} an event with ${patch}`, () => {
      const sent = patched(events.aViewEvent(), patch!)
      const { errors, raw } = read(sent) as { errors: unknown[]; raw: string }
      expect(errors).toMatchObject([{ code, path: pathOf(path!) }])
      expect(raw).toBe(JSON.stringify(sent))
      expect(check(sent).errors.length).toBeGreaterThan(0)
    })
  }

  it('nothing else of what departs', () => {
    const fatal = new Set(refused.map(([, , patch]) => patch))
    for (const [code, , base, patch] of departures) {
      if (fatal.has(patch) || patch!.includes('"eventTime"')) continue
      const item = read(patched(specimen(base!), patch!))
      expect(item).toMatchObject({ event: { conformant: false } })
      expect((item as { event: { issueCodes: string[] } }).event.issueCodes).toContain(code!)
    }
  })

  for (const item of [null, 7, true, 'https://example.edu/events/1', [], [events.aViewEvent()]]) {
    it(`what is no object: ${JSON.stringify(item).slice(0, 30)}`, () => {
      expect(read(item)).toMatchObject({ errors: [{ code: 'not_an_object', path: ['data', 0] }] })
    })
  }

  it('an id that is longer than any standard keeps', () => {
    const id = `https://example.edu/${'a'.repeat(2048)}`
    const item = read(events.aViewEvent({ id }))
    expect(item).toMatchObject({ errors: [{ code: 'too_long', path: ['data', 0, 'id'] }] })
    expect((item as { id: string }).id.length).toBeLessThan(300)
    expect(read(events.aViewEvent({ id: id.slice(0, 2048) }))).toHaveProperty('event')
  })

  it('a describe without a type or without an id', () => {
    for (const name of ['id', 'type']) {
      const describe = aDescribe({ [name]: undefined })
      expect(check(describe).errors).toMatchObject([{ code: 'required', path: ['data', 0, name] }])
      expect(read(describe)).toMatchObject({ errors: [{ message: 'Required' }] })
    }
  })

  it('no part, which has no id', () => {
    expect(read(specimen('TextPositionSelector'))).toMatchObject({
      event: { kind: 'entity', objectId: undefined },
    })
  })
})
