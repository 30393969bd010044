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
