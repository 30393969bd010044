import { createCall } from '../../outbound/call'
import type { Guard } from '../../outbound/guard'
import type { RootSink } from '../../platform/root-sink'

// A root is posted once an hour, by a job that has nobody waiting.
const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Posts roots to an address of the operator's, each as JSON. Any answer of 2xx says that it is kept.
 * @param guard lets private addresses pass: who sets the environment may call what they like
 */
export function createPostSink(url: string, guard: Pick<Guard, 'pin'>): RootSink {
  const call = createCall(guard)
  return {
    // Path and query may be secret.
    name: new URL(url).origin,

    async put(root) {
      const body = Buffer.from(JSON.stringify(root))
      const headers = { 'content-type': 'application/json', 'user-agent': 'Nonius-Roots' }
      const { status } = await call(url, {
        ...{ method: 'POST', headers, body, timeoutMs: TIMEOUT_MS },
        ...{ maxBytes: MAX_ANSWER_BYTES, keepsBytes: 0 },
      })
      if (status < 200 || status > 299) throw new Error(`it answered ${status}`)
    },
  }
}
