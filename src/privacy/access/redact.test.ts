import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createRedact, REDACTED } from './redact'

const ada = 'https://example.edu/users/ada'
const redact = createRedact([ada, 'mailto:ada@Example.edu', 'https://sso.example|ada'])
const copyOf = (item: unknown) => {
  const { text } = redact(JSON.stringify(item))!
  return JSON.parse(text)
}

describe('a copy of an item', () => {
  it('is the very text where nobody else is in it', () => {
    const raw = `{ "actor" : {"id":"${ada}","type":"Person","name":"Ada"}, "score": 1.10,\n"x":1e400 }`
    expect(redact(raw)).toEqual({ text: raw, others: 0 })
  })

  it('has no one else: not as actor, member, assignee, in lists, nor where they are mentioned', () => {
    const ben = { id: 'https://example.edu/users/ben', type: 'Person', name: 'Ben Stone' }
    const copy = copyOf({
      actor: ben,
      object: { id: 'e1', type: 'Document', name: 'Essay of Ben Stone', creators: [ben.id, ada] },
      target: { assignee: { id: ada, type: 'Person' }, note: `graded by ${ben.id}` },
      group: {
        member: [
          { mbox: 'mailto:cyd@example.edu', name: 'Cyd' },
          { mbox: 'mailto:ada@example.edu' },
        ],
      },
      extensions: { 'ask Cyd': 'mail dan@example.edu or ada@EXAMPLE.edu', student_name: 'Eve Fox' },
    })
    expect(copy).toEqual({
      actor: { type: 'Person', redacted: REDACTED },
      object: {
        id: 'e1',
        type: 'Document',
        name: `Essay of ${REDACTED}`,
        creators: [REDACTED, ada],
      },
      target: { assignee: { id: ada, type: 'Person' }, note: `graded by ${REDACTED}` },
      group: { member: [{ redacted: REDACTED }, { mbox: 'mailto:ada@example.edu' }] },
      extensions: {
        [`ask ${REDACTED}`]: `mail ${REDACTED} or ada@EXAMPLE.edu`,
        student_name: REDACTED,
      },
    })
  })

  it('keeps the person by any spelling: an address without its scheme, an account in two parts', () => {
    const item = {
      actor: { account: { homePage: 'https://sso.example', name: 'ada' } },
      user_id: 'ada@example.edu',
    }
    expect(copyOf(item)).toEqual(item)
    expect(copyOf({ actor: { account: { homePage: 'https://sso.example', name: 'ad' } } })).toEqual(
      {
        actor: { redacted: REDACTED },
      },
    )
  })

  it('takes no id for the person that only begins like theirs', () => {
    expect(copyOf({ user_id: `${ada}2` })).toEqual({ user_id: REDACTED })
    expect(copyOf({ user_id: ada.slice(0, -1) })).toEqual({ user_id: REDACTED })
  })

  it('keeps programs, which are nobody', () => {
    const item = { actor: { id: 'https://lms.example', type: 'SoftwareApplication', name: 'LMS' } }
    expect(copyOf(item)).toEqual(item)
  })

  it('is none of a text that cannot be read', () => {
    expect(redact('{"actor": ')).toBeUndefined()
  })

  it('never has an id of somebody else in the place of a person, whatever their id is', () => {
    const texts = fc.string({ minLength: 4, unit: 'binary' })
    fc.assert(
      fc.property(texts, (id) => {
        fc.pre(id !== ada && !REDACTED.includes(id))
        const copy = copyOf({ actor: { id, type: 'Person' }, member: id, note: [`by ${id}.`] })
        expect(copy).toMatchObject({ actor: { redacted: REDACTED }, member: REDACTED })
        expect(copy.note[0]).not.toContain(id)
      }),
    )
  })

  it('keeps a property that is called __proto__', () => {
    expect(redact(`{"__proto__":{"user_id":"ben"}}`)!.text).toBe(
      `{"__proto__":{"user_id":"${REDACTED}"}}`,
    )
  })
})
