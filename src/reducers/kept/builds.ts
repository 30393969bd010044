import { StorageError } from '../../error/storage-error'
import type { DocumentStore } from '../../platform/document-store'
import type { ReducerScope } from '../reducer'
import { VERSIONS } from './places'
import { JSON_TYPE } from './state-document'

/** The states of a tenant by one version of a reducer, made from the log once. */
export interface Build {
  version: number
  /** Counts the builds of a reducer from 1. */
  build: number
  scope: ReducerScope
  /** The feed adds what was stored from this mark on; all of it when left out. */
  from?: string | undefined
  /** ISO 8601 UTC. */
  since: string
}

/** A tenant has these builds of one reducer. */
export interface Builds {
  /** Readers are shown this one, and the feed adds to it. */
  shown: Build
  /**
   * A version that readers are not shown yet: `isAsked` tells that somebody has asked to build it
   * (`nonius reducers rebuild`), who writes what he wants to remember into `progress`.
   */
  next?: (Build & { isAsked?: boolean; progress?: Record<string, unknown> }) | undefined
}

/** The builds of a tenant, by the name of the reducer. */
export type TenantBuilds = Record<string, Builds>

/** Reads the builds of a tenant. @returns the etag undefined where there are none yet */
export async function readBuilds(
  documents: Pick<DocumentStore, 'get'>,
  tenantId: string,
): Promise<{ builds: TenantBuilds; etag: string | undefined }> {
  const found = await documents.get(tenantId, VERSIONS)
  if (found === undefined) return { builds: {}, etag: undefined }
  return {
    builds: JSON.parse(Buffer.from(found.bytes).toString()) as TenantBuilds,
    etag: found.etag,
  }
}

// Others write this some times a day.
const TRIES = 10

/**
 * Changes the builds of a tenant, also where others do at the same time.
 * @param change is given what is there, and may be asked again; undefined leaves it as it is
 * @returns what is there afterwards
 * @throws {StorageError}
 */
export async function changeBuilds(
  documents: Pick<DocumentStore, 'get' | 'put'>,
  tenantId: string,
  change: (builds: TenantBuilds) => TenantBuilds | undefined,
): Promise<TenantBuilds> {
  for (let tries = 0; ; tries += 1) {
    const { builds, etag } = await readBuilds(documents, tenantId)
    const changed = change(structuredClone(builds))
    if (changed === undefined) return builds
    const bytes = Buffer.from(JSON.stringify(changed))
    const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
    const content = { bytes, contentType: JSON_TYPE }
    const { kind } = await documents.put(tenantId, VERSIONS, content, condition)
    if (kind === 'stored') return changed
    if (tries === TRIES) throw new StorageError(BUSY, { isRetriable: true })
  }
}

const BUSY = 'the versions of reducers are changed by too many at once'
