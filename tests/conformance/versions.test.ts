import { describe, expect, it } from 'bun:test'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { exampleEvent } from '../../src/standards/caliper/model/example'
import { profileExtensions } from '../../src/standards/caliper/model/versions'
import { contextIris } from '../../src/standards/caliper/version'
import { aViewEvent } from '../support/events'
import { readTable } from '../support/list'
import { patched } from './patch'

const types = 'http://purl.imsglobal.org/caliper/v1'
const early = {
  '@context': contextIris['1.0'],
  '@type': `${types}/OutcomeEvent`,
  actor: { '@id': 'https://example.edu/u/1', '@type': `${types}/lis/Person`, name: null },
  action: 'http://purl.imsglobal.org/vocab/caliper/v1/action#Graded',
  object: {
    '@id': 'https://example.edu/a/1',
    '@type': `${types}/Attempt`,
    actor: 'https://example.edu/u/1',
    count: 1,
  },
  generated: { '@id': 'https://example.edu/r/1', '@type': `${types}/Result`, totalScore: 8.5 },
  group: { '@id': 'https://example.edu/c', '@type': `${types}/lis/CourseSection` },
  membership: {
    '@id': 'https://example.edu/m',
    '@type': `${types}/lis/Membership`,
    roles: ['http://purl.imsglobal.org/vocab/lis/v2/membership#Learner'],
    status: 'http://purl.imsglobal.org/vocab/lis/v2/status#Active',
  },
  eventTime: '2015-09-15T10:15:00.000Z',
}

const extension = (name: string) => `${contextIris['1.1']}/${name}-extension`

const contexts: Record<string, unknown> = {
  '1.2': contextIris['1.2'],
  '1.1': contextIris['1.1'],
  '1.1+all': Object.keys(profileExtensions).map(extension),
}

/** An event as a sensor of that version would send it. */
function specimen(dialect: string, base: string): object {
  if (dialect === '1.0') return early
  const [type = '', action] = base.split(' ')
  const event = type === 'ViewEvent' ? aViewEvent() : exampleEvent(type, action)
  const { profile: _, ...rest } = event
  return { ...rest, '@context': contexts[dialect] ?? extension(dialect.slice(4)) }
}

describe('each version of Caliper has rules of its own', () => {
  for (const [dialect, code, path, base, patch] of readTable(
    '|',
    import.meta.dir,
    'versions.txt',
  )) {
    const expected = code === '-' ? 'nothing' : `${code} at ${path}`
    it(`${dialect}: ${expected}, of ${base} ${patch === '' ? 'as it is' : `with ${patch}`}`, () => {
      const whole = specimen(dialect!, base!)
      const item = patch === '' ? whole : patched(whole, patch!)
      const envelope = { sensor: 'https://example.edu/s', sendTime: '2026-11-21T09:30:00.000Z' }
      const { errors, warnings } = checkCaliper(JSON.stringify({ ...envelope, data: [item] }))
      const found = [...errors, ...warnings]
        .filter(({ path: [first] }) => first === 'data')
        .map(
          (one) =>
            `${one.severity === 'warning' ? '~' : ''}${one.code} ${one.path.slice(2).join('.')}`,
        )
      expect(found).toEqual(code === '-' ? [] : [`${code} ${path}`])
      const version = dialect!.slice(0, 3)
      for (const {
        spec,
        path: [first],
      } of errors) {
        if (first === 'data') expect(spec).toContain(`Caliper ${version},`)
      }
    })
  }

  it('names the extension that a word of 1.1 is in', () => {
    const event = specimen('1.1', 'SurveyEvent')
    const { errors } = checkCaliper(JSON.stringify({ data: [event] }))
    const [finding] = errors.filter(({ code }) => code === 'unknown_type')
    expect(finding!.message).toContain('1.1 with SurveyProfile-extension')
  })
})
