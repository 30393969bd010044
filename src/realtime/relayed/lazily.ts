import type { RelayedProtocol } from '../../platform/connections'
import type { Log } from '../../telemetry/log'
import { subscribeName, subscribePath } from '../subscribe-frames'

// A function reads all conditions of a tenant when one has changed: four megabytes take a second.
export const MAX_CONDITIONS_BYTES = 4 * 1024 * 1024

/**
 * Answers subscribers by what is opened with the first message, and once. A failure is logged and not
 * remembered; what was sent is not answered then.
 */
export function relayedLazily(open: () => Promise<RelayedProtocol>, log: Log): RelayedProtocol {
  let opened: Promise<RelayedProtocol> | undefined

  async function withProtocol(use: (protocol: RelayedProtocol) => Promise<void>) {
    opened ??= open()
    try {
      await use(await opened)
    } catch (error) {
      opened = undefined
      log.error('a subscriber could not be answered', { reason: (error as Error).message })
    }
  }

  return {
    name: subscribeName,
    path: subscribePath,
    received: (...received) => withProtocol((protocol) => protocol.received(...received)),
    closed: (...closed) => withProtocol((protocol) => protocol.closed(...closed)),
  }
}
