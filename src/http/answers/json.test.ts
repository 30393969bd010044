import { describe, expect, it } from 'bun:test'
import { type Json, jsonArray, jsonObject, jsonOf, jsonString, writtenJson } from './json'

const long = 'a"\\\n€😀'.repeat(30_000)

const cases: [name: string, value: unknown, json: Json<unknown>][] = [
  ['nothing', {}, jsonObject({})],
  ['only what is undefined', {}, jsonObject({ a: undefined })],
  ['values', { a: 1, b: [null] }, jsonObject({ a: 1, b: [null] })],
  ['a written member', { a: [1] }, jsonObject({ a: writtenJson<number[]>('[1]') })],
  [
    'values around written members',
    { a: 1, b: 'b', c: 'c', e: { f: true } },
    jsonObject({ a: 1, b: jsonString('b'), c: jsonString('c'), d: undefined, e: { f: true } }),
  ],
  ['a long text', { text: long }, jsonObject({ text: jsonString(long) })],
  ['an empty array', { a: [] }, jsonObject({ a: jsonArray([], jsonOf) })],
  ['objects', [{ a: 1 }, {}], jsonArray([1, undefined], (a) => jsonObject({ a }))],
]

describe('JSON in pieces', () => {
  for (const [name, value, json] of cases) {
    it(`is what JSON.stringify makes of ${name}`, () => {
      expect([...json].join('') === JSON.stringify(value)).toBe(true)
      // A second reader finds the same.
      expect([...json].join('') === JSON.stringify(value)).toBe(true)
    })
  }
})
