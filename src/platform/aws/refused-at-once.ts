import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/**
 * Has a client say at once that a service is asked too often: by itself the SDK asks four times, with
 * three and a half seconds of pauses on average (`@smithy/core`, StandardRetryStrategy), while a sender
 * waits and holds a sandbox. Whoever writes events has pauses of their own (`ingest/steps/append.ts`).
 * What was lost on its way is asked again as before.
 * @returns the client
 */
export function refusedAtOnce(client: DynamoDBClient): DynamoDBClient {
  const { config } = client
  const strategyOf = config.retryStrategy

  config.retryStrategy = async () => {
    const strategy = await strategyOf()
    if (!('refreshRetryTokenForRetry' in strategy)) return strategy
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      recordSuccess: (token) => strategy.recordSuccess(token),
      async refreshRetryTokenForRetry(token, failure) {
        // The client then throws what it was answered.
        if (failure.errorType === 'THROTTLING') throw new Error('It is not asked again')
        return strategy.refreshRetryTokenForRetry(token, failure)
      },
    }
  }
  return client
}
