import type { Cmi5Session } from '../../identity/principal'

/** A launch lets one session begin, with the fetch URL that its token is the end of. */
export interface Launch extends Cmi5Session {
  /** Statements of the session are stamped with this source. */
  sourceId: string
  /** The id of the session, which its statements have in their context (cmi5, 9.6.3.1). */
  sessionId: string
}
