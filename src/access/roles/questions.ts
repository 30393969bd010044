import type { Role } from '../../identity/role'

/**
 * Questions that people ask of their data, by the route that answers, and the roles that may ask. How much of
 * the tenant an answer is about follows from the role (`viewer.ts`), never from the question.
 */
export const questions = {
  'GET /analytics/events': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/events/{id}': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/users/{id}/history': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/me/history': ['admin', 'teacher-admin', 'teacher', 'student'],
  'GET /analytics/metrics': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst', 'system'],
  'GET /analytics/paths': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst', 'system'],
  'GET /analytics/engagement': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/assessments': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/stream': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'POST /analytics/sql': ['admin', 'analyst'],
  'GET /analytics/queries': ['admin', 'analyst'],
  'POST /analytics/queries/{name}': ['admin', 'analyst'],
  'PUT /analytics/queries/{name}': ['admin', 'analyst'],
  'DELETE /analytics/queries/{name}': ['admin', 'analyst'],
  'POST /analytics/export': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/exports': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/exports/{id}': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'DELETE /analytics/exports/{id}': ['admin', 'teacher-admin', 'teacher', 'student', 'analyst'],
  'GET /analytics/loads': ['admin', 'analyst'],
  'GET /rosters': ['admin'],
  'PUT /rosters': ['admin'],
  'DELETE /rosters': ['admin'],
} as const satisfies Record<string, readonly Role[]>

export type Question = keyof typeof questions

/** Tells whether a role may ask a question. */
export function mayAsk(role: Role, question: Question): boolean {
  const roles: readonly Role[] = questions[question]
  return roles.includes(role)
}

/** Writes who may ask, for the text of a route. */
export function askedBy(question: Question): string {
  const list: readonly Role[] = questions[question]
  const names = list.map((role) => `\`${role}\``)
  return `Roles ${names.slice(0, -1).join(', ')} and ${names.at(-1)}; a key with the scope \`events:read\` reads as \`admin\`.`
}
