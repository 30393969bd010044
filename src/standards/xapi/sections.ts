import type { XapiVersion } from './version'

/**
 * Each rule stands in a section of xAPI-Data 1.0.3 and in one of IEEE 9274.1.1 (2.0). The latter
 * are those that ADL's conformance requirements for 2.0 name.
 */
const sections = {
  format: ['2.2', '4.2.1'],
  statement: ['2.4', '4.2.2'],
  id: ['2.4.1', '4.2.4.2'],
  actor: ['2.4.2', '4.2.2.1'],
  agent: ['2.4.2.1', '4.2.2.1'],
  group: ['2.4.2.2', '4.2.2.1'],
  identifier: ['2.4.2.3', '4.2.2.1'],
  account: ['2.4.2.4', '4.2.2.1'],
  verb: ['2.4.3', '4.2.2.2'],
  object: ['2.4.4', '4.2.2.3'],
  activity: ['2.4.4.1', '4.2.2.3'],
  agentObject: ['2.4.4.2', '4.2.2.3'],
  statementObject: ['2.4.4.3', '4.2.2.3'],
  result: ['2.4.5', '4.2.2.4'],
  score: ['2.4.5.1', '4.2.2.4'],
  context: ['2.4.6', '4.2.2.5'],
  contextActivities: ['2.4.6.2', '4.2.2.5'],
  timestamp: ['2.4.7', '4.2.4.2'],
  stored: ['2.4.8', '4.2.4.2'],
  authority: ['2.4.9', '4.2.4.2'],
  version: ['2.4.10', '4.2.4.3'],
  attachments: ['2.4.11', '4.2.2.6'],
  signature: ['2.6', '4.2.6'],
  voiding: ['2.3.2', '4.2.5'],
  extensions: ['4.1', '4.2.7'],
  languageMap: ['4.2', '4.2.7'],
  uuid: ['4.4', '4.2.7'],
  timestamps: ['4.5', '4.2.7'],
  durations: ['4.6', '4.2.7'],
} as const

export type Section = keyof typeof sections

/** Names a section as issues do: `xAPI-Data 2.4.2`, `9274.1.1 4.2.2.1`. */
export function specOf(section: Section, version: XapiVersion): string {
  const [early, late] = sections[section]
  return version === '2.0.0' ? `9274.1.1 ${late}` : `xAPI-Data ${early}`
}
