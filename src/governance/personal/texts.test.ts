import { describe, expect, it } from 'bun:test'
import {
  asked,
  caliper,
  cleaned,
  native,
  of,
  personal,
  server,
} from '../../../tests/support/personal/cleaning'
import { ANONYMOUS } from '../../event/pseudonym'
import type { Treatment } from '../policy/policy'

describe('a text is cleaned', () => {
  const ada = of('ada77')
  /** The text as it was sent, and as it is after a treatment. */
  const texts: [what: string, sent: string, treatment: Treatment, made: string][] = [
    ['an id', '{"user_id": "ada77", "n":1.00}', 'pseudonymise', `{"user_id": "${ada}", "n":1.00}`],
    ['a number', '{"user_id":12345678901234567890}', 'drop', `{"user_id":"${ANONYMOUS}"}`],
    ['a name between others', '{"a":1 , "first_name":"Ada", "b":2}', 'drop', '{"a":1 , "b":2}'],
    ['the first member', '{ "email":"a@b.org" ,"b":2}', 'drop', '{ "b":2}'],
    ['the last members', '{"b":2, "email":"a@b.org","phone":1 }', 'drop', '{"b":2 }'],
    ['all members', '{ "email":"a@b.org","phone":1 }', 'drop', '{  }'],
    ['both of one name', '{"email":"a@b.org","b":2,"email":"c@d.org"}', 'drop', '{"b":2}'],
    ['an escaped name', '{"\\u0065mail":"a@b.org","b":2}', 'drop', '{"b":2}'],
    [
      'a list of ids',
      '{"student_ids":1,"userId":["ada77", null]}',
      'drop',
      `{"student_ids":1,"userId":["${ANONYMOUS}", null]}`,
    ],
    ['a null', '{"user_id":null,"email":null}', 'drop', '{"user_id":null,"email":null}'],
    ['an empty text', '{"user_id":"","email":""}', 'drop', '{"user_id":"","email":""}'],
    [
      'prose',
      '{"user_id":"ada77","t":"By ada77, (ada77)."}',
      'pseudonymise',
      `{"user_id":"${ada}","t":"By ${ada}, (${ada})."}`,
    ],
    [
      'no part of a word',
      '{"user_id":"ada77","t":"ada778 xada77 ada77"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","t":"ada778 xada77 ${ANONYMOUS}"}`,
    ],
    [
      'a word with a line',
      '{"user_id":"ada77","t":"x_ada77"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","t":"x_${ANONYMOUS}"}`,
    ],
    [
      'an escape',
      '{"user_id":"ada77","t":"x\\u0061da77 \\u0061d\\u006177!"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","t":"x\\u0061da77 ${ANONYMOUS}!"}`,
    ],
    [
      'a URL',
      '{"user_id":"ada 77","t":"/u?a=ada%2077&b=%61%20"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","t":"/u?a=${encodeURIComponent(ANONYMOUS)}&b=%61%20"}`,
    ],
    [
      'an address in any case',
      '{"email":"Ada@B.org","t":"mailto:aDa@b.ORG"}',
      'drop',
      `{"t":"mailto:${ANONYMOUS}"}`,
    ],
    [
      'the name of a member',
      '{"user_id":"ada77","scores":{"ada77":1}}',
      'drop',
      `{"user_id":"${ANONYMOUS}","scores":{"${ANONYMOUS}":1}}`,
    ],
    [
      'a name of a member that is a name',
      '{"first_name":"Ada","s":{"Ada":1,"ada":2}}',
      'drop',
      `{"s":{"${ANONYMOUS}":1,"ada":2}}`,
    ],
    [
      'a number elsewhere',
      '{"user_id":"1234567","x":[1234567,12345678]}',
      'drop',
      `{"user_id":"${ANONYMOUS}","x":["${ANONYMOUS}",12345678]}`,
    ],
    [
      'no time',
      '{"user_id":"2018","timestamp":"2018-11-15T10:15:00Z"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","timestamp":"2018-11-15T10:15:00Z"}`,
    ],
    [
      'no part of a UUID',
      '{"user_id":"1234","x":"aaaaaaaa-1234-4234-9234-123456789012"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","x":"aaaaaaaa-1234-4234-9234-123456789012"}`,
    ],
    [
      'no short id',
      '{"user_id":"7","x":"7 of 7"}',
      'drop',
      `{"user_id":"${ANONYMOUS}","x":"7 of 7"}`,
    ],
    [
      'JSON in a text',
      '{"payload_json":"{\\"user_id\\": \\"ada77\\", \\"n\\":1.0}"}',
      'drop',
      `{"payload_json":"{\\"user_id\\": \\"${ANONYMOUS}\\", \\"n\\":1.0}"}`,
    ],
    ['an address', '{"ip":"203.0.113.77"}', 'generalise', '{"ip":"203.0.113.0/24"}'],
    ['an address that is none', '{"a":1,"ip":"ada"}', 'generalise', '{"a":1}'],
    [
      'a browser',
      '{"userAgent":"Mozilla/5.0 Firefox/130.0"}',
      'pseudonymise',
      '{"userAgent":"Firefox"}',
    ],
    ['a birth', '{"birthDate":"2011-04-05"}', 'generalise', '{"birthDate":"2011"}'],
    ['a birth and all', '{"birthDate":"2011-04-05"}', 'drop', '{}'],
    [
      'who is nobody',
      `{"user_id":"${ada}","actor":"${ANONYMOUS}"}`,
      'pseudonymise',
      `{"user_id":"${ada}","actor":"${ANONYMOUS}"}`,
    ],
    [
      'who says to be nobody',
      '{"user_id":"urn:nonius:pseudonym:ada"}',
      'drop',
      `{"user_id":"${ANONYMOUS}"}`,
    ],
    [
      'an envelope',
      '{"data":[{"user_id":"ada77"},{"user_id":"ben88"}]}',
      'drop',
      `{"data":[{"user_id":"${ANONYMOUS}"},{"user_id":"${ANONYMOUS}"}]}`,
    ],
    ['an array', '[{"user_id":"ada77"}]', 'drop', `[{"user_id":"${ANONYMOUS}"}]`],
  ]
  for (const [what, sent, treatment, made] of texts) {
    it(`${what}, ${treatment}`, () => {
      expect(cleaned(native, sent, asked(treatment))).toBe(made)
      expect(JSON.parse(made)).toBeObject()
      expect(cleaned(native, made, asked(treatment))).toBe(made)
    })
  }

  it('by fields that a rule names, and no others', () => {
    const sent =
      '{"user_id":"ada77","a":{"b":["x",{"c":"secret"}],"d":12},"t":"2018-11-15T10:15:00Z"}'
    const by = (treatment: Treatment, ...fields: string[]) =>
      cleaned(native, sent, asked(treatment, fields))
    expect(by('drop', '$.a.b[1].c')).toBe(sent.replace('{"c":"secret"}', '{}'))
    expect(by('drop', '$.a.b[*]')).toBe(sent.replace('["x",{"c":"secret"}]', '[]'))
    expect(by('drop', "$['a']")).toBe(sent.replace(/"a":.*12\},/, ''))
    expect(by('pseudonymise', '$.a.b[1].c')).toBe(sent.replace('secret', of('secret')))
    expect(by('pseudonymise', '$.a')).toBe(
      sent
        .replace('"x"', `"${of('x')}"`)
        .replace('secret', of('secret'))
        .replace('"d":12', `"d":"${of('12')}"`),
    )
    expect(by('generalise', '$.t', '$.a.d')).toBe(
      sent.replace('10:15:00Z', '00:00:00.000Z').replace(',"d":12', ''),
    )
    expect(by('drop', '$.nothing.here', '$.a[0]', '$.t.x')).toBe(sent)
    expect(by('drop', '$.user_id')).toBe(sent.replace('ada77', ANONYMOUS))
    expect(() => by('drop', '$..x')).toThrow('fields')
  })

  it('by the policy of addresses alone, where no rule treats it', () => {
    const sent = '{"user_id":"ada77","ip":"203.0.113.77","n":1}'
    expect(cleaned(native, sent, [], 'keep')).toBe(sent)
    expect(cleaned(native, sent, [], 'network')).toBe(sent.replace('113.77', '113.0/24'))
    expect(cleaned(native, sent, [], 'none')).toBe('{"user_id":"ada77","n":1}')
    expect(cleaned(native, sent, [], 'country')).toBe('{"user_id":"ada77","n":1}')
    const facts = { ...server }
    expect(personal.cleanServer(facts, [], 'keep')).toBe(facts)
    expect(personal.cleanServer(facts, [], 'none').ip).toBeUndefined()
    expect(personal.cleanServer(facts, asked('pseudonymise'), 'keep')).toEqual({
      requestId: 'r',
      ip: '203.0.113.0/24',
      userAgent: 'Firefox',
    })
    const gone = personal.cleanServer(
      facts,
      [{ rule: 'r', treatment: 'drop', isAnonymous: true }],
      'keep',
    )
    expect(JSON.stringify(gone)).toBe('{"requestId":"r"}')
  })

  it('of JSON in a text that nobody can look through, which goes as a whole', () => {
    const many = JSON.stringify({ a: Array(70_000).fill(1), user_id: 'ada77' })
    const sent = JSON.stringify({ event_type: 'x', data: many, n: 1 })
    expect(cleaned(native, sent, asked('drop'))).toBe('{"event_type":"x","n":1}')
    let nested = '{"user_id":"ada77"}'
    for (let level = 0; level < 6; level += 1) nested = JSON.stringify({ data: nested })
    expect(cleaned(native, nested, asked('drop'))).not.toContain('ada77')
    expect(cleaned(native, nested, [])).toBe(nested)
  })

  it('and hardly grows, however often somebody is named', () => {
    const sent = JSON.stringify({ user_id: 'ada77', t: 'ada77 '.repeat(100_000) })
    const made = cleaned(native, sent, asked('pseudonymise'))!
    expect(made.length).toBeLessThan(sent.length * 1.5 + 64 * 1024)
    expect(made).not.toContain('ada77')
    expect(JSON.parse(made).user_id).toBe(ada)
  })

  it('unless it is no JSON, or too deep', () => {
    for (const none of [
      '',
      'ada',
      '"ada77"',
      '12',
      '{"user_id":"ada77"',
      '{"a":1}}',
      '[1,]',
      'null',
    ]) {
      expect(cleaned(native, none, asked('drop'))).toBeUndefined()
    }
    const deep = `${'['.repeat(1000)}"ada"${']'.repeat(1000)}`
    expect(cleaned(native, deep, asked('drop'))).toBeUndefined()
    expect(
      cleaned(native, `${'{"user":'.repeat(90)}{"id":"ada77"}${'}'.repeat(90)}`, asked('drop')),
    ).not.toContain('ada77')
  })
})

