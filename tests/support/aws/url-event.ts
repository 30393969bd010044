import type { LambdaFunctionURLEvent } from 'aws-lambda'

/** A request as a function URL hands it on (payload format 2.0). */
export function urlEvent(
  method: string,
  path: string,
  changes: Partial<LambdaFunctionURLEvent> = {},
): LambdaFunctionURLEvent {
  const [rawPath = '', rawQueryString = ''] = path.split('?')
  const domainName = 'abc.lambda-url.us-east-1.on.aws'
  const http = { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    isBase64Encoded: false,
    ...changes,
    headers: { host: domainName, ...changes.headers },
    requestContext: { requestId: 'aws-request-1', domainName, http },
  } as unknown as LambdaFunctionURLEvent
}
