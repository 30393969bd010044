/** A reducer as the server shows it. */
export interface Reducer {
  name: string
  version: number
  says?: string
  scope: string
  field?: string
  origin: string
  skipped: number
  offSince?: string
  since?: string
  building?: { version: number; since: string; progress?: Progress }
  newer?: number
}

interface Progress {
  read: number
  applied: number
  skipped: number
  at: string
  percent: number
  trouble?: string
}

export const REDUCERS = 'api/v1/reducers'

export function pathOf(name: string, ...more: string[]): string {
  return [REDUCERS, name, ...more]
    .map((part, at) => (at === 0 ? part : encodeURIComponent(part)))
    .join('/')
}

/** Says in some words how it is. */
export function conditionOf({ offSince, building, newer, skipped }: Reducer): string {
  if (offSince !== undefined) return `SWITCHED OFF ${offSince}: it failed too often (see the log)`
  if (building !== undefined) {
    const { version, progress } = building
    const trouble = progress?.trouble === undefined ? '' : `, waits: ${progress.trouble}`
    return `version ${version} is being built, ${progress?.percent ?? 0} %${trouble}`
  }
  if (newer !== undefined) return `version ${newer} is loaded: nonius reducers rebuild`
  return skipped > 0 ? `skipped ${skipped}` : 'on'
}
