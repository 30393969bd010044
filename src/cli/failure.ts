import { CommanderError } from 'commander'
import { ConfigError } from '../config/read-config'
import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'

/**
 * This error says that a command cannot do what it was asked, for a reason that the person can
 * mend.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a file of that name is in the way',
}

/**
 * Says in sentences for a person what went wrong. A fault of ours has its stack, for the report.
 */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  if (error instanceof AppError) {
    const details = error.errors.map(({ path, message }) => `\n  ${path.join('.')}: ${message}`)
    return sentence(error.message) + details.join('')
  }
  if (error instanceof CommandError || error instanceof StorageError) return sentence(error.message)
  const { code, path, stack } = error as NodeJS.ErrnoException
  const reason = reasons[code ?? '']
  if (reason) return path ? `${path}: ${reason}.` : sentence(reason)
  return `Something broke on our side: ${stack ?? String(error)}`
}

/** Tells the person and sets the exit code; what was printed before still gets out. */
export function fail(error: unknown): void {
  // Commander has said its piece (a wrong option, or the help that was asked for).
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode
    return
  }
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.'
  // An address is written as it is.
  if (/^\w+:\/\//.test(text)) return `${text}${end}`
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`
}
