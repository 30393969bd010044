/**
 * Makes the policy of a page (Content Security Policy, level 3): it may load what is named and ask this server, and
 * it is neither framed nor sends forms.
 * @param sources by directive, as `script-src`
 */
export function pagePolicy(sources: Record<string, string>): string {
  return [
    "default-src 'none'",
    ...Object.entries(sources).map((directive) => directive.join(' ')),
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Makes that of a page on which Scalar runs, which sets styles as it does. */
export function scalarPolicy(script: string): string {
  return pagePolicy({
    'script-src': script,
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data:",
    'font-src': "'self' data:",
  })
}
