/**
 * Says what a page, or a server, agrees to: `true`, everything is stored and sent; `false`, nothing is, and
 * what was stored is erased; `'pending'`, nobody has been asked yet: events wait in memory alone.
 */
export type Consent = boolean | 'pending'

/** Configures a client. Whatever is left out has its default. */
export interface ClientOptions {
  /** Where the server is, with its path if it has one: `https://events.example.edu`. */
  url: string
  /** A key that may send. In a page it is one bound to the page's origin: anybody can read it there. */
  key: string
  /** Names the application. Left out, it is the source of the key. */
  source?: string | undefined
  /** Left out, a tab of a browser has one of its own that survives a reload; elsewhere each client has its own. */
  sessionId?: string | undefined
  /** Default `true`: who runs the page decides whether to ask. */
  consent?: Consent | undefined
  /** Sends when so many events wait (default 10), or so many seconds after the first of them (default 12). */
  batch?: { events?: number | undefined; seconds?: number | undefined } | undefined
  /**
   * Keeps a share of the events of a class, 0 to 1: `{ 'high-volume': 0.1 }`. A session keeps all
   * events of a class or none. Classes that are not named here are kept whole.
   */
  sample?: Readonly<Record<string, number>> | undefined
  /** The class of each type: `classes` of what `nonius types generate ts` writes. */
  classes?: Readonly<Record<string, string>> | undefined
  /** Says in the console what was queued, sent, kept and refused, and why. */
  debug?: boolean | undefined
  /** Whose events these are, unless `track` says otherwise. */
  userId?: string | undefined
  /** The organisation that the events belong to. */
  organizationId?: string | undefined
  /**
   * How many events may wait (default 10,000; 20 million characters at most). Beyond it new ones are
   * refused; their numbers in `seq` are used up, so that the gap shows.
   */
  maxQueued?: number | undefined
}

/** Says of one event what its payload does not. */
export interface TrackOptions {
  /** What it happened to: `question_id`. */
  questionId?: string | undefined
  /** Whose it is: `user_id`. */
  userId?: string | undefined
  /** Where it happened: `context`, e.g. `{ class_id, assignment_id }`. */
  context?: object | undefined
  /** When it happened; left out, now. */
  timestamp?: string | number | Date | undefined
  /** The class that it is sampled by, instead of the one in `classes`. */
  class?: string | undefined
  /** How its payload is kept: `privacy_level`. */
  privacyLevel?: 'standard' | 'sensitive' | 'pii' | undefined
  /** Left out, a random UUID. The server stores one event of an id. */
  eventId?: string | undefined
}

/** A payload can be left out where its type requires nothing of it. */
export type TrackRest<Payload> =
  Record<never, never> extends Payload
    ? [payload?: Payload | undefined, options?: TrackOptions | undefined]
    : [payload: Payload, options?: TrackOptions | undefined]

/**
 * Takes events and brings them to the server: each that it took arrives once, where storage or network
 * allow; where they do not, its `seq` is missing.
 */
export interface Client<Events extends object = Record<string, object>> extends Sending {
  /** The session that its events are of: `session_id`. */
  readonly sessionId: string
  /**
   * Takes an event. It returns at once and never throws; what the payload holds later is no matter.
   * What cannot be written as JSON, or has more than a million characters, is refused, which `debug` tells.
   */
  track<Type extends keyof Events & string>(type: Type, ...rest: TrackRest<Events[Type]>): void
}

/** What all clients have in common. */
export interface Sending {
  /**
   * Sends what was taken until now. Resolves when all of it was acknowledged, or when a request for it has
   * failed, or the server asked to wait; what is left is sent later. Never rejects.
   */
  flush(): Promise<void>
  /**
   * Takes no more events, and sends what waits, with further tries for 30 s. Then it resolves, never rejects;
   * in a page what is left stays stored, and is sent by the next.
   */
  close(): Promise<void>
  /**
   * Says what the person decided. `true` stores and sends what waited, and all that follows. `false`
   * drops what waits, erases what was stored, and ignores what follows, until `true` begins anew.
   */
  consent(given: boolean): void
}
