import { quotas } from '../quotas'
import { createBucket } from './bucket'
import type { VirtualTime } from './virtual-time'

interface Needs {
  time: VirtualTime
  random: () => number
  /** So many partitions S3 has made of the lanes. */
  spillPartitions: number
  /** A write that S3 takes lasts so long. */
  s3Ms: number
  /** The deployment is one of so many parts of a whole, which share the limits. */
  parts: number
}

// The SDK asks three times, and is refused within some 20 ms; after a throttle it pauses for a second at
// most, then for two (`@smithy/core`, StandardRetryStrategy).
const ATTEMPTS = 3
const REFUSED_MS = 20
const FIRST_PAUSE_MS = 1000

/** Makes the bucket of S3 that spilled requests are written to. */
export function createSpillBucket({ time, random, spillPartitions, s3Ms, parts }: Needs) {
  const limits = Array.from({ length: spillPartitions }, () =>
    createBucket(time.now, quotas.s3Puts.value / parts),
  )

  return {
    /** Writes a request into its lane. @throws when S3 refuses it at each attempt */
    async put(lane: number): Promise<void> {
      for (let attempt = 0; ; attempt += 1) {
        if (limits[lane % spillPartitions]!.take(1)) return time.wait(s3Ms)
        await time.wait(REFUSED_MS)
        if (attempt + 1 === ATTEMPTS) throw new Error('SlowDown')
        await time.wait(random() * FIRST_PAUSE_MS * 2 ** attempt)
      }
    },
  }
}
