import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { anEnvelope } from '../../../tests/support/envelopes'
import { aViewEvent } from '../../../tests/support/events'
import { checkCaliper } from './conformance'
import { exampleEvent, fullEntity } from './model/example'
import { readCaliper } from './parse'

function check(item: unknown) {
  return checkCaliper(JSON.stringify(anEnvelope([item])))
}

function time(run: () => unknown): number {
  const from = performance.now()
  run()
  return performance.now() - from
}

/** Milliseconds of the fastest of a few: what stands in the way of others does not count. */
function fastest(run: () => unknown): number {
  return Math.min(...Array.from({ length: 5 }, () => time(run)))
}

/**
 * How many times as long the second takes, each at its fastest. On a busy machine that needs some
 * tries, and no number of them brings what is really slower below `enough`.
 */
function ratioOf(first: () => unknown, second: () => unknown, enough: number): number {
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < 60; i += 1) {
    short = Math.min(short, time(first))
    long = Math.min(long, time(second))
    if (i >= 4 && long / short < enough) break
  }
  return long / short
}

function keys(count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
}

/** A page in a page in a page, each of them wrong in four ways. */
function nested(levels: number): object {
  let page: object = { type: 'Page', id: 7, name: 7, isbn: 7, keywords: 7 }
  for (let i = 1; i < levels; i += 1) page = { type: 'Page', id: 7, name: 7, isPartOf: page }
  return page
}

// Each is made in a size that one may ask for, and has to cost no more than in proportion.
const growing: Record<string, (size: number) => unknown> = {
  'keys nobody knows': (n) => aViewEvent(keys(n)),
  'keys nobody knows in an entity': (n) => aViewEvent({ object: { ...keys(n), type: 'Page' } }),
  extensions: (n) => aViewEvent({ extensions: keys(n) }),
  'members of a list': (n) => ({
    ...fullEntity('Collection'),
    items: Array(n).fill({ type: 'Page' }),
  }),
  roles: (n) => ({ ...fullEntity('Membership'), roles: Array(n).fill('Instructor#Grader') }),
  'an id': (n) =>
    aViewEvent({ actor: { id: `https://a.example/${'a'.repeat(n)} `, type: 'Person' } }),
  'a scheme': (n) => aViewEvent({ actor: 'a'.repeat(n) }),
  'a duration': (n) => ({ ...fullEntity('Attempt'), duration: `P${'1'.repeat(n)}` }),
  'a date': (n) => aViewEvent({ eventTime: `2026-11-21T09:30:00.${'1'.repeat(n)}x` }),
  'a type': (n) => aViewEvent({ object: { id: '_:a', type: 'x'.repeat(n) } }),
  'an action': (n) =>
    aViewEvent({ action: `http://purl.imsglobal.org/vocab/caliper/${'v1/'.repeat(n)}` }),
  'a list of contexts': (n) => aViewEvent({ '@context': Array(n).fill('https://schema.org') }),
}

describe('the checks of an item take time in proportion to it', () => {
  for (const [what, make] of Object.entries(growing)) {
    it(`whatever the size of ${what}`, () => {
      const small = JSON.stringify(anEnvelope([make(10_000)]))
      const large = JSON.stringify(anEnvelope([make(40_000)]))
      const checks = [small, large].map((text) => () => checkCaliper(text))
      // 4 for what is linear, 16 for what is quadratic, and room for caches that are too small.
      expect(ratioOf(checks[0]!, checks[1]!, 11)).toBeLessThan(11)
    }, 60_000)
  }

  it('however deep it is wrong, with the path of each departure', () => {
    const item = aViewEvent({ object: nested(97) })
    expect(fastest(() => check(item))).toBeLessThan(50)
    const { errors } = check(item)
    const deepest = errors.filter(({ path }) => path.length > 2 + 96)
    expect(deepest.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThanOrEqual(200)
    expect(check(aViewEvent({ object: nested(110) })).errors).toMatchObject([{ code: 'too_deep' }])
  })

  it('up to 200 issues, and says that there are more', () => {
    const { errors, warnings } = check(aViewEvent(keys(40_000)))
    expect(errors).toHaveLength(200)
    expect(errors.at(-1)).toMatchObject({ code: 'too_many', path: ['data', 0] })
    expect(warnings).toEqual([])
    const [read] = readCaliper(JSON.stringify(anEnvelope([aViewEvent(keys(1000))])), '').items
    expect(read).toMatchObject({
      event: { conformant: false, issueCodes: ['too_many', 'unknown_property'] },
    })
  })

  it('with an error that comes after 200 warnings', () => {
    const roles = Array(1000).fill('Instructor#Grader')
    const item = { ...fullEntity('Membership'), roles, status: 'Enrolled' }
    const [read] = readCaliper(JSON.stringify(anEnvelope([item])), '2026-11-21T09:30:00.000Z').items
    expect(read).toMatchObject({ event: { conformant: false } })
  })

  it('and costs a real event that is wrong all over no more than a moment', () => {
    const wrong = JSON.stringify(anEnvelope([exampleEvent('ToolLaunchEvent')])).replaceAll(
      /"(id|type|name|action)":"[^"]*"/g,
      '"$1":7',
    )
    checkCaliper(wrong)
    expect(fastest(() => checkCaliper(wrong))).toBeLessThan(1)
  })
})

describe('the checks of an item throw at nothing', () => {
  const event = exampleEvent('AssessmentItemEvent', 'Completed')
  const names = [...Object.keys(event), ...Object.keys(fullEntity('Assessment'))]
  const types = [
    'Assessment',
    'Attempt',
    'Person',
    'Membership',
    'constructor',
    '__proto__',
    'toString',
  ]
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.constantFrom(null, true, '\ud800', '_:', 'urn:', 1e308),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('node'),
    ),
    node: fc
      .tuple(
        fc.constantFrom(...types),
        fc.dictionary(
          fc.constantFrom(...names, '__proto__', 'constructor', '\udfff'),
          tie('value'),
        ),
      )
      .map(([type, properties]) => ({ id: '_:same', type, ...properties })),
  }))

  it('whatever stands where', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), anything.value), (properties) => {
        const { errors, warnings } = check({ ...event, ...properties })
        for (const { path, message, code } of [...errors, ...warnings]) {
          expect(path.slice(0, 2)).toEqual(['data', 0])
          expect(message).not.toBe('')
          expect(code).toMatch(/^[a-z_]+$/)
        }
      }),
      { numRuns: 1500 },
    )
  })

  it('in any version', () => {
    const contexts = ['v1', 'v1p1', 'v1p1/SurveyProfile-extension', 'v1p2'].map(
      (version) => `http://purl.imsglobal.org/ctx/caliper/${version}`,
    )
    fc.assert(
      fc.property(fc.constantFrom(...contexts), anything.node, (context, node) => {
        const { valid, errors } = check({ ...(node as object), '@context': context })
        expect(valid).toBe(errors.length === 0)
      }),
      { numRuns: 1500 },
    )
  })
})
