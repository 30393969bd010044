import { describe, expect, it } from 'bun:test'
import { files, read } from '../support/repository'

const sources = files().filter((path) => /^src\/platform\/aws\/.*(?<!\.test)\.ts$/.test(path))

// DynamoDB refuses these as bare names ("Reserved words in DynamoDB", of which these are the likely ones
// here); its emulator lets some pass.
const RESERVED = new Set(
  [
    'action after agent all any archive array as at atomic attribute auth avg backup base batch before',
    'begin binary blob block boolean both bucket bulk by byte call capacity case char check class close',
    'cluster collection comment commit condition conflict connect connection consistent constraint consumed',
    'copy count counter create current cursor cycle data database date day default define definition depth',
    'desc disable domain double drop duration dynamic each element empty enable end equal error escape',
    'exclusive exists exit export expression external fail family fetch fields file filter final finish first',
    'fixed float for force format forward found free from full function general generate get global go group',
    'handler hash have hidden hold hour identity if ignore import including increment index input insert',
    'instead int integer interval into is item items join key keys lag language large last lead leave left',
    'length level like limit list load local location lock log long loop lower map match max member merge',
    'method metrics min minute missing mode modify module month multi name names natural new next no none',
    'null number object of offline offset old on online only open operator option order other others out',
    'output over owner pad parallel parameter partial partition path percent permission pipe plan pool',
    'position primary prior private procedure processed project property public put query quit raise random',
    'range rank raw read real record reduce ref reference region relative release remainder rename repeat',
    'replace request reset resource response restore restrict result return reverse revoke right role roles',
    'row rows rule rules sample save scan schema scope search second section segment select self separate',
    'sequence session sets shard share shared short show signal similar size some source space split start',
    'state static status storage store stored stream string style sub sum system table temp text than then',
    'throughput time timestamp timezone to token total touch transaction transform trigger true false ttl type',
    'under unique unit unknown until update upper url usage use user users using uuid value valued values',
    'variable varying view views void wait when where while window with within without work write year zone',
  ].flatMap((line) => line.split(' ')),
)

const WORDS = /(?<![#:\w])[a-z]\w*(?!\w|\()/gi
const CLAUSES = new Set(['SET', 'ADD', 'REMOVE', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN'])

/** The texts of a source that DynamoDB reads as expressions, without what is put into them. */
function expressionsIn(source: string): string[] {
  const code = source.replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const texts = [...code.matchAll(/'([^'\n]*)'|`((?:[^`$]|\$\{[^`]*?\}|\$\{.*?\})*)`/gs)]
  return texts
    .map(([, plain, template]) => plain ?? template!.replace(/\$\{[^}]*\}?/g, ' '))
    .filter(isExpression)
}

function isExpression(text: string): boolean {
  return (
    /^,? ?\w+ (=|<|>|<=|>=) :\w/.test(text) ||
    /^(SET|ADD|REMOVE|DELETE) [\w#]/.test(text) ||
    /(attribute_(not_)?exists|attribute_type|begins_with|contains|if_not_exists)\(\w/.test(text) ||
    /\b(AND|OR)\b.* (=|<|>|<=|>=) :/.test(text)
  )
}

function reservedIn(expression: string): string[] {
  const words = expression.match(WORDS) ?? []
  return words.filter((word) => !CLAUSES.has(word) && RESERVED.has(word.toLowerCase()))
}

describe('expressions for DynamoDB', () => {
  it('name no attribute by a word that DynamoDB keeps for itself', () => {
    const found = sources.flatMap((path) =>
      expressionsIn(read(path)).flatMap((text) =>
        reservedIn(text).map((word) => [path, word, text]),
      ),
    )
    expect(found).toEqual([])
  })

  it('are found in the sources, in every form in which they are written there', () => {
    const all = sources.flatMap((path) => expressionsIn(read(path)))
    expect(all.length).toBeGreaterThan(60)
    const written = [
      "UpdateExpression: 'ADD version :version, size :size',",
      "ConditionExpression: '(attribute_not_exists(size) OR held <= :places)',",
      "const isFirst = 'size <= :bytes'",
      `UpdateExpression: \`SET a = :a\${more} ADD size :size\`,`,
      "wantIf(tenantId, 'a > :soon', ', size = if_not_exists(b, :first) + :one')",
    ]
    for (const source of written) {
      expect([source, ...expressionsIn(source).flatMap(reservedIn)]).toEqual([source, 'size'])
    }
    expect(reservedIn('SET #size = :size ADD items_ :ttl')).toEqual([])
    expect(expressionsIn("  // 'size = :size'\nlog.warn('the size of items')")).toEqual([])
  })
})
