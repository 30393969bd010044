import type { Summary } from './summary'

/** It names an access request. */
export interface Whose {
  tenantId: string
  accessId: string
}

export const accessStatuses = ['running', 'ready', 'failed', 'expired'] as const
export type AccessStatus = (typeof accessStatuses)[number]

/** Files of the answer. Each is stored in parts, so that none has to be in memory as a whole. */
export const accessFiles = ['events', 'quarantine', 'documents', 'consents', 'recipients'] as const
export type AccessFile = (typeof accessFiles)[number]

/** The steps come in this order; each goes on from its place after a restart. */
export const accessSteps = [
  'days',
  'events',
  'quarantine',
  'documents',
  'recipients',
  'done',
] as const
export type AccessStep = (typeof accessSteps)[number]

/** Days of the lake that may hold events of the person. */
export interface DayCount {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  rows: number
}

/** Someone asked for everything that is kept about a person. */
export interface AccessRequest extends Whose {
  status: AccessStatus
  /** ISO 8601 UTC, as all times here. What arrived before then is in the answer. */
  createdAt: string
  /** The id of the key that asked; of a person's own token, its issuer's. */
  by: string
  /** Ids of the person as somebody gave them. */
  actorIds: readonly string[]
  step: AccessStep
  place: {
    days?: DayCount[] | undefined
    /** The last event that was read, in the order of arrival. */
    after?: { receivedAt: string; eventId: string } | undefined
    cursor?: string | undefined
    /** So many rows are asked for at once, fewer after an answer that was too large. */
    rows?: number | undefined
  }
  /** How many bytes each part of a file has, as it is stored. */
  parts: Record<AccessFile, number[]>
  /** How many lines each file has. */
  found: Record<AccessFile, number>
  summary: Summary
  readyAt?: string | undefined
  /** Its files are deleted then. */
  expiresAt?: string | undefined
  /** Says why it failed. */
  problem?: string | undefined
  /** It grows with each write, so that two writers never write the same. */
  revision: number
}

/** A result can be fetched for so long; then it is deleted, and can be asked for again. */
export const RESULT_DAYS = 7
