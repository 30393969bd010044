import { describe, expect, it } from 'bun:test'
import { readYaml, writeYaml } from './yaml'

const valueIn = (text: string) => (readYaml(text) as { value: unknown }).value

describe('YAML is read', () => {
  it('with anchors and merged maps', () => {
    const text = 'a: &a { x: 1 }\nb: { <<: *a, y: 2 }\nc: *a\n'
    expect(valueIn(text)).toEqual({ a: { x: 1 }, b: { x: 1, y: 2 }, c: { x: 1 } })
  })

  it('as JSON, and as what it writes', () => {
    const value = {
      rules: [{ name: 'yes', when: { type: 'no', path: '1' }, then: { sampling: 1e-3 } }],
    }
    expect(valueIn(JSON.stringify(value))).toEqual(value)
    expect(valueIn(writeYaml(value))).toEqual(value)
  })

  const bad: [text: string, said: RegExp][] = [
    ['a: 1\na: 2', /Line 2, column 1: Map keys must be unique/],
    ['a: { b: 1, "b": 2 }', /Line 1, column 12: Map keys must be unique/],
    ['a: [', /Line 1/],
    ['a: 1\n---\nb: 1', /one document/],
    ['', /Must have a document/],
    ['a: *b', /Unresolved alias/],
    ['['.repeat(20_000), /nested too deep|Maximum call stack/],
    ['x'.repeat(400_000), /at most 393216 bytes/],
  ]
  for (const [text, said] of bad) {
    it(`but not ${JSON.stringify(text.slice(0, 20))}`, () => {
      expect(
        readYaml(text)
          .errors?.map(({ message }) => message)
          .join(),
      ).toMatch(said)
    })
  }

  it('in a time that grows with its length, however many keys a map has', () => {
    const keys = (many: number) => Array.from({ length: many }, (_, n) => `k${n}: 1`).join('\n')
    const timeOf = (text: string) => {
      const from = process.cpuUsage()
      readYaml(text)
      return process.cpuUsage(from).user
    }
    timeOf(keys(1000))
    // Eight times as many; each compared with all before it would be 64 times the work.
    const least = (many: number) => Math.min(...[1, 2, 3].map(() => timeOf(keys(many))))
    expect(least(6000) / least(750)).toBeLessThan(30)
  }, 20_000)
})
