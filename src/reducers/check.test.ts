import { expect, it } from 'bun:test'
import { checkReducers } from './check'
import { MAX_STATE_BYTES, stateText } from './run/json'

const fine = { name: 'a-1', version: 1, scope: 'learner', start: null, reduce: () => 0 }

it('takes what is a reducer, alone and in a list', () => {
  const more = [
    { scope: 'source' },
    { scope: 'group', says: 'x', sources: ['a'], types: ['b'] },
    { scope: { learnerAnd: 'doc_id' }, start: { a: [1, 'é', true, null] } },
    { name: 'a', version: Number.MAX_SAFE_INTEGER, show: () => 0 },
  ]
  for (const one of more) {
    expect(checkReducers({ ...fine, ...one }, 'x.ts')).toMatchObject({ problems: [] })
  }
  expect(checkReducers([fine, fine], 'x.ts').reducers).toHaveLength(2)
})

it('names each fault by file, member and rule', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const wrong: [object, string][] = [
    [{ name: 'A' }, '.name must be 1 to 64'],
    [{ name: '-a' }, '.name'],
    [{ name: 'a'.repeat(65) }, '.name'],
    [{ name: '__proto__' }, '.name'],
    [{ version: 0 }, '.version must be a whole number from 1 on; it is 0'],
    [{ version: 1.5 }, '.version'],
    [{ version: '1' }, '.version'],
    [{ scope: 'student' }, '.scope'],
    [{ scope: { learnerAnd: '__proto__' } }, '.scope'],
    [{ scope: { learnerAnd: '' } }, '.scope'],
    [{ sources: [] }, '.sources must be a list of 1 to 100'],
    [{ types: [1] }, '.types'],
    [{ reduce: 'x' }, '.reduce must be a function'],
    [{ show: 1 }, '.show'],
    [{ start: undefined }, '.start must be JSON: it is left out'],
    [{ start: new Map() }, '.start must be JSON: it has a Map'],
    [{ start: { a: [Number.NaN] } }, '.start must be JSON: it has NaN at .a[0]'],
    [{ start: circle }, 'deeper than 100'],
  ]
  for (const [change, fault] of wrong) {
    const { reducers, problems } = checkReducers([{ ...fine, ...change }], 'x.ts')
    expect([reducers, problems.length]).toEqual([[], 1])
    expect(problems[0]).toStartWith('x.ts[0].')
    expect(problems[0]).toContain(fault)
  }
  for (const exported of [undefined, null, 7, 'x', [null]]) {
    expect(checkReducers(exported, 'x.ts').problems).toHaveLength(1)
  }
})

it('keeps only states that come back as they were, and names no person in what is wrong', () => {
  expect(stateText({ a: 1, b: undefined, c: '\ud800' })).toBe('{"a":1,"c":"\\ud800"}')
  const wrong = [
    () => 0,
    1n,
    new Date(0),
    { toJSON: () => 1 },
    [undefined],
    Number.POSITIVE_INFINITY,
  ]
  for (const state of wrong) expect(() => stateText(state)).toThrow('the state is no JSON')
  expect(() => stateText({ 'ada@example.edu': Number.NaN })).toThrow('it has NaN at .…')
  expect(() => stateText('x'.repeat(MAX_STATE_BYTES))).toThrow('may take 65536')
})
