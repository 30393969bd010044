// The SDK by itself waits for ever. A service answers in milliseconds, and a request that it does
// not answer in seconds is lost: another try finds another machine.

const CONNECTION_MS = 1000

/**
 * Clients of DynamoDB have these; the SDK asks four times. When DynamoDB says nothing, a request is
 * spilled after 6 s, and what it was to count is given up after 6 more: before the 15 s after which
 * Canvas, the most impatient sender known, no longer listens.
 */
export const tableTimeOuts = timeOuts(1500)

/** All other clients have these; they are sent megabytes, and asked three times. */
export const serviceTimeOuts = timeOuts(5000)

function timeOuts(requestTimeout: number) {
  return { connectionTimeout: CONNECTION_MS, requestTimeout, throwOnRequestTimeout: true }
}
