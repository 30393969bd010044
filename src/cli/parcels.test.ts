import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { formOf } from '../standards/forms'
import { supposed } from './file-standards'
import { createPacker, envelopeKey, type Parcel, type Shell } from './parcels'
import { parsedPieces } from './parsed-pieces'
import { stepsText } from './piece'
import { createSplitter } from './split-json'

const sensor = 'urn:example:sensor'

function parcelsOf(text: string, shells = new Map<string, Shell>()): Parcel[] {
  const parcels: Parcel[] = []
  const packer = createPacker(
    {
      formFor: (value) => formOf(value) ?? supposed,
      hasEnvelopes: true,
      sensor,
      placeOf: ({ in: { line }, steps }) => `a:${line}${stepsText(steps)}`,
      shellOf: (envelope) => shells.get(envelopeKey(envelope)),
    },
    (parcel) => parcels.push(parcel),
  )
  const splitter = createSplitter((piece) => {
    for (const one of parsedPieces(piece)) packer.take(one)
  })
  splitter.write(text)
  splitter.end()
  packer.end()
  return parcels
}

const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')
const many = (count: number, value: object) => Array.from({ length: count }, () => value)

describe('files become requests', () => {
  it('sends an envelope with what stands in it and around it untouched', () => {
    const text =
      '{ "sensor": "x", "data": [{"n":1.0},{"n":12345678901234567890} ], "sendTime" : 7 }'
    const [parcel, ...others] = parcelsOf(text)
    expect(others).toEqual([])
    expect(parcel!.body.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
    expect(parcel!.places).toEqual(['a:1 data[0]', 'a:1 data[1]'])
  })

  it('puts events that come alone into one envelope, their text untouched', () => {
    const texts = ['{"type":"ViewEvent","n":1.0}', '{"type":"Person","n":12345678901234567890}']
    const [parcel, ...others] = parcelsOf(texts.join('\n'))
    expect(others).toEqual([])
    expect(parcel!.body).toEndWith(`"data":[${texts.join(',')}]}`)
    expect(JSON.parse(parcel!.body)).toMatchObject({
      sensor,
      dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
      sendTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(parcel!.places).toEqual(['a:1', 'a:2'])
  })

  it('puts each standard into a body of its own, in the order of the file', () => {
    const statement = { verb: { id: 'urn:x:v' }, id: 'A' }
    const found = parcelsOf(
      lines(
        { event_type: 'a' },
        { event_type: 'b' },
        statement,
        { type: 'T' },
        { event_type: 'c' },
      ),
    )
    expect(found.map(({ form, places }) => `${form.name} ${places}`)).toEqual([
      'native a:1,a:2',
      'xapi a:3',
      'caliper a:4',
      'native a:5',
    ])
    expect(found[0]!.body).toBe('[{"event_type":"a"},{"event_type":"b"}]')
  })

  it('keeps apart the versions of statements, and an id that comes twice', () => {
    const verb = { id: 'urn:x:v' }
    const found = parcelsOf(
      lines({ verb, id: 'a' }, { verb, id: 'A' }, { verb, version: '1.0.3' }, { verb }),
    )
    expect(found.map(({ context, places }) => `${context.version} ${places}`)).toEqual([
      '2.0.0 a:1',
      '2.0.0 a:2',
      '1.0.3 a:3',
      '2.0.0 a:4',
    ])
  })

  it('makes requests of at most 500 items', () => {
    const sizes = parcelsOf(lines(...many(1001, { type: 'A' }))).map(({ places }) => places.length)
    expect(sizes).toEqual([500, 500, 1])
  })

  it('makes requests of about a megabyte, and gives a larger item one of its own', () => {
    const large = { type: 'A', filler: 'x'.repeat(700_000) }
    const sizes = parcelsOf(lines(large, { type: 'A' }, large)).map(({ places }) => places.length)
    expect(sizes).toEqual([2, 1])
  })

  it('cuts a large envelope, each part within what stands around it', () => {
    const shell = { head: '{"sensor":"s","data":[', tail: '],"sendTime":7}' }
    const items = many(1200, { type: 'A' }).map((one) => JSON.stringify(one))
    const parts = parcelsOf(`${shell.head}${items}${shell.tail}`, new Map([['0', shell]]))
    expect(parts.map(({ places }) => places.length)).toEqual([500, 500, 200])
    for (const { body } of parts) {
      expect(JSON.parse(body)).toMatchObject({ sensor: 's', sendTime: 7 })
    }
    expect(parts.flatMap(({ texts }) => texts)).toEqual(items)
  })

  it('leaves nothing out and adds nothing, whatever the file holds', () => {
    const item = fc.oneof(
      fc.record({ type: fc.constant('A'), n: fc.nat() }),
      fc.record({ event_type: fc.constant('b'), n: fc.nat() }),
      fc.record({ verb: fc.constant({}), id: fc.constantFrom('x', 'y'), n: fc.nat() }),
    )
    const document = fc.oneof(
      item.map((one) => ({ items: [one], text: JSON.stringify(one) })),
      fc.array(item).map((items) => ({ items, text: JSON.stringify(items) })),
      fc.array(item).map((items) => ({ items, text: JSON.stringify({ data: items }) })),
      fc.array(fc.array(item)).map((lists) => ({
        items: lists.flat(),
        text: JSON.stringify(lists.map((data) => ({ sensor: 's', data }))),
      })),
    )
    fc.assert(
      fc.property(fc.array(document), fc.constantFrom('', '\n', ' '), (documents, between) => {
        const found = parcelsOf(documents.map(({ text }) => text).join(between))
        const sent = found.flatMap(({ texts }) => texts.map((text) => JSON.parse(text)))
        expect(sent).toEqual(documents.flatMap(({ items }) => items))
        for (const { body, places } of found) {
          JSON.parse(body)
          expect(places.length).toBeGreaterThan(0)
        }
      }),
    )
  })

  for (const text of ['{"data":[]}', '{"sensor":"x"}', '{"dataVersion":"y","data":{}}']) {
    it(`leaves it to the server to say what is wrong with the envelope ${text}`, () => {
      expect(parcelsOf(text).map(({ body }) => body)).toEqual([text])
    })
  }
})
