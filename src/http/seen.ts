/** How the sender of a request reaches us, as a proxy that is trusted says. */
export interface Seen {
  /** `https://x.edu`; absent when the proxy says nothing of it. */
  scheme?: 'http' | 'https' | undefined
  host?: string | undefined
  /** The path under which the proxy serves us: empty, or `/nonius`. */
  prefix: string
}
