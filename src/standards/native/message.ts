import type { Reading } from '../../event/reading'
import { readNative, readNativeLines } from './parse'

/**
 * Reads what has no header to say what it is: JSON lines when the first of several lines is JSON by
 * itself, otherwise one JSON value, on however many lines.
 * @throws {AppError} as `readNative`
 */
export function readNativeMessage(text: string, receivedAt: string): Reading {
  const body = text.trim()
  const end = body.indexOf('\n')
  const isLines = end > 0 && isJson(body.slice(0, end))
  return isLines ? readNativeLines(text, receivedAt) : readNative(text, receivedAt)
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
