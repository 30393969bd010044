import type { RelayedProtocol } from '../../platform/connections'
import type { Log } from '../../telemetry/log'

// A function reads all conditions of a tenant when one has changed: four megabytes take a second.
export const MAX_CONDITIONS_BYTES = 4 * 1024 * 1024

/**
 * Deals with messages by what is opened with the first of them, and once. A failure is logged and not
 * remembered; what was sent is not answered then.
 */
export function relayedLazily(
  address: Pick<RelayedProtocol, 'name' | 'path' | 'hearsLate'>,
  open: () => Promise<RelayedProtocol>,
  log: Log,
): RelayedProtocol {
  let opened: Promise<RelayedProtocol> | undefined

  async function withProtocol(use: (protocol: RelayedProtocol) => Promise<void>) {
    opened ??= open()
    try {
      await use(await opened)
    } catch (error) {
      opened = undefined
      log.error('a message could not be dealt with', {
        protocol: address.name,
        reason: (error as Error).message,
      })
    }
  }

  return {
    ...address,
    received: (...received) => withProtocol((protocol) => protocol.received(...received)),
    closed: (...closed) => withProtocol((protocol) => protocol.closed(...closed)),
  }
}
