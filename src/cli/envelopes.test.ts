import { describe, expect, it } from 'bun:test'
import { caliperFiles } from '../standards/caliper/files'
import type { Document } from './documents'
import { intoParcels } from './envelopes'

const sensor = 'urn:example:sensor'

function document(text: string, place = 'a.json'): Document {
  return { place, text, value: JSON.parse(text) }
}

const parcelsOf = (...documents: Document[]) => [...intoParcels(documents, caliperFiles, sensor)]

describe('files become requests', () => {
  it('sends an envelope exactly as it stands', () => {
    const text = '{ "sensor": "x", "data": [ {"n":1.0}, {"n":12345678901234567890} ] }'
    expect(parcelsOf(document(text))).toEqual([
      { body: text, places: ['a.json data[0]', 'a.json data[1]'] },
    ])
  })

  it('puts events that come alone into one envelope, their text untouched', () => {
    const texts = ['{"type":"ViewEvent","n":1.0}', '{"type":"Person","n":12345678901234567890}']
    const [parcel, ...others] = parcelsOf(
      ...texts.map((text, i) => document(text, `a.ndjson:${i + 1}`)),
    )
    expect(others).toEqual([])
    expect(parcel!.body).toEndWith(`"data":[${texts.join(',')}]}`)
    expect(JSON.parse(parcel!.body)).toMatchObject({
      sensor,
      dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
      sendTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(parcel!.places).toEqual(['a.ndjson:1', 'a.ndjson:2'])
  })

  it('takes an array apart without changing its items', () => {
    const [parcel] = parcelsOf(document('[ {"type":"A","n":1.0} , {"type":"B"} ]'))
    expect(parcel!.body).toEndWith('"data":[{"type":"A","n":1.0},{"type":"B"}]}')
    expect(parcel!.places).toEqual(['a.json [0]', 'a.json [1]'])
  })

  it('makes requests of at most 500 items', () => {
    const all = Array.from({ length: 1001 }, () => document('{"type":"A"}'))
    expect(parcelsOf(...all).map(({ places }) => places.length)).toEqual([500, 500, 1])
  })

  it('makes requests of about a megabyte, and gives a larger item one of its own', () => {
    const large = document(JSON.stringify({ type: 'A', filler: 'x'.repeat(700_000) }))
    const sizes = parcelsOf(large, document('{"type":"A"}'), large).map(
      ({ places }) => places.length,
    )
    expect(sizes).toEqual([2, 1])
  })

  for (const text of ['{"data":[]}', '{"sensor":"x"}', '{"dataVersion":"y","data":{}}']) {
    it(`leaves it to the server to say what is wrong with the envelope ${text}`, () => {
      expect(parcelsOf(document(text)).map(({ body }) => body)).toEqual([text])
    })
  }

  for (const text of ['42', '"event"', 'null']) {
    it(`refuses ${text}, naming where it stands`, () => {
      expect(() => parcelsOf(document(text, 'a.ndjson:7'))).toThrow('a.ndjson:7 holds neither')
    })
  }
})
