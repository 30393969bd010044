import { describe, expect, it } from 'bun:test'
import { readTable } from '../../../tests/support/list'
import type { Issue } from '../../error/issue'
import { checkAgent, isIri, isTimestamp, isUuid } from './parameters'
import { readXapi } from './parse'

// ADL's own suite says the same over HTTP; these lists need no server, and say where and why.

const UUID = '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1'
const whole = {
  id: UUID,
  actor: { objectType: 'Agent', name: 'Ann', mbox: 'mailto:ann@example.org' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/answered', display: { en: 'answered' } },
  object: {
    objectType: 'Activity',
    id: 'https://lms.example/quiz/1',
    definition: {
      name: { en: 'Question' },
      type: 'http://adlnet.gov/expapi/activities/cmi.interaction',
      interactionType: 'choice',
      correctResponsesPattern: ['a'],
      choices: [{ id: 'a', description: { en: 'A' } }, { id: 'b' }],
    },
  },
  result: {
    score: { scaled: 0.8, raw: 8, min: 0, max: 10 },
    success: true,
    response: 'a',
    duration: 'PT1M30S',
  },
  context: {
    registration: UUID,
    instructor: { mbox: 'mailto:teacher@example.org' },
    team: { objectType: 'Group', mbox: 'mailto:team@example.org' },
    contextActivities: { parent: [{ id: 'https://lms.example/course/1' }] },
    revision: '3',
    platform: 'Moodle',
    language: 'en-US',
    statement: { objectType: 'StatementRef', id: UUID },
  },
  attachments: [
    {
      usageType: 'http://example.com/attachment-usage/test',
      display: { en: 'A file' },
      contentType: 'text/plain',
      length: 27,
      sha2: '495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a',
    },
  ],
  timestamp: '2026-11-21T09:30:00.000Z',
}

type Value = Record<string, unknown>

function issuesOf(statement: unknown, version: string): Issue[] {
  const { items } = readXapi(JSON.stringify(statement), whole.timestamp, { version })
  return items.flatMap((item) => ('event' in item ? [] : item.errors))
}

/** Sets or removes one place of a copy; `path = JSON`, or `without path`. */
function change(statement: Value, text: string): void {
  const [, removed, set, json] = /^(?:without (\S+)|([^=]*?) = (.*))$/.exec(text)!
  const steps = (removed ?? set!).split('.')
  const last = steps.pop()!
  const at = steps.reduce<Value>((value, step) => value[step] as Value, statement)
  if (removed !== undefined) delete at[last]
  // A key like any other, as JSON.parse makes it.
  else
    Object.defineProperty(at, last, {
      value: JSON.parse(json!),
      enumerable: true,
      configurable: true,
    })
}

function changed(text: string): Value {
  const statement = structuredClone(whole) as Value
  for (const one of text.split(' & ')) change(statement, one)
  return statement
}

function expectOutcome(issues: readonly Issue[], outcome: string, prefix = ''): void {
  if (outcome === 'valid') {
    expect(issues).toEqual([])
    return
  }
  const at = outcome.indexOf(' ')
  const place = prefix + outcome.slice(at + 1)
  const found = issues.map(({ code, path }) => `${code} ${path.join('.')}`)
  expect(found).toContain(`${outcome.slice(0, at)} ${place}`)
  for (const { spec } of issues) expect(spec).toMatch(/^(xAPI-Data|9274\.1\.1) [\d.]+$/)
}

const versions: Record<string, string[]> = {
  '1': ['1.0.3'],
  '2': ['2.0.0'],
  '*': ['1.0.3', '2.0.0'],
}
const told = new Set(['actor', 'verb', 'object', 'result', 'context', 'attachments', 'timestamp'])

/** Takes a change that a SubStatement may have too; that of the verb voided is the statement's own. */
function isTold(text: string): boolean {
  const changes = text.split(' & ').map((one) => one.replace('without ', '').split(/[.\s]/)[0]!)
  return changes.every((name) => told.has(name)) && !text.includes('voided')
}

describe('a requirement on statements', () => {
  const rows = readTable(' | ', import.meta.dir, 'examples/requirements.txt')
  for (const [id, of, text, outcome] of rows) {
    for (const version of versions[of!]!) {
      it(`${id} in ${version}: ${text} is ${outcome}`, () => {
        expectOutcome(issuesOf(changed(text!), version), outcome!)
      })
      if (!isTold(text!)) continue
      it(`${id} in ${version}, in a SubStatement: ${text} is ${outcome}`, () => {
        const { id: _, ...inner } = changed(text!)
        const { actor, verb } = whole
        const object = { objectType: 'SubStatement', ...inner }
        expectOutcome(issuesOf({ actor, verb, object }, version), outcome!, 'object.')
      })
    }
  }

  it('is met by the statement that all are made of', () => {
    expect(issuesOf(whole, '1.0.3')).toEqual([])
    expect(issuesOf(whole, '2.0.0')).toEqual([])
  })
})

describe('a SubStatement', () => {
  const { id: _, ...inner } = whole
  const object = { objectType: 'SubStatement', ...inner }
  const statement = { actor: whole.actor, verb: whole.verb, object }
  const authority = { mbox: 'mailto:lms@example.org' }
  for (const [id, own, outcome] of [
    ['XAPI-00066', {}, 'valid'],
    ['XAPI-00067', { authority }, 'unknown_property object.authority'],
    ['XAPI-00068', { version: '1.0.3' }, 'unknown_property object.version'],
    ['XAPI-00069', { stored: whole.timestamp }, 'unknown_property object.stored'],
    ['XAPI-00070', { id: UUID }, 'unknown_property object.id'],
    ['XAPI-00071', { object }, 'unknown_term object.object.objectType'],
  ] as const) {
    it(`${id}: with ${Object.keys(own)} it is ${outcome}`, () => {
      const of = { ...statement, object: { ...object, ...own } }
      for (const version of ['1.0.3', '2.0.0']) expectOutcome(issuesOf(of, version), outcome)
    })
  }
})

describe('a requirement on agents and groups', () => {
  const { context: _, id: __, ...bare } = whole
  const member = (agent: Value) => ({ objectType: 'Group', member: [agent] })
  const sub = (told: Value) => ({
    ...bare,
    object: { objectType: 'SubStatement', ...bare, ...told },
  })
  const places: Record<string, (agent: Value) => unknown> = {
    actor: (actor) => ({ ...bare, actor }),
    authority: (authority) => ({ ...bare, authority }),
    object: (object) => ({ ...bare, object: { objectType: 'Agent', ...object } }),
    'context.instructor': (instructor) => ({ ...bare, context: { instructor } }),
    'context.team': (team) => ({ ...bare, context: { team } }),
    'actor.member.0': (agent) => ({ ...bare, actor: member(agent) }),
    'object.actor': (actor) => sub({ actor }),
    'object.object': (object) => sub({ object: { objectType: 'Agent', ...object } }),
    'object.context.instructor': (instructor) => sub({ context: { instructor } }),
  }
  for (const [id, json, outcome] of readTable(' | ', import.meta.dir, 'examples/agents.txt')) {
    const agent = JSON.parse(json!) as Value
    const isGroup = agent.objectType === 'Group'
    for (const [place, make] of Object.entries(places)) {
      // A group is an authority by a rule of its own, no member, and alone a team.
      if (isGroup ? ['authority', 'actor.member.0'].includes(place) : place === 'context.team')
        continue
      it(`${id} as ${place}: ${json} is ${outcome}`, () => {
        for (const version of ['1.0.3', '2.0.0']) {
          expectOutcome(issuesOf(make(agent), version), outcome!, `${place}.`)
        }
      })
    }
  }
})

describe('a requirement on parameters', () => {
  const cases: [test: (value: string) => boolean, valid: string, invalid: string[]][] = [
    [isUuid, UUID, ['wrong', `urn:uuid:${UUID}`, `${UUID}0`, '']],
    [isIri, 'http://adlnet.gov/expapi/verbs/did', ['not.an.iri/verb', '', `a:${'b'.repeat(2048)}`]],
    [isTimestamp, '2026-11-21T09:30:00+01:00', ['yesterday', '', '2026-11-21T09:30:00-00:00']],
  ]
  for (const [test, valid, invalid] of cases) {
    it(`XAPI-00012: ${test.name} is that of statements`, () => {
      expect(test(valid)).toBe(true)
      expect(invalid.filter(test)).toEqual([])
    })
  }

  it('XAPI-00012: an agent is checked as one of a statement, by its version', () => {
    for (const [, json, outcome] of readTable(' | ', import.meta.dir, 'examples/agents.txt')) {
      for (const version of ['1.0.3', '2.0.0'] as const) {
        expectOutcome(checkAgent(json!, version), outcome!, 'agent.')
      }
    }
    expect(checkAgent(`{"name":"${'x'.repeat(70_000)}"}`)).toMatchObject([{ code: 'too_long' }])
  })
})
