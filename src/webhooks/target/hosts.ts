/** How a pattern must be written, for people. */
export const hostPatternExpected =
  'Must be a host as hooks.example.edu, or *.example.edu for all below it: small letters, no port'

/** As many as an organisation names one by one. */
export const MAX_HOSTS = 100

/** Tells whether a text is the name or the address of a host as URLs have it, or `*.` and a name. */
export function isHostPattern(text: string): boolean {
  const host = text.replace(/^\*\./, '')
  // 253 characters are the longest name (RFC 1035); the parser has its own spelling of everything else.
  if (host.length > 253 || !/^[\w.:[\]-]+$/.test(host)) return false
  if (text !== host && /^[\d.]+$|:/.test(host)) return false
  return !host.endsWith('.') && URL.parse(`https://${host}/`)?.hostname === host
}

/**
 * Tells whether a URL is on one of these hosts. `*.example.edu` stands for every name below
 * `example.edu`, and not for itself. A full stop at the end of a name makes no difference.
 */
export function isAtHost(patterns: readonly string[], targetUrl: string): boolean {
  const host = URL.parse(targetUrl)?.hostname.replace(/\.$/, '')
  if (host === undefined) return false
  return patterns.some((pattern) =>
    pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern,
  )
}
