import { AppError } from '../../error/app-error'
import { invalidJson } from '../../event/json-body'
import { isDeeperThan } from '../../syntax/json-scan'
import { mediaType } from '../../syntax/media-type'
import { readText } from '../body'
import type { AppContext } from '../context'
import type { BodyLimits } from '../json-body'
import { notJson, refuseForm, requireJson } from '../json-type'

/** YAML is of these types: RFC 9512, and what was written before it. */
const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']
export const YAML_TYPE = 'application/yaml'

// As JSON, a policy has 256 KB at most; YAML with comments may be longer.
const MAX_BODY_BYTES = 1024 * 1024
// A condition is 16 deep, each level an object with an array in it, and stands in a rule.
const MAX_DEPTH = 100

/**
 * Reads a body of JSON or YAML.
 * @throws {AppError} as `readJson`; `invalid_request` with lines and columns for what is no YAML
 */
export async function readDocument(c: AppContext, limits: BodyLimits): Promise<unknown> {
  requireJson(c, { more: yamlTypes, refusal: () => notJson(yamlTypes.slice(0, 1)) })
  const maxBodyBytes = Math.min(limits.maxBodyBytes, MAX_BODY_BYTES)
  const { text } = await readText(c, { ...limits, maxBodyBytes })
  const type = mediaType(c.req.header('Content-Type'))
  if (type !== undefined && yamlTypes.includes(type)) return readYamlText(text)
  refuseForm(c, text)
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new AppError('invalid_json', `The body is nested more than ${MAX_DEPTH} levels deep.`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const issue = invalidJson([], text)
    const detail = `The body is not JSON (for YAML, say Content-Type: ${YAML_TYPE}): ${issue.message}`
    throw new AppError('invalid_json', detail, { errors: [issue], cause })
  }
}

async function readYamlText(text: string): Promise<unknown> {
  const { readYaml } = await import('../../governance/policy/yaml')
  const read = readYaml(text)
  if (read.errors === undefined) return read.value
  throw new AppError('invalid_request', 'The body is not YAML.', { errors: read.errors })
}

const ACCEPT_YAML = new RegExp(`(?:^|[,\\s])(?:${yamlTypes.join('|')})\\s*(?:;|,|$)`, 'i')

/** Tells whether whoever asks would rather have YAML. */
export function wantsYaml(c: AppContext): boolean {
  return ACCEPT_YAML.test(c.req.header('Accept')?.slice(0, 1000) ?? '')
}