describe('a hostile item', () => {
  it('is cleaned in a time in proportion to its length', () => {
    const many = Array.from(
      { length: 9_000 },
      (_, at) => `"https://example.edu/users/${'7'.repeat(40)}${at}"`,
    )
    const texts = [
      `{"members":[${many.join(',')}],"t":"${'https://example.edu/users/777 '.repeat(60_000)}"}`,
      `{"user_id":"${'a '.repeat(500)}b","t":"${'a '.repeat(900_000)}"}`,
      `{"user_id":"ada%77","t":"${'%25'.repeat(500_000)}"}`,
      `{"user_id":"ada77","t":"${'\\\\'.repeat(700_000)}"}`,
      `{"user_id":"ada77","t":"%20${'ada77 '.repeat(200_000)}"}`,
      `{${Array.from({ length: 50_000 }, (_, at) => `"email":"a${at}@b.org"`).join(',')}}`,
      `{"user_id":"ada77","ip":"${'1.'.repeat(500_000)}","userAgent":"${'Safari '.repeat(100_000)}"}`,
    ]
    for (const text of texts) {
      const from = process.cpuUsage().user
      expect(cleaned(caliper, text, asked('drop'))).toBeString()
      // A tenth of this is usual; what is not linear takes minutes.
      expect((process.cpuUsage().user - from) / 1000).toBeLessThan(8_000)
    }
  }, 120_000)
})
