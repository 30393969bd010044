import type { Issue } from '../../error/issue'
import { isDeeperThan } from '../../syntax/json-scan'
import type { Condition } from '../condition'
import { itemPartsOf } from './cost'
import { createRefusals, shown } from './issues'
import {
  MAX_CONDITION_BYTES,
  MAX_CONDITION_DEPTH,
  MAX_CONDITION_PARTS,
  MAX_CONDITION_VALUES,
  MAX_ITEM_PARTS,
} from './limits'
import { EXPECTED, leafReader } from './read-leaf'

/** A reading is the condition, made anew of what is known; or the reasons why it is none. */
export type ConditionRead =
  | { condition: Condition; errors?: undefined }
  | { condition?: undefined; errors: Issue[] }

const groups = ['all', 'any', 'not'] as const

/**
 * Reads a condition that somebody sent, parsed.
 * @param path where it stands, for the issues
 */
export function readCondition(value: unknown, path: Issue['path'] = []): ConditionRead {
  const refusals = createRefusals()
  const condition = conditionReader(refusals)(value, path, 1)
  if (condition === undefined) return { errors: refusals.errors }
  const tooLarge = sizeIssue(JSON.stringify(condition), path)
  return tooLarge === undefined ? { condition } : { errors: [tooLarge] }
}

/** Reads a condition that somebody sent as JSON text. */
export function readConditionText(text: string, path: Issue['path'] = []): ConditionRead {
  const tooLarge = sizeIssue(text, path)
  if (tooLarge !== undefined) return { errors: [tooLarge] }
  // Each level of a condition is an object, in an array or with one in it.
  if (isDeeperThan(text, 2 * MAX_CONDITION_DEPTH)) return { errors: [{ path, ...TOO_DEEP }] }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const message = `Must be JSON; got ${shown(text)}`
    return { errors: [{ path, message, code: 'invalid_json' }] }
  }
  return readCondition(value, path)
}

function sizeIssue(text: string, path: Issue['path']): Issue | undefined {
  if (text.length <= MAX_CONDITION_BYTES && Buffer.byteLength(text) <= MAX_CONDITION_BYTES) return
  const message = `Must have at most ${MAX_CONDITION_BYTES} bytes as JSON`
  return { path, message, code: 'too_large' }
}

const TOO_DEEP = {
  message: `Must be nested at most ${MAX_CONDITION_DEPTH} deep`,
  code: 'too_deep',
}

function conditionReader(refusals: ReturnType<typeof createRefusals>) {
  const { refuse } = refusals
  const readLeaf = leafReader(refusals)
  let parts = 0
  let itemParts = 0

  /** Reads no deeper than a condition may be, so that no nesting is too deep for it. */
  function read(value: unknown, path: Issue['path'], depth: number): Condition | undefined {
    if (depth > MAX_CONDITION_DEPTH) return refuse(path, TOO_DEEP.message, TOO_DEEP.code)
    parts += 1
    if (parts > MAX_CONDITION_PARTS) {
      return refuse(path, `Must have at most ${MAX_CONDITION_PARTS} parts in all`, 'too_many')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse(path, `${EXPECTED}; got ${shown(value)}`)
    }
    const members = value as Record<string, unknown>
    const group = groups.find((name) => Object.hasOwn(members, name))
    if (group === undefined) return readPart(members, path)
    const other = Object.keys(members).find((name) => name !== group)
    if (other !== undefined) {
      const rule = `Must stand alone; put several conditions into "all"`
      return refuse([...path, group], `${rule}; got ${shown(other)} beside it`)
    }
    if (group === 'not') {
      const not = read(members.not, [...path, 'not'], depth + 1)
      return not && { not }
    }
    const list = readList(members[group], [...path, group], depth + 1)
    return list && ({ [group]: list } as unknown as Condition)
  }

  function readPart(members: Record<string, unknown>, path: Issue['path']) {
    const leaf = readLeaf(members, path)
    if (leaf === undefined || itemPartsOf(leaf) === 0) return leaf
    itemParts += 1
    if (itemParts <= MAX_ITEM_PARTS) return leaf
    // One reason says it for all that follow.
    if (itemParts > MAX_ITEM_PARTS + 1) return undefined
    const rule = `Must be a field of the record: ${MAX_ITEM_PARTS} parts that lead into the item stand before it, as many as may`
    return refuse([...path, 'path'], `${rule}; got ${shown(members.path)}`, 'too_many')
  }

  function readList(value: unknown, path: Issue['path'], depth: number): Condition[] | undefined {
    if (!Array.isArray(value)) {
      return refuse(path, `Must be an array of conditions; got ${shown(value)}`)
    }
    if (value.length > MAX_CONDITION_VALUES) {
      const rule = `Must have at most ${MAX_CONDITION_VALUES} conditions; got ${value.length}`
      return refuse(path, rule, 'too_many')
    }
    const list: Condition[] = []
    for (const [at, part] of value.entries()) {
      const condition = read(part, [...path, at], depth)
      if (condition !== undefined) list.push(condition)
      if (parts > MAX_CONDITION_PARTS) return undefined
    }
    return list.length === value.length ? list : undefined
  }

  return read
}
