import { describe, expect, it } from 'bun:test'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { entityTypes, eventTypes } from '../../src/standards/caliper/model'
import { readCaliper } from '../../src/standards/caliper/parse'
import { aDescribe, anEnvelope } from '../support/envelopes'
import * as events from '../support/events'
import { readList, readTable } from '../support/list'
import { patched } from './patch'

const receivedAt = '2026-11-21T09:30:00.000Z'

function check(item: unknown) {
  const { errors, warnings } = checkCaliper(JSON.stringify(anEnvelope([item])))
  return { errors, warnings }
}

function read(item: unknown) {
  return readCaliper(JSON.stringify(anEnvelope([item])), receivedAt).items[0]!
}

/** A path below the item, as the lists write it. */
function pathOf(cell: string): (string | number)[] {
  return ['data', 0, ...cell.split('.')]
}

describe('an event of Caliper 1.2 conforms', () => {
  const { caliperContext: _, ...makers } = events
  for (const [name, make] of Object.entries(makers)) {
    it(`as ${name} makes it`, () => {
      expect(check(make())).toEqual({ errors: [], warnings: [] })
      expect(read(make())).toMatchObject({ event: { conformant: true, issueCodes: [] } })
    })
  }

  for (const patch of readList('conformance', 'conformant.txt')) {
    it(`with ${patch}`, () => {
      const item = patched(events.aViewEvent(), patch)
      expect(check(item)).toEqual({ errors: [], warnings: [] })
      expect(read(item)).toMatchObject({ event: { conformant: true } })
    })
  }

  for (const [type, actions] of eventTypes) {
    it(`as ${type} with each of its actions`, () => {
      for (const action of actions) {
        expect(check(events.anOtherEvent({ type, action })).errors).toEqual([])
      }
    })
  }
})

describe('a departure from Caliper 1.2 is named', () => {
  for (const [code, path, patch] of readTable('|', 'conformance', 'departures.txt')) {
    it(`${code} at ${path}, of an event with ${patch}`, () => {
      const { errors } = check(patched(events.aViewEvent(), patch!))
      expect(errors).toMatchObject([{ code, path: pathOf(path!), spec: expect.any(String) }])
      if (code === 'required') expect(errors[0]!.message).toBe('Required')
    })
  }

  it('with all there are, in one go', () => {
    const { errors } = check({ '@context': events.caliperContext, type: 'ViewEvent' })
    expect(errors.map(({ path }) => path[2])).toEqual([
      'id',
      'action',
      'eventTime',
      'actor',
      'object',
    ])
  })

  it('as a warning where the text says SHOULD, or its own example departs', () => {
    const version7 = events.aViewEvent({ id: 'urn:uuid:019a7c2e-3b4d-7a10-8f00-0123456789ab' })
    expect(check(version7)).toMatchObject({ errors: [], warnings: [{ code: 'uuid_version' }] })
    const inline = events.aViewEvent({ '@context': { id: '@id', type: '@type' } })
    expect(check(inline)).toMatchObject({ errors: [], warnings: [{ code: 'inline_context' }] })
    expect(read(inline)).toMatchObject({
      event: { conformant: true, issueCodes: ['inline_context'] },
    })
  })
})

describe('the gate refuses', () => {
  const lines = readTable('|', 'conformance', 'refused.txt')
  for (const [code, path, patch] of lines) {
    it(`for ${code} at ${path} an event with ${patch}`, () => {
      const sent = patched(events.aViewEvent(), patch!)
      const { errors, raw } = read(sent) as { errors: unknown[]; raw: string }
      expect(errors).toMatchObject([{ code, path: pathOf(path!) }])
      expect(raw).toBe(JSON.stringify(sent))
      expect(check(sent).errors.length).toBeGreaterThan(0)
    })
  }

  it('nothing else of what departs', () => {
    const refused = new Set(lines.map(([, , patch]) => patch))
    for (const [code, , patch] of readTable('|', 'conformance', 'departures.txt')) {
      if (refused.has(patch) || patch!.includes('"eventTime"')) continue
      const item = read(patched(events.aViewEvent(), patch!))
      expect(item).toMatchObject({ event: { conformant: false, issueCodes: [code] } })
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
})

describe('an entity describe', () => {
  for (const type of entityTypes) {
    it(`conforms as ${type}`, () => {
      const describe = { ...aDescribe(), type }
      expect(check(describe)).toEqual({ errors: [], warnings: [] })
      expect(read(describe)).toMatchObject({ event: { kind: 'entity', type, conformant: true } })
    })
  }

  it('is refused without a type or without an id', () => {
    for (const name of ['id', 'type']) {
      const describe = aDescribe({ [name]: undefined })
      expect(check(describe).errors).toMatchObject([{ code: 'required', path: ['data', 0, name] }])
      expect(read(describe)).toMatchObject({ errors: [{ message: 'Required' }] })
    }
  })

  it('may be a part that has no id', () => {
    const part = {
      type: 'TextPositionSelector',
      '@context': events.caliperContext,
      start: 1,
      end: 2,
    }
    expect(check(part).errors).toEqual([])
    expect(read(part)).toMatchObject({ event: { kind: 'entity', objectId: undefined } })
  })
})
