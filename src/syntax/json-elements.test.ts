import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { parseElements, parsingElements } from './json-elements'

function textsOf(text: string, key?: string): string[] | undefined {
  return parseElements(text, key === undefined ? {} : { key })?.elements.map(
    (element) => element.text,
  )
}

describe('the elements of an array in a JSON text', () => {
  it('are cut out exactly as they were written', () => {
    const items = [
      '{"n":12345678901234567890, "d":1.10}',
      '{ "b":1,"a":"\\u00e9\\/" }',
      '[ ]',
      '-0.0',
    ]
    expect(textsOf(`[${items.join(' ,\n\t')}]`)).toEqual(items)
    expect(textsOf(`{"data" : [ ${items.join(',')} ] , "x":[1]}`, 'data')).toEqual(items)
  })

  const strings = ['"]"', '"}{"', '"\\""', '"\\\\"', '"\\\\\\""', '"a,b"', '"\\u0022]"', '""']
  for (const item of strings) {
    it(`may be strings with what ends things elsewhere: ${item}`, () => {
      expect(textsOf(`{"data":[${item},{"k":${item}},[${item}]]}`, 'data')).toEqual([
        item,
        `{"k":${item}}`,
        `[${item}]`,
      ])
    })
  }

  it('are those of the last array when the key is repeated, as JSON.parse has it', () => {
    expect(textsOf('{"data":[1],"data":[2,3]}', 'data')).toEqual(['2', '3'])
    expect(textsOf('{"data":[1],"data":7}', 'data')).toBeUndefined()
  })

  it('are found under a key with escapes, and under no deeper key', () => {
    expect(textsOf('{"d\\u0061ta":[1]}', 'data')).toEqual(['1'])
    expect(textsOf('{"a":{"data":[1]}}', 'data')).toBeUndefined()
    expect(textsOf('{"a":["data",[1]],"data ":[2]}', 'data')).toBeUndefined()
  })

  it('leave a shell behind that has everything else', () => {
    const parts = parseElements('{"a":1,"data":[{"b":2}],"c":"[]"}', { key: 'data' })
    expect(parts?.shell).toEqual({ a: 1, data: [], c: '[]' })
    expect(parts?.elements).toEqual([{ value: { b: 2 }, text: '{"b":2}' }])
  })

  it('survive a neighbour that looks like the place where two of them meet', () => {
    const nested = '{"id":1,"items":[{"id":2},{"id":3}],"s":"},{\\"id\\""}'
    const items = ['{"id":0}', nested, '{"id":4}', nested, nested]
    expect(textsOf(`[${items}]`)).toEqual(items)
    expect(parseElements(`[${items}]`)?.elements.map(({ value }) => value)).toEqual(
      items.map((item) => JSON.parse(item)),
    )
  })

  it('are the same however often objects within them meet as they do', () => {
    fc.assert(
      fc.property(fc.array(alike, { minLength: 3, maxLength: 12 }), (items) => {
        const texts = items.map((one) => JSON.stringify(one))
        expect(textsOf(`[${texts.join(',')}]`)).toEqual(texts)
      }),
      { numRuns: 200 },
    )
  })

  it('are cut out in steps that have a few usual items, or many short ones', () => {
    const stepsOf = (text: string) => [...parsingElements(text)].length
    const usual = `{"id":1,"text":"${'x'.repeat(1500)}"}`
    expect(stepsOf(`[${Array(20).fill(usual)}]`)).toBe(0)
    expect(stepsOf(`[${Array(1000).fill(usual)}]`)).toBeWithin(40, 60)
    expect(stepsOf(`[${Array(64_000).fill('{}')}]`)).toBeWithin(1900, 2100)
    expect(stepsOf(`[${Array(10).fill(`"${'x'.repeat(50_000)}"`)}]`)).toBe(9)
  })

  const broken = [
    '[1 2]',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[1',
    '[',
    '[1}',
    '["a]',
    '[1]x',
    '[1\f,2]',
    '[01]',
  ]
  for (const text of broken) {
    it(`are not looked for in ${JSON.stringify(text)}, nor under a key`, () => {
      expect(parseElements(text)).toBeUndefined()
      expect(parseElements(`{"data":${text}}`, { key: 'data' })).toBeUndefined()
    })
  }

  it('are not made in any number: a limit stops it', () => {
    expect(parseElements('[1,2]', { limit: 2 })?.elements).toHaveLength(2)
    expect(() => parseElements('[1,2,3]', { limit: 2 })).toThrow(RangeError)
    expect(() => parseElements('{"data":[1,2,3]}', { key: 'data', limit: 2 })).toThrow(RangeError)
  })

  it('come from exactly the texts that JSON.parse accepts, and with its values', () => {
    fc.assert(
      fc.property(mutatedEnvelope, (text) => {
        const whole = parsed(text)
        const parts = parseElements(text, { key: 'data' })
        if (!Array.isArray(whole?.data)) {
          expect(parts).toBeUndefined()
          return
        }
        expect(parts?.elements.map(({ value }) => value)).toEqual(whole.data)
        expect(parts?.elements.map((element) => JSON.parse(element.text))).toEqual(whole.data)
        expect(parts?.shell).toEqual({ ...whole, data: [] })
      }),
      { numRuns: 3000 },
    )
  })

  it('are found in a time that grows with the text, whatever it holds', () => {
    const hostile = ['\\\\'.repeat(500_000), '\\"'.repeat(500_000), '{['.repeat(500_000)]
    for (const text of hostile) {
      const item = JSON.stringify(JSON.parse(`"${text}"`))
      expect(textsOf(`[${item},{"${'a'.repeat(9)}":${item}}]`)).toHaveLength(2)
      expect(parseElements(`[${text}`)).toBeUndefined()
    }
  })
})

function parsed(text: string): { data?: unknown } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Each object begins with the same name, at whatever depth it stands.
const { alike } = fc.letrec((tie) => ({
  alike: fc.record(
    {
      id: fc.constantFrom(1, 'urn:uuid:1', '},{"id"', '"},{"id":'),
      items: fc.array(tie('alike'), { maxLength: 4 }),
      item: tie('alike'),
    },
    { requiredKeys: ['id'] },
  ),
}))

const item = fc.jsonValue({ maxDepth: 3 })
const space = fc.constantFrom(undefined, 1, '\t')
const envelope = fc
  .tuple(fc.record({ sensor: fc.string(), data: fc.array(item), more: item }), space)
  .map(([value, indent]) => JSON.stringify(value, null, indent))

/**
 * The generator gives JSON with one character inserted, removed or doubled: sometimes still JSON,
 * mostly not.
 */
const mutatedEnvelope = fc
  .tuple(
    envelope,
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', '\f'),
  )
  .map(([text, at, put]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + put + text.slice(place + (at % 3 === 0 ? 1 : 0))
  })
