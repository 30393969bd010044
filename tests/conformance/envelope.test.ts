import { describe, expect, it } from 'bun:test'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { aDescribe, anEnvelope, anEvent } from '../support/envelopes'
import { aViewEvent } from '../support/events'
import { readTable } from '../support/list'
import { patched } from './patch'

describe('the report on an envelope', () => {
  it('counts its events and entities, and finds nothing in what conforms', () => {
    const text = JSON.stringify(anEnvelope([anEvent(), aDescribe(), anEvent()]))
    const counts = { eventCount: 2, entityCount: 1 }
    expect(checkCaliper(text)).toEqual({ valid: true, ...counts, errors: [], warnings: [] })
  })

  for (const [code, path, patch] of readTable('|', import.meta.dir, 'envelope_departures.txt')) {
    it(`names ${code} at ${path}, of an envelope with ${patch}`, () => {
      const { valid, errors } = checkCaliper(JSON.stringify(patched(anEnvelope(), patch!)))
      expect(valid).toBe(false)
      expect(errors).toMatchObject([{ code, path: [path], spec: expect.stringContaining('5.2') }])
    })
  }

  it('recommends an IRI for the sensor', () => {
    const report = checkCaliper(JSON.stringify(anEnvelope([anEvent()], { sensor: 'lms-1' })))
    expect(report).toMatchObject({
      valid: true,
      warnings: [{ code: 'invalid_iri', path: ['sensor'] }],
    })
  })

  it('says what is wrong with something that is no envelope at all', () => {
    for (const [text, error] of [
      ['{"sensor":', { code: 'invalid_json', path: [] }],
      ['', { code: 'invalid_json', path: [] }],
      ['7', { code: 'wrong_type', path: [] }],
      ['[]', { code: 'wrong_type', path: [] }],
    ] as const) {
      expect(checkCaliper(text)).toMatchObject({ valid: false, eventCount: 0, errors: [error] })
    }
    const paths = checkCaliper(JSON.stringify(aViewEvent())).errors.map(({ path }) => path[0])
    expect(paths).toContain('data')
  })

  it('checks the items of an envelope whose version it does not know', () => {
    const text = JSON.stringify(anEnvelope([{ type: 'ViewEvent' }], { dataVersion: 'v9' }))
    const codes = checkCaliper(text).errors.map(({ code, path }) => `${code} ${path.join('.')}`)
    expect(codes).toContain('unsupported_version dataVersion')
    expect(codes).toContain('required data.0.actor')
  })

  it('asks no dataVersion of an envelope of 1.0', () => {
    const text = JSON.stringify({
      sensor: 'https://example.edu/sensor/001',
      sendTime: '2015-09-15T11:05:01.000Z',
      data: [
        {
          '@context': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
          '@type': 'http://purl.imsglobal.org/caliper/v1/ViewEvent',
          actor: { '@id': 'https://example.edu/u/1', '@type': 'http://example.edu/Person' },
          action: 'http://purl.imsglobal.org/vocab/caliper/v1/action#Viewed',
          object: { '@id': 'https://example.edu/p/1', '@type': 'http://example.edu/Page' },
          eventTime: '2015-09-15T10:15:00.000Z',
        },
      ],
    })
    expect(checkCaliper(text)).toMatchObject({ valid: true, eventCount: 1 })
  })
})
