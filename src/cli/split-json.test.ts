import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readTable } from '../../tests/support/list'
import { type Piece, SplitError } from './piece'
import { createSplitter } from './split-json'

/** Returns the pieces of a text that comes in chunks of some characters. */
function split(text: string, chunk = text.length): Piece[] {
  const pieces: Piece[] = []
  const splitter = createSplitter((piece) => pieces.push(piece))
  for (let at = 0; at < text.length; at += chunk) splitter.write(text.slice(at, at + chunk))
  splitter.end()
  return pieces
}

function itemsOf(pieces: Piece[]): unknown[] {
  return pieces.flatMap((piece) => (piece.kind === 'item' ? [JSON.parse(piece.text)] : []))
}

const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'é'),
})
const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
const item = fc.dictionary(
  fc.oneof(text, fc.constantFrom('type', 'data', 'id')),
  fc.oneof(value, text),
)
const typed = item.map((own) => ({ type: 'ViewEvent', ...own }))
const indent = fc.constantFrom(undefined, 1, '\t')

describe('a stream of JSON is taken apart', () => {
  it('into the elements of arrays, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(value),
        indent,
        fc.integer({ min: 1, max: 40 }),
        (items, space, chunk) => {
          const sent = JSON.stringify(items, null, space)
          expect(itemsOf(split(sent, chunk))).toEqual(JSON.parse(sent))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('into the items of envelopes, and what stands around them', () => {
    const shell = fc.dictionary(fc.oneof(text, fc.constantFrom('sensor', 'sendTime')), value)
    const cases = fc.tuple(shell, fc.array(value), shell, indent, fc.integer({ min: 1, max: 40 }))
    fc.assert(
      fc.property(cases, ([before, data, after, space, chunk]) => {
        for (const name of ['data', 'type', '@type']) {
          delete before[name]
          delete after[name]
        }
        const sent = JSON.stringify({ ...before, data, ...after }, null, space)
        const pieces = split(sent, chunk)
        expect(itemsOf(pieces)).toEqual(JSON.parse(JSON.stringify(data)))
        const last = pieces.at(-1)!
        if (last.kind !== 'envelope') throw new Error('there is no envelope')
        expect(last.size).toBe(data.length)
        const around = JSON.parse(JSON.stringify({ ...before, data: [], ...after }))
        expect(JSON.parse(last.head + last.tail)).toEqual(around)
      }),
      { numRuns: 500 },
    )
  })

  it('into events on lines of their own, each with its line', () => {
    fc.assert(
      fc.property(fc.array(typed), fc.integer({ min: 1, max: 40 }), (items, chunk) => {
        const lines = items.map((one) => JSON.stringify(one))
        const pieces = split(lines.join('\n\n'), chunk)
        expect(itemsOf(pieces)).toEqual(lines.map((line) => JSON.parse(line)))
        expect(pieces.map((piece) => piece.in.line)).toEqual(lines.map((_, i) => i * 2 + 1))
        expect(pieces.map((piece) => piece.in.document)).toEqual(lines.map((_, i) => i))
      }),
      { numRuns: 500 },
    )
  })

  it('with the place of each item in its document', () => {
    const pieces = split('[1,\n2]\n{"sensor":"a","data":[\n{}\n,\n"b"]}')
    const places = pieces.map((piece) =>
      piece.kind === 'item'
        ? `${piece.line} ${piece.steps.join('.')}`
        : `${piece.tailLine} ${piece.size}`,
    )
    expect(places).toEqual(['1 0', '2 1', '4 data.0', '6 data.1', '6 2'])
  })

  it('leaving an event with data of its own whole', () => {
    const event = { type: 'ViewEvent', data: [1, 2] }
    expect(itemsOf(split(JSON.stringify(event)))).toEqual([event])
  })

  for (const [line, sent] of readTable('|', import.meta.dir, 'examples/no_json.txt')) {
    it(`and found to be none in line ${line}: ${sent}`, () => {
      let thrown: unknown
      try {
        itemsOf(split(sent!.replaceAll('↵', '\n'), 3))
      } catch (error) {
        thrown = error
      }
      if (line === '-') expect(thrown).toBeInstanceOf(SyntaxError)
      else {
        expect(thrown).toBeInstanceOf(SplitError)
        expect((thrown as SplitError).place.line).toBe(Number(line))
      }
    })
  }
})
