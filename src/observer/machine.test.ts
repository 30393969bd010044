import { describe, expect, it } from 'bun:test'
import type { ObserverSettings } from '../platform/registry/sources'
import {
  finish,
  GIVE_UP_MS,
  hear,
  IDENTITY_MS,
  MAX_WAITING,
  nextLook,
  pass,
  SOURCE_MS,
} from './machine'
import { type Effect, newState, type ObserverState } from './state'

const START = Date.parse('2026-11-30T03:00:00.000Z')
const at = (ms: number) => new Date(START + ms).toISOString()
const meta = { iso_ts: '2026-11-30T02:59:59.000Z' }
const lockOf = (fields: object) => ({ event: 'lock_fields', fields, metadata: meta })
const source = lockOf({ source: 'org.ets.lo_event.test', version: '1' })
const amy = lockOf({ user_id: 'amy' })
const typed = (n: number, more: object = {}) => ({ event: 'keystroke', n, ...more, metadata: meta })

/** Plays frames, each a second after the one before, and tells what became of them in short. */
function play(frames: readonly (object | string)[], settings?: ObserverSettings) {
  const state = newState('c1', at(0))
  const effects = frames.flatMap((frame, place) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
    // Between any two frames the state may be kept as JSON.
    Object.assign(state, JSON.parse(JSON.stringify(state)) as ObserverState)
    return hear(state, { n: place + 1, at: at(place * 1000), text }, { settings })
  })
  return { state, effects, said: said(effects), end: () => said(finish(state, { settings })) }
}

function said(effects: readonly Effect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === 'answer') {
      const { status, user_id, error, code } = JSON.parse(effect.text)
      return `< ${status} ${user_id ?? error ?? code}`
    }
    return `${effect.kind} ${effect.n}${effect.kind === 'keep' ? ` ${effect.refusal.code}` : ''}`
  })
}

const itemsOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'store' ? [JSON.parse(effect.item)] : []))

