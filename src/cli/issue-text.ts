import type { Issue } from '../error/issue'

/** Writes an issue of what is in quarantine, with the place as a patch would name it. */
export function describeKept({ pointer, message }: { pointer: string; message: string }): string {
  return pointer === '' ? message : `${pointer}: ${message}`
}

/** Writes an issue for a person: its path with dots, and what is wrong there. */
export function describeIssue({ path, message }: Pick<Issue, 'path' | 'message'>): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}
