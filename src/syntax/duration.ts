// The form is that of ISO 8601 and xsd:duration. Seconds alone may have a fraction; a `T` needs
// something after it.
const DURATION =
  /^(-?)P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function isDuration(value: string): boolean {
  return DURATION.test(value)
}

/**
 * Returns the milliseconds of an ISO 8601 duration, e.g. `PT49M12S`.
 * @returns undefined when the value is no duration, or has years or months, whose length is not
 * fixed
 */
export function durationMs(value: string): number | undefined {
  const match = DURATION.exec(value)
  if (match === null) return undefined
  const [, sign, years, months, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = '0'] = match
  if (Number(years ?? 0) > 0 || Number(months ?? 0) > 0) return undefined

  const total =
    (Number(weeks) * 7 + Number(days)) * DAY +
    Number(hours) * HOUR +
    Number(minutes) * MINUTE +
    Math.round(Number(seconds.replace(',', '.')) * SECOND)
  if (!Number.isSafeInteger(total)) return undefined
  return sign === '-' && total > 0 ? -total : total
}