describe('a connection', () => {
  it('stores each event once the source and the learner are known, the first of them at once', () => {
    const { said, effects } = play([lockOf({ a: 1 }), source, amy, typed(1), typed(2)])
    expect(said).toEqual([
      ...['< auth testcase-amy', 'store 0', 'store 1', 'store 2', 'store 3', 'store 4'],
      'store 5',
    ])
    const [session, , , , first] = itemsOf(effects)
    expect(session.session).toEqual({
      ...{ source: 'org.ets.lo_event.test', version: '1', openedAt: at(0) },
    })
    expect(first).toEqual({
      client: typed(1),
      locked: { a: 1, source: 'org.ets.lo_event.test', version: '1' },
      lockedIn: { user_id: 3 },
      auth: {
        ...{ userId: 'testcase-amy', safeUserId: 'tc-testcase-amy', sec: 'unauthenticated' },
        ...{ providence: 'tc', method: 'testcase_auth' },
      },
      connection: { id: 'c1', frame: 4, at: at(3000) },
    })
  })

  it('gives a backlog before lock_fields what is locked after it, in its order', () => {
    const backlog = Array.from({ length: 23 }, (_, n) => typed(n))
    const { said, effects } = play([...backlog, lockOf({ source: 's', user_id: 'amy' }), typed(99)])
    expect(said).toEqual([
      '< auth testcase-amy',
      ...Array.from({ length: 26 }, (_, n) => `store ${n}`),
    ])
    expect(
      itemsOf(effects)
        .slice(1)
        .every(({ locked }) => locked.source === 's'),
    ).toBe(true)
  })

  it('waits for an event, so that the best of what is locked tells the learner', () => {
    const chrome = lockOf({ chrome_identity: { email: 'amy@a.example', id: '0104233' } })
    expect(play([source, amy, chrome, typed(1)]).said[0]).toBe('< auth gc-104233')
    const { effects } = play([source, typed(1), chrome])
    expect(itemsOf(effects).at(-1).auth.domain).toBe('a.example')
  })

  it('takes identity from an event that waits for its source, and what is locked before that', () => {
    expect(play([typed(1, { user_id: 'amy' }), typed(2), source]).said[0]).toBe(
      '< auth testcase-amy',
    )
    const bob = lockOf({ user_id: 'bob', source: 's' })
    expect(play([typed(1, { user_id: 'amy' }), bob]).said[0]).toBe('< auth testcase-bob')
  })

  it('answers what is broken, keeps it, and goes on', () => {
    const { said } = play([
      ...['{', '[1]', 'null', '"a"', '{"a":1}', '{"event":5}', '{"event":""}'],
      ...[
        '{"event":"lock_fields"}',
        '{"event":"lock_fields","fields":[]}',
        '{"event":"save_blob"}',
      ],
      ...[`{"event":"a","b":${'['.repeat(97)}${']'.repeat(97)}}`, `{"event":"${'a'.repeat(257)}"}`],
      ...[`{"event":"a","b":[${'1,'.repeat(60_000)}1]}`],
      lockOf({ long: 'a'.repeat(200_000) }),
      ...[source, amy, typed(1)],
    ])
    const codes = said.filter((one) => one.startsWith('keep')).map((one) => one.split(' ')[2])
    expect(codes).toEqual([
      ...['invalid_json', 'not_an_object', 'not_an_object', 'not_an_object', 'required'],
      ...['wrong_type', 'too_short', 'wrong_type', 'wrong_type', 'required', 'too_deep'],
      ...['too_long', 'too_many_values', 'too_large'],
    ])
    expect(said.slice(-5)).toEqual([
      ...['< auth testcase-amy', 'store 0', 'store 15', 'store 16', 'store 17'],
    ])
  })

  it('keeps __proto__ and half surrogates as what they are', () => {
    const text = '{"event":"a","__proto__":{"user_id":"eve"},"b":"\\ud800"}'
    const { effects } = play([
      '{"event":"lock_fields","fields":{"__proto__":{"source":"x"}}}',
      source,
      amy,
      text,
    ])
    const [, first, , , last] = effects.filter(({ kind }) => kind === 'store') as { item: string }[]
    expect(last!.item).toContain(`"client":${text}`)
    expect(first!.item).toContain('"__proto__":{"source":"x"}')
    expect(({} as Record<string, unknown>).user_id).toBeUndefined()
  })

  it('lets no frame say what the server says', () => {
    const forged = { auth: { sec: 'authenticated', userId: 'x' }, connection: { id: 'x' } }
    const [item] = itemsOf(play([source, amy, typed(1, forged)]).effects).slice(-1)
    expect(item.auth.userId).toBe('testcase-amy')
    expect(item.connection.id).toBe('c1')
    expect(item.client.auth).toEqual(forged.auth)
  })

  it('repeats short fields alone, and says which frame has the long ones', () => {
    const browserInfo = { navigator: 'n'.repeat(600) }
    const [item] = itemsOf(play([source, lockOf({ browserInfo }), amy, typed(1)]).effects).slice(-1)
    expect(item.lockedIn).toEqual({ browserInfo: 2, user_id: 3 })
    expect(Object.keys(item.locked)).toEqual(['source', 'version'])
  })
})

describe('blobs', () => {
  it('are of a learner, a source and an activity, and wait for these in their turn', () => {
    const blob = '{ "n": 12345678901234567890 }'
    const { effects, said } = play([
      `{"event":"save_blob","blob":${blob}}`,
      { event: 'fetch_blob' },
      lockOf({ source: 's', activity: 'a', user_id: 'amy' }),
      typed(1),
    ])
    expect(said).toEqual([
      ...['< auth testcase-amy', 'store 0', 'saveBlob 1', 'store 1', 'fetchBlob 2', 'store 2'],
      ...['store 3', 'store 4'],
    ])
    const of = { userId: 'testcase-amy', safeUserId: 'tc-testcase-amy', source: 's', activity: 'a' }
    expect(effects[2]).toMatchObject({ kind: 'saveBlob', n: 1, of, blob })
    expect(itemsOf(effects)[1]).toMatchObject({
      client: { event: 'save_blob' },
      blob: { bytes: blob.length },
    })
  })

  it('without an activity are answered and kept', () => {
    const { said } = play([source, amy, { event: 'save_blob', blob: 1 }, typed(1)])
    expect(said).toContain('keep 3 no_activity')
    expect(said).toContain('< error no_activity')
    expect(said.at(-1)).toBe('store 4')
  })
})

