// The SDK by itself waits for ever. A service answers in milliseconds, and what it does not answer in
// seconds is lost: another try finds another machine.

const CONNECTION_MS = 1000

/**
 * Of clients of DynamoDB, which the SDK asks four times. When it says nothing, a request is spilled
 * after 6 s, and what it was to count is given up after 6 more: before the 15 s after which Canvas,
 * the most impatient sender known, no longer listens.
 */
export const tableTimeOuts = timeOuts(1500)

/** Of all others, which are sent megabytes, and are asked three times. */
export const serviceTimeOuts = timeOuts(5000)

function timeOuts(requestTimeout: number) {
  return { connectionTimeout: CONNECTION_MS, requestTimeout, throwOnRequestTimeout: true }
}
