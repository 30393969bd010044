import { frameId } from '../../../event/id'
import { isValidTime } from '../times'
import type { Dialect, Members } from './dialect'
import { isObject } from './look-up'

/*
 * Frames of Learning Observer's stream, in the envelope that its door writes (`observer/envelope.ts`). No
 * form shows it and no source is set to it: what the server says of a learner in it must be ours.
 */
export const observer: Dialect = {
  name: 'observer',
  words: {
    one: 'frame of a Learning Observer stream',
    many: 'frames of Learning Observer streams',
  },
  isOne: () => false,
  mayBeOne: () => false,
  prepare(item) {
    const { client, locked, auth, connection, session, blob } = item
    const said = isObject(client) ? client : {}
    const { event, ...payload } = { ...said, ...(isObject(locked) ? locked : {}) } as Members
    delete payload.auth
    const { id, frame, at } = isObject(connection) ? connection : {}
    return {
      type: isObject(session) ? SESSION : own(said, 'event'),
      // Never by its content: a crash, a replay and a repeat are known again.
      key: frameId(id as string, frame as number),
      time: timeIn(own(said, 'metadata'), said) ?? at,
      user: isObject(auth) ? auth.userId : undefined,
      stream: id,
      application: isObject(session) ? session.source : payload.source,
      payload: { ...(isObject(session) ? session : payload), ...(isObject(blob) && { blob }) },
    }
  },
  members: {
    event_type: 'type',
    event_id: 'key',
    timestamp: 'time',
    user_id: 'user',
    session_id: 'stream',
    source: 'application',
    payload: 'payload',
  },
  fields: {},
  hasOwnTypes: ({ type }) => type === SESSION,
}

/** An entity of this type stands for a connection. */
export const SESSION = 'ObserverSession'

function timeIn(metadata: unknown, said: Members): unknown {
  const { iso_ts: iso, ts } = isObject(metadata) ? metadata : {}
  return [iso, ts, own(said, 'ts')].find(isValidTime)
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined
}