describe('a learner who is not known', () => {
  const guests: ObserverSettings = { auth: ['chromebook', 'guest'] }
  const signedOut = lockOf({ source: 's', chrome_identity: { email: '', id: '' } })

  it('is told why after some time, once', () => {
    const { state, said } = play([signedOut, typed(1)])
    expect(said).toEqual([])
    expect(nextLook(state)).toBe(START + 1000 + IDENTITY_MS)
    expect(pass(state, at(IDENTITY_MS), { settings: undefined })).toEqual([])
    const [answer, ...more] = pass(state, at(1000 + IDENTITY_MS), { settings: undefined })
    expect(answer).toEqual({
      kind: 'answer',
      text: '{"status":"auth","error":"chrome_identity.id is empty: nobody is signed in to Chrome"}',
    })
    expect(more).toEqual([])
    expect(pass(state, at(60_000), { settings: undefined })).toEqual([])
    const kept = pass(state, at(GIVE_UP_MS), { settings: undefined })
    expect(kept.map(({ kind }) => kind)).toEqual(['keep', 'keep', 'answer'])
    expect(nextLook(state)).toBeUndefined()
  })

  it('is a guest where there may be guests, and nothing better came in time', () => {
    const { state } = play([signedOut, typed(1)], guests)
    expect(pass(state, at(IDENTITY_MS), { settings: guests })).toEqual([])
    const effects = pass(state, at(1000 + IDENTITY_MS), { settings: guests })
    expect(said(effects).slice(1)).toEqual(['store 0', 'store 1', 'store 2'])
    expect(itemsOf(effects)[1].auth).toMatchObject({ sec: 'none', providence: 'guest' })
    expect(itemsOf(effects)[1].auth.userId).toMatch(/^[0-9a-f]{32}$/)
    const late = play([signedOut, typed(1), lockOf({ chrome_identity: { id: 7 } })], guests)
    expect(late.said[0]).toBe('< auth gc-7')
  })

  it('sends to quarantine when it ends, or says so', () => {
    expect(play([source, typed(1)]).end()).toEqual([
      '< auth Who is this? By lock_fields or in an event, send chrome_identity, or user_tag, or hash, or user_id',
      ...['keep 1 not_identified', 'keep 2 not_identified', '< error not_identified'],
    ])
    expect(play([source, typed(1), { event: 'terminate' }]).said.slice(1, 4)).toEqual([
      ...['keep 1 not_identified', 'keep 2 not_identified', 'keep 3 not_identified'],
    ])
  })

  it('fills no memory', () => {
    const frames = Array.from({ length: MAX_WAITING + 1 }, (_, n) => typed(n))
    const state = newState('c1', at(0))
    const effects = frames.flatMap((frame, place) =>
      hear(
        state,
        { n: place + 1, at: at(0), text: JSON.stringify(frame) },
        { settings: undefined },
      ),
    )
    expect(effects).toHaveLength(MAX_WAITING + 2)
    expect(effects.at(-1)).toMatchObject({ kind: 'answer' })
    expect(state.waiting).toEqual([])
  })
})

describe('an end', () => {
  it('is stored after all that waited, with or without a source', () => {
    const { said } = play([typed(1, { user_id: 'amy' }), { event: 'terminate' }, typed(2)])
    expect(said).toEqual(['< auth testcase-amy', 'store 0', 'store 1', 'store 2', 'store 3'])
    expect(play([amy]).end()).toEqual(['< auth testcase-amy', 'store 0', 'store 1'])
    expect(play([]).end()).toEqual([])
  })

  it('comes for the wait, too, where no source is ever locked', () => {
    const { state, said: before } = play([typed(1, { user_id: 'amy' })])
    expect(before).toEqual([])
    expect(nextLook(state)).toBe(START + SOURCE_MS)
    expect(said(pass(state, at(SOURCE_MS), { settings: undefined }))).toEqual([
      ...['< auth testcase-amy', 'store 0', 'store 1'],
    ])
  })
})
