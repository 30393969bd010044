/** The config has everything that can be set, read once from the environment (`read-config.ts`). */
export interface Config {
  port: number
  host: string
  dataDir: string
  /** These fix the keys of a fresh data directory; otherwise they are drawn at random. */
  demoKey?: string | undefined
  adminKey?: string | undefined
  /** The limit holds for a request body as sent, and again after decompression. */
  maxBodyBytes: number
  /** The time runs from the head of a request until all of its body has come. */
  bodyTimeoutSeconds: number
  /** This is memory for all requests and messages that are being received and read. */
  requestMemoryBytes: number
  archiveFlushSeconds: number
  hotTtlDays: number
  /** One source may have this much in quarantine. */
  quarantineMaxItems: number
  quarantineMaxBytes: number
  /** One tenant may have this many. */
  maxWebhooks: number
  /** Tokens of this issuer are accepted beside keys; none when absent. */
  oidcIssuer?: string | undefined
  /** The issuer knows us by this name. */
  oidcAudience: string
  allowPrivateWebhooks: boolean
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
