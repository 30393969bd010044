import { describe, expect, it } from 'bun:test'
import { conditionOfChoice } from './choice'

const rule = { path: 'payload.score', lt: 0.5 }

describe('what a webhook of these settings is sent, as one condition', () => {
  it('is everything where nothing is said', () => {
    expect(conditionOfChoice(undefined, {})).toBeUndefined()
    expect(conditionOfChoice(undefined, { events: ['*'], rule: null })).toBeUndefined()
  })

  it('is what holds of source, types, rule and filters, in either form', () => {
    const settings = { events: ['A', 'B'], rule, filters: [{ actorId: 'u-17' }] }
    expect(conditionOfChoice('lms', settings)).toEqual({
      all: [
        { path: 'sourceId', equals: 'lms' },
        { path: 'type', in: ['A', 'B'] },
        rule,
        { path: 'actorId', in: ['u-17'] },
      ],
    })
  })

  it('has entities beside all events where their type is named', () => {
    expect(conditionOfChoice(undefined, { events: ['*', 'Person'] })).toEqual({
      any: [
        { path: 'kind', equals: 'event' },
        { path: 'type', in: ['Person'] },
      ],
    })
  })

  it('is refused with the reason', () => {
    expect(() => conditionOfChoice(undefined, { rule: { path: 'x' } })).toThrow('got a path alone')
    expect(() => conditionOfChoice(undefined, { events: 'A' })).toThrow('must be lists')
  })
})
