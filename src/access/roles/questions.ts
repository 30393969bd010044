import type { Role } from '../../identity/role'

interface Asking {
  /** These may ask. How much of the tenant an answer is about follows from the role (`viewer.ts`). */
  roles: readonly Role[]
  /**
   * The answer is about single people, so that nobody may have it who may not see people. Absent where
   * it has groups, which are left out when they are of few.
   */
  aboutPeople?: true
  /** It changes something: a key with a scope needs `admin` for it. */
  changes?: true
  /** The question is about whoever asks, whatever else they may see. */
  aboutThemself?: true
}

const everybody = ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'] as const
const people = { roles: everybody, aboutPeople: true } as const
const groups = { roles: everybody } as const
const analysts = { roles: ['admin', 'analyst'], aboutPeople: true } as const
const admins = { roles: ['admin'], aboutPeople: true } as const

/**
 * Questions that people ask of their data, by the route that answers. This table admits whoever asks,
 * is the text of each route and of docs/roles.md, and drives the tests of all routes that read.
 */
export const questions = {
  'GET /analytics/events': people,
  'GET /analytics/events/{id}': people,
  'GET /analytics/users/{id}/history': people,
  'GET /analytics/me/history': { ...people, aboutThemself: true },
  'GET /analytics/metrics': { roles: [...everybody, 'system'] },
  'GET /analytics/paths': { roles: [...everybody, 'system'] },
  'GET /analytics/engagement': groups,
  'GET /analytics/assessments': groups,
  'GET /analytics/tenants/{tenant}/learners': { roles: ['system'] },
  'GET /analytics/stream': groups,
  'POST /analytics/sql': analysts,
  'GET /analytics/queries': analysts,
  'POST /analytics/queries/{name}': analysts,
  'PUT /analytics/queries/{name}': analysts,
  'DELETE /analytics/queries/{name}': analysts,
  'POST /analytics/export': people,
  'GET /analytics/exports': people,
  'GET /analytics/exports/{id}': people,
  'DELETE /analytics/exports/{id}': people,
  'GET /analytics/loads': analysts,
  'GET /observer/sessions': people,
  'GET /observer/sessions/{id}/log': people,
  'GET /api/v1/reducers': groups,
  'GET /api/v1/reducers/{name}': groups,
  'GET /api/v1/reducers/{name}/{learner}': people,
  'GET /api/v1/reducers/{name}/stream': people,
  'GET /audit/proofs/{eventId}': people,
  'GET /rosters': admins,
  'PUT /rosters': { ...admins, changes: true },
  'DELETE /rosters': { ...admins, changes: true },
} as const satisfies Record<string, Asking>

export type Question = keyof typeof questions

/** Says how a question may be asked. */
export function askingOf(question: Question): Asking {
  return questions[question]
}

/** Tells whether a role may ask a question. */
export function mayAsk(role: Role, question: Question): boolean {
  return askingOf(question).roles.includes(role)
}

/** Writes who may ask, for the text of a route. */
export function askedBy(question: Question): string {
  const { roles, aboutPeople, aboutThemself, changes } = askingOf(question)
  const names = roles.map((role) => `\`${role}\``)
  if (!roles.includes('admin')) {
    return `Role ${names.join(' or ')}, of a key alone (docs/roles.md). It is recorded who read, and why: \`X-Nonius-Reason\`.`
  }
  if (changes) return `Role ${names.join(' or ')}, or scope \`admin\`.`
  const listed = names.length === 1 ? `Role ${names}` : `Roles ${listOf(names)}`
  const whose = aboutThemself ? 'each about themself' : 'each of what they may see (docs/roles.md)'
  const few = aboutPeople ? '' : ' Whoever may not see people is shown no group below 5.'
  return `${listed}, ${whose}; a key with the scope \`events:read\` or \`admin\` reads as \`admin\`.${few} It is recorded who read, and why: \`X-Nonius-Reason\`.`
}

function listOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
