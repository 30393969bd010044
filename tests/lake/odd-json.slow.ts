import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { documentOf } from '../../src/platform/aws/archive/document'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installTrino } from '../../tools/aws-local/emulators/trino'
import { oddJson } from '../support/odd-json'
import { aRecord } from '../support/records'
import { type AwsLake, startAwsLake } from './aws-lake'

// What the archive on AWS gives the lake for `raw`, read by Trino, whose parser is Jackson.

setDefaultTimeout(180_000) // a query takes seconds on two busy cores, the start a minute
installMinistack()
installTrino()

let aws: AwsLake

beforeAll(async () => {
  aws = await startAwsLake()
})

afterAll(() => aws?.[Symbol.asyncDispose]())

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** A statement that is too long is refused: of a megabyte of text nothing is special but its length. */
const LONGEST = 700_000
const texts = Object.entries(oddJson).filter(([, text]) => text.length < LONGEST)

/** For a statement with these: how each is read, and whether that gives something for every text. */
const readings = [
  `json_extract_scalar(raw, '$.a')`,
  `json_format(json_extract(raw, '$.a'))`,
  'json_format(json_parse(raw))',
  `json_size(raw, '$')`,
  `json_query(raw, 'lax $' ERROR ON ERROR)`,
  `json_exists(raw, 'lax $.a' ERROR ON ERROR)`,
]

describe('Trino reads whatever was sent', () => {
  for (const [name, text] of texts) {
    it(name, async () => {
      const { raw, raw_exact } = JSON.parse(
        new TextDecoder().decode(documentOf(aRecord({ raw: text })).bytes),
      )
      expect(raw_exact ?? raw).toBe(text)
      const [first, ...more] = readings
      const { rows } = await aws.trino.query(
        `SELECT ${[first, ...more].join(', ')} FROM (VALUES ${literal(raw)}) AS t(raw)`,
      )
      const [scalar, ...others] = rows[0]!
      expect(others.filter((value) => value === null)).toEqual([])
      expect(typeof scalar === 'string' ? scalar.isWellFormed() : scalar).toBeOneOf([true, null])
    })
  }
})
