import type { Format } from './asked'
import { isJsonObject } from './json'
// TEMPORARY until the rules of the standard are here.
export function agentFinder(json: string, _version: string): string {
  const value: unknown = JSON.parse(json)
  if (!isJsonObject(value)) throw new Error('no agent')
  return String(value.mbox)
}
export function formatted(json: string, _format: Format, _languages: readonly string[]): string {
  return json
}
