import { createHash, timingSafeEqual } from 'node:crypto'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { AppError } from '../../../error/app-error'
import { problemOf } from '../../../error/problem'
import { fromDoor } from '../deployed/door-headers'

type Event = LambdaFunctionURLEvent

interface Refusal {
  statusCode: number
  headers: Record<string, string>
  body: string
}

/**
 * Lets in what comes through CloudFront (`infra/door.ts`), which says a secret, and makes of it the event of a request
 * that came without: with the sender's address, host and key. Whoever calls the function itself is refused, and what
 * they say of themselves in those headers is not read.
 * @param secret of the door, drawn when it was deployed; undefined where there is none, and every event is let in as it is
 */
export function doorWith(secret: string | undefined): (event: Event) => Event | Refusal {
  if (secret === undefined || secret === '') return (event) => event
  const expected = digest(secret)

  return function enter(event) {
    const { [fromDoor.secret]: given, ...headers } = event.headers
    if (given === undefined || !timingSafeEqual(digest(given), expected)) return refusal(event)
    const {
      [fromDoor.address]: address,
      [fromDoor.host]: host,
      [fromDoor.key]: key,
      authorization,
      ...others
    } = headers
    const { requestContext } = event
    const { http, domainName } = requestContext
    // Where CloudFront signs what it sends, the key that came has another name.
    const shown = key ?? (isSignature(authorization) ? undefined : authorization)
    return {
      ...event,
      headers: { ...others, host: host ?? domainName, ...(shown && { authorization: shown }) },
      requestContext: {
        ...requestContext,
        domainName: host ?? domainName,
        http: { ...http, sourceIp: address ?? http.sourceIp },
      },
    }
  }
}

/** Tells whether an event was refused. */
export function isRefusal(entered: Event | Refusal): entered is Refusal {
  return 'statusCode' in entered
}

// The key that CloudFront signs with is of no use to the app, nor is anything that it could make of it.
const isSignature = (authorization: string | undefined) =>
  authorization?.startsWith('AWS4-') ?? false

// Digests are equally long, whatever was sent.
const digest = (text: string) => createHash('sha256').update(text).digest()

function refusal({ requestContext }: Event): Refusal {
  const detail =
    'Nothing is answered at this address. Use the one that the deployment gives for its API.'
  const error = new AppError('forbidden', detail)
  return {
    statusCode: error.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify(problemOf(error, requestContext.requestId)),
  }
}
