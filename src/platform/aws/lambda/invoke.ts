import { StorageError } from '../../../error/storage-error'
import {
  ALGORITHM,
  type Credentials,
  type Scope,
  scopeOf,
  sha256,
  signatureOf,
  timeOf,
} from '../signing'

interface Needs {
  functionName: string
  region: string
  /** The endpoint of Lambda, `https://lambda.REGION.amazonaws.com`; another where it is emulated. */
  endpoint: string
  /** Lambda renews them in the environment of a function. */
  credentials(): Credentials
  now(): Date
  /** The function has ended by then, in ms. */
  timeOutMs: number
}

/**
 * Makes what invokes a function and waits for what it returns ("Invoke", Lambda's API reference). It is one call,
 * for which the SDK's client of Lambda would be another 200 KB of every function.
 * @throws {StorageError} when the function failed, or could not be reached; whether it did its work is not known
 */
export function createInvoke(needs: Needs) {
  const { functionName, region, endpoint, credentials, now, timeOutMs } = needs
  const url = new URL(
    `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    endpoint,
  )

  async function send(body: string): Promise<Response> {
    const scope: Scope = { region, service: 'lambda', now: now() }
    const headers = signed(url, body, credentials(), scope)
    const signal = AbortSignal.timeout(timeOutMs)
    return await fetch(url, { method: 'POST', headers, body, signal })
  }

  return async function invoke<Returned>(event: unknown): Promise<Returned> {
    let response: Response
    let text: string
    try {
      response = await send(JSON.stringify(event))
      text = await response.text()
    } catch (error) {
      throw failed((error as Error).message)
    }
    if (response.status !== 200) throw failed(`HTTP ${response.status} ${text.slice(0, 500)}`)
    if (response.headers.has('x-amz-function-error')) throw failed(text.slice(0, 500))
    return JSON.parse(text) as Returned
  }

  function failed(reason: string): StorageError {
    return new StorageError(`calling ${functionName}: ${reason}`, { isRetriable: true })
  }
}

/** Signs host, time and token, and the body by its hash. */
function signed(url: URL, body: string, credentials: Credentials, scope: Scope) {
  const { accessKeyId, sessionToken } = credentials
  const sent: Record<string, string> = {
    host: url.host,
    'x-amz-date': timeOf(scope),
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  }
  const names = Object.keys(sent).join(';')
  const lines = Object.entries(sent).map(([name, value]) => `${name}:${value}\n`)
  // Lambda's path is encoded twice: only S3's is not.
  const path = url.pathname.split('/').map(encodeURIComponent).join('/')
  const canonical = ['POST', path, '', lines.join(''), names, sha256(body)].join('\n')
  const credential = `Credential=${accessKeyId}/${scopeOf(scope)}`
  const signature = signatureOf(canonical, credentials, scope)
  const { host: _, ...headers } = sent
  return {
    ...headers,
    'content-type': 'application/json',
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Names Lambda's endpoint of a region; in China it has a suffix of its own ("AWS Lambda endpoints", General Reference). */
export function lambdaEndpoint({
  AWS_ENDPOINT_URL: emulated,
  AWS_REGION: region = '',
}: Environment): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return emulated ?? `https://lambda.${region}.${suffix}`
}

/** Reads the credentials of the function that runs. */
export function ownCredentials(environment: Environment): Credentials {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = environment
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  }
}
