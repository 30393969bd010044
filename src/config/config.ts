/** Everything that can be set, read once from the environment (`read-config.ts`). */
export interface Config {
  port: number
  host: string
  dataDir: string
  /** Fix the keys of a fresh data directory; otherwise they are drawn at random. */
  demoKey?: string | undefined
  adminKey?: string | undefined
  /** Of a request body, as sent and again after decompression. */
  maxBodyBytes: number
  /** From the head of a request until all of its body has come. */
  bodyTimeoutSeconds: number
  /** For all requests and messages that are being received and read. */
  requestMemoryBytes: number
  archiveFlushSeconds: number
  hotTtlDays: number
  /** What one source may have in quarantine. */
  quarantineMaxItems: number
  quarantineMaxBytes: number
  /** What one tenant may have. */
  maxWebhooks: number
  /** Whose tokens are taken beside keys; none when absent. */
  oidcIssuer?: string | undefined
  /** What that issuer knows us by. */
  oidcAudience: string
  allowPrivateWebhooks: boolean
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
