import type { Next } from 'hono'
import { type XapiVersion, xapiVersions } from '../../config/config'
import { AppError } from '../../error/app-error'
import type { AppContext } from '../context'
import { z } from '../zod'

interface Settings {
  xapiVersions: readonly XapiVersion[]
  xapiDefaultVersion: XapiVersion
}

export const VERSION_HEADER = 'X-Experience-API-Version'

/** Every request declares it, and every reply has it. */
export const versionHeader = {
  [VERSION_HEADER]: z
    .string()
    .optional()
    .openapi({ description: 'Required: 1.0.x or 2.0.x', example: '2.0.0' }),
}

/**
 * Names the version of the reply on every one, refusals included: the latest patch of the version
 * asked for; the default one where none was named, or none that is offered.
 */
export function announceVersionWith(settings: Settings) {
  return async function announceVersion(c: AppContext, next: Next) {
    c.header(VERSION_HEADER, versionOf(c, settings) ?? settings.xapiDefaultVersion)
    await next()
  }
}

/**
 * Tells by the rules of which version a request is answered. Any patch of an offered version is taken
 * for the latest (1.0.3, Communication, 3.3).
 * @throws {AppError} `invalid_request` without the header, or for a version that is not offered
 */
export function requireVersion(c: AppContext, settings: Settings): XapiVersion {
  const version = versionOf(c, settings)
  if (version !== undefined) return version
  const asked = c.req.header(VERSION_HEADER)
  const offered = settings.xapiVersions.join(' or ')
  const message =
    asked === undefined ? 'Required' : `Must be ${offered}; got ${JSON.stringify(shown(asked))}`
  const code = asked === undefined ? 'required' : 'unsupported_version'
  const spec = 'xAPI 1.0.3, Communication, 3.3 Versioning'
  throw new AppError('invalid_request', `${VERSION_HEADER}: ${message}. Offered: ${offered}.`, {
    errors: [{ path: [VERSION_HEADER], message, code, spec }],
  })
}

function versionOf(c: AppContext, settings: Settings): XapiVersion | undefined {
  const asked = c.req.header(VERSION_HEADER)
  return asked === undefined ? undefined : versionNamed(asked, settings.xapiVersions)
}

/** @returns the offered version of which `asked` is a patch */
export function versionNamed(
  asked: string,
  offered: readonly XapiVersion[],
): XapiVersion | undefined {
  const family = /^([12]\.0)(?:\.\d{1,5})?$/.exec(asked.trim())?.[1]
  const version = xapiVersions.find((one) => family !== undefined && one.startsWith(family))
  return version !== undefined && offered.includes(version) ? version : undefined
}

// Enough to recognise what was sent.
const SHOWN = 40

const shown = (value: string) => value.slice(0, SHOWN).toWellFormed()
