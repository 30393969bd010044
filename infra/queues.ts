// SQS retains a message for at most this long. A webhook is tried for three days; weekends are
// longer.
const queue = { messageRetentionSeconds: 14 * 24 * 60 * 60 }

/**
 * The queue holds messages that could not be handled at all, however often: for people, with an
 * alarm.
 */
export const deadLetters = new sst.aws.Queue('DeadLetters', { transform: { queue } })

/** Each delivery has a message as its alarm clock: it wakes as often as its delivery is tried. */
export const deliveryQueue = new sst.aws.Queue('DeliveryQueue', {
  // The time-out is six times that of `deliver`, as Lambda's guide for queues asks.
  visibilityTimeout: '6 minutes',
  // Waking is no failure. A delivery wakes up to forty times in its life, and every six minutes while
  // our own side fails: the most that SQS takes is four days of that.
  dlq: { queue: deadLetters.arn, retry: 1000 },
  transform: { queue },
})

/** The queue holds messages of draining that could not be carried out: for people, with an alarm. */
export const drainLetters = new sst.aws.Queue('DrainLetters', {
  fifo: true, // as the queue that it belongs to ("Using dead-letter queues in Amazon SQS")
  transform: { queue },
})

/**
 * The queue hands out what was put aside, a lane at a time: it gives a message of a lane to nobody while
 * another of it is being handled.
 */
export const drainQueue = new sst.aws.Queue('DrainQueue', {
  fifo: true,
  // The time-out is six times that of `drain`, as Lambda's guide for queues asks.
  visibilityTimeout: '9 minutes',
  // The sweep sends the next message whatever becomes of this one: what fails three times should be looked at.
  dlq: { queue: drainLetters.arn, retry: 3 },
  transform: {
    // The sweep finds again every five minutes what waits: a message of yesterday tells nothing.
    queue: { messageRetentionSeconds: 24 * 60 * 60 },
  },
})
