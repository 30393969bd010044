import { recheckWith } from '../../access/member'
import { createAccept } from '../../ingest/accept'
import { receiptWithin } from '../../ingest/receipt-within'
import type { ServingPlatform } from '../../platform/platform'
import { createPublish, type Publish } from '../../realtime/publish'
import { readingNativeMessage } from '../../standards/native/message'
import type { AppOptions } from '../context'
import { identityOf } from '../identity'
import { withBoundQuarantine } from '../quarantine'
import { openSignedWith } from '../signed-body'

interface Limits {
  maxMessageBytes: number
  /** What the platform can send back in one message. */
  maxReplyBytes: number
}

/** Answers the messages of connections that `GET /ws/publish` opened, over the same platform. */
export function publishOver(
  platform: ServingPlatform,
  options: AppOptions,
  { maxMessageBytes, maxReplyBytes }: Limits,
): Publish {
  const { config, clock, log, budget } = options
  const accept = createAccept({
    platform: withBoundQuarantine(platform, options),
    openSigned: openSignedWith(options),
    ...{ config, clock, log },
  })
  const isCurrent = recheckWith({ ...identityOf(platform, options), clock })

  return createPublish({
    maxMessageBytes,
    budget,
    log,
    isCurrent,
    async accept(sender, body) {
      const receipt = await accept({
        ...{ standard: 'native', sender, body, read: readingNativeMessage },
        text: () => body,
        isSigned: () => false,
      })
      return receiptWithin(receipt, sender.sourceId, maxReplyBytes)
    },
  })
}
