/**
 * By these headers CloudFront tells a function what it would know of a request that came without it. It sets each of
 * them itself, over what a sender may have written there.
 */
export const fromDoor = {
  /** The secret of the deployment, which nobody else knows. */
  secret: 'x-nonius-door',
  /** The address of the sender. */
  address: 'x-nonius-viewer',
  /** The host that the sender asked for. */
  host: 'x-forwarded-host',
  /** The sender's `Authorization`, where CloudFront needs that header for a signature of its own. */
  key: 'x-nonius-authorization',
} as const

/** CloudFront leads these paths to the function that streams; `*` stands for any text. */
export const streamPaths = [
  '/api/v1/events/stream',
  '/events/stream',
  '/analytics/stream',
  '/api/v1/reducers/*/stream',
] as const

/**
 * Writes the function that CloudFront runs for each request before it goes on to the origin (CloudFront Functions,
 * runtime 2.0). It may do little, and has to be text.
 * @param isSigned whether CloudFront signs what it sends to the origin, and writes over `Authorization`
 */
export function edgeFunction({ isSigned }: { isSigned: boolean }): string {
  const { secret, address, host, key } = fromDoor
  const lines = [
    'function handler(event) {',
    '  var request = event.request;',
    '  var headers = request.headers;',
    // The distribution adds the secret behind this function, so that no sender says it.
    `  delete headers['${secret}'];`,
    `  delete headers['${key}'];`,
    `  headers['${address}'] = { value: event.viewer.ip };`,
    `  headers['${host}'] = { value: headers.host.value };`,
    ...(isSigned
      ? [
          '  if (headers.authorization) {',
          `    headers['${key}'] = headers.authorization;`,
          '    delete headers.authorization;',
          '  }',
        ]
      : []),
    '  return request;',
    '}',
  ]
  return `${lines.join('\n')}\n`
}
