import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readPolicy } from '../policy/read'
import { readPmss } from './read'

const paper = `
incoming_events {
  blacklist_event_action: TRANSMIT;
}

/* Schools that did not sign
   the contract. */
incoming_events[domain="example.org"] {
  blacklist_event_action: DROP;
}

incoming_events[domain="pilot.example.edu"] { // not before May
  blacklist_event_action: MAINTAIN;
  blacklist_time_limit: DAYS;
}
auth { lti: true; }
`

const block = (selector: string, settings = 'blacklist_event_action: DROP;') =>
  `${selector} { ${settings} }`

describe('PMSS is read', () => {
  it('as the paper has it', () => {
    const { blocklist, notes, faults } = readPmss('x.pmss', paper)
    expect(faults).toEqual([])
    expect(blocklist).toEqual([
      { name: 'blacklist all', when: {}, action: 'TRANSMIT' },
      { name: 'blacklist example.org', when: { domain: 'example.org' }, action: 'DROP' },
      {
        name: 'blacklist pilot.example.edu',
        ...{ when: { domain: 'pilot.example.edu' }, action: 'MAINTAIN', timeLimit: 'DAYS' },
      },
    ])
    expect(notes).toEqual(['x.pmss:16: auth says nothing of events'])
    expect(readPolicy({ blocklist }).warnings).toEqual([])
  })

  const good: [text: string, rules: object[]][] = [
    [block('incoming_events'), [{ when: {}, action: 'DROP' }]],
    [block('* '), [{ name: 'blacklist all', when: {} }]],
    [block('[domain="a"]'), [{ when: { domain: 'a' } }]],
    [block('*[domain="a"]'), [{ when: { domain: 'a' } }]],
    [
      block('incoming_events\n  [domain="a.b"]\t[source="x y"]'),
      [{ when: { domain: 'a.b', source: 'x y' } }],
    ],
    [block('incoming_events[domain]'), [{ name: 'blacklist any domain', when: { domain: '*' } }]],
    [block('incoming_events[address="203.0.113.0/24"][tenant="t"]'), [{ when: { tenant: 't' } }]],
    [
      block('incoming_events[source="https://app.example/1"]'),
      [{ when: { source: 'https://app.example/1' } }],
    ],
    [block('incoming_events', 'blacklist_event_action : DROP ;'), [{ action: 'DROP' }]],
    [block('incoming_events', 'blacklist_event_action:DROP/* x; */;'), [{ action: 'DROP' }]],
    [
      block('incoming_events', 'blacklist_event_action: DROP; blacklist_event_action: MAINTAIN;'),
      [{ action: 'MAINTAIN' }],
    ],
    [block('incoming_events', 'blacklist_time_limit: permanent;'), [{ timeLimit: 'PERMANENT' }]],
    [block('incoming_events', 'blacklist_time_limit: Days;'), [{ timeLimit: 'DAYS' }]],
    [block('incoming_events', 'blacklist_time_limit: 60000;'), [{ timeLimit: 60_000 }]],
    [block('incoming_events', ''), []],
    [block('incoming_events', 'other: "x"; '), []],
    ['incoming_events{blacklist_event_action:DROP;}// end', [{ action: 'DROP' }]],
    [`/* { */ // [\n${block('incoming_events')}\n/* } */`, [{ action: 'DROP' }]],
    // The more specific comes later, as a policy reads it, and of those the first.
    [
      `${block('incoming_events[domain="a"]')} ${block('*')} ${block('[source]')} ${block('incoming_events')}`,
      [
        { name: 'blacklist all' },
        { name: 'blacklist all (2)' },
        { when: { source: '*' } },
        { when: { domain: 'a' } },
      ],
    ],
  ]
  for (const [text, rules] of good) {
    it(`with ${JSON.stringify(text).slice(0, 100)}`, () => {
      const { blocklist, faults } = readPmss('x', text)
      expect(faults).toEqual([])
      expect(blocklist).toMatchObject(rules)
      expect(blocklist).toHaveLength(rules.length)
      expect(readPolicy({ blocklist }).errors).toBeUndefined()
    })
  }

  it('with what is said twice, and with notes where CSS would read it otherwise', () => {
    const [drop, wait] = ['DROP', 'MAINTAIN'].map((action) => `blacklist_event_action: ${action};`)
    const text = [
      block('incoming_events[domain="a"]', drop),
      block('incoming_events[domain]', wait),
      block('incoming_events[domain="b"]', 'blacklist_time_limit: DAYS;'),
      block('incoming_events[domain="b"]', `${wait} blacklist_time_limit: 7;`),
      block('incoming_events[source="x"]', drop),
    ]
    const { blocklist, notes } = readPmss('x', text.join('\n'))
    expect(blocklist.map(({ name: _, ...rule }) => rule)).toEqual([
      { when: { source: 'x' }, action: 'DROP' },
      { when: { domain: 'b' }, action: 'MAINTAIN' },
      { when: { domain: 'b' }, timeLimit: 7 },
      { when: { domain: '*' }, action: 'MAINTAIN' },
      { when: { domain: 'a' }, action: 'DROP' },
    ])
    expect(notes).toEqual([
      'x:2: Line 1 is as specific; where both hold, that counts, as in pmss 0.0.3',
      'x:5: Line 2 is as specific; where both hold, that counts, as in pmss 0.0.3',
      'x:5: Line 4 is as specific; where both hold, that counts, as in pmss 0.0.3',
    ])
    const twice = readPmss('x', `${block('incoming_events')} ${block('incoming_events', wait)}`)
    expect(twice).toMatchObject({ blocklist: [{ action: 'MAINTAIN' }], notes: [] })
  })

  const bad: [text: string, said: string][] = [
    ['', 'x:1: There must be a block in it'],
    ['  // nothing\n', 'x:1: There must be a block in it'],
    ['incoming_events', 'x:1: A block must look like'],
    ['incoming_events {', 'x:1: A setting must look like'],
    ['incoming_events { blacklist_event_action', 'x:1: A setting must look like'],
    [
      '\nincoming_events { blacklist_event_action: DROP }',
      'x:2: The setting blacklist_event_action must end with a semicolon',
    ],
    [
      'incoming_events {\n blacklist_event_action: DROP\n blacklist_time_limit: DAYS;\n}',
      'x:2: blacklist_event_action must be TRANSMIT',
    ],
    ['incoming_events { x: http://a; }', 'x:1: The setting x must end with a semicolon'],
    [`incoming_events { ${block('y')} }`, 'x:1: A block must not stand in another'],
    ['blacklist_event_action: DROP;', 'x:1: A block must look like'],
    [`${block('incoming_events')} }`, 'x:1: A block must look like'],
    [`${block('incoming_events')}; ${block('incoming_events')}`, 'x:1: A block must look like'],
    [block(''), 'x:1: A block must have a selector'],
    [block('incoming_events, other'), 'x:1: A list of selectors'],
    [block('incoming_events other'), 'x:1: Nothing is of two types'],
    [block('incoming_events > other'), 'x:1: A block must look like'],
    [block('incoming_events.blocked'), 'x:1: Events have no class'],
    [block('incoming_events:hover'), 'x:1: A block must look like'],
    [block('incoming-events'), 'x:1: A block must look like'],
    [block('@media x'), 'x:1: A block must look like'],
    ...[
      'domain=a',
      "domain='a'",
      'domain$="a"',
      'domain^="a"',
      'domain*="a"',
      'domain~="a"',
      ' domain="a" ',
      'domain = "a"',
      'my-domain="a"',
      'domain="a',
      'domain="a\\"b"',
      'domain="a\nb"',
      '',
      '="a"',
    ].map((inside): [string, string] => [
      block(`incoming_events[${inside}]`),
      'x:1: An attribute must look like',
    ]),
    [block('incoming_events[domain=""]'), 'x:1: domain must have a value'],
    [block('incoming_events[domain="*.a.b"]'), 'x:1: domain is compared as a whole'],
    [block('incoming_events[domain="a"][domain="b"]'), 'x:1: An attribute must be named once'],
    [block('incoming_events[domain="a"][domain]'), 'x:1: domain must be named once'],
    [block('incoming_events[Domain="a"]'), 'did you mean domain?'],
    [
      block('incoming_events[type="keystroke"]'),
      'x:1: type is not known of a sender; known are tenant',
    ],
    [block('incoming_events[constructor="a"]'), 'x:1: constructor is not known'],
    [block('incoming_event'), 'did you mean incoming_events?'],
    [block('auth'), 'x:1: auth are no events: blacklists are of incoming_events'],
    ...['drop', '"DROP"', 'BLOCK', '', 'DROP !important', 'DR\nOP'].map(
      (value): [string, string] => [
        block('incoming_events', `blacklist_event_action: ${value};`),
        'x:1: blacklist_event_action must be TRANSMIT, MAINTAIN, DROP; got',
      ],
    ),
    ...['-1', '0', '1.5', '1e3', '5 minutes', '1000000000000000', ''].map(
      (value): [string, string] => [
        block('incoming_events', `blacklist_time_limit: ${value};`),
        'x:1: blacklist_time_limit must be MINUTES, DAYS, PERMANENT; got',
      ],
    ),
    [
      block('incoming_events', 'blacklist_event_acton: DROP;'),
      'did you mean blacklist_event_action?',
    ],
    [block('incoming_events', 'blacklist: DROP;'), 'x:1: blacklist is not known'],
    ['/* open incoming_events { }', 'x:1: A block must look like'],
    [`\u0000${block('incoming_events')}`, 'x:1: A block must look like'],
    ['x'.repeat(400_000), 'at most 393216 bytes'],
    ['{'.repeat(100_000), 'x:1: A block must have a selector'],
    ['a {'.repeat(100_000), 'x:1: A block must not stand in another'],
  ]
  for (const [text, said] of bad) {
    it(`but not ${JSON.stringify(text).slice(0, 100)}`, () => {
      const { faults, blocklist } = readPmss('x', text)
      expect(faults.join('\n')).toContain(said)
      expect(blocklist).toEqual([])
    })
  }

  it('in a time that goes with its length', () => {
    const text = `${block('incoming_events[domain="a.b"]', '').padEnd(60)}\n`.repeat(6_000)
    expect(readPmss('x', text).faults).toEqual([])
    for (const hostile of [
      '/*'.repeat(190_000),
      '/'.repeat(380_000),
      ' '.repeat(380_000),
      '[a'.repeat(190_000),
    ]) {
      expect(readPmss('x', hostile).faults).toHaveLength(1)
    }
  })

  it('and never throws', () => {
    const pieces = [
      'incoming_events',
      '[domain="a"]',
      '{',
      '}',
      ':',
      ';',
      '/*',
      '*/',
      '//',
      '\n',
      '"',
      ',',
      '*',
      'DROP',
      '\ud800',
      '\\',
      'blacklist_event_action',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
        const { blocklist, faults } = readPmss('x', parts.join(''))
        expect(faults.length === 0 || blocklist.length === 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
