import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { AppError } from '../../../error/app-error'
import { problemOf } from '../../../error/problem'
import type { Log } from '../../../telemetry/log'
import { type doorWith, isRefusal } from './door'
import type { UrlHandler } from './url-handler'

interface Needs {
  /** Answers all other requests. */
  handler: UrlHandler
  /** @param path as it was sent */
  isAdministration(method: string, path: string): boolean
  /** Has the function answer that may write keys. @throws when it cannot */
  administer(event: LambdaFunctionURLEvent): Promise<Awaited<ReturnType<UrlHandler>>>
  /** Lets a request in, or refuses it. */
  enter: ReturnType<typeof doorWith>
  log: Log
}

/**
 * Hands requests that change keys and tenants on as they came, to the function that alone may write those: it
 * asks for the key once more, so that this one gains nothing by asking.
 */
export function administeredElsewhere({
  handler,
  isAdministration,
  administer,
  enter,
  log,
}: Needs): UrlHandler {
  return async function handle(given, context) {
    const event = enter(given)
    if (isRefusal(event)) return { ...event, isBase64Encoded: false }
    const { http, requestId } = event.requestContext
    if (!isAdministration(http.method, event.rawPath)) return handler(event, context)
    try {
      return await administer(event)
    } catch (error) {
      log.error('a change of keys or tenants was not answered', {
        requestId,
        reason: (error as Error).message,
      })
      const detail =
        'Keys and tenants cannot be changed now. See whether the change was made, and ask again.'
      const failure = new AppError('unavailable', detail)
      return {
        statusCode: failure.status,
        headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
        body: JSON.stringify(problemOf(failure, requestId)),
        isBase64Encoded: false,
      }
    }
  }
}
