import type { Faults } from './fault'

export interface Org {
  sourcedId: string
  line: number
  name: string
  /** Empty for the topmost. */
  parent: string
}

// A nation, a state, a district, a school, a faculty, a department … have a handful of levels.
const MAX_LEVELS = 20

/** Reports parents that are not there, too many levels, and organisations above themselves, each circle once. */
export function checkOrgs(orgs: ReadonlyMap<string, Org>, faults: Faults): void {
  const file = 'orgs.csv'
  const column = 'parentSourcedId'
  // Whoever was walked from is known to end somewhere, or was reported.
  const levels = new Map<string, number>()
  for (const org of orgs.values()) {
    if (org.parent !== '' && !orgs.has(org.parent)) {
      const message = `There is no organisation ${JSON.stringify(org.parent)}`
      faults.add({ ...{ file, line: org.line, column }, message, code: 'unknown_org' })
    }
    const path: string[] = []
    const isOnPath = new Set<string>()
    let at: Org | undefined = org
    while (at !== undefined && !levels.has(at.sourcedId)) {
      if (isOnPath.has(at.sourcedId)) {
        const circle = path.slice(path.indexOf(at.sourcedId)).slice(0, 5)
        const message = `The organisation is above itself: ${[...circle, '…'].join(' → ')}`
        faults.add({ ...{ file, line: at.line, column }, message, code: 'cycle' })
        break
      }
      isOnPath.add(at.sourcedId)
      path.push(at.sourcedId)
      at = orgs.get(at.parent)
    }
    let level = at === undefined ? 0 : (levels.get(at.sourcedId) ?? 0)
    for (const one of path.toReversed()) {
      level += 1
      levels.set(one, level)
    }
    if (level > MAX_LEVELS && path.length > 0) {
      const message = `The organisation stands below ${level - 1} others, and may below ${MAX_LEVELS - 1}`
      faults.add({ ...{ file, line: org.line, column }, message, code: 'too_deep' })
    }
  }
}

/** Lists an organisation and all above it, the nearest first. The orgs have no circles. */
export function lineageOf(orgs: ReadonlyMap<string, Org>, sourcedId: string): string[] {
  const all: string[] = []
  for (let at = orgs.get(sourcedId); at !== undefined; at = orgs.get(at.parent)) {
    all.push(at.sourcedId)
  }
  return all
}
