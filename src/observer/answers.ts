import type { Blocked } from '../governance/blocklist/blocklist'
import type { Refusal } from './frame'

/**
 * These are all frames of the server, as text. Those of Learning Observer are as its clients act on them;
 * `stored` and `error` are ours, which its clients pass over.
 */
export const answers = {
  identified: (userId: string) => JSON.stringify({ status: 'auth', user_id: userId }),

  /** The client is not known, and why. Its connection stays, and may say more. */
  notIdentified: (error: string) => JSON.stringify({ status: 'auth', error }),

  blocked: ({ action, timeLimit, message }: Blocked) =>
    JSON.stringify({ status: 'blocklist', action, time_limit: timeLimit, message }),

  /** @param blob JSON text; `null` where there is none */
  blob: (blob: string | undefined) => `{"status":"fetch_blob","data":${blob ?? 'null'}}`,

  /** All frames up to this one are on disk: stored, or in quarantine. */
  stored: (through: number) => JSON.stringify({ status: 'stored', through }),

  /** Says what became of a frame that is no event; `kept` says whether it is in quarantine. */
  error: ({ code, message }: Refusal, { frame, kept }: { frame: number; kept: boolean }) =>
    JSON.stringify({ status: 'error', code, message, frame, kept }),
}
