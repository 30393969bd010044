import { describe, expect, it } from 'bun:test'
import {
  asked,
  caliper,
  cleaned,
  cleanedEvent,
  eventOf,
  native,
  of,
  personal,
  xapi,
} from '../../../tests/support/personal/cleaning'
import { contentDigest } from '../../event/content'
import { ANONYMOUS } from '../../event/pseudonym'
import type { StandardName } from '../../event/record'

describe('an event is cleaned', () => {
  const sent = JSON.stringify({
    '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    id: 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c',
    type: 'GradeEvent',
    actor: { id: 'https://example.edu/app', type: 'SoftwareApplication', name: 'Grader' },
    action: 'Graded',
    object: { id: 'urn:a:1', type: 'Attempt', assignee: 'https://example.edu/users/554433' },
    generated: { id: 'urn:s:1', type: 'Score', scoreGiven: 7, maxScore: 10 },
    eventTime: '2018-11-15T10:15:00.000Z',
    membership: {
      id: 'https://example.edu/rosters/1/members/554433',
      type: 'Membership',
      member: 'https://example.edu/users/554433',
      roles: ['Learner'],
    },
  })

  it('and keeps software that acts, and the person one', async () => {
    const event = await cleanedEvent(caliper, sent, asked('pseudonymise'))
    const pseudonym = of('https://example.edu/users/554433')
    expect(event).toMatchObject({
      actorId: 'https://example.edu/app',
      actorName: 'Grader',
      memberId: pseudonym,
    })
    expect(event.raw).not.toContain('554433')
    expect(JSON.parse(event.raw)).toMatchObject({
      object: { assignee: pseudonym },
      membership: { id: `https://example.edu/rosters/1/members/${pseudonym}`, member: pseudonym },
    })
  })

  it('with the fields of its record that a rule takes out of the item', async () => {
    const event = await cleanedEvent(caliper, sent, [
      ...asked('drop', ['$.generated.scoreGiven', '$.actor.name']),
      ...asked('generalise', ['$.eventTime']),
      ...asked('pseudonymise', ['$.object.id']),
    ])
    expect(event).toMatchObject({
      score: undefined,
      maxScore: 10,
      actorName: undefined,
      eventTime: '2018-11-15T00:00:00.000Z',
      objectId: of('urn:a:1'),
      attemptId: of('urn:a:1'),
      memberId: 'https://example.edu/users/554433',
    })
  })

  it('and has the digest of the item as it was sent, and an id that does not depend on the key', async () => {
    const text =
      '{"event_type":"x","event_id":"ada77-1","user_id":"ada77","timestamp":"2018-11-15T10:15:00Z"}'
    const before = await eventOf(native, text)
    const event = await cleanedEvent(native, text, asked('pseudonymise'))
    const anonymous = await cleanedEvent(native, text, asked('drop'))
    expect(event.contentDigest).toBe(contentDigest(before.raw))
    expect(event.eventId).toMatch(/^evt_[0-9a-f]{32}$/)
    expect(anonymous.eventId).toBe(event.eventId)
    expect(JSON.parse(event.raw).event_id).toBe(event.eventId)
  })

  it('of a statement that names its person by each identifier', async () => {
    const agents = [
      { mbox: 'mailto:ada@example.org' },
      { mbox_sha1sum: 'EBD31E95054C018B10727CCFFD2EF2EC3A016EE9' },
      { openid: 'https://ada77.example.org' },
      { account: { name: 'ada77', homePage: 'https://example.org' } },
    ]
    for (const agent of agents) {
      const statement = {
        actor: { name: 'Ada', ...agent, objectType: 'Agent' },
        verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
        object: {
          objectType: 'SubStatement',
          actor: agent,
          verb: { id: 'http://x.org/v' },
          object: { id: 'http://x.org/1' },
        },
      }
      const { actorId } = await eventOf(xapi, JSON.stringify(statement))
      const event = await cleanedEvent(xapi, JSON.stringify(statement), asked('pseudonymise'))
      const account = { homePage: 'urn:nonius:pseudonym', name: of(actorId!).slice(21) }
      expect(JSON.parse(event.raw)).toMatchObject({
        actor: { account, objectType: 'Agent' },
        object: { actor: { account } },
      })
      expect(Object.keys(JSON.parse(event.raw).actor)).toEqual(['account', 'objectType'])
      const dropped = JSON.parse(
        (await cleanedEvent(xapi, JSON.stringify(statement), asked('drop'))).raw,
      )
      expect(dropped.actor.account).toEqual({ homePage: ANONYMOUS, name: 'anonymous' })
    }
  })

  it('that was refused for having two identifiers, of which both are looked for', () => {
    const actor = { mbox: 'ada@x.org', account: { homePage: 'http://h.org', name: 'ada77' } }
    const text = JSON.stringify({ actor, object: { id: 'http://o.org/ada77/ada@x.org' } })
    const made = cleaned(xapi, text, asked('drop'))
    expect(made).not.toMatch(/\bada\b/)
    expect(made).toContain('http://o.org/')
  })

  it('and leaves its sessions where nothing but the person is taken out', async () => {
    const text = '{"event_type":"x","user_id":"ada77","session_id":"s-1"}'
    expect((await cleanedEvent(native, text, asked('drop'))).sessionId).toBe('s-1')
    const anonymous = await cleanedEvent(native, text, [
      { rule: 'r', treatment: 'drop', isAnonymous: true },
    ])
    expect(anonymous.sessionId).toBeUndefined()
    expect(anonymous.raw).not.toContain('s-1')
  })
})

describe('the people of an item', () => {
  it('are those at declared places, each once', () => {
    const item = {
      user_id: 7,
      actor: { id: 'a' },
      payload: { grader: { id: 'b' }, student_id: 'c', x: 'd' },
    }
    expect(personal.peopleIn(JSON.stringify(item), native)).toEqual(['7', 'a', 'b', 'c'])
    const group = {
      actor: {
        objectType: 'Group',
        member: [{ mbox: 'mailto:a@x.org' }, { mbox: 'mailto:b@X.org' }],
      },
      object: { objectType: 'Agent', account: { homePage: 'http://h.org', name: 'n' } },
      context: { instructor: { openid: 'http://o.org' } },
    }
    expect(personal.peopleIn(JSON.stringify(group), xapi)).toEqual([
      ...['mailto:a@x.org', 'mailto:b@x.org', 'http://h.org|n', 'http://o.org'],
    ])
    expect(personal.peopleIn(`{"user_id":"${ANONYMOUS}"}`, native)).toEqual([])
  })

  const under13: [StandardName, unknown, boolean][] = [
    [caliper, { actor: { extensions: { under13: true } } }, true],
    [caliper, { actor: { extensions: { under13: 'TRUE' } } }, true],
    [caliper, { actor: { extensions: { under13: false } } }, false],
    [caliper, { object: { extensions: { under13: true } } }, false],
    [xapi, { context: { extensions: { 'https://x.org/under13': true } } }, true],
    [xapi, { context: { extensions: { 'https://x.org/under13': 1 } } }, false],
    [native, { context: { under13: true } }, true],
    [native, { under13: true }, false],
  ]
  for (const [standard, item, is] of under13) {
    it(`${JSON.stringify(item)} says ${is}`, () => {
      const raw = JSON.stringify(item)
      expect(personal.isUnder13({ raw, standard })).toBe(is)
      const escaped = raw.replace('under13', 'u\\u006eder1\\u0033')
      expect(personal.isUnder13({ raw: escaped, standard })).toBe(is)
    })
  }
})
