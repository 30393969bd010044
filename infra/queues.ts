// The longest that SQS keeps a message. A webhook is tried for three days; weekends are longer.
const queue = { messageRetentionSeconds: 14 * 24 * 60 * 60 }

/** What could not be handled at all, however often: for people, with an alarm. */
export const deadLetters = new sst.aws.Queue('DeadLetters', { transform: { queue } })

/** A message a delivery, as its alarm clock: each wakes as often as its delivery is tried. */
export const deliveryQueue = new sst.aws.Queue('DeliveryQueue', {
  // Six times the time-out of `deliver`, as Lambda's guide for queues asks.
  visibilityTimeout: '6 minutes',
  // Waking is no failure. A delivery wakes up to forty times in its life, and every six minutes while
  // our own side fails: the most that SQS takes is four days of that.
  dlq: { queue: deadLetters.arn, retry: 1000 },
  transform: { queue },
})
