import { describe, expect, it } from 'bun:test'
import { readPmss } from './pmss'

const example = `
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

describe('PMSS is read', () => {
  it('as paper 000 has it', () => {
    const { rules, notes, faults } = readPmss('x.pmss', example)
    expect(faults).toEqual([])
    expect(rules).toEqual([
      {
        name: 'blacklist example.org',
        when: { domain: 'example.org' },
        then: { action: 'DROP' },
      },
      {
        name: 'blacklist pilot.example.edu',
        description: 'blacklist_time_limit: DAYS',
        when: { domain: 'pilot.example.edu' },
        then: { action: 'MAINTAIN' },
      },
    ])
    expect(notes).toEqual([
      'x.pmss:12: clients are not told to wait (DAYS); what they send is held',
      'x.pmss:16: auth says nothing of events',
    ])
  })

  it('with several attributes, a rule for all, and an exception that is none', () => {
    const text = `incoming_events { blacklist_event_action: DROP; }
incoming_events[domain='a.org'][type=keystroke] { blacklist_event_action: "DROP"; }
incoming_events[source="lms"] { blacklist_event_action: TRANSMIT; }`
    const { rules, notes } = readPmss('x', text)
    expect(rules.map(({ when }) => when)).toEqual([{}, { domain: 'a.org', type: 'keystroke' }])
    expect(notes).toEqual(['x:3: TRANSMIT is as usual, and no exception from a rule that drops'])
  })

  const bad: [text: string, said: string][] = [
    ['incoming_events {', 'x:1: must be a block'],
    [
      '\n\nincoming_events[domain="a"] { blacklist_event_action: BLOCK; }',
      'x:3: blacklist_event_action must be',
    ],
    ['incoming_events[host="a"] { blacklist_event_action: DROP; }', 'host is not known'],
    ['incoming_events[domain] { blacklist_event_action: DROP; }', 'selectors look like'],
    ['incoming_events { blacklist_event_action DROP }', 'settings look like'],
    ['incoming_events[constructor="a"] { blacklist_event_action: DROP; }', 'not known'],
  ]
  for (const [text, said] of bad) {
    it(`but not ${text.trim().slice(0, 40)}`, () => {
      expect(readPmss('x', text).faults.join('\n')).toContain(said)
    })
  }
})
