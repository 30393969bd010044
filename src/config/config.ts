import type { RootPlace } from './root-places'

/** Versions of xAPI, as their header names them (1.0.3, Communication, 3.3; 2.0, 4.1.2). */
export const xapiVersions = ['1.0.3', '2.0.0'] as const
export type XapiVersion = (typeof xapiVersions)[number]

/** Modes of xAPI: none, statements as events, a record store (`Tenant.xapi`). */
export const xapiModes = ['off', 'ingest', 'lrs'] as const

/** Outcomes of native events of types that are not registered (`Tenant.unknownTypes`). */
export const unknownTypesModes = ['accept', 'quarantine', 'reject'] as const

/** In development, things are allowed that would be a fault on a server that others use. */
export const environments = ['production', 'development'] as const

/** The config has everything that can be set, read once from the environment (`read-config.ts`). */
export interface Config {
  environment: (typeof environments)[number]
  port: number
  host: string
  /**
   * The headers of a proxy are believed: of one on this machine or in a private network, or of those
   * in these networks, as CIDR.
   */
  trustProxy: boolean | readonly string[]
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
  /** Closed days of the lake are settled from this hour of the day on, UTC; never when `off`. */
  settle: number | 'off'
  hotTtlDays: number
  /** Tenants that chose nothing have this mode of xAPI; the platform's own when left out. */
  xapi?: (typeof xapiModes)[number] | undefined
  /** A record store of xAPI has a statement for so many days. */
  xapiRetentionDays: number
  /** Versions of xAPI that are offered. */
  xapiVersions: readonly XapiVersion[]
  /** The version of a request without the header. */
  xapiDefaultVersion: XapiVersion
  /** One source may have this much in quarantine. */
  quarantineMaxItems: number
  quarantineMaxBytes: number
  /** An item in quarantine is forgotten after so many days, or when personal data are. */
  quarantineDays: number
  /** One tenant may have this many. */
  maxWebhooks: number
  /** Tokens of this issuer are accepted beside keys; none when absent. */
  oidcIssuer?: string | undefined
  /** The issuer knows us by this name. */
  oidcAudience: string
  allowPrivateWebhooks: boolean
  /**
   * So many requests of a class may come from one key, or from the strangers of one address, e.g.
   * `200/minute`; `off` for as many as come.
   */
  rateLimitPublish: string
  rateLimitQuery: string
  rateLimitAdmin: string
  /** Tenants that chose nothing have this outcome of native types that are not registered. */
  unknownTypes: (typeof unknownTypesModes)[number]
  /** A payload whose type limits its keys may have so many; as the type has it when left out. */
  maxPayloadKeys?: number | undefined
  /** Pages of these origins may ask from a browser (CORS). */
  corsOrigins: '*' | readonly string[]
  /** False: whoever shows no key is let in, on this machine's own address only. */
  requireAuth: boolean
  /** One tenant may have so many requests with a body and messages that are not answered yet. */
  maxQueueSize: number
  /** So many may follow events live; so many may publish over WebSockets, if not 512. */
  maxSubscribers: number
  /** One address may have so many WebSockets; infinitely many for `off`. */
  maxSocketsPerAddress: number
  maxWsMessageBytes: number
  /**
   * Reducers run: none when `off`; those that come with Nonius, of tenants where somebody has asked for states
   * (`on-demand`) or of all; and beside them those of a folder.
   */
  reducers: 'off' | 'on-demand' | 'built-in' | { folder: string }
  /** Roots of closed hours are written there, too; nowhere when left out. */
  rootsTo?: readonly RootPlace[] | undefined
  /** They are signed with this key, PKCS #8 DER in base64; not at all when left out. */
  rootsKey?: string | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
