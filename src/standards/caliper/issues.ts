import type { ReportedIssue } from '../standard'

export type Path = ReportedIssue['path']

export function required(path: Path, spec: string): ReportedIssue {
  return { path, message: 'Required', code: 'required', spec, severity: 'error' }
}

export function error(path: Path, code: string, message: string, spec: string): ReportedIssue {
  return { path, message, code, spec, severity: 'error' }
}

export function warning(path: Path, code: string, message: string, spec: string): ReportedIssue {
  return { path, message, code, spec, severity: 'warning' }
}

/** Missing, or null: "properties with a value of null SHOULD be excluded" (2.1, 2.2). */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

// Enough to recognise a value by, and no more of what may be somebody's data.
const SHOWN_LENGTH = 60

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value ?? 'nothing')
  const isLong = value.length > SHOWN_LENGTH
  return JSON.stringify(isLong ? `${value.slice(0, SHOWN_LENGTH).toWellFormed()}…` : value)
}
