import { recheckWith } from '../../access/member'
import { createIngest } from '../../ingest/ingest'
import { createVerifyJws } from '../../ingest/steps/verify'
import type { ServingPlatform } from '../../platform/platform'
import { createPublish, type Publish } from '../../realtime/publish'
import { native } from '../../standards/native/standard'
import { type AppOptions, guardOf } from '../context'
import { identityOf } from '../identity'
import { withBoundQuarantine } from '../quarantine'
import { receiptText } from '../receipt'

interface Limits {
  maxMessageBytes: number
  /** The largest message that the platform can send back. */
  maxReplyBytes: number
}

/** Answers the messages of connections that `GET /ws/publish` opened, over the same platform. */
export function publishOver(
  platform: ServingPlatform,
  options: AppOptions,
  { maxMessageBytes, maxReplyBytes: maxBytes }: Limits,
): Publish {
  const { clock, log, budget } = options
  const ingest = createIngest({
    platform: withBoundQuarantine(platform, options),
    verifyJws: createVerifyJws({ guard: guardOf(options), clock }),
    ...options,
  })
  const isCurrent = recheckWith({ ...identityOf(platform, options), clock })

  return createPublish({
    maxMessageBytes,
    budget,
    log,
    isCurrent,
    async ingest(sender, body) {
      const receipt = await ingest({ sender, standard: native, form: 'message', body })
      return receiptText(receipt, { standard: native, sourceId: sender.sourceId, maxBytes })
    },
  })
}
