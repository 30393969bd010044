export const QUARTERS_A_DAY = 96

/** Counts of one day, UTC, of events of which the same share is kept. */
export interface CountsOfDay {
  file: number
  tenant: number
  dimension: number
  /** Since 1970. */
  day: number
  rate: number
  /** A label and how many of it, as often as there are labels; each label as how much greater it is. */
  totals: Uint8Array
  /**
   * The number of a quarter of an hour in the day, of how many bytes it has, and then as `totals`;
   * as often as there are quarters in which something happened.
   */
  quarters: Uint8Array
}

/** Who was there on one day of the tenant's zone. */
export interface PeopleOfDay {
  file: number
  tenant: number
  dimension: number
  /** Since 1970. */
  day: number
  /** A label, as how much greater it is, how many people, and how many bytes of `lists` name them. */
  heads: Uint8Array
  /** Numbers of people, each as how much greater it is; begun anew for each label. */
  lists: Uint8Array
}
