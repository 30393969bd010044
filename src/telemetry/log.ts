const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof levels)[number]

type Fields = Record<string, string | number | boolean | undefined>

/**
 * The log has one line for each occurrence in the server. It never has a key, and ids and counts
 * only; the address of somebody who was answered 401 is the one piece of personal data in it.
 */
export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const write = {
  /** This form is for a person at a terminal: `12:00:01 warn  webhook failed webhookId=whk_1`. */
  text(level: string, message: string, fields: Fields) {
    const rest = Object.entries(fields).filter(([, value]) => value !== undefined)
    const tail = rest.map(([key, value]) => ` ${key}=${value}`).join('')
    return `${new Date().toISOString().slice(11, 19)} ${level.padEnd(5)} ${message}${tail}`
  },
  /** This form is for a collector. */
  json(level: string, message: string, fields: Fields) {
    return JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })
  },
}

export function createLog(
  level: LogLevel,
  format: keyof typeof write = process.stderr.isTTY ? 'text' : 'json',
): Log {
  const threshold = levels.indexOf(level)
  const at = (name: LogLevel) => {
    if (levels.indexOf(name) < threshold) return () => {}
    return (message: string, fields: Fields = {}) => {
      process.stderr.write(`${write[format](name, message, fields)}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export const silentLog: Log = createLog('silent', 'json')
