// A browser sends some five ranges; a header has at most some kilobytes.
const MAX_RANGES = 100
const RANGE =
  /^\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z\d]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/

/**
 * Reads `Accept-Language` (RFC 9110, 12.5.4).
 * @returns the ranges in lower case, the preferred first, without those of quality 0
 */
export function languagesIn(header: string | undefined): string[] {
  const ranges = (header ?? '').split(',', MAX_RANGES).flatMap((text) => {
    const [, range, quality = '1'] = RANGE.exec(text) ?? []
    return range === undefined ? [] : [{ range: range.toLowerCase(), quality: Number(quality) }]
  })
  const wanted = ranges.filter(({ quality }) => quality > 0)
  return wanted.sort((a, b) => b.quality - a.quality).map(({ range }) => range)
}
