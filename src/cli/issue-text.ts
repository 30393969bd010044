import type { Issue } from '../error/issue'

/** Writes an issue for a person: its path with dots, and what is wrong there. */
export function describeIssue({ path, message }: Pick<Issue, 'path' | 'message'>): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}
