/** The head is what an answer says before its body. */
export interface Head {
  status: number
  /** The names are in lower case; all values of a repeated field are stored. */
  fields: Map<string, string[]>
}

// Node and Bun take as much of one head. Receivers send some hundreds of bytes.
const MAX_HEAD_BYTES = 16 * 1024

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/
// RFC 9110, section 5.1: a name is a token. No line may begin with a space (obs-fold is not taken).
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0]*?)[ \t]*$/

/**
 * Reads heads line by line until the final one; informational heads (RFC 9110, section 15.2) are
 * ignored, however many come: the caller has a budget of bytes.
 */
export function createHeadReader() {
  let head: Head | undefined
  let size = 0

  /**
   * Reads a line. @returns the final head, once its last line is read. @throws {Error} when it is
   * not HTTP/1
   */
  return function readLine(line: string): Head | undefined {
    size += line.length + 2
    if (size > MAX_HEAD_BYTES) throw new Error(`its head is longer than ${MAX_HEAD_BYTES} bytes`)
    if (head === undefined) {
      head = { status: statusOf(line), fields: new Map() }
      return undefined
    }
    if (line !== '') {
      const [, name, value] = FIELD.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error('its head is not HTTP')
      const values = head.fields.get(name.toLowerCase())
      if (values === undefined) head.fields.set(name.toLowerCase(), [value])
      else values.push(value)
      return undefined
    }
    const { status } = head
    if (status >= 200) return head
    // We asked for no other protocol; behind this line anything may follow, and no answer.
    if (status === 101) throw new Error('it was answered 101: it wants another protocol')
    head = undefined
    size = 0
    return undefined
  }
}

function statusOf(line: string): number {
  const [, digits] = STATUS_LINE.exec(line) ?? []
  const status = Number(digits)
  if (digits === undefined || status < 100) throw new Error('it was not answered in HTTP')
  return status
}
